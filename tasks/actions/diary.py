"""A piece of work in the diary: told of, and taken back."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import take, write
from tasks.actions.recording import first_moment
from tasks.life import NotAllowed
from tasks.models import Closing, Task, TaskState, Verb
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def take_back(task_id: int, *, by: Member, at: dt.datetime, version: int | None = None) -> Task:
    """What the member logged in this week or last was a mistake: it ends as not done, and counts nowhere.

    Only what was logged: a task that was somebody's to do is taken back with `undo`, within ten minutes. Raises
    PermissionDenied (somebody else's), NotAllowed (not logged, taken back already, or longer ago), Changed.
    """
    require(by, Permission.DO_TASKS)
    task = take(task_id, by, version)
    if task.done_by_id is not None and task.done_by_id != by.pk:
        raise PermissionDenied("somebody else's work")
    if not task.logged or task.state != TaskState.DONE:
        raise NotAllowed(_("Bare det som er logget, kan tas tilbake her."))
    if task.ended_at is not None and task.ended_at < first_moment(at):
        raise NotAllowed(_("Bare arbeid fra denne uken og forrige uke kan tas tilbake."))
    return write(
        task, Verb.UNDO, by=by, at=at, to=TaskState.CANCELLED,
        done_by=None, minutes=None, closing=Closing.MISTAKE, channel="",
    )  # fmt: skip
