"""What the law lets be deleted: asked for, decided on by a doctor who leads, and after a week done by the database.

The application has no right to delete a record. It writes a decision; rights/sql/carry_out.sql looks at it and does it.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from patients.models import Condition, Medication, Patient
from rights.models import WAIT, Asker, DeletionRequest, Ground, Scope, Tombstone
from rights.queries.deleting import outlived
from tasks.models import Task
from teams.calendar import oslo_date
from teams.models import Access, Member
from teams.permissions import Permission, require
from teams.wall import jobs_scope

log = logging.getLogger(__name__)
WORDS_MAX = 1000
# What the database says when it will not (rights/sql/carry_out.sql).
WHY_NOT = ("decided", "alone", "early", "many", "gone")


@transaction.atomic
def ask(
    patient_id: int, *, scope: str, row: int | None, asker: str, wish: str, by: Member
) -> DeletionRequest:
    """Write down that somebody wants something deleted. It is in the patient's record from then on (§ 43 second paragraph).

    Raises PermissionDenied, Patient.DoesNotExist, ValueError: "scope", "row" (not the patient's), "open" (a task that is
    not ended yet: ending it decides what its plan does), "asker", "wish", "asked" (it waits already).
    """
    require(by, Permission.PATIENT_RIGHTS)
    patient: Patient = Patient.objects.visible_to(by).select_for_update(of=("self",)).get(pk=patient_id)
    if scope not in Scope.values:
        raise ValueError("scope")
    _check_row(patient, scope, row)
    if asker not in Asker.values:
        raise ValueError("asker")
    if not 0 < len(wish.strip()) <= WORDS_MAX:
        raise ValueError("wish")
    try:
        with transaction.atomic():
            return DeletionRequest.objects.create(
                clinic_id=by.clinic_id, patient=patient, scope=scope, row=row, asker=asker, wish=wish.strip(),
                asked_by=by, asked_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError:
        raise ValueError("asked") from None


def _check_row(patient: Patient, scope: str, row: int | None) -> None:
    if scope == Scope.PATIENT:
        if row is not None:
            raise ValueError("row")
        return
    models: dict[str, type[Model]] = {
        Scope.TASK: Task, Scope.CONDITION: Condition, Scope.MEDICATION: Medication,
    }  # fmt: skip
    rows: QuerySet[Any] = models[scope]._base_manager.filter(patient=patient, clinic_id=patient.clinic_id)
    found = rows.filter(pk=row or 0).first()
    if found is None:
        raise ValueError("row")
    if isinstance(found, Task) and found.ended_at is None:
        raise ValueError("open")


@transaction.atomic
def decide(request_id: int, *, grant: bool, ground: str, reason: str, by: Member) -> DeletionRequest:
    """Grant or refuse. What is granted is done after `WAIT`; a refusal with its reason stays in the record.

    Raises PermissionDenied, DeletionRequest.DoesNotExist, ValueError: "decided", "alone" (whoever asked does not decide
    where somebody else leads too), "ground", "outlived" (not that old), "reason".
    """
    require(by, Permission.DECIDE_DELETION)
    found = _take(request_id, by)
    if found.state != DeletionRequest.State.ASKED:
        raise ValueError("decided")
    today = oslo_date(timezone.now())
    if found.asked_by_id == by.pk and _others_lead(by, today):
        raise ValueError("alone")
    if grant and ground not in Ground.values:
        raise ValueError("ground")
    if (
        grant
        and ground == Ground.OUTLIVED
        and not outlived(by, today).filter(pk=found.patient_id or 0).exists()
    ):
        raise ValueError("outlived")
    if not 0 < len(reason.strip()) <= WORDS_MAX:
        raise ValueError("reason")
    found.state = DeletionRequest.State.GRANTED if grant else DeletionRequest.State.REFUSED
    found.ground, found.reason = ground if grant else "", reason.strip()
    found.decided_by, found.decided_at = by, timezone.now()
    found.save(update_fields=["state", "ground", "reason", "decided_by", "decided_at"])
    return found


@transaction.atomic
def stop(request_id: int, *, by: Member) -> DeletionRequest:
    """Withdrawn, or stopped before it was done. Raises PermissionDenied, DeletionRequest.DoesNotExist, ValueError("done")."""
    require(by, Permission.PATIENT_RIGHTS)
    found = _take(request_id, by)
    if found.state not in DeletionRequest.WAITING:
        raise ValueError("done")
    found.state, found.stopped_by, found.stopped_at = DeletionRequest.State.STOPPED, by, timezone.now()
    found.save(update_fields=["state", "stopped_by", "stopped_at"])
    return found


def accept_back(tombstone_id: int, *, by: Member) -> None:
    """Somebody who was deleted is here again and may stay. Raises PermissionDenied, Tombstone.DoesNotExist."""
    require(by, Permission.DECIDE_DELETION)
    rows = Tombstone.objects.visible_to(by).filter(pk=tombstone_id, back__isnull=False)
    if not rows.update(accepted_by=by):
        raise Tombstone.DoesNotExist


def carry_out_due(*, now: dt.datetime) -> int:
    """Do what has waited long enough, each in a transaction of its own: killed in the middle, the rest is done next time."""
    with jobs_scope():
        rows = DeletionRequest.objects.filter(state=DeletionRequest.State.GRANTED, decided_at__lte=now - WAIT)
        due = list(rows.order_by("pk").values_list("pk", flat=True))
    return sum(_carry_out(request_id) for request_id in due)


def _carry_out(request_id: int) -> bool:
    try:
        with jobs_scope(), connection.cursor() as cursor:
            cursor.execute("SELECT rights_carry_out(%s)", [request_id])
            return cursor.fetchone()[0] is not None
    except DatabaseError as error:
        said = getattr(error.__cause__, "diag", None)
        why = (said.message_primary if said else "") or ""
        why = why if why in WHY_NOT else (said.constraint_name if said else "") or "?"
        # Not the error itself, whose detail may name a row.
        log.error("deletion not carried out request=%s why=%s", request_id, why)
        with jobs_scope():
            DeletionRequest.objects.filter(pk=request_id, state=DeletionRequest.State.GRANTED).update(
                problem=why
            )
        return False


def note_returns() -> int:
    """Look for deleted numbers that an import has brought back; how many were found now."""
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT rights_came_back()")
        return int(cursor.fetchone()[0])


def _take(request_id: int, by: Member) -> DeletionRequest:
    rows = DeletionRequest.objects.visible_to(by).select_for_update(of=("self",))
    found: DeletionRequest = rows.get(pk=request_id)
    return found


def _others_lead(by: Member, today: dt.date) -> bool:
    leaders = (
        Member.objects.visible_to(by).employed_on(today).filter(access=Access.LEADER, user__isnull=False)
    )
    return leaders.exclude(pk=by.pk).exists()
