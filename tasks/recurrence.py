"""When the next time is. Pure: dates in, dates out.

A step recurs from its *completion* (a late control does not pull the next one after it, a missed one does
not pile up); a cancelled occasion counts from when it was due. A due date on a weekend or holiday moves to
the next working day, a hard deadline to the one before. Rules of thumb: DOMAIN §4.2.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from teams.calendar import working_day_on_or_after, working_day_on_or_before


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and how wide the window around the due date is. Months and days add up."""

    months: int
    days: int
    opens_days_before: int
    closes_days_after: int | None
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """May be done from `opens_on`, should be by `due_on`, must by `closes_on` (None: no such day)."""

    opens_on: dt.date
    due_on: dt.date
    closes_on: dt.date | None


def add_months(day: dt.date, months: int) -> dt.date:
    """Same day of the month, or the month's last: 31 January + 1 month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_occasion(rhythm: Rhythm, *, after: dt.date) -> Occasion:
    """The occasion one interval after `after`: the day it was done, or the due date that was cancelled."""
    return _around(rhythm, add_months(after, rhythm.months) + dt.timedelta(days=rhythm.days))


def first_occasion(rhythm: Rhythm, *, starts_on: dt.date, share: float) -> Occasion:
    """The first occasion of somebody whose last one nobody knows.

    `share` (0 ≤ share < 1) spreads patients who start together evenly over one interval, so that a
    clinic's two hundred hypertensives are not all due the same week.
    """
    interval = next_occasion(rhythm, after=starts_on).due_on - starts_on
    return _around(rhythm, starts_on + dt.timedelta(days=round(interval.days * share)))


def _around(rhythm: Rhythm, day: dt.date) -> Occasion:
    due = working_day_on_or_before(day) if rhythm.hard else working_day_on_or_after(day)
    closes = None if rhythm.closes_days_after is None else due + dt.timedelta(days=rhythm.closes_days_after)
    return Occasion(due - dt.timedelta(days=rhythm.opens_days_before), due, closes)
