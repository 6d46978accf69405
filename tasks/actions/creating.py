"""A task that somebody makes by hand: a message, a call, a letter."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from patients.models import Patient
from tasks.actions.changing import FURTHEST, MOST_MINUTES, note
from tasks.actions.urgent import put_in
from tasks.models import Origin, Task, TaskKind, TaskState, Verb
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require

NAME_MAX = SENDER_MAX = 120


@transaction.atomic
def create_task(  # noqa: PLR0913 - a task has that many particulars
    *,
    by: Member,
    kind: TaskKind,
    patient: Patient | None = None,
    name: str = "",
    due_on: dt.date,
    hard: bool,
    minutes: int | None = None,
    origin: str,
    sender: str = "",
    urgent: bool,
    at: dt.datetime,
) -> Task:
    """Open a task, to be done from today until `due_on`; when `urgent`, it is put into the day at once.

    Otherwise the next sharing out gives it to somebody. Minutes are the catalogue's unless given. Raises
    PermissionDenied (may not, or another clinic's patient), ValueError: "due_on" (past, or over a year ahead),
    "minutes" (not 1 to 720), "origin" (unknown), "name" or "sender" (over 120 characters).
    """
    require(by, Permission.DO_TASKS)
    if patient is not None and patient.clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic's patient")
    today, name, sender = oslo_date(at), name.strip() or kind.name, sender.strip()
    minutes = kind.minutes_for("") if minutes is None else minutes
    _check(today=today, due_on=due_on, minutes=minutes, origin=origin, name=name, sender=sender)
    task = Task.objects.create(
        clinic_id=by.clinic_id, kind=kind, name=name, patient=patient, origin=origin, sender=sender,
        state=TaskState.OPEN, opens_on=today, due_on=due_on, closes_on=due_on if hard else None, hard=hard,
        planned_minutes=minutes, opened_at=at,
    )  # fmt: skip
    window = {"opens_on": today, "due_on": due_on, "closes_on": task.closes_on}
    dates = {name: day.isoformat() if day else None for name, day in window.items()}
    note(
        task, Verb.OPEN, from_state="", from_member=None, by=by, at=at, reason="",
        after={"planned_minutes": minutes, **dates},
    )  # fmt: skip
    return put_in(task.pk, by=by, at=at).task if urgent else task


def _check(*, today: dt.date, due_on: dt.date, minutes: int, origin: str, name: str, sender: str) -> None:
    if not today <= due_on <= today + FURTHEST:
        raise ValueError("due_on")
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError("minutes")
    if origin not in Origin.values:
        raise ValueError("origin")
    if len(name) > NAME_MAX:
        raise ValueError("name")
    if len(sender) > SENDER_MAX:
        raise ValueError("sender")
