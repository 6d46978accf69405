"""Work told of after the fact: logged, or its minutes set right."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import (
    MOST_MINUTES,
    beginning,
    channel_of,
    check_channel,
    note,
    take,
    text_of,
    write,
)
from tasks.actions.once import written_once
from tasks.life import NotAllowed
from tasks.models import Closing, Origin, Task, TaskKind, TaskState, Verb
from teams.calendar import Week, oslo_date
from teams.models import Member
from teams.permissions import Permission, require

SENDER_MAX = 120


def log_work(  # noqa: PLR0913 - a piece of work has that many particulars
    kind: TaskKind,
    *,
    by: Member,
    minutes: int,
    origin: str,
    at: dt.datetime,
    sender: str = "",
    ended_at: dt.datetime | None = None,
    channel: str = "",
    once: uuid.UUID | None = None,
) -> Task:
    """Work that nobody planned, done just now or at `ended_at`: how a doctor's non-clinical minutes get counted.

    Told of twice by the same form (`once`), it is written once. Raises ValueError: "minutes or origin" (outside 1 to 720, or
    unknown), "ended_at" (ahead, or before last week), "channel" (not one of the kind's), "sender" (too long).
    """
    require(by, Permission.DO_TASKS)
    if not 1 <= minutes <= MOST_MINUTES or origin not in Origin.values:
        raise ValueError("minutes or origin")
    channel = channel_of(kind, channel)
    sender = text_of("sender", sender, most=SENDER_MAX)
    ended_at = ended_at or at
    if ended_at > at or ended_at < first_moment(at):
        raise ValueError("ended_at")
    fields = {
        "kind": kind, "name": kind.name, "origin": origin, "sender": sender, "minutes": minutes,
        "planned_minutes": minutes, "opens_on": oslo_date(ended_at), "opened_at": ended_at, "ended_at": ended_at,
        "channel": channel, "once": once,
    }  # fmt: skip
    return written_once(once, by, lambda: _logged(by, at, fields))


def _logged(by: Member, at: dt.datetime, fields: dict[str, Any]) -> Task:
    task = Task.objects.create(
        clinic_id=by.clinic_id, logged=True, state=TaskState.DONE, assignee=by, done_by=by, closing=Closing.DONE,
        **fields,
    )  # fmt: skip
    told = {
        **beginning(task), "minutes": task.minutes, "closing": str(Closing.DONE), "channel": task.channel,
    }  # fmt: skip
    note(
        task, Verb.LOG, from_state="", from_member_id=None, by=by, at=at, reason="", after=told,
        effective_at=task.ended_at,
    )  # fmt: skip
    return task


@transaction.atomic
def correct(
    task_id: int,
    *,
    by: Member,
    minutes: int,
    at: dt.datetime,
    channel: str | None = None,
    version: int | None = None,
) -> Task:
    """Set right what one noted about one's own work, done in this week or last; `channel` None leaves it.

    A week that is closed keeps its numbers. Raises PermissionDenied (somebody else did it), NotAllowed (not done,
    or done longer ago), Changed, ValueError: "minutes" (outside 1 to 720), "channel" (not one of the kind's).
    """
    require(by, Permission.DO_TASKS)
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError("minutes")
    task = take(task_id, by, version)
    if task.done_by_id is not None and task.done_by_id != by.pk:
        raise PermissionDenied("somebody else's work")
    if task.ended_at is not None and task.ended_at < first_moment(at):
        raise NotAllowed(_("Bare arbeid fra denne uken og forrige uke kan rettes."))
    channel = task.channel if channel is None else channel
    check_channel(task.kind, channel)
    return write(task, Verb.CORRECT, by=by, at=at, minutes=minutes, channel=channel)


def first_moment(at: dt.datetime) -> dt.datetime:
    """The first moment that may still be told of: when last week began."""
    return Week.of(oslo_date(at)).plus(-1).starts_at
