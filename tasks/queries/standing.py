"""What happened to a task last, what waits for others, and what is about to be late. Each says how many queries."""

from __future__ import annotations

import datetime as dt

from tasks.models import SenderReturn, Task, TaskEvent
from tasks.queries.worklist import WORK_ROW, WorkRow
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, may
from teams.queries import stands_in

MOST_WAITING = 200
MOST_ESCALATED = 50
LEADER, EVERYBODY = 1, 2  # Task.escalated


def last_event(task: Task) -> TaskEvent | None:
    """The task's latest event, with whoever did it: what a page says when two people meet at one task. One query."""
    found: TaskEvent | None = task.events.select_related("by", "to_member").order_by("-id").first()
    return found


def waiting_returns(member: Member) -> list[SenderReturn]:
    """Letters of the clinic that wait for an answer, the longest overdue first. One query, bounded."""
    rows = SenderReturn.objects.visible_to(member).filter(answer="", answer_due_on__isnull=False)
    return list(
        rows.select_related("task", "task__patient", "by").order_by("answer_due_on", "id")[:MOST_WAITING]
    )


def escalated(member: Member, *, now: dt.datetime | None = None) -> list[WorkRow]:
    """Hard deadlines that are about to be late: all of the clinic's for a leader, else what everybody is told of.

    With `now`, everybody is told of it all when no leader is there. At most two queries, bounded.
    """
    leads = stands_in(member, oslo_date(now)) if now else may(member, Permission.ASSIGN_TASKS)
    level = LEADER if leads else EVERYBODY
    rows = Task.objects.visible_to(member).open().filter(hard=True, escalated__gte=level)
    return [WorkRow._make(row) for row in rows.in_order().values_list(*WORK_ROW)[:MOST_ESCALATED]]
