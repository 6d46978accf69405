"""How one task is changed by a person: taken under a lock, written with a new version, its event put down."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from tasks.life import NOBODYS, NotAllowed, after, clock_minutes, unheld
from tasks.models import Part, Task, TaskEvent, TaskKind, TaskState, Verb
from tasks.queries import may_do
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, may

MOST_MINUTES = 12 * 60  # of one task
FURTHEST = dt.timedelta(days=366)  # that something can be put off, planned or due
REASON_MAX = 300

# Told by the event's own columns: who has it, who did it, when it ended.
_IN_COLUMNS = ("assignee", "assignee_id", "done_by", "done_by_id", "ended_at")


class Changed(NotAllowed):
    """Somebody else changed the task since this page was shown."""


def take(task_id: int, by: Member, version: int | None) -> Task:
    """Lock the task for this transaction; whoever comes at the same time waits, and then sees the new version."""
    task: Task = (
        Task.objects.visible_to(by).select_for_update(of=("self",)).select_related("kind").get(pk=task_id)
    )
    _same_version(task, version)
    return task


def take_pair(task_id: int, by: Member, version: int | None) -> tuple[Task, Task | None]:
    """Lock the task and, of a pair, its other half as well (ended or not); None for a whole task.

    Both by one statement, in order of id, so that two people at one pair never wait for one another.
    """
    visible = Task.objects.visible_to(by)
    ids = visible.filter(pk=task_id).values("pk").union(
        visible.filter(pk=task_id, after__isnull=False).values("after"),
        visible.filter(after=task_id).values("pk"),
        all=True,
    )  # fmt: skip
    locked = visible.select_for_update(of=("self",)).select_related("kind").filter(pk__in=ids)
    found = {task.pk: task for task in locked.order_by("pk")}
    if task_id not in found:
        raise Task.DoesNotExist
    task = found.pop(task_id)
    _same_version(task, version)
    # A preparation that was sent back for a new one is no longer its signature's.
    halves = (other for other in found.values() if task.pk == other.after_id or other.pk == task.after_id)
    return task, next(halves, None)


def _same_version(task: Task, version: int | None) -> None:
    if version is not None and task.version != version:
        raise Changed(_("Oppgaven er endret av andre siden du åpnet siden. Se på den en gang til."))


def may_now(by: Member, task: Task, at: dt.datetime) -> None:
    """Raise PermissionDenied unless the member may do the task today and no leader has ruled them out."""
    if by.pk in task.forbidden or not may_do(by, task, on=oslo_date(at)):
        raise PermissionDenied("not eligible")


def has_a_say(by: Member, task: Task, at: dt.datetime) -> None:
    """The holder, whoever may do it, or a leader: nobody else puts off, gives away or ends a task."""
    if (
        task.assignee_id != by.pk
        and not may(by, Permission.ASSIGN_TASKS)
        and not may_do(by, task, on=oslo_date(at))
    ):
        raise PermissionDenied("neither the holder, nor eligible, nor a leader")


def text_of(field: str, text: str, *, most: int = REASON_MAX, needed: bool = False) -> str:
    """The text without blanks around it. Raises ValueError(field) when it is too long, or lacks and is needed."""
    text = text.strip()
    if len(text) > most or (needed and not text):
        raise ValueError(field)
    return text


def check_channel(kind: TaskKind, channel: str) -> None:
    """Raise ValueError("channel") unless it is one of the kind's, or none is said."""
    if channel and channel not in kind.channels:
        raise ValueError("channel")


def channel_of(kind: TaskKind, said: str, part: str = "") -> str:
    """How it was done: as said, else the kind's only channel. Of several none is guessed, and a preparation meets nobody.

    Raises ValueError("channel") as `check_channel`.
    """
    check_channel(kind, said)
    sole = kind.channels[0] if len(kind.channels) == 1 and part != Part.PREPARE else ""
    return said or sole


def write(
    task: Task,
    verb: Verb,
    *,
    by: Member,
    at: dt.datetime,
    reason: str = "",
    extra: dict[str, Any] | None = None,
    to: TaskState | None = None,
    effective_at: dt.datetime | None = None,
    **fields: Any,
) -> Task:
    """Set the fields, the state that the verb leads to (or `to`), and put the event down with all that changed.

    A clock that runs is stopped when the task is no longer begun. Raises NotAllowed (tasks/life.py).
    """
    from_state, from_member_id = task.state, task.assignee_id
    state = after(verb, TaskState(task.state))
    state = to or state
    if state != TaskState.STARTED and task.timer_from is not None:
        fields |= stopped(task, at)
    for name, value in fields.items():
        setattr(task, name, value)
    if state in NOBODYS or (state == TaskState.ASSIGNED and task.assignee_id is None):
        state = unheld(task.opens_on, oslo_date(at))
    task.state = state
    task.version += 1
    task.save(update_fields=["state", "version", *fields])
    changed = {name: plain(value) for name, value in fields.items() if name not in _IN_COLUMNS}
    note(
        task, verb, from_state=from_state, from_member_id=from_member_id, by=by, at=at, reason=reason,
        after={**changed, **(extra or {})}, effective_at=effective_at,
    )  # fmt: skip
    return task


def stopped(task: Task, at: dt.datetime) -> dict[str, Any]:
    """The fields of a task whose clock stops: whole minutes begun, and no more than a task may take."""
    if task.timer_from is None:
        return {}
    ran = task.timed + clock_minutes(task.timer_from, at)
    return {"timer_from": None, "timed": min(MOST_MINUTES, ran)}


def plain(value: Any) -> Any:
    """As an event holds it: days and moments in ISO format, rows by id."""
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value


def note(  # noqa: PLR0913 - an event has that many
    task: Task,
    verb: Verb,
    *,
    from_state: str,
    from_member_id: int | None,
    by: Member,
    at: dt.datetime,
    reason: str,
    after: dict[str, Any],
    effective_at: dt.datetime | None = None,
) -> None:
    """Put one event down. `after` holds the changed fields' new values, as `plain` makes them."""
    TaskEvent.objects.create(
        clinic_id=task.clinic_id, task=task, verb=verb, from_state=from_state, to_state=task.state,
        from_member_id=from_member_id, to_member_id=task.assignee_id, by=by, at=at, effective_at=effective_at or at,
        reason=reason, after=after,
    )  # fmt: skip


def beginning(task: Task) -> dict[str, Any]:
    """What a task begins with, for its first event: all that later events may change, as it stands now."""
    names = ("planned_minutes", "opens_on", "due_on", "closes_on")
    told = {name: plain(getattr(task, name)) for name in names}
    if task.part != Part.WHOLE:
        told["part"] = str(task.part)
    if task.after_id is not None:
        told["after"] = task.after_id
    return told
