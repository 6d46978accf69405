"""The team's weeks ahead, and the lists that they are made of. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, Sum

from tasks.ahead import WEEKS, WORK_DAY, days_ahead, weeks_ahead
from tasks.models import BulkChange, BulkItem, Task, TaskKind, TaskQuerySet, TaskState
from tasks.queries.day import read
from tasks.queries.keyset import key_of, parse_key
from tasks.queries.worklist import WorkRow
from teams.calendar import DAY, midnight
from teams.models import Absence, DayPart, Member
from teams.prepared import prepared
from teams.queries import time_for_tasks
from teams.timetables import ORDER

PAGE = 50
LATER = WEEKS  # the column after the last week: later, or without a day


class Sums(NamedTuple):
    """Of one holder (None: nobody) in one of the weeks ahead (`LATER`: after them, or without a day)."""

    holder: int | None
    week: int
    tasks: int
    minutes: int
    late: int
    hard: int
    pressing: int
    nearest: dt.date | None
    coming: int


class Away(NamedTuple):
    """Somebody's absence: whole days, or the part of each day."""

    member: int
    starts_on: dt.date
    ends_on: dt.date
    part: str
    minutes: int | None

    @property
    def whole(self) -> bool:
        return self.part == DayPart.WHOLE


class ListRow(NamedTuple):
    """One task of a list: what Min dag knows of it, and whether it is pinned to its holder."""

    work: WorkRow
    pinned: bool


# On pages that are open all day: kept planned (teams/prepared.py). `mondays` are those after each of the weeks ahead.
_SUMS = f"""
    SELECT t.assignee_id, coalesce(width_bucket({WORK_DAY}, %(mondays)s::date[]), {LATER}) AS week,
        count(*), sum(t.planned_minutes), count(*) FILTER (WHERE t.due_on < %(today)s), count(*) FILTER (WHERE t.hard),
        count(*) FILTER (WHERE t.hard AND t.escalated > 0), min(t.due_on), count(*) FILTER (WHERE t.state = 'scheduled')
    FROM tasks_task t WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL GROUP BY 1, 2
"""  # noqa: S608  # our own words
_BOOKED = f"""
    SELECT t.assignee_id, width_bucket({WORK_DAY}, %(mondays)s::date[]) AS week, sum(t.planned_minutes)
    FROM tasks_task t
    WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND {WORK_DAY} < %(end)s GROUP BY 1, 2
"""  # noqa: S608  # our own words


def board_sums(member: Member, today: dt.date) -> list[Sums]:
    """All the clinic's open tasks, added up by holder and week. One query, a row for each holder and week.

    What is overdue and not planned lies in the first week (tasks/ahead.py); `pressing` are hard ones that somebody
    was warned of, `nearest` the first due date, `coming` those whose window is not open.
    """
    return [Sums._make(row) for row in _ahead(_SUMS, member, today, WEEKS)]


def week_sums(member: Member, today: dt.date, *, weeks: int = WEEKS) -> dict[int | None, list[int]]:
    """Minutes booked by holder (None: nobody) in the first `weeks` of the weeks ahead. One query."""
    found: dict[int | None, list[int]] = defaultdict(lambda: [0] * weeks)
    for holder, week, minutes in _ahead(_BOOKED, member, today, weeks):
        found[holder][week] = minutes
    return dict(found)


def _ahead(statement: str, member: Member, today: dt.date, weeks: int) -> list[tuple[Any, ...]]:
    mondays = [week.sunday + DAY for week in weeks_ahead(today)[:weeks]]
    asked: dict[str, Any] = {
        "clinic": member.clinic_id, "today": today, "mondays": mondays, "end": mondays[-1]
    }  # fmt: skip
    with prepared() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


def colleagues_ahead(member: Member, today: dt.date) -> list[Member]:
    """Who has a profession and works here today or in the weeks ahead, by profession with doctors first. One query."""
    last = weeks_ahead(today)[-1].sunday
    here = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    found = Member.objects.visible_to(member).filter(here, starts_on__lte=last).exclude(profession="")
    return sorted(found, key=lambda m: (ORDER.index(m.profession), m.name))


def holders(member: Member, ids: set[int]) -> list[Member]:
    """Those of the clinic's members, whether they work here or not. One query, none for none."""
    return list(Member.objects.visible_to(member).filter(pk__in=ids)) if ids else []


def time_ahead(member: Member, today: dt.date, *, weeks: int = WEEKS) -> dict[int, dict[dt.date, int]]:
    """Minutes for tasks by member id and day in the first `weeks` of the weeks ahead. One query."""
    last = weeks_ahead(today)[weeks - 1].sunday
    return time_for_tasks((day for day in days_ahead(today) if day <= last), [member.clinic_id])


def minutes_ahead(
    member: Member, today: dt.date, time: Mapping[int, Mapping[dt.date, int]]
) -> dict[int, list[int]]:
    """The `time_ahead` by member id and week; of today what is not used already. One query."""
    week_of = {day: n for n, week in enumerate(weeks_ahead(today)) for day in week.days}
    found: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    used = _used(member, today)
    for member_id, days in time.items():
        for day, minutes in days.items():
            left = max(0, minutes - used.get(member_id, 0)) if day == today else minutes
            found[member_id][week_of[day]] += left
    return dict(found)


def _used(member: Member, day: dt.date) -> dict[int, int]:
    done = (
        Task.objects.visible_to(member)
        .taking_time()
        .filter(state=TaskState.DONE, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY))
    )
    return dict(done.order_by().values_list("done_by").annotate(Sum("minutes")))


def away_ahead(member: Member, today: dt.date) -> dict[int, list[Away]]:
    """Absences in the weeks ahead by member id. One query."""
    days = days_ahead(today)
    rows = (
        Absence.objects.visible_to(member)
        .filter(starts_on__lte=days[-1], ends_on__gte=days[0])
        .order_by("starts_on", "pk")
        .values_list("member", "starts_on", "ends_on", "part", "minutes")
    )
    found: dict[int, list[Away]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(Away._make(row))
    return dict(found)


def pressing(member: Member, *, limit: int = 6) -> list[ListRow]:
    """Hard deadlines that somebody was warned of, the most urgent first. Two queries, bounded."""
    found = Task.objects.visible_to(member).open().filter(hard=True, escalated__gt=0)
    return _rows(member, found.order_by("-escalated", F("due_on").asc(nulls_last=True), "id"), limit)


def task_page(member: Member, tasks: TaskQuerySet, after: str = "") -> tuple[list[ListRow], str]:
    """Fifty of these from the key `after`, hard and nearest due first, and the key of the next fifty, if there are.

    Two queries; as quick for the last page as for the first.
    """
    rows = _rows(member, _after(tasks, after).in_order(), PAGE + 1)
    more = len(rows) > PAGE
    last = rows[PAGE - 1].work if more else None
    return rows[:PAGE], key_of(last.hard, last.due_on, last.id) if last else ""


def totals(tasks: TaskQuerySet) -> tuple[int, int]:
    """(how many, their minutes). One query."""
    found = tasks.order_by().aggregate(n=Count("pk"), minutes=Sum("planned_minutes", default=0))
    return found["n"], found["minutes"]


def first_ids(tasks: TaskQuerySet, limit: int) -> list[int]:
    """Ids of the first of these in the list's own order. One query, bounded."""
    return list(tasks.in_order().values_list("pk", flat=True)[:limit])


def _after(tasks: TaskQuerySet, key: str) -> TaskQuerySet:
    """What comes after the key in the order of `in_order`; an empty key means from the beginning."""
    if not key:
        return tasks
    hard, due, last = parse_key(key)
    same = Q(hard=hard, due_on=due) if due else Q(hard=hard, due_on__isnull=True)
    later = same & Q(pk__gt=last)
    if due:
        later |= Q(hard=hard) & (Q(due_on__gt=due) | Q(due_on__isnull=True))
    if hard:
        later |= Q(hard=False)
    return tasks.filter(later)


def _rows(member: Member, tasks: TaskQuerySet, limit: int) -> list[ListRow]:
    """The first of these, by two queries: they are found before anything is joined to them, names for fifty only."""
    pinned = dict(tasks.values_list("pk", "pinned")[:limit])
    rows = read(member, pinned)
    return [ListRow(rows[pk], pinned[pk]) for pk in pinned if pk in rows]


def bulk_items(change: BulkChange) -> list[BulkItem]:
    """The tasks of a change of many, with whose and who they are now. One query, 500 at most."""
    found = BulkItem.objects.filter(bulk=change, clinic_id=change.clinic_id)
    return list(found.select_related("task__patient", "task__assignee", "task__kind").order_by("task"))


def latest_change(member: Member, *, since: dt.datetime) -> BulkChange | None:
    """The member's own last change of many that is in force, if it was made since then. One query."""
    own = BulkChange.objects.visible_to(member).filter(by=member, undone_at__isnull=True, at__gte=since)
    found: BulkChange | None = own.annotate(tasks=Count("items")).order_by("-at").first()
    return found


def list_kinds() -> list[tuple[int, str]]:
    """(id, name) of every kind in the catalogue, by name. One query."""
    return list(TaskKind.objects.order_by("name").values_list("pk", "name"))
