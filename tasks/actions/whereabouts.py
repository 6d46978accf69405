"""A patient is dead, has left the list or lives in an institution, as staff know: what that does to plans and tasks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from patients.actions.leaving import set_gone
from tasks.actions.ending import end_of_gone
from tasks.models import Task
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def set_whereabouts(
    patient_id: int,
    field: str,
    day: dt.date | None,
    *,
    was: dt.date | None,
    reason: str,
    by: Member,
    at: dt.datetime,
) -> int:
    """Set one of patients.actions.leaving.DAYS, or take it back (None); how many open tasks that ended.

    Plans stop and open tasks end at once. Taken back, nothing starts by itself: somebody may have called, and the
    patient's page offers it. Raises PermissionDenied, Patient.DoesNotExist, Stale, ValueError as `set_gone` does.
    """
    require(by, Permission.SEE_PATIENTS)
    _lock_tasks(patient_id, by)
    changed = set_gone(patient_id, field, day, was=was, reason=reason, by=by, at=at)
    if not changed or day is None or was is not None:
        return 0
    return end_of_gone(now=at, today=oslo_date(at), patient_id=patient_id, by=by)


def _lock_tasks(patient_id: int, by: Member) -> None:
    """In order of id, before the patient, as `closing` does: two who wait never wait for one another."""
    rows = Task.objects.visible_to(by).open().filter(patient=patient_id).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
