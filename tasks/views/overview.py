"""Pages about many tasks: the team's week, what nobody holds, one patient's follow-up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.actions import record_access
from patients.models import Patient
from tasks.presenters import as_seen, line, team_rows
from tasks.queries import ORDER, plans_of, unassigned, unassigned_count, week_load
from teams.calendar import oslo_date, working_days
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.queries import capacity


@require_safe
@requires(Permission.SEE_TEAM)
def team(request: MemberRequest) -> HttpResponse:
    """Who works here, and how full their next five working days are. Four queries."""
    today = oslo_date(timezone.now())
    days = working_days(today, 5)
    members = Member.objects.visible_to(request.member).employed_on(today).exclude(profession="")
    in_order = sorted(members, key=lambda m: (ORDER.index(m.profession), m.name))
    may_assign = may(request.member, Permission.ASSIGN_TASKS)
    context = {
        "days": days,
        "rows": team_rows(in_order, days, capacity(days), week_load(request.member, days)),
        "unassigned": unassigned_count(request.member) if may_assign else 0,
    }
    return render(request, "tasks/team.html", context)


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
    return render(request, template, {"patient": patient, **plans_of(patient)})
