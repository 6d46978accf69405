"""What somebody leaves uncovered who is away on some days, or works here no more after one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q

from tasks.eligibility import ground_for, rule_for
from tasks.gathering import HORIZON
from tasks.many import Lawful
from tasks.models import Task, TaskKind, TaskQuerySet, TaskState
from teams.absences import minutes_taken
from teams.calendar import working_day_on_or_after, working_days
from teams.models import Absence, Member
from teams.timetables import weeks_of

MOST = 2000  # tasks read of one member


@dataclass(frozen=True, slots=True)
class Left:
    """One task that is left, and the day it lies on: planned, else due; what is late lies on the first one."""

    task: Task
    day: dt.date | None
    only_one: bool  # nobody else who works here may do it

    @property
    def begun(self) -> bool:
        return bool(self.task.state == TaskState.STARTED)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """`first` to and including `last` (None: for good). `taken`: (minutes there would be, minutes there are) by day.

    `weekly` are the minutes for tasks of an ordinary week, of somebody who leaves. `horizon` is the last day that a
    sharing out now would plan.
    """

    first: dt.date
    last: dt.date | None
    left: Sequence[Left]
    taken: dict[dt.date, tuple[int, int]]
    weekly: int
    horizon: dt.date


def lies_in(tasks: TaskQuerySet, first: dt.date, last: dt.date | None, today: dt.date) -> TaskQuerySet:
    """Those planned on these days; what is planned and late lies on the working day at hand.

    And those without a day that must not wait for the holder to be back: hard ones, and what is due by the last day
    or before. Without a last day hard ones, late ones, and what is due from the first day on or never.
    """
    at_hand = working_day_on_or_after(today)
    begun = first <= at_hand
    planned = Q(planned_on__isnull=False) if begun else Q(planned_on__gte=first)
    if last is not None and last < at_hand:  # over before anybody is at work again
        planned = Q(pk__in=[])
    without = Q(planned_on__isnull=True)
    if last is not None:
        planned &= Q(planned_on__lte=last)
        without &= Q(hard=True) | Q(due_on__lte=last)
    elif not begun:
        without &= Q(hard=True) | Q(due_on__isnull=True) | Q(due_on__gte=first) | Q(due_on__lt=today)
    found: TaskQuerySet = tasks.filter(planned | without)
    return found


def left_by_absence(absence: Absence, by: Member, today: dt.date) -> Uncovered | None:
    """What is uncovered from today on; None when the absence is over. Six queries."""
    if absence.ends_on < today:
        return None
    first = max(absence.starts_on, today)
    left = _left(absence.member, first, absence.ends_on, by, today)
    taken = minutes_taken(absence, first, absence.ends_on)
    return Uncovered(first, absence.ends_on, left, taken, 0, _horizon(today))


def left_by_leaving(member: Member, first: dt.date, by: Member, today: dt.date) -> Uncovered:
    """What is uncovered from the day on, the first that the member does not work here. Six queries."""
    weeks, _duties = weeks_of(member, today)
    return Uncovered(
        max(first, today), None, _left(member, first, None, by, today), {}, weeks[0].left, _horizon(today)
    )


def _horizon(today: dt.date) -> dt.date:
    return working_days(today, HORIZON)[-1]


def _left(member: Member, first: dt.date, last: dt.date | None, by: Member, today: dt.date) -> list[Left]:
    """Hard deadlines first, then the nearest due. Four queries, bounded."""
    held = lies_in(Task.objects.visible_to(by).open().held_by(member), first, last, today)
    rows = held.select_related("patient").order_by("-hard", F("due_on").asc(nulls_last=True), "id")
    tasks = list(rows.defer("why")[:MOST])
    kinds = TaskKind.objects.in_bulk({task.kind_id for task in tasks})
    for task in tasks:
        task.kind = kinds[task.kind_id]
    others = Member.objects.visible_to(by).employed_on(today).exclude(pk=member.pk).exclude(profession="")
    alone = _only(tasks, list(others), Lawful.read(by, today))
    day = max(first, working_day_on_or_after(today))
    return [Left(task, _day(task, day, last), task.pk in alone) for task in tasks]


def _day(task: Task, first: dt.date, last: dt.date | None) -> dt.date | None:
    day = task.planned_on or task.due_on
    if day is None or (last is not None and max(day, first) > last):
        return None  # without a day, and due when the holder is back
    return max(day, first)


def _only(tasks: Iterable[Task], others: Sequence[Member], lawful: Lawful) -> set[int]:
    """Ids of the tasks that none of the others may do, by law, delegation, or since a leader ruled them out."""
    known: dict[tuple[object, ...], bool] = {}
    found = set()
    for task in tasks:
        doctor = task.patient.list_doctor_id if task.patient else None
        key = task.kind_id, task.part, doctor, tuple(task.forbidden)
        if key not in known:
            known[key] = not any(
                ground_for(
                    rule_for(task.kind, task.part), member_id=m.pk, profession=m.profession, list_doctor_id=doctor,
                    delegated=lawful.delegated.get(task.kind_id, frozenset()),
                )
                for m in others
                if m.pk not in task.forbidden
            )  # fmt: skip
        if known[key]:
            found.add(task.pk)
    return found
