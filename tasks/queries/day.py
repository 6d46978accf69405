"""Min dag as the database sees it: where each task stands, what each section holds, and the first of each.

Bounded whatever there is: sums are made in the database, and only the rows that are shown are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from tasks.models import Part, Task, TaskQuerySet
from tasks.queries.keyset import behind
from tasks.queries.loads import DayLoad
from tasks.queries.worklist import WORK_ROW, WorkRow
from teams.calendar import DAY, Week, midnight
from teams.models import Member

SECTIONS = ("hard", "overdue", "today", "week", "undated", "later", "waiting")
# Read when somebody opens them.
COLLAPSED = ("later", "waiting")
HARD, OVERDUE, TODAY, WEEK, UNDATED, LATER, WAITING = range(len(SECTIONS))
ORDER = ("-hard", F("due_on").asc(nulls_last=True), "id")


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


def section_of(day: dt.date, today: dt.date) -> Case:
    """The number of a task's section among SECTIONS. `day` is the working day shown, `today` the date.

    On a day off they differ, and what is late is counted from today. A hard deadline stands first from when it is
    due, or from when somebody was warned of it. What has no due date never stands above what is overdue.
    """
    sunday = Week.of(day).sunday
    preparing = Task.objects.filter(pk=OuterRef("after"), ended_at__isnull=True)
    return Case(
        When(Q(hard=True) & (Q(due_on__lte=day) | Q(escalated__gt=0)), then=Value(HARD)),
        When(Q(part=Part.SIGN) & Exists(preparing), then=Value(WAITING)),
        When(opens_on__gt=day, then=Value(LATER)),
        When(due_on__lt=today, then=Value(OVERDUE)),
        When(Q(due_on__lte=day) | Q(planned_on__lte=day), then=Value(TODAY)),
        When(Q(due_on__lte=sunday) | Q(planned_on__lte=sunday), then=Value(WEEK)),
        When(due_on__isnull=True, planned_on__isnull=True, then=Value(UNDATED)),
        default=Value(LATER),
        output_field=IntegerField(),
    )


def held(rows: TaskQuerySet, day: dt.date, today: dt.date) -> list[Held]:
    """What the sections hold of these tasks, summed in the database. One query."""
    alike = ("section", "kind_id", "part", "planned_minutes", "timed", "timer_from")
    found = (
        rows.annotate(section=section_of(day, today)).order_by().values_list(*alike).annotate(n=Count("id"))
    )
    return [Held._make(row) for row in found]


def first_of_each(
    rows: TaskQuerySet, limits: Mapping[int, int], day: dt.date, today: dt.date
) -> list[Placed]:
    """Of each section named in `limits` so many of these tasks, in order. One query, none for no section."""
    if not limits:
        return []
    place = Window(RowNumber(), partition_by="section", order_by=ORDER)
    most = Case(*(When(section=section, then=Value(n)) for section, n in limits.items()), default=Value(0))
    found = (
        rows.annotate(section=section_of(day, today))
        .filter(section__in=list(limits))
        .annotate(place=place)
        .filter(place__lte=most)
        .order_by("section", "place")
    )
    return [Placed(*row) for row in found.values_list("id", "section")]


def next_of(
    rows: TaskQuerySet, section: int, after: str, day: dt.date, today: dt.date, *, limit: int
) -> list[Placed]:
    """So many of the section's tasks after the row of this key, or its first. One query."""
    found = behind(rows.annotate(section=section_of(day, today)).filter(section=section), after)
    return [Placed(*row) for row in found.order_by(*ORDER).values_list("id", "section")[:limit]]


def read(member: Member, ids: Iterable[int]) -> dict[int, WorkRow]:
    """These tasks as rows, by id; those that another clinic has are not among them. One query, none for no id."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = Task.objects.visible_to(member).filter(pk__in=wanted).values_list(*WORK_ROW)
    return {row[0]: WorkRow._make(row) for row in found}


def matching(rows: TaskQuerySet, words: Iterable[str], *, limit: int) -> list[int]:
    """Ids of the tasks in which every word stands in the patient's name, the task or the sender. One query."""
    for word in words:
        in_name = Q(patient__given_name__icontains=word) | Q(patient__family_name__icontains=word)
        rows = rows.filter(in_name | Q(name__icontains=word) | Q(sender__icontains=word))
    return list(rows.order_by(*ORDER).values_list("id", flat=True)[:limit])


def own_load(member: Member, day: dt.date, capacity: int) -> tuple[DayLoad, int]:
    """The member's own day, of so many minutes for tasks, and how many tasks are done. Two queries."""
    on_the_day = Q(planned_on__lte=day) | Q(planned_on__isnull=True, due_on__lte=day, opens_on__lte=day)
    mine = Task.objects.visible_to(member).open().held_by(member).filter(on_the_day)
    booked = mine.aggregate(minutes=Sum("planned_minutes", default=0))["minutes"]
    did = Task.objects.visible_to(member).filter(
        done_by=member, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY)
    )
    done = did.aggregate(minutes=Sum("minutes", default=0), n=Count("id"))
    return DayLoad(member, capacity, booked, done["minutes"]), done["n"]


def warned(member: Member, *, level: int, limit: int = 6) -> list[WorkRow]:
    """Hard deadlines about to slip that a colleague has, or nobody: warned of at this level or above. One query.

    One's own stand on top of one's own list anyway.
    """
    found = Task.objects.visible_to(member).open().filter(escalated__gte=level, escalated__gt=0)
    theirs = found.exclude(assignee=member).order_by("-escalated", *ORDER)
    return [WorkRow._make(row) for row in theirs.values_list(*WORK_ROW)[:limit]]
