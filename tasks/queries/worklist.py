"""What somebody has to do, has done, and usually logs. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from tasks.models import (
    Task,
    TaskKind,
    TaskState,
)
from teams.calendar import DAY, day_share, is_working_day, midnight, working_day_on_or_after
from teams.models import Member
from teams.prepared import prepared
from teams.queries import time_for_tasks

QUICK_KINDS = 6


class WorkRow(NamedTuple):
    """One task as a list shows it.

    `waits_for` and `waits_until` are who has the preparation that a signature waits for, and the day; `waits_ended`
    is when that ended. `took` is in how many minutes it was done. `signer` is who signs what this task prepares: name, profession and day (ISO), each perhaps empty.
    """

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
    state: str = ""
    part: str = ""
    timed: int = 0
    timer_from: dt.datetime | None = None
    attempts: int = 0
    escalated: int = 0
    assignee_id: int | None = None
    assignee_name: str | None = None
    assignee_profession: str | None = None
    after_id: int | None = None
    waits_for: str | None = None
    waits_until: dt.date | None = None
    waits_ended: dt.datetime | None = None
    signer: dict[str, str | None] | None = None
    took: int | None = None


_SIGNER = Subquery(
    Task.objects.filter(after=OuterRef("pk"), ended_at__isnull=True).values(
        told=JSONObject(name="assignee__name", profession="assignee__profession", day="planned_on")
    )[:1]
)
WORK_ROW: tuple[Any, ...] = (
    "id", "version", "name", "kind_id", "origin", "sender", "opens_on", "due_on", "closes_on", "hard",
    "planned_minutes", "planned_on", "why", "patient_id", "patient__given_name", "patient__family_name",
    "patient__birth_date", "plan_step__plan__programme__name",
    "state", "part", "timed", "timer_from", "attempts", "escalated",
    "assignee_id", "assignee__name", "assignee__profession",
    "after_id", "after__assignee__name", "after__planned_on", "after__ended_at", _SIGNER, "minutes",
)  # fmt: skip


def work_row(member: Member, task_id: int) -> WorkRow:
    """One task as a row. One query. Raises Task.DoesNotExist."""
    return WorkRow._make(Task.objects.visible_to(member).values_list(*WORK_ROW).get(pk=task_id))


def unassigned_count(member: Member) -> int:
    """How many of the clinic's tasks nobody holds and somebody could do now. One query."""
    return int(Task.objects.visible_to(member).open().filter(state=TaskState.OPEN).count())


class Done(NamedTuple):
    """One task that is done, as the list of the day shows it. `undoable` is when that was said, unless more has happened."""

    id: int
    name: str
    minutes: int
    ended_at: dt.datetime
    patient_id: int | None
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    undoable: dt.datetime | None


# Of a page that is open all day: kept planned (teams/prepared.py), and not put together again each time.
_DONE = """
    SELECT t.id, t.name, t.minutes, t.ended_at, p.id, p.given_name, p.family_name, p.birth_date,
        (SELECT CASE WHEN e.verb IN ('complete', 'log') AND e.by_id = %(member)s THEN e.at END
         FROM tasks_taskevent e WHERE e.task_id = t.id ORDER BY e.id DESC LIMIT 1)
    FROM tasks_task t LEFT JOIN patients_patient p ON p.id = t.patient_id
    WHERE t.clinic_id = %(clinic)s AND t.done_by_id = %(member)s
        AND t.ended_at >= %(starts)s AND t.ended_at < %(ends)s
    ORDER BY t.ended_at DESC, t.id DESC LIMIT %(limit)s
"""
_LOGGED_LATELY = """
    SELECT kind_id, count(*) FROM tasks_task
    WHERE clinic_id = %(clinic)s AND done_by_id = %(member)s AND logged AND ended_at >= %(since)s GROUP BY kind_id
"""


def done_on(member: Member, day: dt.date, *, limit: int = 100) -> list[Done]:
    """What the member did that day, latest first. One query, bounded."""
    asked: dict[str, Any] = {
        "clinic": member.clinic_id, "member": member.pk, "starts": midnight(day), "ends": midnight(day + DAY),
        "limit": limit,
    }  # fmt: skip
    with prepared() as cursor:
        cursor.execute(_DONE, asked)
        return [Done._make(row) for row in cursor.fetchall()]


def quick_kinds(member: Member, *, today: dt.date) -> list[TaskKind]:
    """The six kinds this member logs most in the last 90 days, filled up with the profession's usual ones.

    Two queries. Kinds that the profession may not do are never among them.
    """
    asked: dict[str, Any] = {
        "clinic": member.clinic_id,
        "member": member.pk,
        "since": midnight(today - 90 * DAY),
    }
    with prepared() as cursor:
        cursor.execute(_LOGGED_LATELY, asked)
        used = dict(cursor.fetchall())
    may = TaskKind.objects.filter(professions__contains=[member.profession]).only(
        "name", "minutes", "origin", "position", "channels", "nature"
    )
    in_order = sorted(may, key=lambda kind: (-used.get(kind.pk, 0), kind.origin == "plan", kind.position))
    return in_order[:QUICK_KINDS]


def day_at_hand(member: Member, today: dt.date) -> tuple[dt.date, int]:
    """The working day at hand and its minutes for tasks, with overtime: today if there are any, else the next such day
    within three weeks, else the next working day. One query when the member is at work today, else two.
    """
    own = [member.clinic_id]
    if is_working_day(today) and (minutes := time_for_tasks([today], own).get(member.pk, {}).get(today)):
        return today, minutes
    ahead = [today + n * DAY for n in range(21)]
    found = time_for_tasks([day for day in ahead if day_share(day)], own).get(member.pk, {})
    day = min(found, default=working_day_on_or_after(today))
    return day, found.get(day, 0)
