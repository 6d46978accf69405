"""What a change of many means to the other half of a pair that is not among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import F, Q

from tasks.models import Part, Task, TaskEvent, TaskState, Verb
from teams.models import Member


def nothing_to_prepare(tasks: Iterable[Task], back: Collection[int]) -> frozenset[int]:
    """Ids of preparations among these that are not taken back. At most one query.

    Their signature is begun or ended, and not taken back with them (`back`), or waits for a new preparation.
    """
    ids = _preparations(tasks)
    if not ids:
        return frozenset()
    waits = Q(ended_at__isnull=True) & ~Q(state=TaskState.STARTED) | Q(pk__in=back)
    return frozenset(ids) - set(Task.objects.filter(waits, after__in=ids).values_list("after", flat=True))


def tell_signatures(tasks: Iterable[Task], verb: Verb, *, by: Member, at: dt.datetime, reason: str) -> None:
    """Open signatures that are not among these hear that their preparation has ended (READY), or is there again (UNDO).

    Three statements, or none.
    """
    ids = _preparations(tasks)
    if not ids:
        return
    waiting = Task.objects.visible_to(by).open().filter(after__in=ids)
    signatures = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    Task.objects.filter(pk__in=[task.pk for task in signatures]).update(version=F("version") + 1)
    TaskEvent.objects.bulk_create(
        TaskEvent(
            clinic_id=task.clinic_id, task=task, verb=verb, from_state=task.state, to_state=task.state,
            from_member_id=task.assignee_id, to_member_id=task.assignee_id, by=by, at=at, effective_at=at, reason=reason,
        )
        for task in signatures
    )  # fmt: skip


def _preparations(tasks: Iterable[Task]) -> list[int]:
    return [task.pk for task in tasks if task.part == Part.PREPARE]
