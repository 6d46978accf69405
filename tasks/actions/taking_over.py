"""A colleague is at a task, and somebody takes it over, knowing that."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import take
from tasks.actions.doing import hand_on, start
from tasks.models import Task, TaskState
from teams.models import Member


@transaction.atomic
def take_over(task_id: int, *, by: Member, at: dt.datetime, version: int | None = None) -> Task:
    """The colleague's clock stops, and the task is begun by this member instead. Both are in the task's story.

    Pressed twice it changes nothing more. Raises PermissionDenied (may not by law or delegation, or ruled out by a leader), NotAllowed (ended), Changed.
    """
    task = take(task_id, by, None)
    if task.state == TaskState.STARTED and task.assignee_id == by.pk:
        return task
    hand_on(
        task_id, by=by, to=None, reason=_("%(name)s tar over") % {"name": by.name}, at=at, version=version
    )
    return start(task_id, by=by, at=at)
