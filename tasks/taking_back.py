"""Where tasks go that somebody takes back after having been away: on which day, in the time there is. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """A task that was somebody's and went to another since they were away.

    `now_on` is the day it is planned where it is, `was_on` the day it was planned before; `not_before` when what it
    waits for is planned. `last` is the last day of one whose deadline must not slip.
    """

    id: int
    minutes: int
    hard: bool
    due_on: dt.date | None
    opens_on: dt.date
    last: dt.date | None
    now_on: dt.date | None
    was_on: dt.date | None
    not_before: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`day`: None when no day in sight has room. `advised`: taking it back serves the patient as well as leaving it."""

    day: dt.date | None
    advised: bool


def places(tasks: Iterable[Offered], free: Mapping[dt.date, int]) -> dict[int, Place]:
    """A day for each, by task id, none beyond the minutes `free` by day (in order, from the first day back).

    The day it is planned now if there is room, else the one it had, else the first that has. What somebody will do
    before the first day back is better left with them, and so is a hard deadline that would not be kept.
    """
    left = dict(free)
    found: dict[int, Place] = {}
    for task in sorted(tasks, key=lambda t: (not t.hard, t.due_on or dt.date.max, t.id)):
        day = _day(task, left)
        if day is not None:
            left[day] -= task.minutes
        sooner = task.now_on is not None and task.now_on < min(free, default=dt.date.max)
        found[task.id] = Place(day, not sooner and (day is not None or not task.hard))
    return found


def _day(task: Offered, left: Mapping[dt.date, int]) -> dt.date | None:
    first = max(task.opens_on, task.not_before or task.opens_on)
    fits = [
        day
        for day, minutes in left.items()
        if minutes >= task.minutes and day >= first and (task.last is None or day <= task.last)
    ]
    wanted = [day for day in (task.now_on, task.was_on) if day in fits]
    return next(iter([*wanted, *fits]), None)
