"""Who was shown what of whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
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


def record_accesses(patient_ids: Collection[int], *, by: Member, ground: str, what: str) -> int:
    """The same for many at once, as when a list is taken out. One statement; returns how many were written down.

    Patients of another clinic are passed over. Raises PermissionDenied as `record_access` does.
    """
    require(by, Permission.SEE_PATIENTS)
    if by.user_id is None:
        raise PermissionDenied
    told: dict[str, Any] = {
        "clinic": by.clinic_id, "member": by.pk, "user": by.user_id, "at": timezone.now(), "ground": ground,
        "what": what, "ids": list(patient_ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MANY, told)
        return int(cursor.rowcount)


_MANY = """
    INSERT INTO patients_patientaccess (clinic_id, patient_id, member_id, user_id, at, ground, what)
    SELECT %(clinic)s, id, %(member)s, %(user)s, %(at)s, %(ground)s, %(what)s
    FROM patients_patient WHERE clinic_id = %(clinic)s AND id = ANY(%(ids)s) ORDER BY id
"""
