"""Where a row stands in a list's order (hard first, then by due date with undated last), as an address can say it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from tasks.models import TaskQuerySet


def key_of(hard: bool, due_on: dt.date | None, task_id: int) -> str:
    """`1.2026-11-23.52`; without a due date `0..52`. No name is in it."""
    return f"{int(hard)}.{due_on or ''}.{task_id}"


def behind(tasks: TaskQuerySet, key: str) -> TaskQuerySet:
    """What comes after the key in the order of `in_order`; a key that is none means from the beginning. No query."""
    try:
        hard_text, day, number = key.split(".")
        hard, last = hard_text == "1", int(number)
        due = dt.date.fromisoformat(day) if day else None
    except ValueError:
        return tasks
    if due is None:
        later = Q(hard=hard, due_on__isnull=True, id__gt=last)
    else:
        after_it = Q(due_on__gt=due) | Q(due_on__isnull=True) | Q(due_on=due, id__gt=last)
        later = Q(hard=hard) & after_it
    return tasks.filter(later | Q(hard=False) if hard else later)
