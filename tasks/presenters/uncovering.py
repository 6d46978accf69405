"""What an absence or a leaving uncovers, in words and numbers. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.models import Task
from tasks.presenters.lines import patient_words
from tasks.uncovering import Left, Uncovered

NAMED = 12  # tasks named of one sort
MOST_DAYS = 12


def who_of(task: Task, today: dt.date) -> str:
    """«Per Lunde, 66»; empty for a task that is about no patient."""
    patient = task.patient
    if patient is None:
        return ""
    return patient_words(patient.pk, patient.given_name, patient.family_name, patient.birth_date, today)


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One task that is left uncovered."""

    id: int
    who: str
    name: str
    minutes: int
    due_on: dt.date | None
    day: dt.date | None
    hard: bool
    late: bool


@dataclass(frozen=True, slots=True)
class LeftDay:
    """One day: what lies on it, and the minutes there would be and there are. `over` does not fit any more."""

    day: dt.date
    tasks: int
    minutes: int
    before: int
    there: int

    @property
    def over(self) -> int:
        return max(0, self.minutes - self.there)


@dataclass(frozen=True, slots=True)
class Named:
    """The first of some tasks, and how many there are."""

    lines: tuple[LeftLine, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Uncovering:
    """What an absence or a leaving uncovers, as the page tells it. `over`: minutes that have no room on the days left."""

    tasks: int
    minutes: int
    taken: int
    weekly: int
    over: int
    days: tuple[LeftDay, ...]
    more_days: int
    hard: Named
    only_one: Named
    begun: Named
    pinned: Named
    others: Named
    later: int
    horizon: dt.date
    ahead: bool

    @property
    def whole(self) -> bool:
        """Is there no time left on any of the days?"""
        return not any(day.there for day in self.days)


def uncovering(found: Uncovered, today: dt.date) -> Uncovering:
    """Hard deadlines by name first; then what nobody else may do, what is begun, what is pinned; the rest."""
    left = list(found.left)
    days = _days(found)
    hard = [each for each in left if each.task.hard]
    return Uncovering(
        tasks=len(left),
        minutes=sum(each.task.planned_minutes for each in left),
        taken=sum(before - there for before, there in found.taken.values()),
        weekly=found.weekly,
        over=sum(day.over for day in days),
        days=tuple(days[:MOST_DAYS]),
        more_days=max(0, len(days) - MOST_DAYS),
        hard=_named(hard, today),
        only_one=_named([each for each in left if each.only_one], today),
        begun=_named([each for each in left if each.begun], today),
        pinned=_named([each for each in left if each.task.pinned and not each.begun], today),
        others=_named([each for each in left if not each.task.hard], today),
        later=sum(1 for each in left if each.day and each.day > found.horizon),
        horizon=found.horizon,
        ahead=found.first > found.horizon,
    )


def _days(found: Uncovered) -> list[LeftDay]:
    """Days with something on them, or with time taken."""
    counts: Counter[dt.date] = Counter()
    booked: Counter[dt.date] = Counter()
    for each in found.left:
        if each.day:
            counts[each.day] += 1
            booked[each.day] += each.task.planned_minutes
    return [
        LeftDay(day, counts[day], booked[day], *found.taken.get(day, (0, 0)))
        for day in sorted({*counts, *found.taken})
    ]


def _named(found: Sequence[Left], today: dt.date) -> Named:
    lines = tuple(_line(each, today) for each in found[:NAMED])
    return Named(lines, len(found))


def _line(each: Left, today: dt.date) -> LeftLine:
    task = each.task
    late = task.due_on is not None and task.due_on < today
    return LeftLine(
        task.pk, who_of(task, today), task.name, task.planned_minutes, task.due_on, each.day, task.hard, late
    )
