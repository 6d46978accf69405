"""A leader has looked into an unusual access, and says what came of it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied

from patients.models import AccessReview
from teams.models import Member
from teams.permissions import Permission, require


def review_access(
    *, rule: str, member: Member, day: dt.date, patient_id: int, note: str, by: Member, at: dt.datetime
) -> AccessReview:
    """Nobody controls what they did themselves. Raises PermissionDenied, ValueError("note")."""
    require(by, Permission.CONTROL_ACCESS)
    if member.pk == by.pk or member.clinic_id != by.clinic_id:
        raise PermissionDenied("one's own access, or another clinic's")
    note = note.strip()
    if not note or len(note) > 500:
        raise ValueError("note")
    return AccessReview.objects.create(
        clinic_id=by.clinic_id,
        rule=rule,
        member=member,
        day=day,
        patient_id=patient_id,
        note=note,
        by=by,
        at=at,
    )
