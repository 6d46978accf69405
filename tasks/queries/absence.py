"""What went to others while somebody was away, and can be had back. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q

from tasks.gathering import HORIZON, spent_on
from tasks.many import Lawful
from tasks.models import AllocationChange, AllocationRun, RunState, Task, TaskState
from tasks.queries.loads import week_load
from tasks.taking_back import Offered, Place, places
from teams.calendar import DAY, midnight, oslo_date, working_day_on_or_after, working_days
from teams.models import Absence, DayPart, Member
from teams.permissions import Permission, may
from teams.queries import time_for_tasks

SHOWN_FOR = 7  # days after an absence that it is told what can be had back
CORRECTED = 31  # days that a corrected absence may have lasted longer before
MOST = 500
SQL = Path(__file__).parent.parent / "sql"
NOT_BEGUN = (TaskState.SCHEDULED, TaskState.OPEN, TaskState.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Back:
    """One task that can be had back: the task as it is now, the day it had, and where it would go."""

    task: Task
    was_on: dt.date | None
    place: Place


@dataclass(frozen=True, slots=True)
class Offer:
    """All of one absence. `days`: (booked, there are) minutes of the member's own by day, from the first day back."""

    tasks: tuple[Back, ...]
    days: dict[dt.date, tuple[int, int]]

    def __bool__(self) -> bool:
        return bool(self.tasks)


class CameBack(NamedTuple):
    """Somebody is back, or will be tomorrow: so many tasks and minutes went to others meanwhile."""

    absence: int
    member: int
    name: str
    last_day: dt.date
    tasks: int
    minutes: int

    @property
    def back_on(self) -> dt.date:
        """The first working day after it."""
        return working_day_on_or_after(self.last_day + DAY)


@cache
def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def came_back(by: Member, today: dt.date, *, everybodys: bool = False) -> list[CameBack]:
    """Absences that end today or ended in the last week, of which something can be had back. One query.

    One's own; `everybodys` on pages about the team, for leaders alone.
    """
    if everybodys and not may(by, Permission.ASSIGN_TASKS):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_sql("came_back"), {
            "clinic": by.clinic_id, "member": None if everybodys else by.pk, "today": today,
            "since": today - SHOWN_FOR * DAY,
        })  # fmt: skip
        return [CameBack._make(row) for row in cursor.fetchall()]


def uncovered_now(by: Member, today: dt.date) -> dict[int, int]:
    """How many tasks lie on the days of each absence of whole days that is not over, by absence id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_sql("uncovered_now"), {
            "clinic": by.clinic_id, "today": today, "at_hand": working_day_on_or_after(today),
        })  # fmt: skip
        return dict(cursor.fetchall())


def moved_by(absence: Absence) -> dict[int, dt.date | None]:
    """Day that it had by task id: what sharings out gave others because of this absence. One query, bounded.

    Those asked for because of it, and, when it is whole days, what any other (a night's) took off these days since it
    was registered; of one that was corrected while it lasted also off the days after it, which it may have had. As
    long as changes are kept (30 days): later the work has found its place.
    """
    began, last = midnight(absence.starts_on), absence.ends_on
    since = min(absence.registered_at, began) if absence.registered_at else began
    if absence.at and oslo_date(absence.at) > absence.starts_on:
        last += CORRECTED * DAY
    because = Q(absence=absence.pk)
    if absence.part == DayPart.WHOLE:
        because |= Q(ran_at__gte=since)
    runs = AllocationRun.objects.filter(because, clinic=absence.clinic_id, state=RunState.APPLIED)
    rows = AllocationChange.objects.filter(
        Q(run__absence=absence.pk) | Q(from_day__range=(absence.starts_on, last)),
        clinic=absence.clinic_id, run__in=runs, from_member=absence.member_id, applied=True,
    ).exclude(to_member=absence.member_id)  # fmt: skip
    return dict(rows.order_by("pk").values_list("task", "from_day")[: 4 * MOST])


def offer(
    absence: Absence,
    by: Member,
    today: dt.date,
    *,
    gone: bool = False,
    lock: bool = False,
    moved: Mapping[int, dt.date | None] | None = None,
) -> Offer:
    """What the member of this absence can have back now, and on which days. Nine queries, bounded.

    Before the last day of it only what lay on days that are no longer in it; `gone`: as if it were no more. Never
    what is begun, ended or pinned, or what the member may not do. `moved`: of these (`moved_by`) alone.
    """
    moved = moved_by(absence) if moved is None else moved
    if not gone and absence.ends_on > today:
        moved = {
            task_id: day for task_id, day in moved.items()
            if day is not None and not absence.starts_on <= day <= absence.ends_on
        }  # fmt: skip
    tasks = _open(by, absence, moved, today, lock=lock) if moved else []
    if not tasks:
        return Offer((), {})
    first = today if gone or absence.ends_on < today or absence.starts_on > today else absence.ends_on + DAY
    days = _days(absence.member, max(first, today), today)
    free = {day: there - booked for day, (booked, there) in days.items()}
    found = places([_offered(task, moved[task.pk]) for task in tasks], free)
    return Offer(tuple(Back(task, moved[task.pk], found[task.pk]) for task in tasks), days)


def _open(by: Member, absence: Absence, ids: Collection[int], today: dt.date, *, lock: bool) -> list[Task]:
    rows = Task.objects.visible_to(by).filter(pk__in=list(ids), state__in=NOT_BEGUN, pinned=False)
    rows = rows.exclude(assignee=absence.member_id).exclude(forbidden__contains=[absence.member_id])
    if lock:
        list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    in_order = rows.order_by("-hard", F("due_on").asc(nulls_last=True), "pk")
    lawful = Lawful.read(by, today)
    found = in_order.select_related("kind", "patient", "assignee", "after")[:MOST]
    return [task for task in found if lawful.may(absence.member, task)]


def _offered(task: Task, was_on: dt.date | None) -> Offered:
    waits_for = task.after if task.after and task.after.ended_at is None else None
    return Offered(
        task.pk, task.planned_minutes, task.hard, task.due_on, task.opens_on,
        (task.closes_on or task.due_on) if task.hard else task.closes_on, task.planned_on, was_on,
        waits_for.planned_on if waits_for else None,
    )  # fmt: skip


def _days(member: Member, first: dt.date, today: dt.date) -> dict[dt.date, tuple[int, int]]:
    """The member's next ten working days with time for tasks. Four queries."""
    days = working_days(first, HORIZON)
    time = time_for_tasks(days, [member.clinic_id]).get(member.pk, {})
    booked = week_load(member, days).get(member.pk, {})
    spent = spent_on([member.clinic_id], today).get(member.pk, 0) if today in time else 0
    return {
        day: (booked.get(day, 0) + (spent if day == today else 0), time[day]) for day in days if day in time
    }
