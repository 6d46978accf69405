"""What a scenario is run from: the clinic as it stands, and the work that is on its way. Read once, changed by no run.

Minutes and days throughout. Patients are numbers that bind the tasks of one visit and name a doctor and a nurse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tasks.gathering import Gathered, Row
from tasks.recurrence import Rhythm
from teams.calendar import Week, is_working_day, working_day_on_or_after

# Numbers that no row of the database has: people and plans that only a scenario knows, other work that will come,
# what follow-up opens; and what is added to a number for the same once more.
MADE_UP = 10**12
ARRIVALS, OCCASIONS, COPIES = 2 * MADE_UP, 3 * MADE_UP, 10 * MADE_UP


@dataclass(frozen=True, slots=True)
class Span:
    """A week, or what is left of the first: from and including, to and including."""

    first: dt.date
    last: dt.date


class Knows(NamedTuple):
    """Who knows a patient."""

    list_doctor_id: int | None
    usual_nurse_id: int | None


class Leave(NamedTuple):
    """A doctor's signed delegation of one kind to one member, with its first and last day."""

    kind_id: int
    doctor_id: int
    member_id: int
    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Lead:
    """What is done before a step (bloods): so many days, by which kind."""

    kind_id: int
    minutes: int
    days: int
    hard: bool


@dataclass(frozen=True, slots=True)
class StepWork:
    """One step of a programme as work. `minutes` of the whole; `halves` of preparation and signature, where it is two."""

    programme_id: int
    kind_id: int
    rhythm: Rhythm
    shares: str
    minutes: int
    halves: tuple[int, int] | None = None
    leads: tuple[Lead, ...] = ()
    bloods: int | None = None  # days before it that bloods are taken for it


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one plan stands in one step. `own` where the patient has an interval of their own.

    `waiting`: its occasion is not opened yet.
    """

    step: int
    patient: int
    opens_on: dt.date
    due_on: dt.date
    closes_on: dt.date | None
    last_done_on: dt.date | None = None
    own: Rhythm | None = None
    waiting: bool = True


@dataclass(frozen=True)
class Situation:
    """One clinic's. `read` holds its people, kinds, time by day and what is open, over all days and ten more.

    `plans` by number, and `carries`: the plan that each open task is the occasion of. `arrivals` is the other work to
    come, each a task or a pair. `candidates` by programme: patients without a plan in it. `weekly` by member: minutes
    for tasks by ISO weekday in an ordinary week, and `at_work` in the whole week.
    """

    clinic_id: int
    spans: tuple[Span, ...]
    read: Gathered
    leaves: tuple[Leave, ...]
    steps: Mapping[int, StepWork]
    plans: Mapping[int, Standing]
    carries: Mapping[int, int]
    patients: Mapping[int, Knows]
    arrivals: tuple[tuple[Row, ...], ...] = ()
    candidates: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    weekly: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    at_work: Mapping[int, int] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return self.spans[0].first


def spans_from(today: dt.date, weeks: int) -> tuple[Span, ...]:
    """So many whole weeks from the next working day on, and before them what is left of one that has begun."""
    first = working_day_on_or_after(today)
    week = Week.of(first)
    begun = any(is_working_day(day) for day in week.days if day < first)
    found = [Span(first, week.sunday)] if begun else []
    start = week.plus(1) if begun else week
    return (*found, *(Span(start.plus(n).monday, start.plus(n).sunday) for n in range(weeks)))
