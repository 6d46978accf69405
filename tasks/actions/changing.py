"""How one task is changed by a person: taken under a lock, written with a new version, its event put down."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from tasks.life import NotAllowed, after
from tasks.models import Task, TaskEvent, TaskState, Verb
from teams.models import Member

MOST_MINUTES = 12 * 60  # of one task
FURTHEST = dt.timedelta(days=366)  # that something can be put off, planned or due


class Changed(NotAllowed):
    """Somebody else changed the task since this page was shown."""


def take(task_id: int, by: Member, version: int | None) -> Task:
    """Lock the task for this transaction; whoever comes at the same time waits, and then sees the new version."""
    task: Task = (
        Task.objects.visible_to(by).select_for_update(of=("self",)).select_related("kind").get(pk=task_id)
    )
    if version is not None and task.version != version:
        raise Changed(_("Oppgaven er endret av andre siden du åpnet siden. Se på den en gang til."))
    return task


def write(
    task: Task,
    verb: Verb,
    *,
    by: Member,
    at: dt.datetime,
    reason: str = "",
    extra: dict[str, Any] | None = None,
    to: TaskState | None = None,
    **fields: Any,
) -> Task:
    from_state, from_member = task.state, task.assignee
    task.state = to or after(verb, TaskState(task.state))
    task.version += 1
    for name, value in fields.items():
        setattr(task, name, value)
    task.save(update_fields=["state", "version", *fields])
    plain = {name: value for name, value in fields.items() if not isinstance(value, (Member, dt.datetime))}
    note(
        task, verb, from_state=from_state, from_member=from_member, by=by, at=at, reason=reason,
        after={**{k: v.isoformat() if isinstance(v, dt.date) else v for k, v in plain.items()}, **(extra or {})},
    )  # fmt: skip
    return task


def note(
    task: Task,
    verb: Verb,
    *,
    from_state: str,
    from_member: Member | None,
    by: Member,
    at: dt.datetime,
    reason: str,
    after: dict[str, Any],
) -> None:
    TaskEvent.objects.create(
        clinic_id=task.clinic_id, task=task, verb=verb, from_state=from_state, to_state=task.state,
        from_member=from_member, to_member=task.assignee, by=by, at=at, effective_at=at, reason=reason, after=after,
    )  # fmt: skip
