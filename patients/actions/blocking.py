"""Whom a patient does not want to see what is written of them; and who opens it all the same, for a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.shortcuts import get_object_or_404

from patients.actions.access import record_access
from patients.models import Block, BreakGlass, Ground, Patient
from teams.models import Member
from teams.permissions import Permission, require

OPEN_FOR = dt.timedelta(minutes=60)
REASON_MIN, REASON_MAX = 15, 500


@transaction.atomic
def block_patient(
    patient: Patient,
    members: Collection[Member],
    *,
    all_but: bool,
    until: dt.datetime | None,
    note: str,
    by: Member,
    at: dt.datetime,
) -> Block:
    """Those named (or everybody but them) see nothing of the patient from now on.

    Raises PermissionDenied; ValueError: "members" (nobody, or not the clinic's), "until" (not ahead), "note" (none).
    """
    require(by, Permission.BLOCK_PATIENTS)
    if not members or any(each.clinic_id != patient.clinic_id for each in members):
        raise ValueError("members")
    if until is not None and until <= at:
        raise ValueError("until")
    note = note.strip()
    if not note or len(note) > 300:
        raise ValueError("note")
    return Block.objects.create(
        clinic_id=patient.clinic_id, patient=patient, all_but=all_but, members=sorted(each.pk for each in members),
        starts_at=at, ends_at=until, note=note, registered_by=by, registered_at=at,
    )  # fmt: skip


@transaction.atomic
def end_block(block_id: int, *, by: Member, at: dt.datetime) -> Block:
    """The patient wants it no longer. Ended twice changes nothing. Raises PermissionDenied, Http404."""
    require(by, Permission.BLOCK_PATIENTS)
    block: Block = get_object_or_404(Block.objects.visible_to(by), pk=block_id)
    if block.ends_at is None or block.ends_at > at:
        block.ends_at, block.ended_by = at, by
        block.save(update_fields=["ends_at", "ended_by"])
    return block


@transaction.atomic
def break_glass(
    *,
    number: str,
    given: str,
    family: str,
    born: dt.date | None,
    why: str,
    reason: str,
    by: Member,
    at: dt.datetime,
) -> Patient | None:
    """Open a patient who has blocked `by`, for OPEN_FOR. Written down first, on a ground of its own.

    Whoever asks must know exactly who it is, by number or by name and day of birth. None when nobody is blocked who
    is so called: the answer is the same whether there is such a patient or not. Raises PermissionDenied,
    ValueError: "reason" (too short or long), "why".
    """
    require(by, Permission.BREAK_GLASS)
    reason = reason.strip()
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise ValueError("reason")
    if why not in BreakGlass.Why.values:
        raise ValueError("why")
    with connection.cursor() as cursor:
        cursor.execute("SELECT fordel_blocked_patient(%s, %s, %s, %s)", [number, given, family, born])
        (patient_id,) = cursor.fetchone()
    if patient_id is None or by.user_id is None:
        return None
    BreakGlass.objects.create(
        clinic_id=by.clinic_id, patient_id=patient_id, member=by, user_id=by.user_id, at=at, until=at + OPEN_FOR,
        why=why, reason=reason,
    )  # fmt: skip
    patient: Patient = Patient.objects.visible_to(by).get(pk=patient_id)
    record_access(patient, by=by, ground=Ground.BREAK_GLASS, what=f"nødåpning: {BreakGlass.Why(why).label}")
    return patient
