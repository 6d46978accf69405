"""A patient who is dead or has left the list, as the staff heard of it before the next import did."""

from __future__ import annotations

import datetime as dt

from patients.models import Patient
from teams.models import Member
from teams.permissions import Permission, require


def note_gone(
    patient_id: int, *, by: Member, deceased_on: dt.date | None = None, moved_on: dt.date | None = None
) -> None:
    """Set whichever day is given, where there is none: what an import has said stands. Inside a transaction.

    Raises ValueError("on") for a death before birth.
    """
    require(by, Permission.SEE_PATIENTS)
    patient = Patient.objects.visible_to(by).select_for_update().get(pk=patient_id)
    if deceased_on is not None and deceased_on < patient.birth_date:
        raise ValueError("on")
    patient.deceased_on = patient.deceased_on or deceased_on
    patient.moved_on = patient.moved_on or moved_on
    patient.save(update_fields=["deceased_on", "moved_on"])
