"""Days, weeks and holidays as a Norwegian clinic counts them: Oslo time, ISO weeks, Monday first.

Pure: the caller says what day it is. Half days (24 and 31 December, Wednesday before Easter) come from
the working calendar in DOMAIN §4.2; public holidays from the `holidays` package.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

import holidays

OSLO = ZoneInfo("Europe/Oslo")
DAY = dt.timedelta(days=1)
# Of weeks that somebody may name: what lies at the ends of the calendar has no day before or after it.
YEARS = range(2000, 2101)


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week: Monday 00:00 to the next Monday 00:00, Oslo time (so 167 or 169 hours on DST weeks)."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Self:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2026-W47`. Raises ValueError for anything that is not an ISO week of 2000 to 2100."""
        try:
            year, number = map(int, text.upper().split("-W"))
            dt.date.fromisocalendar(year, number, 1)
        except (ValueError, OverflowError):
            year, number = 0, 0
        if year not in YEARS:
            raise ValueError(f"«{text}» er ikke en uke. Skriv for eksempel 2026-W47.")
        return cls(year, number)

    @property
    def monday(self) -> dt.date:
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> dt.date:
        return self.monday + 6 * DAY

    @property
    def days(self) -> list[dt.date]:
        return [self.monday + i * DAY for i in range(7)]

    @property
    def starts_at(self) -> dt.datetime:
        return midnight(self.monday)

    @property
    def ends_at(self) -> dt.datetime:
        """The first moment of the next week."""
        return midnight(self.monday + 7 * DAY)

    def plus(self, weeks: int) -> Self:
        return self.of(self.monday + dt.timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def midnight(day: dt.date) -> dt.datetime:
    """The moment the day begins in Oslo."""
    return dt.datetime.combine(day, dt.time(), tzinfo=OSLO)


def oslo_date(moment: dt.datetime) -> dt.date:
    """The date on a clock on a wall in Oslo."""
    return moment.astimezone(OSLO).date()


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[dt.date]:
    """Norwegian public holidays; Sundays are not among them unless they have a name of their own."""
    return frozenset(holidays.country_holidays("NO", years=year))


@lru_cache(maxsize=64)
def half_days(year: int) -> frozenset[dt.date]:
    """24 and 31 December, and the Wednesday before Easter."""
    maundy_thursday = min(d for d in public_holidays(year) if d.month in (3, 4) and d.weekday() == 3)
    return frozenset({dt.date(year, 12, 24), dt.date(year, 12, 31), maundy_thursday - DAY})


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday and no public holiday; a half day is a working day."""
    return day.isoweekday() <= 5 and day not in public_holidays(day.year)


def day_share(day: dt.date) -> float:
    """How much of a day's working hours the clinic keeps open: 1, a half, or 0 on holidays.

    Weekends are not closed here: whoever has working hours on a Saturday works then.
    """
    if day in public_holidays(day.year):
        return 0.0
    return 0.5 if day in half_days(day.year) else 1.0


def working_day_on_or_after(day: dt.date) -> dt.date:
    while not is_working_day(day):
        day += DAY
    return day


def working_day_on_or_before(day: dt.date) -> dt.date:
    while not is_working_day(day):
        day -= DAY
    return day


def working_days(first: dt.date, count: int) -> list[dt.date]:
    """The next `count` working days, `first` among them if it is one."""
    days: list[dt.date] = []
    day = first
    while len(days) < count:
        if is_working_day(day):
            days.append(day)
        day += DAY
    return days
