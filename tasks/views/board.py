"""The team's weeks: what nobody has on top, then everybody's booked time against the time there is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tasks.ahead import weeks_ahead
from tasks.forms import OvertimeForm
from tasks.presenters import team_rows
from tasks.presenters.banner import banner
from tasks.presenters.board import board
from tasks.presenters.picking import list_lines
from tasks.presenters.taking_back import back_words
from tasks.queries import week_load
from tasks.queries.absence import came_back
from tasks.queries.board import (
    away_ahead,
    board_sums,
    colleagues_ahead,
    holders,
    minutes_ahead,
    pressing,
    time_ahead,
)
from tasks.queries.delegations import warnings
from tasks.sharings import overtime_ahead
from tasks.stranded import Time, stranded
from teams.accesses import to_look_at
from teams.actions import allow_overtime
from teams.calendar import oslo_date, working_days
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.queries import stands_in
from teams.templatetags.fordel import long_day, minutes

OVERTIME_REFUSED = {
    "day": gettext_lazy("Velg en dag fra i dag, innen 60 dager, mens den ansatte jobber her."),
    "minutes": gettext_lazy("Skriv 0 til 240 minutter."),
    "reason": gettext_lazy("Skriv kort hvorfor."),
}


@require_safe
@requires(Permission.SEE_TEAM)
def team(request: MemberRequest) -> HttpResponse:
    return _team(request)


@require_POST
@requires(Permission.ASSIGN_TASKS)
def overtime(request: MemberRequest) -> HttpResponse:
    """A leader lets the sharing out plan more on one day than the member has."""
    today = oslo_date(timezone.now())
    form = _overtime_form(colleagues_ahead(request.member, today), today, request.POST)
    if not form.is_valid():
        return _team(request, form, 422)
    data = form.cleaned_data
    try:
        allowed = allow_overtime(by=request.member, at=timezone.now(), **data)
    except ValueError as error:
        form.add_error(str(error), str(OVERTIME_REFUSED[str(error)]))
        return _team(request, form, 422)
    words = {"who": data["member"].name, "time": minutes(allowed.minutes), "day": long_day(allowed.day)}
    text = (
        _("%(who)s kan planlegges %(time)s ekstra %(day)s.")
        if allowed.minutes
        else (_("%(who)s har ikke lenger overtid %(day)s."))
    )
    messages.success(request, text % words)
    return HttpResponseRedirect(reverse("team"))


def _team(request: MemberRequest, form: OvertimeForm | None = None, status: int = 200) -> HttpResponse:
    """As many queries for a large clinic as for a small one."""
    by, today = request.member, oslo_date(timezone.now())
    members, by_day = colleagues_ahead(by, today), request.GET.get("vis") == "dager"
    time = time_ahead(by, today)
    context: dict[str, Any] = {
        "delegation_warnings": warnings(by, today, everybodys=True),
        "today": today,
        "by_day": by_day,
        "to_look_at": to_look_at(by, today) if may(by, Permission.MANAGE_MEMBERS) else 0,
        "sees_patients": may(by, Permission.SEE_PATIENTS),
        **(_days(by, members, time, today) if by_day else _weeks(by, members, time, today)),
    }
    if may(by, Permission.SEE_PATIENTS) and stands_in(by, today):
        context |= {
            "stands_in": True,
            "stranded": banner(stranded(by.clinic_id, today, time=time)),
            "came_back": back_words(came_back(by, today, everybodys=True), by, today),
            "pressing": list_lines(pressing(by), by=by, today=today),
        }
    if may(by, Permission.ASSIGN_TASKS):
        context |= {"overtime": form or _overtime_form(members, today), "allowed": overtime_ahead(by, today)}
    return render(request, "tasks/team.html", context, status=status)


def _weeks(by: Member, members: list[Member], time: Time, today: dt.date) -> dict[str, Any]:
    """Three queries, whatever the clinic; one more where somebody holds tasks and works here no more."""
    sums = board_sums(by, today)
    gone = holders(by, {row.holder for row in sums if row.holder} - {m.pk for m in members})
    times = minutes_ahead(by, today, time), away_ahead(by, today)
    return {"board": board(sums, members, gone, *times, weeks=weeks_ahead(today), today=today)}


def _days(by: Member, members: list[Member], time: Time, today: dt.date) -> dict[str, Any]:
    """Three queries. Only who works here today, as in the plan of these days."""
    days = working_days(today, 5)
    here = [m for m in members if m.starts_on <= today]
    times = time, week_load(by, days)
    pool = board(board_sums(by, today), [], [], {}, {}, weeks=weeks_ahead(today), today=today)
    return {"days": days, "rows": team_rows(here, days, *times, away_ahead(by, today)), "board": pool}


def _overtime_form(members: list[Member], today: dt.date, data: Any = None) -> OvertimeForm:
    here = (m for m in members if m.starts_on <= today and (m.ends_on is None or today <= m.ends_on))
    return OvertimeForm(data, members=here)
