"""What somebody has to do, has done, and usually logs. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import Count

from tasks.models import (
    Task,
    TaskKind,
)
from teams.calendar import DAY, day_share, midnight
from teams.models import Member
from teams.queries import capacity

MOST_ROWS = 300


QUICK_KINDS = 6


class WorkRow(NamedTuple):
    """One open task as Min dag shows it."""

    id: int
    version: int
    name: str
    kind_id: int
    origin: str
    sender: str
    opens_on: dt.date
    due_on: dt.date | None
    closes_on: dt.date | None
    hard: bool
    minutes: int
    planned_on: dt.date | None
    why: dict[str, Any]
    patient_id: int | None
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    programme: str | None


WORK_ROW = (
    "id", "version", "name", "kind_id", "origin", "sender", "opens_on", "due_on", "closes_on", "hard",
    "planned_minutes", "planned_on", "why", "patient_id", "patient__given_name", "patient__family_name",
    "patient__birth_date", "plan_step__plan__programme__name",
)  # fmt: skip


def worklist(member: Member, *, limit: int = MOST_ROWS) -> list[WorkRow]:
    """What the member holds, hard deadlines and nearest due first, undated last. One query, bounded."""
    rows = Task.objects.visible_to(member).open().held_by(member).in_order().values_list(*WORK_ROW)
    return [WorkRow._make(row) for row in rows[:limit]]


def work_row(member: Member, task_id: int) -> WorkRow:
    """One task as a row. One query. Raises Task.DoesNotExist."""
    return WorkRow._make(Task.objects.visible_to(member).values_list(*WORK_ROW).get(pk=task_id))


def unassigned_count(member: Member) -> int:
    """How many of the clinic's open tasks nobody holds. One query."""
    return int(Task.objects.visible_to(member).open().filter(assignee__isnull=True).count())


def unassigned(member: Member, *, limit: int = 50) -> list[WorkRow]:
    """The clinic's open tasks that nobody holds, nearest due first. One query, bounded."""
    rows = Task.objects.visible_to(member).open().filter(assignee__isnull=True).in_order()
    return [WorkRow._make(row) for row in rows.values_list(*WORK_ROW)[:limit]]


def done_on(member: Member, day: dt.date) -> list[Task]:
    """What the member did that day, latest first. One query, bounded."""
    return list(
        Task.objects.visible_to(member)
        .filter(done_by=member, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY))
        .select_related("patient")
        .order_by("-ended_at")[:100]
    )


def quick_kinds(member: Member, *, today: dt.date) -> list[TaskKind]:
    """The six kinds this member logs most in the last 90 days, filled up with the profession's usual ones.

    Two queries. Kinds that the profession may not do are never among them.
    """
    used = dict(
        Task.objects.visible_to(member)
        .filter(done_by=member, logged=True, ended_at__gte=midnight(today - 90 * DAY))
        .values_list("kind")
        .annotate(n=Count("id"))
    )
    may = TaskKind.objects.filter(professions__contains=[member.profession])
    in_order = sorted(may, key=lambda kind: (-used.get(kind.pk, 0), kind.origin == "plan", kind.position))
    return in_order[:QUICK_KINDS]


def working_day_at_hand(member: Member, today: dt.date) -> dt.date:
    """Today if the member has minutes today, else their next such day within three weeks, else today. One query."""
    days = [today + n * DAY for n in range(21)]
    minutes = capacity([day for day in days if day_share(day)]).get(member.pk, {})
    return next((day for day in days if minutes.get(day)), today)
