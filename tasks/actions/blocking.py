"""A patient blocks somebody: what those hold for the patient goes to others at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from patients.actions import blocking
from patients.models import Block, Patient
from tasks.actions.changing import write
from tasks.actions.locking import lock_placing
from tasks.actions.urgent import put_all_in
from tasks.models import Cause, Task, TaskState, Verb
from teams.models import Member
from teams.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Blocked:
    """So many tasks were held by somebody who is blocked now; so many of them have got nobody yet."""

    block: Block
    moved: int
    left: int


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
) -> Blocked:
    """Register the block, and hand on what the blocked hold. Raises what patients.actions.blocking raises.

    Released before the block stands, since whoever registers it may be blocked by it too, and sees nothing afterwards.
    """
    require(by, Permission.BLOCK_PATIENTS)
    lock_placing(by.clinic_id)
    ids = {each.pk for each in members}
    rows = Task.objects.visible_to(by).open().filter(patient=patient, assignee__isnull=False).order_by("pk")
    rows = rows.exclude(assignee__in=ids) if all_but else rows.filter(assignee__in=ids)
    held = list(rows.select_for_update(of=("self",)).select_related("kind"))
    for task in held:
        write(
            task, Verb.RELEASE, by=by, at=at, to=TaskState.OPEN, assignee=None, planned_on=None, pinned=False,
            pinned_day=False, why={},
        )  # fmt: skip
    block = blocking.block_patient(patient, members, all_but=all_but, until=until, note=note, by=by, at=at)
    placed = put_all_in([task.pk for task in held], cause=Cause.URGENT, by=by, at=at) if held else {}
    given = sum(member is not None for member in placed.values())
    return Blocked(block, len(held), len(held) - given)
