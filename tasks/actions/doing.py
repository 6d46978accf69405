"""What people do with a task. Each verb: may they, is it still theirs to do, the write, and its event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions import pairs
from tasks.actions.changing import (
    FURTHEST,
    MOST_MINUTES,
    Changed,
    channel_of,
    has_a_say,
    may_now,
    stopped,
    take,
    take_pair,
    text_of,
    write,
)
from tasks.actions.closing import cancel
from tasks.actions.occasions import move_on, standing, take_plan_step
from tasks.actions.recording import correct, log_work
from tasks.actions.undoing import UNDO_WITHIN, undo
from tasks.gathering import employed
from tasks.life import NotAllowed
from tasks.models import Closing, Part, Task, TaskState, Verb
from tasks.queries import last_hand_on, may_do
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

__all__ = [
    "UNDO_WITHIN",
    "Changed",
    "cancel",
    "complete",
    "correct",
    "hand_on",
    "log_work",
    "postpone",
    "reject",
    "start",
    "stop",
    "undo",
]


@transaction.atomic
def complete(
    task_id: int,
    *,
    by: Member,
    minutes: int,
    at: dt.datetime,
    version: int | None = None,
    channel: str = "",
    reason: str = "",
) -> Task:
    """The task is done, by this member, in so many minutes. A plan's next occasion counts from this day.

    A preparation done makes its signature ready, with a word for whoever signs (`reason`); a signature given ends a
    preparation that nobody did. Raises Task.DoesNotExist (other clinic), PermissionDenied (may not by law or delegation, or ruled out by a leader),
    NotAllowed (already ended), Changed (another version), ValueError: "minutes" (outside 1 to 720), "channel"
    (not one of the kind's), "reason" (too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason)
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError("minutes")
    task, other = take_pair(task_id, by, version)
    may_now(by, task, at)
    channel = channel_of(task.kind, channel, task.part)
    extra: dict[str, Any] = {}
    if task.plan_step_id:
        plan_step = take_plan_step(task.plan_step_id)
        extra = {"plan_step": standing(plan_step)}
    if task.part == Part.SIGN and other is not None and other.ended_at is None:
        extra["with"] = [other.pk]
    done = write(
        task, Verb.COMPLETE, by=by, at=at, reason=reason, extra=extra,
        ended_at=at, done_by=by, minutes=minutes, assignee_id=task.assignee_id or by.pk, closing=Closing.DONE,
        channel=channel,
    )  # fmt: skip
    if task.plan_step_id:
        move_on(plan_step, done_on=oslo_date(at), today=oslo_date(at))
    pairs.done(done, other, by=by, at=at)
    return done


@transaction.atomic
def start(
    task_id: int, *, by: Member, at: dt.datetime, version: int | None = None, timer: bool = False
) -> Task:
    """The member is at it: from now on no sharing out moves it, and its minutes are taken of their day.

    `timer` sets the clock going. Whoever begins what a colleague has and has not begun takes it over; begun twice
    changes nothing but the clock. Raises PermissionDenied (may not by law or delegation, or ruled out by a
    leader), NotAllowed (ended, or a colleague is at it: the text says who), Changed.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    may_now(by, task, at)
    mine = task.assignee_id == by.pk
    if task.state == TaskState.STARTED:
        if not mine:
            raise NotAllowed(_("%(name)s har startet denne.") % {"name": task.assignee})
        if not timer or task.timer_from is not None:
            return task
        return write(task, Verb.START, by=by, at=at, timer_from=at)
    return write(
        task, Verb.START, by=by, at=at, assignee_id=by.pk, planned_on=oslo_date(at),
        pinned=task.pinned and mine, pinned_day=False, timer_from=at if timer else None,
    )  # fmt: skip


@transaction.atomic
def stop(task_id: int, *, by: Member, at: dt.datetime, version: int | None = None) -> Task:
    """Lay down what one has begun: the clock stops, and its minutes are added up for when the task is done.

    Raises PermissionDenied (somebody else has it), NotAllowed (not begun), Changed.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    if task.assignee_id != by.pk:
        raise PermissionDenied("somebody else's")
    return write(task, Verb.STOP, by=by, at=at, **stopped(task, at))


@transaction.atomic
def postpone(
    task_id: int, *, by: Member, until: dt.date, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Put the task away until a later day. The due date stands: putting off is not being on time.

    A signature cannot come before its preparation: it is put off with it. Raises ValueError("until") for a day
    that is not ahead, or after a hard deadline's last day; "reason" (too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason)
    task, other = take_pair(task_id, by, version)
    has_a_say(by, task, at)
    last_day = (task.closes_on or task.due_on) if task.hard else None
    if not oslo_date(at) < until <= oslo_date(at) + FURTHEST or (last_day and until > last_day):
        raise ValueError("until")
    for each in pairs.put_off_together(task, other, until):
        write(
            each, Verb.POSTPONE, by=by, at=at, reason=reason,
            opens_on=until, planned_on=None, pinned_day=False,
        )  # fmt: skip
    return task


@transaction.atomic
def hand_on(
    task_id: int, *, by: Member, to: Member | None, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Give the task to a colleague who may do it; the night will not take it from them. None: back to the team.

    Raises PermissionDenied when the receiver may not do it by law, profession or delegation, or a leader has
    ruled them out; ValueError("reason") (too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason)
    task = take(task_id, by, version)
    has_a_say(by, task, at)
    if to is None:
        return _to_the_team(task, Verb.RELEASE, by=by, at=at, reason=reason)
    if to.clinic_id != by.clinic_id or to.pk in task.forbidden or not may_do(to, task, on=oslo_date(at)):
        raise PermissionDenied("receiver not eligible")
    return write(
        task, Verb.HAND_ON, by=by, at=at, reason=reason, assignee_id=to.pk, planned_on=None,
        why={"rule": "handed_on", "by": by.name}, pinned=True, pinned_day=False,
    )  # fmt: skip


@transaction.atomic
def reject(task_id: int, *, by: Member, reason: str, at: dt.datetime, version: int | None = None) -> Task:
    """Give back what a colleague handed on to oneself: to whoever had it before, if they may have it, or else to the team.

    It is not pinned to them: the next sharing out may find somebody better. Raises PermissionDenied (not the
    receiver of a hand-on), NotAllowed (ended), Changed, ValueError("reason") (none given, or too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason, needed=True)
    task = take(task_id, by, version)
    given = last_hand_on(task)
    if task.assignee_id != by.pk or given is None or given.by is None or given.by_id == by.pk:
        raise PermissionDenied("nobody handed it on to this member")
    today, giver = oslo_date(at), given.by
    had_it = given.from_member_id == giver.pk and employed(giver, today)
    if not had_it or giver.pk in task.forbidden or not may_do(giver, task, on=today):
        return _to_the_team(task, Verb.REJECT, by=by, at=at, reason=reason)
    return write(
        task, Verb.REJECT, by=by, at=at, reason=reason, assignee_id=giver.pk, planned_on=None,
        why={"rule": "given_back", "by": by.name}, pinned=False, pinned_day=False,
    )  # fmt: skip


def _to_the_team(task: Task, verb: Verb, *, by: Member, at: dt.datetime, reason: str) -> Task:
    return write(
        task, verb, by=by, at=at, reason=reason,
        assignee_id=None, planned_on=None, why={}, pinned=False, pinned_day=False,
    )  # fmt: skip
