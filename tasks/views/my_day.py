"""Min dag: what to do, in what order, done in one click."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.doing import UNDO_WITHIN, log_work
from tasks.forms import LogForm
from tasks.presenters import SECTIONS, as_seen, sections
from tasks.queries import (
    MOST_ROWS,
    DayLoad,
    done_on,
    quick_kinds,
    team_load,
    unassigned_count,
    working_day_at_hand,
    worklist,
)
from teams.calendar import Week, oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.DO_TASKS)
def my_day(request: MemberRequest) -> HttpResponse:
    return render(
        request,
        "tasks/my_day.html",
        context(request.member, log_form=LogForm(profession=request.member.profession)),
    )


@require_POST
@requires(Permission.DO_TASKS)
def log(request: MemberRequest) -> HttpResponse:
    """«Logg oppgave»: two taps for the usual ones, a form for the rest."""
    form = LogForm(request.POST, profession=request.member.profession)
    if not form.is_valid():
        return render(request, "tasks/my_day.html", context(request.member, log_form=form), status=422)
    data, kind = form.cleaned_data, form.cleaned_data["kind"]
    task = log_work(
        kind,
        by=request.member,
        minutes=data["minutes"] or kind.minutes_for(request.member.profession),
        origin=data["origin"] or kind.origin,
        sender=data["sender"],
        at=timezone.now(),
    )
    messages.success(request, _("Logget: %(name)s, %(n)d min.") % {"name": task.name, "n": task.minutes or 0})
    return HttpResponseRedirect(reverse("my_day"))


def context(member: Member, **extra: Any) -> dict[str, Any]:
    """What the page shows, of the working day at hand. As many queries for one task as for eighty (tested)."""
    today = oslo_date(timezone.now())
    day = working_day_at_hand(member, today)
    rows = worklist(member)
    team = team_load(member, day)
    mine = next((load for load in team if load.member.pk == member.pk), DayLoad(member, 0, 0, 0))
    shown = sections(rows, person=as_seen(member, member), day=day, today=today)
    return {
        "today": today,
        "day": day,
        "week": Week.of(day),
        "sections": shown,
        "not_shown": [key for key in SECTIONS if key not in {section.key for section in shown}],
        "more": len(rows) == MOST_ROWS,
        "load": mine,
        "team": team,
        "done": done_on(member, today),
        "undo_after": timezone.now() - UNDO_WITHIN,
        "quick": [(kind, kind.minutes_for(member.profession)) for kind in quick_kinds(member, today=today)],
        "unassigned": unassigned_count(member) if may(member, Permission.ASSIGN_TASKS) else 0,
        **extra,
    }
