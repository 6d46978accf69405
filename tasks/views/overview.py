"""Pages about many tasks: the team's week, what nobody holds, one patient's follow-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from patients.actions import record_access
from patients.models import Patient
from tasks.forms import OvertimeForm
from tasks.presenters import as_seen, line, team_rows
from tasks.presenters.banner import banner
from tasks.queries import ORDER, plans_of, unassigned, unassigned_count, week_load
from tasks.sharings import overtime_ahead
from tasks.stranded import stranded
from teams.actions import allow_overtime
from teams.calendar import oslo_date, working_days
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.queries import time_for_tasks
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
    form = _overtime_form(request, request.POST)
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
    """Who works here, and how full their next five working days are; leaders also see what no longer holds.

    As many queries for a large clinic as for a small one.
    """
    by, today = request.member, oslo_date(timezone.now())
    days = working_days(today, 5)
    members = Member.objects.visible_to(by).employed_on(today).exclude(profession="")
    in_order = sorted(members, key=lambda m: (ORDER.index(m.profession), m.name))
    context: dict[str, Any] = {
        "days": days,
        "rows": team_rows(in_order, days, time_for_tasks(days), week_load(by, days)),
    }
    if may(by, Permission.ASSIGN_TASKS):
        context |= {
            "unassigned": unassigned_count(by),
            "stranded": banner(stranded(by.clinic_id, today)),
            "overtime": form or _overtime_form(request),
            "allowed": overtime_ahead(by, today),
        }
    return render(request, "tasks/team.html", context, status=status)


def _overtime_form(request: MemberRequest, data: Any = None) -> OvertimeForm:
    today = oslo_date(timezone.now())
    members = Member.objects.visible_to(request.member).employed_on(today).exclude(profession="")
    return OvertimeForm(data, members=members)


@require_safe
@requires(Permission.ASSIGN_TASKS)
def pool(request: MemberRequest) -> HttpResponse:
    """Open tasks that nobody holds: nothing may lie there unseen."""
    today = oslo_date(timezone.now())
    nobody = as_seen(None, request.member)
    lines = [line(row, person=nobody, today=today) for row in unassigned(request.member)]
    return render(request, "tasks/pool.html", {"lines": lines})


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient_plans(request: MemberRequest, patient_id: int) -> HttpResponse:
    """A patient's plans and tasks: a page, and the fragment that the patient's own page asks for."""
    patient = get_object_or_404(Patient.objects.visible_to(request.member), pk=patient_id)
    record_access(patient, by=request.member, ground="oppfølging", what="planer og oppgaver")
    template = "tasks/patient_plans.html" + ("#plans" if request.htmx.target == "oppfolging" else "")
    context = {"patient": patient, "may_make": may(request.member, Permission.DO_TASKS), **plans_of(patient)}
    return render(request, template, context)
