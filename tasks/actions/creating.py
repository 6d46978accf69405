"""A task that somebody makes by hand: a message, a call, a letter."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from patients.models import Patient
from tasks.actions.changing import FURTHEST, MOST_MINUTES, beginning, note
from tasks.actions.once import written_once
from tasks.actions.pairs import prepare_name
from tasks.actions.urgent import put_in
from tasks.models import Origin, Part, Task, TaskKind, TaskState, Verb
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
    once: uuid.UUID | None = None,
) -> Task:
    """Open a task, to be done from today until `due_on`; when `urgent`, it is put into the day at once.

    Otherwise the next sharing out gives it to somebody. What others may prepare becomes a preparation and the
    signature that is returned, when somebody who may prepare works here. Minutes are the catalogue's unless given:
    then they are the signature's, or the whole's. Sent twice by the same form (`once`), it is opened once. Raises
    PermissionDenied (may not, or another clinic's patient), ValueError: "due_on" (past, or over a year ahead),
    "minutes" (not 1 to 720), "origin" (unknown), "name" or "sender" (over 120 characters).
    """
    require(by, Permission.DO_TASKS)
    if patient is not None and patient.clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic's patient")
    today, name, sender = oslo_date(at), name.strip() or kind.name, sender.strip()
    pair = kind.paired and preparable_here(kind, by.clinic_id, today)
    usual = max(1, kind.decide_minutes) if pair else kind.minutes_for("")
    minutes = usual if minutes is None else minutes
    _check(today=today, due_on=due_on, minutes=minutes, origin=origin, name=name, sender=sender)
    fields = {
        "patient": patient, "origin": origin, "sender": sender, "opens_on": today, "due_on": due_on,
        "closes_on": due_on if hard else None, "hard": hard, "opened_at": at, "once": once,
    }  # fmt: skip
    return written_once(
        once, by, lambda: _made(_open_all(by, kind, name, minutes, pair=pair, fields=fields), by, at, urgent)
    )


def _made(found: list[Task], by: Member, at: dt.datetime, urgent: bool) -> Task:
    """The whole task or the signature; what is urgent is in the day already."""
    return [put_in(task.pk, by=by, at=at).task for task in found][-1] if urgent else found[-1]


def _open_all(
    by: Member, kind: TaskKind, name: str, minutes: int, *, pair: bool, fields: dict[str, Any]
) -> list[Task]:
    """The task, or its preparation and itself, which has the form's key."""
    fields = {"clinic_id": by.clinic_id, "kind": kind, "state": TaskState.OPEN, **fields}
    if not pair:
        return [_open(by, name=name, planned_minutes=minutes, **fields)]
    preparation = _open(
        by, name=prepare_name(name), planned_minutes=max(1, kind.prepare_minutes), part=Part.PREPARE,
        **{**fields, "once": None},
    )  # fmt: skip
    return [
        preparation,
        _open(by, name=name, planned_minutes=minutes, part=Part.SIGN, after=preparation, **fields),
    ]


def preparable_here(kind: TaskKind, clinic_id: int, day: dt.date) -> bool:
    """Does anybody who may prepare the kind work in the clinic that day? One query."""
    staff = Member.objects.filter(clinic_id=clinic_id, profession__in=kind.preparable_by).employed_on(day)
    return bool(staff.exists())


def _open(by: Member, **fields: Any) -> Task:
    task = Task.objects.create(**fields)
    note(
        task, Verb.OPEN, from_state="", from_member_id=None, by=by, at=task.opened_at, reason="",
        after=beginning(task),
    )  # fmt: skip
    return task


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
