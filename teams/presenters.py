"""Words for people's ordinary weeks and duties. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS as NAMES
from django.utils.translation import gettext as _

from teams.models import Duty
from teams.templatetags.fordel import long_day, minutes
from teams.weekly import DayLine, Timetable

Piece = tuple[str, str, str]  # class, x and width of 100, as the picture wants them


@dataclass(frozen=True, slots=True)
class WeekdayRow:
    """One weekday for the page: its name, its minutes, and the bar's pieces on the scale of the longest day."""

    name: str
    line: DayLine
    pieces: tuple[Piece, ...]

    @property
    def bound(self) -> int:
        """Minutes of duties and of rest after them."""
        return self.line.duties + self.line.rest


def weekday_name(weekday: int) -> str:
    return str(NAMES[weekday - 1])


def week_rows(week: Timetable) -> list[WeekdayRow]:
    """Monday to Friday, and of the weekend the days that somebody works or is bound on."""
    longest = max((line.at_work for line in week.lines), default=0)
    return [
        WeekdayRow(weekday_name(line.weekday).capitalize(), line, _pieces(line, longest))
        for line in week.lines
        if line.weekday <= 5 or line.at_work or line.duties or line.rest
    ]


def _pieces(line: DayLine, longest: int) -> tuple[Piece, ...]:
    """Booked, bound (as far as the day reaches), and what is left for tasks."""
    bound = line.at_work - line.booked - line.left
    found, at = [], 0
    for name, minutes_ in (("booked", line.booked), ("bound", bound), ("left", line.left)):
        if minutes_:
            found.append((name, f"{100 * at / longest:.1f}", f"{100 * minutes_ / longest:.1f}"))
        at += minutes_
    return tuple(found)


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty in words; `begun` says whether it can still be taken away as if it had never been."""

    id: int
    what: str
    when: str
    time: str
    note: str
    weekly: bool
    begun: bool


def duty_rows(duties: Iterable[Duty], today: dt.date, *, private: bool) -> list[DutyRow]:
    """`private`: with the note, which only the member and those who manage members read."""
    return [
        DutyRow(
            duty.pk, duty.get_kind_display().capitalize(), _when(duty, today), _time(duty), duty.note if private else "",
            duty.day is None, (duty.day or duty.starts_on or today) < today,
        )
        for duty in duties
    ]  # fmt: skip


def _when(duty: Duty, today: dt.date) -> str:
    """«hver onsdag fra torsdag 3. desember til og med …», «torsdag 3. desember»."""
    if duty.day is not None:
        return long_day(duty.day)
    words = _("hver %(day)s") % {"day": weekday_name(duty.weekday or 1)}
    if duty.starts_on and duty.starts_on > today:
        words = _("%(every)s fra %(first)s") % {"every": words, "first": long_day(duty.starts_on)}
    if duty.ends_on:
        words = _("%(every)s til og med %(last)s") % {"every": words, "last": long_day(duty.ends_on)}
    return words


def _time(duty: Duty) -> str:
    """«1 t 30 min», «ikke av dagen, 7 t 30 min hvile dagen etter»."""
    taken = minutes(duty.minutes) if duty.minutes else _("ikke av dagen")
    if not duty.rest_minutes:
        return taken
    return _("%(taken)s, %(rest)s hvile dagen etter") % {"taken": taken, "rest": minutes(duty.rest_minutes)}
