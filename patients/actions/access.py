"""Who was shown what of whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from patients.models import Ground, Patient
from patients.naming import note_told
from teams.models import Member
from teams.permissions import Permission, require

SAME_LOOK = 10  # minutes


def record_access(patient: Patient, *, by: Member, ground: str, what: str) -> None:
    """Write down that `by` is shown `what` of the patient, on this ground (pasientjournalloven § 22 a).

    Whoever has broken the glass to see the patient is written down on that ground, whatever the page says.
    Raises PermissionDenied for whoever may not see patients, or is of another clinic, or has no login.
    """
    require(by, Permission.SEE_PATIENTS)
    if patient.clinic_id != by.clinic_id:
        raise PermissionDenied
    record_accesses([patient.pk], by=by, ground=ground, what=what)


def record_accesses(patient_ids: Collection[int], *, by: Member, ground: str, what: str) -> int:
    """The same for many at once, as when a list is taken out. One statement; returns how many were written down.

    Patients of another clinic are passed over. Raises PermissionDenied as `record_access` does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_EACH, _told(patient_ids, by=by, ground=ground, what=what))
        note_told(patient_ids)
        return int(cursor.rowcount)


def record_shown(patient_ids: Collection[int], *, by: Member, ground: str, page: str, what: str) -> None:
    """One row for all that a page, list, file or fragment shows at once. One statement.

    The same page that shows the same person nobody new within SAME_LOOK minutes is the same look, not a new one: a list
    that a screen asks for again every few seconds would else be written down thousands of times a day.
    """
    told = _told(patient_ids, by=by, ground=ground, what=what)
    with connection.cursor() as cursor:
        cursor.execute(_TOGETHER, {**told, "page": page, "minutes": SAME_LOOK})


def record_file_of_strangers(*, by: Member, page: str, what: str) -> None:
    """Rows about people who are no patients here: what was shown is written down, though nobody can be named."""
    if by.user_id is None:
        raise PermissionDenied
    told: dict[str, Any] = {"page": page, "what": what, "ground": str(Ground.LIST), "at": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_NOBODY, {"clinic": by.clinic_id, "member": by.pk, "user": by.user_id, **told})


def _told(patient_ids: Collection[int], *, by: Member, ground: str, what: str) -> dict[str, Any]:
    require(by, Permission.SEE_PATIENTS)
    if by.user_id is None:
        raise PermissionDenied
    return {
        "clinic": by.clinic_id, "member": by.pk, "user": by.user_id, "at": timezone.now(), "ground": ground,
        "what": what, "ids": list(patient_ids), "broken": str(Ground.BREAK_GLASS),
    }  # fmt: skip


_GROUND = """
    CASE WHEN EXISTS (
        SELECT FROM patients_breakglass g
        WHERE g.patient_id = shown.id AND g.member_id = %(member)s AND g.clinic_id = %(clinic)s AND g.until > %(at)s
    ) THEN %(broken)s ELSE %(ground)s END
"""
_ONE_EACH = f"""
    INSERT INTO patients_patientaccess (clinic_id, patient_id, member_id, user_id, at, ground, what)
    SELECT %(clinic)s, shown.id, %(member)s, %(user)s, %(at)s, {_GROUND}, %(what)s
    FROM patients_patient shown WHERE clinic_id = %(clinic)s AND id = ANY(%(ids)s) ORDER BY id
"""  # noqa: S608  # our own pieces
_TOGETHER = f"""
    INSERT INTO patients_listshown (clinic_id, member_id, user_id, at, ground, page, what, patients)
    SELECT %(clinic)s, %(member)s, %(user)s, %(at)s, found.ground, %(page)s, %(what)s, found.ids
    FROM (
        SELECT {_GROUND} AS ground, array_agg(shown.id ORDER BY shown.id) AS ids
        FROM unnest(%(ids)s::bigint[]) AS shown (id) GROUP BY 1
    ) found
    WHERE NOT EXISTS (
        SELECT FROM patients_listshown same
        WHERE same.member_id = %(member)s AND same.at > %(at)s - make_interval(mins => %(minutes)s)
            AND same.clinic_id = %(clinic)s AND same.page = %(page)s AND same.ground = found.ground
            AND same.patients @> found.ids
    )
"""  # noqa: S608  # our own pieces
_NOBODY = """
    INSERT INTO patients_listshown (clinic_id, member_id, user_id, at, ground, page, what, patients)
    VALUES (%(clinic)s, %(member)s, %(user)s, %(at)s, %(ground)s, %(page)s, %(what)s, '{}')
"""
