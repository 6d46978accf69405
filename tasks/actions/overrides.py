"""A leader overrules the sharing out, with a reason: it is respected, told of with the task, and counted (docs/numbers.md)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tasks.actions.changing import FURTHEST, take, write
from tasks.actions.locking import lock_placing
from tasks.gathering import employed
from tasks.life import after
from tasks.models import Task, TaskState, Verb
from tasks.queries import may_do, minutes_left
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

REASON_MAX = 300


@transaction.atomic
def pin(
    task_id: int,
    *,
    by: Member,
    to: Member | None,
    day: dt.date | None,
    reason: str,
    at: dt.datetime,
    version: int | None = None,
) -> Task:
    """Decide who does it (None: who has it now), and with `day` when; no sharing out moves it from there.

    Raises PermissionDenied (no leader; or `to` may not by law, profession or delegation), NotAllowed (ended),
    Changed, ValueError: "reason" (none given), "to" (nobody has it, or not employed), "forbidden" (ruled out for
    this task), "day" (past, or outside the task's window), "away" (no minutes that day), "full" (more than the
    day holds with the overtime allowed).
    """
    require(by, Permission.ASSIGN_TASKS)
    reason = _reason(reason)
    lock_placing(by.clinic_id)
    task = take(task_id, by, version)
    holder = to or task.assignee
    if holder is None:
        raise ValueError("to")
    _may_have(holder, task, by, on=oslo_date(at))
    same = task.assignee_id == holder.pk
    if day is not None:
        _has_room(task, holder, day, oslo_date(at))
    return write(
        task, Verb.PIN, by=by, at=at, reason=reason,
        to=TaskState.STARTED if same and task.state == TaskState.STARTED else None,
        assignee=holder, planned_on=day or (task.planned_on if same else None),
        pinned=True, pinned_day=day is not None, why={"rule": "pinned", "by": by.name},
    )  # fmt: skip


@transaction.atomic
def unpin(task_id: int, *, by: Member, reason: str, at: dt.datetime, version: int | None = None) -> Task:
    """Let the sharing out decide again; until it does, the task stays where it is. Unpinning twice changes nothing."""
    require(by, Permission.ASSIGN_TASKS)
    reason = _reason(reason)
    task = take(task_id, by, version)
    if not task.pinned:
        return task
    return write(task, Verb.UNPIN, by=by, at=at, reason=reason, pinned=False, pinned_day=False)


@transaction.atomic
def forbid(
    task_id: int, member: Member, *, by: Member, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Rule a member out for this task. If they have it, it is nobody's until the next sharing out."""
    require(by, Permission.ASSIGN_TASKS)
    reason = _reason(reason)
    _colleague(member, by)
    task = take(task_id, by, version)
    if member.pk in task.forbidden:
        return task
    forbidden = [*task.forbidden, member.pk]
    if task.assignee_id != member.pk:
        return write(task, Verb.FORBID, by=by, at=at, reason=reason, forbidden=forbidden)
    after(Verb.FORBID, TaskState(task.state))
    return write(
        task, Verb.FORBID, by=by, at=at, reason=reason, to=TaskState.OPEN, forbidden=forbidden,
        assignee=None, planned_on=None, pinned=False, pinned_day=False, why={},
    )  # fmt: skip


@transaction.atomic
def allow(
    task_id: int, member: Member, *, by: Member, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Take the ruling out back."""
    require(by, Permission.ASSIGN_TASKS)
    reason = _reason(reason)
    _colleague(member, by)
    task = take(task_id, by, version)
    if member.pk not in task.forbidden:
        return task
    forbidden = [pk for pk in task.forbidden if pk != member.pk]
    return write(task, Verb.ALLOW, by=by, at=at, reason=reason, forbidden=forbidden)


def _may_have(member: Member, task: Task, by: Member, *, on: dt.date) -> None:
    _colleague(member, by)
    if not employed(member, on):
        raise ValueError("to")
    if member.pk in task.forbidden:
        raise ValueError("forbidden")
    if not may_do(member, task, on=on):
        raise PermissionDenied("receiver not eligible")


def _has_room(task: Task, member: Member, day: dt.date, today: dt.date) -> None:
    closed = task.closes_on is not None and day > task.closes_on
    if not today <= day <= today + FURTHEST or day < task.opens_on or closed:
        raise ValueError("day")
    whole, booked = minutes_left(member, day, today=today, but=task.pk)
    if not whole:
        raise ValueError("away")
    if booked + task.planned_minutes > whole:
        raise ValueError("full")


def _colleague(member: Member, by: Member) -> None:
    if member.clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic's member")


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_MAX:
        raise ValueError("reason")
    return reason
