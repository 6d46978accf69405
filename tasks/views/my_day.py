"""Min dag: what to do, in what order, done in one click."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.actions.doing import UNDO_WITHIN
from tasks.filters import NAMES, Filter
from tasks.presenters import Section, TaskLine, chips, elsewhere, fill, rows_of_each, whose
from tasks.presenters.day import MORE_ROWS, MOST_ROWS, number_of, open_first, within
from tasks.presenters.done import done_lines
from tasks.presenters.kinds import quick_choices
from tasks.presenters.taking_back import back_words
from tasks.queries import (
    done_on,
    filter_names,
    next_of,
    quick_kinds,
    read,
    saved_views,
    warned,
)
from tasks.queries.absence import came_back
from tasks.queries.delegations import warnings
from tasks.queries.standing import EVERYBODY, LEADER
from tasks.views.answers import Desk
from teams.calendar import Week
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires
from teams.queries import stands_in

KEPT = "my_day"  # the page, as saved views and the session name it
DONE_SHOWN = 8


@require_safe
@requires(Permission.DO_TASKS)
def my_day(request: MemberRequest) -> HttpResponse:
    """One's day. A filter lives in the address, and is kept until another is chosen."""
    place = f"{KEPT}.{request.member.pk}"  # a filter of one clinic means nothing in another
    kept = request.session.get(place, "")
    if kept and not any(name in request.GET for name in NAMES):
        return HttpResponseRedirect(f"{reverse('my_day')}?{kept}")
    desk = Desk(request.member, Filter.from_query(request.GET), timezone.now())
    if desk.wanted.query() != kept:
        request.session[place] = desk.wanted.query()
    return render(request, "tasks/my_day.html", context(desk))


@require_safe
@requires(Permission.DO_TASKS)
def section(request: MemberRequest, key: str) -> HttpResponse:
    """What one section holds beyond what is shown: rows for the page, or a page of their own."""
    number = number_of(key)
    if number is None:
        raise Http404
    desk, after = (
        Desk(request.member, Filter.from_query(request.GET), timezone.now()),
        request.GET.get("etter", ""),
    )
    placed = next_of(desk.tasks, number, after, desk.day, desk.today, limit=MORE_ROWS + 1)
    shown, _first = desk.sections()
    fill(
        shown, placed[:MORE_ROWS], read(request.member, [each.id for each in placed[:MORE_ROWS]]), desk.reader
    )
    found = shown[number]
    found.after = found.last if len(placed) > MORE_ROWS else ""
    template = "tasks/section_page.html" + ("#rows" if request.htmx.target == f"mer-{key}" else "")
    return render(request, template, {"section": found, "query": desk.wanted.query(), "later": bool(after)})


def context(desk: Desk) -> dict[str, Any]:
    """What the page shows, of the working day at hand. As many queries for one task as for a thousand (tested)."""
    member, wanted, usual = desk.member, desk.wanted, desk.reader.usual
    quick = quick_kinds(member, today=desk.today)
    sections, pressing = _rows(desk)
    return {
        "today": desk.today,
        "day": desk.day,
        "week": Week.of(desk.day),
        "sections": sections,
        "any": any(section.count for section in sections),
        "delegation_warnings": warnings(member, desk.today),
        "came_back": back_words(came_back(member, desk.today), member, desk.today),
        "warned": pressing,
        "done": done_lines(done_on(member, desk.today, limit=DONE_SHOWN), desk.now - UNDO_WITHIN),
        "quick": quick_choices(quick, usual, member.profession),
        "query": wanted.query(),
        "whose": whose(wanted),
        "chips": chips(wanted, filter_names(wanted, member)),
        "views": saved_views(member, KEPT),
        **desk.load(),
    }


def _rows(desk: Desk) -> tuple[list[Section], list[TaskLine]]:
    """Sections with their sums and first rows, and what is about to slip with others. Four queries."""
    sections, first = desk.sections(rows=MOST_ROWS)
    placed = within(first, rows_of_each(sections))
    level = LEADER if stands_in(desk.member, desk.today) else EVERYBODY
    slipping = warned(desk.member, level=level)
    rows = read(desk.member, [*(each.id for each in placed), *slipping])
    fill(sections, placed, rows, desk.reader)
    elsewhere(sections)
    open_first(sections)
    return sections, [desk.reader.line(rows[each]) for each in slipping]
