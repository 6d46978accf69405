"""One patient's page."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.actions import record_access
from patients.models import Patient
from patients.presenters import condition_rows, encounter_rows, identifier_rows
from patients.queries import story
from teams.calendar import OSLO
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient(request: MemberRequest, patient_id: int) -> HttpResponse:
    """One patient. That it was opened is written down first, so that the page shows it too."""
    rows = Patient.objects.visible_to(request.member).select_related("list_doctor", "usual_nurse")
    found = get_object_or_404(rows, pk=patient_id)
    record_access(found, by=request.member, ground=_("oppfølging"), what=_("pasientside"))
    today = dt.datetime.now(OSLO).date()
    told = story(found, today=today)
    context = {
        "patient": found,
        "age": found.age_on(found.deceased_on or today),
        "story": told,
        "conditions": condition_rows(told.conditions),
        "encounters": encounter_rows(told.encounters),
        "identifiers": identifier_rows(told.identifiers),
    }
    return render(request, "patients/patient.html", context)
