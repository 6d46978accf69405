"""Reads about sharings out: what one changes, what it leaves, those before it. Every function says how many queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, IntegerField, Sum, Value, When, Window
from django.db.models.functions import RowNumber

from tasks.allocation.problem import Obstacle
from tasks.gathering import HORIZON
from tasks.models import AllocationRun, Cause, RunState, Task
from tasks.queries import week_load
from teams.calendar import working_days
from teams.models import Member, Overtime
from teams.queries import time_for_tasks

ROWS_AT_ONCE = 120  # changes that a page lists: more is a long list and a slow page
ROWS_PER_GROUP = 5  # of each person, however many people
ROWS_PER_REASON = 10
MOST_CHANGES = 500
RUNS_PER_PAGE = 20

NOBODY = 0  # the group of those that lose their place
WAITING = -1  # and of those that give theirs up since they can wait

GROUP = Case(
    When(to_member__isnull=False, to_day__isnull=False, then=F("to_member")),
    When(to_why__obstacle=Obstacle.MAY_WAIT.value, then=Value(WAITING)),
    default=Value(NOBODY),
    output_field=IntegerField(),
)


class ChangeSum(NamedTuple):
    """So many tasks and minutes go from one member to a group."""

    group: int
    from_member: int | None
    tasks: int
    minutes: int


class ChangeRow(NamedTuple):
    """One change with what the page says of its task."""

    task_id: int
    group: int
    name: str
    patient_id: int | None
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    from_member: int | None
    from_day: dt.date | None
    to_member: int | None
    to_day: dt.date | None
    to_minutes: int
    to_why: dict[str, Any]
    applied: bool


class LeftRow(NamedTuple):
    """A task without a place."""

    id: int
    name: str
    patient_id: int | None
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    minutes: int
    due_on: dt.date | None
    hard: bool


PATIENT = (
    "task__patient_id",
    "task__patient__given_name",
    "task__patient__family_name",
    "task__patient__birth_date",
)
CHANGE_ROW = (
    "task_id", "group", "task__name", *PATIENT, "from_member", "from_day", "to_member", "to_day", "to_minutes",
    "to_why", "applied",
)  # fmt: skip


def runs_of(member: Member, *, before: int | None = None) -> list[AllocationRun]:
    """The clinic's sharings out, the latest first; `before` is the id that a page ended with. One query, bounded."""
    runs = AllocationRun.objects.visible_to(member).select_related("asked_by", "decided_by", "undone_by")
    if before:
        runs = runs.filter(pk__lt=before)
    return list(runs.defer("loads", "left").order_by("-pk")[: RUNS_PER_PAGE + 1])


def open_proposal(member: Member) -> AllocationRun | None:
    """A sharing out that waits for the worker or for a leader. One query."""
    waiting = [RunState.WAITING, RunState.RUNNING, RunState.PROPOSED]
    found: AllocationRun | None = (
        AllocationRun.objects.visible_to(member)
        .filter(state__in=waiting, asked_by__isnull=False)
        .order_by("-pk")
        .first()
    )
    return found


def members_by_id(member: Member) -> dict[int, Member]:
    """Everybody who has ever had a place in the clinic. One query."""
    return {m.pk: m for m in Member.objects.visible_to(member)}


def change_sums(run: AllocationRun) -> list[ChangeSum]:
    """How much goes from whom to whom. One query, as many rows as pairs of members."""
    rows = (
        run.changes.annotate(group=GROUP)
        .values_list("group", "from_member")
        .annotate(tasks=Count("id"), minutes=Sum("to_minutes"))
        .order_by("group", "from_member")
    )
    return [ChangeSum._make(row) for row in rows]


def rows_per_group(sums: Iterable[ChangeSum]) -> int:
    """How many changes of each group a page lists: all of a small proposal, the first of a large one."""
    found = list(sums)
    total, groups = sum(part.tasks for part in found), len({part.group for part in found})
    return total if total <= ROWS_AT_ONCE else max(ROWS_PER_GROUP, ROWS_AT_ONCE // groups)


def change_rows(run: AllocationRun, *, per_group: int, group: int | None = None) -> list[ChangeRow]:
    """The first changes of each group: new ones before those that only change day, by day. One query, bounded."""
    only_day = Case(When(from_member=F("to_member"), then=Value(1)), default=Value(0))
    order = [only_day.asc(), F("to_day").asc(nulls_last=True), F("task").asc()]
    rows = run.changes.annotate(
        group=GROUP, place=Window(RowNumber(), partition_by=[GROUP], order_by=order)
    ).filter(place__lte=per_group)
    if group is not None:
        rows = rows.filter(group=group)
    found = rows.order_by("group", "place").values_list(*CHANGE_ROW)[:MOST_CHANGES]
    return [ChangeRow._make(row) for row in found]


def change_keys(run: AllocationRun) -> list[tuple[int, int]]:
    """(task id, group) of every change: what choosing goes by. One query."""
    return list(run.changes.annotate(group=GROUP).values_list("task_id", "group"))


def left_rows(run: AllocationRun, member: Member) -> dict[int, LeftRow]:
    """The first tasks of each reason that stay without a place. One query, bounded."""
    wanted: dict[str, list[int]] = {}
    for task_id, obstacle in run.left:
        if len(ids := wanted.setdefault(obstacle, [])) < ROWS_PER_REASON:
            ids.append(task_id)
    ids = [task_id for found in wanted.values() for task_id in found]
    columns = ("id", "name", "patient_id", "patient__given_name", "patient__family_name", "patient__birth_date",
               "planned_minutes", "due_on", "hard")  # fmt: skip
    rows = Task.objects.visible_to(member).filter(pk__in=ids).values_list(*columns)
    return {row[0]: LeftRow._make(row) for row in rows}


def loads_now(member: Member, *, today: dt.date) -> dict[int, tuple[int, int]]:
    """(booked, there) minutes by member id over the next ten working days. Three queries."""
    days = working_days(today, HORIZON)
    minutes, booked = time_for_tasks(days), week_load(member, days)
    return {
        who: (sum(booked.get(who, {}).values()), sum(minutes.get(who, {}).values()))
        for who in {*minutes, *booked}
    }


def overtime_ahead(member: Member, today: dt.date) -> list[Overtime]:
    """What leaders have allowed from today on, soonest first. One query, bounded."""
    rows = Overtime.objects.visible_to(member).filter(day__gte=today, minutes__gt=0)
    return list(rows.select_related("member", "by").order_by("day", "member__name")[:30])


def unapplied(run: AllocationRun) -> int:
    """How many of its changes are not in force. One query."""
    return run.changes.filter(applied=False).count()


def last_run(member: Member, states: Iterable[RunState]) -> AllocationRun | None:
    """The latest of the whole work in one of these states. One query."""
    found: AllocationRun | None = (
        AllocationRun.objects.visible_to(member)
        .filter(state__in=list(states))
        .exclude(cause=Cause.URGENT)
        .defer("loads", "left")
        .order_by("-pk")
        .first()
    )
    return found
