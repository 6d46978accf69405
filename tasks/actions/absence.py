"""Somebody is away: what that uncovers is shared out anew, and what went to others is had back when they return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions import proposals
from tasks.actions.bulk import standing_before
from tasks.actions.locking import lock_placing
from tasks.gathering import HORIZON
from tasks.life import NotAllowed, after
from tasks.models import (
    AllocationRun,
    BulkChange,
    BulkItem,
    BulkVerb,
    Cause,
    RunState,
    Task,
    TaskEvent,
    TaskState,
    Verb,
)
from tasks.queries.absence import Back, moved_by, offer
from tasks.uncovering import lies_in
from teams.actions.absence import Away, cancel_absence, change_absence, register_absence
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member
from teams.permissions import Permission, may, require

CAME_BACK = "came_back"  # the rule of a task's `why`


@transaction.atomic
def register(
    member: Member, new: Away, *, by: Member, at: dt.datetime
) -> tuple[Absence, AllocationRun | None]:
    """The absence, and the sharing out that a leader is proposed for what it uncovers in the days that are planned.

    None when it uncovers nothing there, or who registers it does not share work out: the leader is told. Raises as
    `teams.actions.absence.register_absence`.
    """
    absence = register_absence(member, new, by=by, at=at)
    return absence, _propose_if_needed(absence, by=by, at=at)


@transaction.atomic
def change(
    absence_id: int, new: Away, *, by: Member, at: dt.datetime
) -> tuple[Absence, AllocationRun | None]:
    """The absence set right, and a new proposal where it uncovers something now. Raises as `change_absence`."""
    absence = change_absence(absence_id, new, by=by, at=at)
    return absence, _propose_if_needed(absence, by=by, at=at)


@transaction.atomic
def propose(absence_id: int, *, by: Member, at: dt.datetime) -> AllocationRun:
    """Ask (again) for what moves no more than this absence needs. Raises Absence.DoesNotExist, PermissionDenied,
    NotAllowed (it is over)."""
    require(by, Permission.ASSIGN_TASKS)
    absence: Absence = Absence.objects.visible_to(by).get(pk=absence_id)
    if absence.ends_on < oslo_date(at):
        raise NotAllowed(_("Fraværet er slutt."))
    return proposals.propose(
        by.clinic_id, by=by, cause=Cause.ABSENCE, calm=True, now=at, absence=absence, since=absence.at
    )


@transaction.atomic
def cancel(
    absence_id: int, *, by: Member, at: dt.datetime, give_back: bool
) -> tuple[Absence, BulkChange | None]:
    """Take out an absence that has not begun; with `give_back`, what went to others for it is had back at once.

    A proposal for it that nobody has decided on is thrown away. Raises as `cancel_absence`.
    """
    lock_placing(by.clinic_id)
    open_for_it = AllocationRun.objects.visible_to(by).filter(absence=absence_id, state__in=proposals.OPEN)
    asked = list(open_for_it.values_list("pk", flat=True))
    before: Absence = Absence.objects.visible_to(by).select_related("member").get(pk=absence_id)
    # Before it is gone: the sharings out do not name it afterwards.
    moved = moved_by(before) if give_back else {}
    absence = cancel_absence(absence_id, by=by, at=at)
    AllocationRun.objects.filter(pk__in=asked).update(state=RunState.DISCARDED, decided_by=by, decided_at=at)
    backs = offer(before, by, oslo_date(at), gone=True, lock=True, moved=moved).tasks
    wanted = {back.task.pk: back.task.version for back in backs if back.place.advised}
    return absence, _take(before.member, backs, wanted, by=by, at=at)


@transaction.atomic
def take_back(absence_id: int, versions: Mapping[int, int], *, by: Member, at: dt.datetime) -> BulkChange:
    """The member has these tasks again (version shown by id), each on a day with room. One change, with one undo.

    What has been begun, ended, pinned or changed since it was shown is left where it is. Raises
    Absence.DoesNotExist, PermissionDenied (neither the member nor a leader), ValueError("tasks") (none chosen),
    NotAllowed (none of them can be had back now).
    """
    absence: Absence = Absence.objects.visible_to(by).select_related("member").get(pk=absence_id)
    require(by, Permission.DO_TASKS if by.pk == absence.member_id else Permission.ASSIGN_TASKS)
    if not versions:
        raise ValueError("tasks")
    lock_placing(by.clinic_id)
    moved = {task_id: day for task_id, day in moved_by(absence).items() if task_id in versions}
    found = offer(absence, by, oslo_date(at), lock=True, moved=moved)
    taken = _take(absence.member, found.tasks, versions, by=by, at=at)
    if taken is None:
        raise NotAllowed(_("Ingen av oppgavene kan tas tilbake nå. Se hva som er endret."))
    return taken


def _propose_if_needed(absence: Absence, *, by: Member, at: dt.datetime) -> AllocationRun | None:
    today = oslo_date(at)
    first, last = max(absence.starts_on, today), min(absence.ends_on, working_days(today, HORIZON)[-1])
    if first > last or not may(by, Permission.ASSIGN_TASKS):
        return None
    held = Task.objects.visible_to(by).open().held_by(absence.member)
    if not lies_in(held, first, last, today).exists():
        return None
    return propose(absence.pk, by=by, at=at)


def _take(
    member: Member,
    backs: tuple[Back, ...],
    versions: Mapping[int, int],
    *,
    by: Member,
    at: dt.datetime,
) -> BulkChange | None:
    """Five statements, however many tasks."""
    chosen = [back for back in backs if versions.get(back.task.pk) == back.task.version]
    if not chosen:
        return None
    bulk = BulkChange.objects.create(
        clinic_id=by.clinic_id, verb=BulkVerb.REASSIGN, reason=_("Tilbake etter fravær"), by=by, at=at
    )
    items, events = [], []
    for back in sorted(chosen, key=lambda each: each.task.pk):
        task, day = back.task, back.place.day
        before, state, holder = standing_before(task), task.state, task.assignee_id
        task.state, task.assignee = after(Verb.ASSIGN, TaskState(task.state)), member
        task.planned_on, task.why, task.version = day, {"rule": CAME_BACK, "by": by.name}, task.version + 1
        items.append(
            BulkItem(clinic_id=bulk.clinic_id, bulk=bulk, task=task, version=task.version, before=before)
        )
        events.append(
            TaskEvent(
                clinic_id=task.clinic_id, task=task, verb=Verb.ASSIGN, from_state=state, to_state=task.state,
                from_member_id=holder, to_member=member, by=by, at=at, effective_at=at, reason=bulk.reason,
                after={"planned_on": day.isoformat() if day else None, "why": task.why},
            )
        )  # fmt: skip
    Task.objects.bulk_update(
        [back.task for back in chosen], ["state", "assignee", "planned_on", "why", "version"]
    )
    BulkItem.objects.bulk_create(items)
    TaskEvent.objects.bulk_create(events)
    return bulk
