"""What became of two minutes' work, looked up in the database: is every success there, once, and nothing else?"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from django.db import connection

from tasks.models import Task, TaskEvent
from tasks.replay import BrokenStory, Standing, replay

# A success as the client was told it: which member, on which task, by which verb. What is logged has no task yet.
Told = tuple[int, int | None, str]
STANDING = tuple(each.name for each in fields(Standing))

WRONG_VERSIONS = """
SELECT t.id FROM tasks_task t
WHERE t.version <> (SELECT count(*) FROM tasks_taskevent e WHERE e.task_id = t.id) ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What does not agree: told and not there, there and not told, and tasks that are not what their events say."""

    lost: list[Told]
    untold: list[str]
    wrong_versions: list[int]
    wrong_stories: list[str]

    @property
    def agrees(self) -> bool:
        return not (self.lost or self.untold or self.wrong_versions or self.wrong_stories)


def last_event() -> int:
    """The newest event's id: what comes after it is the load's."""
    return int(TaskEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)


def check(told: Iterable[Told], *, since: int) -> Found:
    """Compare what clients were told with the events after `since`, and all tasks with all their events."""
    lost, untold = _compare(told, list(TaskEvent.objects.filter(pk__gt=since).order_by("pk")))
    with connection.cursor() as cursor:
        cursor.execute(WRONG_VERSIONS)
        wrong_versions = [row[0] for row in cursor.fetchall()]
    return Found(lost, untold, wrong_versions, list(_wrong_stories()))


def _compare(told: Iterable[Told], events: Sequence[TaskEvent]) -> tuple[list[Told], list[str]]:
    """One action writes its event, and at the same moment those of a pair's other half: that is one success."""
    waiting = Counter(told)
    moments: dict[tuple[int | None, dt.datetime], list[TaskEvent]] = defaultdict(list)
    for event in events:
        moments[event.by_id, event.at].append(event)
    pairs = _pairs({event.task_id for event in events})
    untold: list[str] = []
    for group in moments.values():
        own = next((event for event in group if waiting[_key(event)] > 0), None)
        if own is not None:
            waiting[_key(own)] -= 1
        untold += [
            f"{event.task_id} {event.verb} by {event.by_id}"
            for event in group
            if event is not own and (own is None or not pairs & {(event.task_id, own.task_id), (own.task_id, event.task_id)})
        ]  # fmt: skip
    return sorted(waiting.elements(), key=str), untold


def _key(event: TaskEvent) -> Told:
    return (event.by_id or 0, None if event.verb == "log" else event.task_id, event.verb)


def _pairs(ids: set[int]) -> set[tuple[int, int]]:
    """(signature, preparation) of these tasks."""
    rows = Task.objects.filter(pk__in=ids, after__isnull=False).values_list("pk", "after_id")
    return {(signature, preparation) for signature, preparation in rows if preparation}


def _wrong_stories() -> Iterable[str]:
    """Tasks that replaying their events does not lead to."""
    tasks = {task.pk: task for task in Task.objects.iterator()}
    events = TaskEvent.objects.order_by("task_id", "pk").iterator()
    for task_id, story in groupby(events, key=lambda event: event.task_id):
        task = tasks.pop(task_id)
        try:
            standing = replay(story)
        except BrokenStory as error:
            yield f"{task_id}: {error}"
            continue
        differing = [name for name in STANDING if _value(task, name) != _value(standing, name)]
        if differing:
            yield f"{task_id}: {', '.join(f'{n} {_value(standing, n)!r} but {_value(task, n)!r}' for n in differing)}"
    yield from (f"{task_id}: no events" for task_id in tasks)


def _value(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return tuple(value) if isinstance(value, list) else value
