"""A patient who is dead, has left the list or lives in an institution: noted, set right, and taken back."""

from __future__ import annotations

import datetime as dt

from patients.actions.corrections import Stale, note, reason_of, take
from patients.changes import told
from patients.models import Patient
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

GONE = ("deceased_on", "moved_on")
DAYS = (*GONE, "institution_on")


def note_gone(
    patient_id: int,
    *,
    by: Member,
    at: dt.datetime,
    deceased_on: dt.date | None = None,
    moved_on: dt.date | None = None,
) -> None:
    """Set whichever day is given, where there is none: what an import has said stands. Inside a transaction.

    Raises PermissionDenied, Patient.DoesNotExist, ValueError("on") for a death before birth.
    """
    require(by, Permission.SEE_PATIENTS)
    patient = take(patient_id, by)
    if deceased_on is not None and deceased_on < patient.birth_date:
        raise ValueError("on")
    for field, day in (("deceased_on", deceased_on), ("moved_on", moved_on)):
        if day is not None and getattr(patient, field) is None:
            _set(patient, field, day, by=by, at=at)


def set_gone(
    patient_id: int,
    field: str,
    day: dt.date | None,
    *,
    was: dt.date | None,
    reason: str,
    by: Member,
    at: dt.datetime,
) -> bool:
    """One of DAYS as it should be; None: dead, moved or in an institution no more. Inside a transaction.

    `was`: the day that the page showed. False when it stands so already. What hangs on it in other rooms is the
    caller's (tasks.actions.whereabouts). Raises PermissionDenied, Patient.DoesNotExist, Stale, ValueError: "field", "day"
    (ahead, or before birth), "reason" (too long; lacking, when a death or a move is taken back or gets another day).
    """
    require(by, Permission.SEE_PATIENTS)
    if field not in DAYS:
        raise ValueError("field")
    patient = take(patient_id, by)
    stood = getattr(patient, field)
    if stood != was:
        raise Stale
    if day is not None and not patient.birth_date <= day <= oslo_date(at):
        raise ValueError("day")
    reason = reason_of(reason, needed=field in GONE and stood is not None and day != stood)
    if day == stood:
        return False
    _set(patient, field, day, by=by, at=at, reason=reason)
    return True


def _set(
    patient: Patient, field: str, day: dt.date | None, *, by: Member, at: dt.datetime, reason: str = ""
) -> None:
    before = getattr(patient, field)
    setattr(patient, field, day)
    patient.save(update_fields=[field])
    note(patient, field, told(before), told(day), by=by, at=at, reason=reason)
