"""A programme's year as a timeline: an example that begins on a day, everything done on its due date. Pure.

Positions are months and parts of months, 0 to 12, from the first of the month thirty days before it begins: what
comes before the first due date (an open window, bloods) is seen.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from tasks.models import Rule
from tasks.presenters.programmes import often
from tasks.programme_text import ProgrammeText, StepText
from tasks.recurrence import Occasion, add_months, around, lead, next_occasion
from teams.calendar import DAY

MONTHS = 12
BEFORE = 30 * DAY
MOST_DATES = 14  # told one by one; of more, the first and how many


@dataclass(frozen=True, slots=True)
class Mark:
    """One occasion: from `x` it is open, at `due` the line, until `end`; None for what lies outside the year."""

    occasion: Occasion
    x: float
    width: float
    due: float | None
    late: float  # width from the due date to the last day


@dataclass(frozen=True, slots=True)
class Lane:
    step: StepText
    often: str
    marks: tuple[Mark, ...]

    @property
    def told(self) -> list[Mark]:
        """Those whose dates are told."""
        return [mark for mark in self.marks if mark.due is not None][:MOST_DATES]

    @property
    def times(self) -> int:
        """How many fall due in the year."""
        return sum(mark.due is not None for mark in self.marks)

    @property
    def more(self) -> int:
        return max(0, self.times - MOST_DATES)


@dataclass(frozen=True, slots=True)
class Year:
    start: dt.date
    months: tuple[dt.date, ...]
    lanes: tuple[Lane, ...]
    new_year: int  # where 1 January stands
    resets: bool  # something is done once every calendar year

    @property
    def begin(self) -> dt.date:
        return self.months[0]


def example_year(text: ProgrammeText, *, start: dt.date) -> Year:
    """Twelve months with everything first due on `start`; steps whose interval makes no sense have no marks."""
    begin = (start - BEFORE).replace(day=1)
    months = tuple(add_months(begin, n) for n in range(MONTHS))
    last = add_months(begin, MONTHS) - DAY
    lanes = tuple(
        Lane(step, often(step, text), tuple(_mark(each, begin, last) for each in _occasions(step, text, start, last)))
        for step in text.steps
    )  # fmt: skip
    resets = any(step.rule == Rule.CALENDAR_YEAR and not step.leads_to for step in text.steps)
    return Year(start, months, lanes, (13 - begin.month) % 12, resets)


def _occasions(step: StepText, text: ProgrammeText, start: dt.date, last: dt.date) -> list[Occasion]:
    if not step.leads_to:
        return _own(step, start, last)
    target = text.step(step.leads_to)
    if target is None or target.leads_to:
        return []
    return [_before(occasion, step) for occasion in _own(target, start, last)]


def _before(occasion: Occasion, step: StepText) -> Occasion:
    """What leads to an occasion opens and closes with it, and is due so many days before (tasks/sql/open_due.sql)."""
    due = max(lead(occasion, step.lead_days), occasion.opens_on)
    return Occasion(occasion.opens_on, due, occasion.closes_on)


def _own(step: StepText, start: dt.date, last: dt.date) -> list[Occasion]:
    if not step.rhythm.length:
        return []
    if step.rule == Rule.ONCE:
        once = next_occasion(step.rhythm, after=start)
        return [Occasion(max(once.opens_on, min(start, once.due_on)), once.due_on, once.closes_on)]
    found, occasion = [], around(step.rhythm, start)
    while occasion.opens_on <= last:
        found.append(occasion)
        following = next_occasion(step.rhythm, after=occasion.due_on)
        if following.due_on <= occasion.due_on:
            break  # an interval that the form refuses, as it is being typed
        occasion = following
    return found


def _mark(occasion: Occasion, begin: dt.date, last: dt.date) -> Mark:
    inside = begin <= occasion.due_on <= last
    x, due = place(occasion.opens_on, begin), place(occasion.due_on, begin)
    end = place(occasion.closes_on, begin) if occasion.closes_on else due
    return Mark(occasion, x, round(due - x, 3), due if inside else None, round(max(0.0, end - due), 3))


def place(day: dt.date, begin: dt.date) -> float:
    """Months from `begin`, a day being its part of its own month; within the year."""
    whole = (day.year - begin.year) * 12 + day.month - begin.month
    part = (day.day - 1) / calendar.monthrange(day.year, day.month)[1]
    return round(min(float(MONTHS), max(0.0, whole + part)), 3)
