"""Who was shown what of whom."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from patients.models import Patient, PatientAccess
from teams.models import Member
from teams.permissions import Permission, require


def record_access(patient: Patient, *, by: Member, ground: str, what: str) -> PatientAccess:
    """Write down that `by` is shown `what` of the patient, on this ground (pasientjournalloven § 22 a).

    Raises PermissionDenied for whoever may not see patients, or is of another clinic, or has no login.
    """
    require(by, Permission.SEE_PATIENTS)
    if patient.clinic_id != by.clinic_id or by.user_id is None:
        raise PermissionDenied
    return PatientAccess.objects.create(
        clinic_id=by.clinic_id,
        patient=patient,
        member=by,
        user_id=by.user_id,
        at=timezone.now(),
        ground=ground,
        what=what,
    )
