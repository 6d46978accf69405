"""Taking back what one has just done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions import occasions, plans
from tasks.actions.changing import take_pair, write
from tasks.life import NotAllowed
from tasks.models import Closing, JournalNote, Part, Task, TaskEvent, TaskState, Verb
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

UNDO_WITHIN = dt.timedelta(minutes=10)
TAKEN_BACK = (Verb.COMPLETE, Verb.LOG, Verb.CANCEL, Verb.ATTEMPT)
# The patient's plans have been stopped and their other tasks ended: that is set right with the patient.
FOR_GOOD = (Closing.MOVED, Closing.DEAD)


@transaction.atomic
def undo(task_id: int, *, by: Member, at: dt.datetime) -> Task:
    """Take back one's own completion, closing, attempt or logging within ten minutes: tasks and plan stand as before.

    Raises NotAllowed when it is too late, somebody else's, or something has happened to the task since; when the
    next occasion has been opened; or when what was prepared is signed, begun on, ended, or sent back for a new
    preparation. What ended with another task is taken back together with it, from either.
    """
    require(by, Permission.DO_TASKS)
    task_id = _main(task_id, by)
    task, other = take_pair(task_id, by, None)
    last = _last(task)
    if not last or not _mine_just_now(last, by, at) or last.verb not in TAKEN_BACK:
        raise NotAllowed(_("Det er for sent å angre."))
    if last.after.get("closing") in FOR_GOOD:
        raise NotAllowed(_("Det kan ikke angres her: rett opp på pasienten."))
    if last.verb == Verb.ATTEMPT:
        return _not_tried(task, last, by, at)
    _plan(last, other, by, at)
    _together(last, by, at)
    if last.verb == Verb.LOG:
        # There was no task before it was logged: it ends as not done, and counts nowhere.
        fields: dict[str, Any] = {"done_by": None, "minutes": None, "closing": Closing.MISTAKE, "channel": ""}
        return write(task, Verb.UNDO, by=by, at=at, to=TaskState.CANCELLED, **fields)
    _not_ready(task, other, by, at)
    _journal(task, by, at, last)
    return _as_before(task, last, by, at)


def _main(task_id: int, by: Member) -> int:
    """The task that this one ended with: its event alone knows where the plan stood, and what else ended."""
    task = Task.objects.visible_to(by).get(pk=task_id)
    last = _last(task)
    if last and last.verb == Verb.CANCEL:
        task_id = last.after.get("ended_with", task_id)
    return task_id


def _last(task: Task) -> TaskEvent | None:
    found: TaskEvent | None = task.events.order_by("-id").first()
    return found


def _mine_just_now(last: TaskEvent, by: Member, at: dt.datetime) -> bool:
    return last.by_id == by.pk and at - last.at <= UNDO_WITHIN


def _not_tried(task: Task, last: TaskEvent, by: Member, at: dt.datetime) -> Task:
    """An attempt that was none: the task shows when it did, and with it a signature that was put off along."""
    if "stood" not in last.after:  # of before it was kept
        raise NotAllowed(_("Det er for sent å angre."))
    for each in (
        Task.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=last.after.get("with", []))
    ):
        own = _last(each)
        if own and own.verb == Verb.POSTPONE and own.at == last.at:
            write(each, Verb.UNDO, by=by, at=at, to=TaskState(own.from_state), **_stood(own))
    return write(
        task, Verb.UNDO, by=by, at=at, to=TaskState(last.from_state), extra={"undone": last.pk},
        attempts=task.attempts - 1, **_stood(last),
    )  # fmt: skip


def _stood(event: TaskEvent) -> dict[str, Any]:
    days = {
        name: (value := event.after["stood"][name]) and dt.date.fromisoformat(value)
        for name in ("opens_on", "planned_on")
    }
    return {**days, "pinned_day": event.after["stood"]["pinned_day"]}


def _as_before(task: Task, last: TaskEvent, by: Member, at: dt.datetime) -> Task:
    """Whoever held it holds it again: ending it did not take it from them."""
    return write(
        task, Verb.UNDO, by=by, at=at, to=TaskState(last.from_state), assignee_id=last.from_member_id,
        ended_at=None, done_by=None, minutes=None, closing="", channel="",
    )  # fmt: skip


def _plan(last: TaskEvent, other: Task | None, by: Member, at: dt.datetime) -> None:
    """Where the plan stood; of a preparation's closing, by the signature's plan."""
    stood = last.after.get("plan_step")
    step = last.task.plan_step_id or (other.plan_step_id if other else None)
    if stood and step and not occasions.restore(step, stood):
        raise NotAllowed(_("Neste oppgave i planen er alt åpnet."))
    if declined := last.after.get("plan"):
        plans.take_back_declined(declined["id"], declined["waiting"], by=by, at=at)


def _together(last: TaskEvent, by: Member, at: dt.datetime) -> None:
    """What ended with it is as before too, but what somebody has changed since."""
    ids = last.after.get("with", [])
    ended = Task.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=ids)
    for each in ended.order_by("pk"):
        own = _last(each)
        if own and own.verb == Verb.CANCEL and own.at == last.at:
            _plan(own, None, by, at)
            _as_before(each, own, by, at)


def _not_ready(task: Task, other: Task | None, by: Member, at: dt.datetime) -> None:
    """A preparation taken back: its signature is not ready after all. There is one, or nothing to prepare."""
    if task.part != Part.PREPARE:
        return
    if other is None:
        raise NotAllowed(_("Det er for sent å angre: det er bedt om en ny forberedelse."))
    other.refresh_from_db()
    if other.state == TaskState.STARTED or other.closing == Closing.DONE:
        raise NotAllowed(_("Det er for sent å angre: en kollega har begynt på resten, eller gjort den."))
    if other.ended_at is not None:
        raise NotAllowed(_("Det er for sent å angre: resten er avsluttet."))
    own = _last(other)
    if own and own.verb == Verb.READY:
        write(other, Verb.UNDO, by=by, at=at)


def _journal(task: Task, by: Member, at: dt.datetime, last: TaskEvent) -> None:
    """A note in the journal is never taken away: another one sets it right."""
    for wrong in JournalNote.objects.filter(task=task, at=last.at):
        text = _("Rettelse: notatet fra %(day)s om «%(task)s» gjelder ikke. Det ble ført ved en feil.")
        JournalNote.objects.create(
            clinic_id=task.clinic_id, task=task, patient_id=wrong.patient_id, plan_id=wrong.plan_id, by=by, at=at,
            text=text % {"day": f"{oslo_date(last.at):%d.%m.%Y}", "task": task.name},
        )  # fmt: skip
