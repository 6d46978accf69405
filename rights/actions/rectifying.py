"""Words on a task set right: beside what was written, never over it (helsepersonelloven § 42)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rights.models import Rectification
from rights.queries.rectifying import words_of
from tasks.models import Task
from teams.models import Member
from teams.permissions import Permission, require

WORDS_MAX = 1000


@transaction.atomic
def rectify(task_id: int, *, about: str, text: str, by: Member, at: dt.datetime) -> Rectification:
    """Add a dated, signed correction to words of the task. Raises PermissionDenied, Task.DoesNotExist, ValueError: "about", "text"."""
    require(by, Permission.DO_TASKS)
    task: Task = Task.objects.visible_to(by).select_for_update(of=("self",)).get(pk=task_id)
    if about not in {each.about for each in words_of(task)}:
        raise ValueError("about")
    if not 0 < len(text.strip()) <= WORDS_MAX:
        raise ValueError("text")
    return Rectification.objects.create(
        clinic_id=by.clinic_id, task=task, about=about, text=text.strip(), by=by, at=at
    )
