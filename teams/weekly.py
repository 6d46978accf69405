"""The week as it comes out: at work, booked, other duties, rest, left for tasks; and how a change of it is laid. Pure.

The same sum as the SQL function teams_capacity (docs/numbers.md), without holidays and absence: what an ordinary
week of this member holds. Minutes everywhere; weekdays are ISO, Monday is 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from teams.calendar import DAY, Week

WEEKDAYS = range(1, 8)
MUNICIPAL_MOST = 450  # minutes a week: 7.5 hours, fastlegeforskriften § 32
MUNICIPAL = "municipal"


@dataclass(frozen=True, slots=True)
class Span:
    """Hours of one weekday in a time; `id` is the row's, None for one that is not written yet."""

    id: int | None
    weekday: int
    minutes: int
    booked: int
    starts_on: dt.date
    ends_on: dt.date | None

    def holds(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Bound:
    """A duty: weekly on `weekday` from `starts_on`, or once on `day`."""

    kind: str
    minutes: int
    rest: int = 0
    weekday: int | None = None
    day: dt.date | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Is a weekly one in force that day, whatever weekday it is?"""
        begun = self.starts_on is not None and self.starts_on <= day
        return begun and (self.ends_on is None or day <= self.ends_on)

    def falls_on(self, day: dt.date) -> bool:
        return self.day == day or (self.weekday == day.isoweekday() and self.holds(day))


@dataclass(frozen=True, slots=True)
class DayLine:
    """One weekday of an ordinary week."""

    weekday: int
    at_work: int
    booked: int
    duties: int
    rest: int

    @property
    def left(self) -> int:
        return max(0, max(0, self.at_work - self.booked - self.duties) - self.rest)

    @property
    def taken(self) -> int:
        """Of the time at work, what does not go to tasks."""
        return self.at_work - self.left


@dataclass(frozen=True, slots=True)
class Timetable:
    """The ordinary week from and including a day, until the next of them."""

    starts_on: dt.date
    lines: tuple[DayLine, ...]

    @property
    def sum(self) -> DayLine:
        """The week's sums; `left` of it is not the sum of the days' (a day cannot owe another): use `left`."""
        return DayLine(
            0, sum(line.at_work for line in self.lines), sum(line.booked for line in self.lines),
            sum(line.duties for line in self.lines), sum(line.rest for line in self.lines),
        )  # fmt: skip

    @property
    def bound(self) -> int:
        """Minutes of duties and of rest after them."""
        return sum(line.duties + line.rest for line in self.lines)

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)


def timetables(spans: Sequence[Span], duties: Sequence[Bound], today: dt.date) -> list[Timetable]:
    """The week in force today, and every one that is to come, in order. Single duties change no ordinary week."""
    found: list[Timetable] = []
    for day in sorted({today, *(d for d in _turns(spans, duties) if d > today)}):
        lines = tuple(_line(weekday, day, spans, duties) for weekday in WEEKDAYS)
        if not found or found[-1].lines != lines:
            found.append(Timetable(day, lines))
    return found


def _turns(spans: Iterable[Span], duties: Iterable[Bound]) -> Iterator[dt.date]:
    times: list[tuple[dt.date | None, dt.date | None]] = [(each.starts_on, each.ends_on) for each in spans]
    times += [(each.starts_on, each.ends_on) for each in duties]
    for starts_on, ends_on in times:
        if starts_on is not None:
            yield starts_on
        if ends_on is not None:
            yield ends_on + DAY


def _line(weekday: int, day: dt.date, spans: Iterable[Span], duties: Sequence[Bound]) -> DayLine:
    hours = next((s for s in spans if s.weekday == weekday and s.holds(day)), None)
    before = (weekday - 2) % 7 + 1
    in_force = [d for d in duties if d.weekday is not None and d.holds(day)]
    return DayLine(
        weekday,
        hours.minutes if hours else 0,
        hours.booked if hours else 0,
        sum(d.minutes for d in in_force if d.weekday == weekday),
        sum(d.rest for d in in_force if d.weekday == before),
    )


def painted(
    spans: Iterable[Span], weekday: int, minutes: int, booked: int, start: dt.date, until: dt.date | None
) -> list[Span]:
    """One weekday's spans with other hours from `start` to and including `until` (None: for good).

    Nothing before `start` or after `until` changes, no two overlap, and no row has to be taken away: what lies
    wholly inside gets the new hours. Comes out in order of day.
    """
    found = [piece for span in spans for piece in _cut(span, start, until)]
    inside = [
        span for span in found if start <= span.starts_on and (until is None or span.starts_on <= until)
    ]
    outside = [span for span in found if span not in inside]
    new = [replace(span, minutes=minutes, booked=booked) for span in inside]
    if minutes:
        new += [Span(None, weekday, minutes, booked, *gap) for gap in _gaps(inside, start, until)]
    return sorted(outside + new, key=lambda span: span.starts_on)


def _cut(span: Span, start: dt.date, until: dt.date | None) -> Iterator[Span]:
    """The span in pieces, none of which crosses the edges; the first keeps the row."""
    rest = span
    for edge in (start, until + DAY if until else None):
        if edge and rest.starts_on < edge and (rest.ends_on is None or rest.ends_on >= edge):
            yield replace(rest, ends_on=edge - DAY)
            rest = replace(rest, id=None, starts_on=edge)
    yield rest


def _gaps(
    inside: Iterable[Span], start: dt.date, until: dt.date | None
) -> Iterator[tuple[dt.date, dt.date | None]]:
    free: dt.date | None = start
    for span in sorted(inside, key=lambda span: span.starts_on):
        if free is not None and free < span.starts_on:
            yield free, span.starts_on - DAY
        free = span.ends_on + DAY if span.ends_on else None
    if free is not None and (until is None or free <= until):
        yield free, until


def most_municipal(duties: Iterable[Bound]) -> int:
    """Minutes of municipal work in the fullest week there is or will be."""
    own = [duty for duty in duties if duty.kind == MUNICIPAL]
    turns = {day for duty in own for day in (duty.day, duty.starts_on) if day}
    weeks = {Week.of(day).plus(n) for day in turns for n in (0, 1)}
    return max(
        (sum(d.minutes for d in own for day in week.days if d.falls_on(day)) for week in weeks), default=0
    )
