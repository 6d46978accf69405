"""One patient's follow-up, on the patient's own page too."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from patients.actions import record_access
from patients.models import Patient
from tasks.queries import plans_of
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient_plans(request: MemberRequest, patient_id: int) -> HttpResponse:
    """A patient's plans and tasks: a page, and the fragment that the patient's own page asks for."""
    patient = get_object_or_404(Patient.objects.visible_to(request.member), pk=patient_id)
    record_access(patient, by=request.member, ground="oppfølging", what="planer og oppgaver")
    template = "tasks/patient_plans.html" + ("#plans" if request.htmx.target == "oppfolging" else "")
    context = {"patient": patient, "may_make": may(request.member, Permission.DO_TASKS), **plans_of(patient)}
    return render(request, template, context)
