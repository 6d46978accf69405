"""Min dag as the database sees it: where each task stands, what each section holds, and the first of each.

Bounded whatever there is: sums are made in the database, and only the rows that are shown are read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Q

from tasks.models import Task, TaskQuerySet
from tasks.queries.keyset import parse_key
from tasks.queries.loads import DayLoad
from tasks.queries.worklist import WORK_ROW, WorkRow
from teams.calendar import DAY, Week, midnight
from teams.models import Member
from teams.prepared import prepared

SQL = Path(__file__).parent.parent / "sql"
SECTIONS = ("hard", "overdue", "today", "week", "undated", "later", "waiting")
# Read when somebody opens them.
COLLAPSED = ("later", "waiting")
HARD, OVERDUE, TODAY, WEEK, UNDATED, LATER, WAITING = range(len(SECTIONS))
FIRST_ROWS = 60  # of each section, at most

_LIGHT = (
    "id", "kind_id", "part", "planned_minutes", "timed", "timer_from",
    "hard", "due_on", "escalated", "after_id", "opens_on", "planned_on",
)  # fmt: skip
# Hard first, then by due date with undated last, as Task.objects.in_order().
_SUMS_AND_FIRST = """
    SELECT NULL AS id, section, kind_id, part, planned_minutes, timed, timer_from, count(*) AS n
    FROM placed GROUP BY section, kind_id, part, planned_minutes, timed, timer_from
    UNION ALL
    SELECT id, section, kind_id, '', 0, 0, NULL, place
    FROM (
        SELECT id, section, kind_id, row_number() OVER (
            PARTITION BY section ORDER BY NOT hard, coalesce(due_on, 'infinity'), id
        ) AS place
        FROM placed WHERE section = ANY(%s)
    ) ranked WHERE place <= %s
"""
_NEXT = """
    SELECT id, section FROM placed
    WHERE section = %s AND (NOT hard, coalesce(due_on, 'infinity'), id) > (%s, %s::date, %s)
    ORDER BY NOT hard, coalesce(due_on, 'infinity'), id LIMIT %s
"""


class Held(NamedTuple):
    """So many tasks (`n`) of one section that are alike in all that decides the minutes shown."""

    section: int
    kind_id: int
    part: str
    minutes: int
    timed: int
    timer_from: dt.datetime | None
    n: int


class Placed(NamedTuple):
    """A task's id and the number of its section."""

    id: int
    section: int


def sums_and_first(
    tasks: TaskQuerySet, day: dt.date, today: dt.date, *, rows: int = FIRST_ROWS
) -> tuple[list[Held], list[Placed]]:
    """What the sections hold of these tasks, and so many of each that is not collapsed, in order. One query.

    `day` is the working day shown, `today` the date. With `rows=0` the sums alone.
    """
    shown = [n for n, key in enumerate(SECTIONS) if key not in COLLAPSED] if rows else []
    held: list[Held] = []
    first: list[tuple[int, int, int]] = []
    for task_id, *rest in _run(tasks, day, today, _SUMS_AND_FIRST, [shown, rows]):
        if task_id is None:
            held.append(Held(*rest))
        else:
            first.append((rest[0], rest[-1], task_id))
    return held, [Placed(task_id, section) for section, _place, task_id in sorted(first)]


def next_of(
    tasks: TaskQuerySet, section: int, after: str, day: dt.date, today: dt.date, *, limit: int
) -> list[Placed]:
    """So many of the section's tasks after the row of this key, or its first. One query."""
    hard, due_on, last = parse_key(after)
    key = [not hard, due_on or "infinity", last]
    return [Placed(*row) for row in _run(tasks, day, today, _NEXT, [section, *key, limit])]


def _run(
    tasks: TaskQuerySet, day: dt.date, today: dt.date, then: str, parameters: list[Any]
) -> list[tuple[Any, ...]]:
    """Written in SQL, since putting the expressions together anew would take longer than running them."""
    inner, own = tasks.order_by().values_list(*_LIGHT).query.sql_with_params()
    sunday = Week.of(day).sunday
    days = [day, day, today, day, day, sunday, sunday]
    with prepared() as cursor:
        cursor.execute(_sql("my_day").replace("__TASKS__", inner) + then, [*days, *own, *parameters])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@cache
def _sql(name: str) -> str:
    # A note in the file may hold what would be a parameter.
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def read(member: Member, ids: Iterable[int]) -> dict[int, WorkRow]:
    """These tasks as rows, by id; those that another clinic has are not among them. One query, none for no id."""
    wanted = list(ids)
    if not wanted:
        return {}
    sql, known = _reading()
    meant: dict[Any, Any] = {_CLINIC: member.clinic_id, _IDS: wanted}
    with prepared() as cursor:
        cursor.execute(sql, [meant.get(each, each) for each in known])
        return {row[0]: _row(row) for row in cursor.fetchall()}


_CLINIC, _IDS = -1, "ids"


@cache
def _reading() -> tuple[str, tuple[Any, ...]]:
    """The statement that reads WORK_ROW, put together once, with marks where clinic and ids go."""
    found = Task.objects.filter(clinic_id=_CLINIC).extra(where=["tasks_task.id = ANY(%s)"], params=[_IDS])
    return found.order_by().values_list(*WORK_ROW).query.sql_with_params()


def _row(row: tuple[Any, ...]) -> WorkRow:
    """As WORK_ROW gives it through the ORM: its two JSON columns come as text."""
    found = WorkRow._make(row)
    return found._replace(why=json.loads(row[_WHY]), signer=json.loads(row[_SIGNER] or "null"))


_WHY, _SIGNER = WorkRow._fields.index("why"), WorkRow._fields.index("signer")


def matching(rows: TaskQuerySet, words: Iterable[str], *, limit: int) -> list[int]:
    """Ids of the tasks in which every word stands in the patient's name, the task or the sender. One query."""
    for word in words:
        in_name = Q(patient__given_name__icontains=word) | Q(patient__family_name__icontains=word)
        rows = rows.filter(in_name | Q(name__icontains=word) | Q(sender__icontains=word))
    return list(rows.in_order().values_list("id", flat=True)[:limit])


class DoneSum(NamedTuple):
    """What somebody has done today: so many tasks, so many minutes."""

    tasks: int
    minutes: int


def own_load(member: Member, day: dt.date, today: dt.date, capacity: int) -> tuple[DayLoad, DoneSum]:
    """The member's working day at hand, of so many minutes for tasks, and what is done today. One query."""
    asked: dict[str, Any] = {
        "clinic": member.clinic_id, "member": member.pk, "day": day,
        "starts": midnight(today), "ends": midnight(today + DAY),
    }  # fmt: skip
    with prepared() as cursor:
        cursor.execute(_sql("own_load"), asked)
        booked, tasks, minutes, taken = cursor.fetchone()
    return DayLoad(member, capacity, booked, taken if day == today else 0), DoneSum(tasks, minutes)


def warned(member: Member, *, level: int, limit: int = 6) -> list[int]:
    """Ids of hard deadlines about to slip that a colleague has, or nobody: warned of at this level or above. One query.

    One's own stand on top of one's own list anyway.
    """
    found = Task.objects.visible_to(member).open().filter(escalated__gte=level, escalated__gt=0)
    theirs = found.exclude(assignee=member).order_by("-escalated", "due_on", "id")
    return list(theirs.values_list("id", flat=True)[:limit])
