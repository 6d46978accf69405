"""Around one's own day: how the team's is, what needs a new owner, and the day on paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.filters import ME, Filter
from tasks.presenters.filtering import shown_words
from tasks.presenters.paper import paper
from tasks.presenters.stranding import stranded_words
from tasks.queries import filter_names, read, team_load, unassigned_count
from tasks.queries.stranding import stranded_now
from tasks.views.answers import Desk
from teams.calendar import Week
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires
from teams.queries import away_and_at_work, stands_in

ON_PAPER = 200  # tasks of each section


@require_safe
@requires(Permission.DO_TASKS)
def team_now(request: MemberRequest) -> HttpResponse:
    """How full colleagues' day is; to whom it falls to see it, also what nobody has or whose holder cannot do it."""
    desk = Desk(request.member, Filter(), timezone.now())
    away, at_work = away_and_at_work(request.member, desk.day)
    context: dict[str, Any] = {
        "team": team_load(request.member, desk.day), "away": away, "at_work": at_work,
    }  # fmt: skip
    if stands_in(request.member, desk.today):
        context |= {
            "unassigned": unassigned_count(request.member),
            "stranded": stranded_words(stranded_now(request.member, desk.today)),
        }
    template = "tasks/team_today.html" + ("#now" if request.htmx.target == "teamet-na" else "")
    return render(request, template, context)


@require_safe
@requires(Permission.DO_TASKS)
def print_day(request: MemberRequest) -> HttpResponse:
    """The day on paper: what is due, with a box to tick. Name and year of birth, no number."""
    desk = Desk(request.member, Filter.from_query(request.GET), timezone.now())
    sections, placed = desk.sections(rows=ON_PAPER)
    rows = read(request.member, [each.id for each in placed])
    context = {
        "sections": paper(sections, placed, rows, desk.reader),
        "day": desk.day,
        "week": Week.of(desk.day),
        "query": desk.wanted.query(),
        "own": desk.wanted.who == ME,
        "shown": shown_words(desk.wanted, filter_names(desk.wanted, request.member)),
        **desk.load(),
    }
    return render(request, "tasks/print_day.html", context)
