"""Preparation and signature: two tasks about one thing. What happens to the one when something happens to the other."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import beginning, may_now, note, take_pair, text_of, write
from tasks.gathering import employed
from tasks.life import NotAllowed, unheld
from tasks.models import Closing, Part, Task, TaskState, Verb
from tasks.queries import may_do
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

SIGNED_WITHOUT = "Gjort av den som signerte"
NAME_MAX = 120


def prepare_name(name: str) -> str:
    """What the preparation of a task is called, as tasks/sql/open_due.sql calls it too."""
    return f"Forbered: {name}"[:NAME_MAX]


def done(task: Task, other: Task | None, *, by: Member, at: dt.datetime) -> None:
    """One half is done: a preparation makes the signature ready, a signature ends a preparation nobody finished."""
    if other is None or other.ended_at is not None:
        return
    if task.part == Part.PREPARE:
        write(other, Verb.READY, by=by, at=at)
    elif task.part == Part.SIGN:
        end(other, Closing.NOT_NEEDED, by=by, at=at, reason=SIGNED_WITHOUT)


def end(
    task: Task, closing: Closing, *, by: Member, at: dt.datetime, reason: str, ended_with: Task | None = None
) -> Task:
    """Write a task that is locked as ended and not done; with another, its undo is the other's (undoing.py)."""
    extra = {"ended_with": ended_with.pk} if ended_with else {}
    return write(task, Verb.CANCEL, by=by, at=at, reason=reason, extra=extra, ended_at=at, closing=closing)


def put_off_together(task: Task, other: Task | None, until: dt.date) -> list[Task]:
    """Whom a postponement is about: a signature that nobody has begun is never possible before its preparation is."""
    if (
        task.part == Part.PREPARE
        and other is not None
        and other.ended_at is None
        and other.state != TaskState.STARTED
        and other.opens_on < until
    ):
        return [task, other]
    return [task]


@transaction.atomic
def send_back(task_id: int, *, by: Member, reason: str, at: dt.datetime, version: int | None = None) -> Task:
    """Whoever is to sign finds the preparation lacking: a new one, theirs who prepared it if they still may.

    Returns the signature, which waits for the new preparation. Raises PermissionDenied (may not sign), NotAllowed
    (no signature, or its preparation is not done, or ended), Changed, ValueError("reason") (none given, too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason, needed=True)
    task, other = take_pair(task_id, by, version)
    may_now(by, task, at)
    if task.part != Part.SIGN or other is None:
        raise NotAllowed(_("Oppgaven har ingen forberedelse."))
    if other.ended_at is None:
        raise NotAllowed(_("Forberedelsen er ikke ferdig ennå."))
    again = _again(other, by, at, reason)
    return write(
        task, Verb.SEND_BACK, by=by, at=at, reason=reason, after=again, planned_on=None, pinned_day=False
    )


def _again(before: Task, by: Member, at: dt.datetime, reason: str) -> Task:
    """A new preparation like the one before."""
    today = oslo_date(at)
    task = Task.objects.create(
        clinic_id=before.clinic_id, kind=before.kind, name=before.name, patient_id=before.patient_id,
        origin=before.origin, sender=before.sender, state=unheld(today, today), part=Part.PREPARE,
        opens_on=today, due_on=before.due_on, closes_on=before.closes_on, hard=before.hard,
        planned_minutes=before.planned_minutes, opened_at=at, forbidden=before.forbidden,
    )  # fmt: skip
    note(
        task, Verb.OPEN, from_state="", from_member_id=None, by=by, at=at, reason=reason,
        after=beginning(task),
    )  # fmt: skip
    who = before.done_by
    if who and who.pk not in before.forbidden and employed(who, today) and may_do(who, task, on=today):
        write(
            task, Verb.HAND_ON, by=by, at=at, reason=reason, assignee_id=who.pk,
            why={"rule": "handed_on", "by": by.name}, pinned=True,
        )  # fmt: skip
    return task
