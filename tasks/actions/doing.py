"""What people do with a task. Each verb: may they, is it still theirs to do, the write, and its event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import FURTHEST, MOST_MINUTES, note, take, write
from tasks.actions.plans import move_on
from tasks.life import NotAllowed
from tasks.models import Closing, Origin, PlanStep, Task, TaskKind, TaskState, Verb
from tasks.queries import may_do
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, may, require

UNDO_WITHIN = dt.timedelta(minutes=10)


@transaction.atomic
def complete(task_id: int, *, by: Member, minutes: int, at: dt.datetime, version: int | None = None) -> Task:
    """The task is done, by this member, in so many minutes. A plan's next occasion counts from this day.

    Raises Task.DoesNotExist (other clinic), PermissionDenied (may not by law or delegation, or
    ruled out by a leader), NotAllowed (already ended), Changed (another version), ValueError (minutes outside 1 to 720).
    """
    require(by, Permission.DO_TASKS)
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError("minutes")
    task = take(task_id, by, version)
    if by.pk in task.forbidden or not may_do(by, task, on=oslo_date(at)):
        raise PermissionDenied("not eligible")
    before: dict[str, Any] = {}
    if task.plan_step_id:
        plan_step = PlanStep.objects.select_for_update().select_related("step").get(pk=task.plan_step_id)
        before = {"plan_step": _standing(plan_step)}
        move_on(plan_step, done_on=oslo_date(at))
    return write(
        task, Verb.COMPLETE, by=by, at=at, extra=before,
        ended_at=at, done_by=by, minutes=minutes, assignee=task.assignee or by, closing=Closing.DONE,
    )  # fmt: skip


@transaction.atomic
def start(task_id: int, *, by: Member, at: dt.datetime, version: int | None = None) -> Task:
    """The member is at it: from now on no sharing out moves it, and its minutes are taken of their day.

    Whoever begins what a colleague has takes it over; begun twice changes nothing. Raises PermissionDenied (may
    not by law or delegation, or ruled out by a leader), NotAllowed (ended, or a colleague is at it), Changed.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    if by.pk in task.forbidden or not may_do(by, task, on=oslo_date(at)):
        raise PermissionDenied("not eligible")
    mine = task.assignee_id == by.pk
    if mine and task.state == TaskState.STARTED:
        return task
    return write(
        task, Verb.START, by=by, at=at,
        assignee=by, planned_on=oslo_date(at), pinned=task.pinned and mine, pinned_day=False,
    )  # fmt: skip


@transaction.atomic
def undo(task_id: int, *, by: Member, at: dt.datetime) -> Task:
    """Take back one's own completion within ten minutes: task and plan stand as before.

    Raises NotAllowed when it is too late, somebody else's, or something has happened to the task since.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, None)
    last = task.events.order_by("-id").first()
    if (
        last is None
        or last.verb not in (Verb.COMPLETE, Verb.LOG)
        or last.by_id != by.pk
        or at - last.at > UNDO_WITHIN
    ):
        raise NotAllowed(_("Det er for sent å angre."))
    if task.plan_step_id:
        if not PlanStep.objects.filter(pk=task.plan_step_id, waiting=True).exists():
            raise NotAllowed(_("Neste oppgave i planen er alt åpnet."))
        _restore(task.plan_step_id, last.after["plan_step"])
    if last.verb == Verb.LOG:
        # There was no task before it was logged: it ends as not done, and counts nowhere.
        return write(
            task,
            Verb.UNDO,
            by=by,
            at=at,
            to=TaskState.CANCELLED,
            done_by=None,
            minutes=None,
            closing=Closing.MISTAKE,
        )
    # Whoever held it holds it again: completing it did not take it from them.
    return write(task, Verb.UNDO, by=by, at=at, ended_at=None, done_by=None, minutes=None, closing="")


@transaction.atomic
def postpone(
    task_id: int, *, by: Member, until: dt.date, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Put the task away until a later day. The due date stands: putting off is not being on time.

    Raises ValueError("until") for a day that is not ahead, or after a hard deadline's last day.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    _has_a_say(by, task, at)
    last_day = (task.closes_on or task.due_on) if task.hard else None
    if not oslo_date(at) < until <= oslo_date(at) + FURTHEST or (last_day and until > last_day):
        raise ValueError("until")
    return write(
        task, Verb.POSTPONE, by=by, at=at, reason=reason, opens_on=until, planned_on=None, pinned_day=False
    )


@transaction.atomic
def hand_on(
    task_id: int, *, by: Member, to: Member | None, reason: str, at: dt.datetime, version: int | None = None
) -> Task:
    """Give the task to a colleague who may do it; the night will not take it from them. None: back to the team.

    Raises PermissionDenied when the receiver may not do it by law, profession or delegation, or a leader has
    ruled them out.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    _has_a_say(by, task, at)
    if to is None:
        return write(
            task,
            Verb.RELEASE,
            by=by,
            at=at,
            reason=reason,
            assignee=None,
            planned_on=None,
            why={},
            pinned=False,
            pinned_day=False,
        )
    if to.clinic_id != by.clinic_id or to.pk in task.forbidden or not may_do(to, task, on=oslo_date(at)):
        raise PermissionDenied("receiver not eligible")
    why = {"rule": "handed_on", "by": by.name}
    return write(
        task,
        Verb.HAND_ON,
        by=by,
        at=at,
        reason=reason,
        assignee=to,
        planned_on=None,
        why=why,
        pinned=True,
        pinned_day=False,
    )


@transaction.atomic
def cancel(task_id: int, *, by: Member, reason: str, at: dt.datetime, version: int | None = None) -> Task:
    """The task will not be done. Told apart from done: a plan counts on from the due date, not from today."""
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    _has_a_say(by, task, at)
    if task.plan_step_id:
        move_on(
            PlanStep.objects.select_for_update().select_related("step").get(pk=task.plan_step_id),
            done_on=None,
        )
    return write(task, Verb.CANCEL, by=by, at=at, reason=reason, ended_at=at, closing=Closing.NOT_NEEDED)


@transaction.atomic
def log_work(
    kind: TaskKind, *, by: Member, minutes: int, origin: str, at: dt.datetime, sender: str = ""
) -> Task:
    """Work that nobody planned, just done: how a doctor's non-clinical minutes get counted.

    Raises ValueError for minutes outside 1 to 720 or an unknown origin.
    """
    require(by, Permission.DO_TASKS)
    if not 1 <= minutes <= MOST_MINUTES or origin not in Origin.values:
        raise ValueError("minutes or origin")
    task = Task.objects.create(
        clinic_id=by.clinic_id, kind=kind, name=kind.name, origin=origin, sender=sender, logged=True,
        state=TaskState.DONE, opens_on=oslo_date(at), planned_minutes=minutes, minutes=minutes,
        assignee=by, done_by=by, opened_at=at, ended_at=at, closing=Closing.DONE,
    )  # fmt: skip
    note(task, Verb.LOG, from_state="", from_member=None, by=by, at=at, reason="", after={"minutes": minutes})
    return task


def _has_a_say(by: Member, task: Task, at: dt.datetime) -> None:
    """The holder, whoever may do it, or a leader: nobody else puts off, gives away or ends a task."""
    if (
        task.assignee_id != by.pk
        and not may(by, Permission.ASSIGN_TASKS)
        and not may_do(by, task, on=oslo_date(at))
    ):
        raise PermissionDenied("neither the holder, nor eligible, nor a leader")


def _standing(plan_step: PlanStep) -> dict[str, str | None]:
    names = ("last_done_on", "opens_on", "due_on", "closes_on")
    return {name: value.isoformat() if (value := getattr(plan_step, name)) else None for name in names}


def _restore(plan_step_id: int, standing: dict[str, str | None]) -> None:
    dates = {name: dt.date.fromisoformat(text) if text else None for name, text in standing.items()}
    PlanStep.objects.filter(pk=plan_step_id).update(waiting=False, **dates)
