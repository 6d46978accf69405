"""A week of one's own work: days as tabs, the day as a line of time, sums against the hours at work. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from tasks.models import Channel, Nature
from tasks.queries.diary import Entry
from teams.calendar import OSLO, Week, oslo_date

BEGINS = 8 * 60  # working hours are kept as minutes, not by the clock: the line draws them from here
MOST_LANES = 5
LANE, TOP, BLOCK = 26, 22, 22  # pixels
NATURES = (Nature.CLINICAL, Nature.MIXED, Nature.ADMINISTRATIVE)
SHORT = {
    Nature.CLINICAL: gettext_lazy("klinisk"),
    Nature.MIXED: gettext_lazy("blandet"),
    Nature.ADMINISTRATIVE: gettext_lazy("ikke-klinisk"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of work: in the list, and on the line (`x` and `width` in per cent, `y` in pixels)."""

    id: int
    version: int
    name: str
    begins: str
    ends: str
    minutes: int
    nature: str
    channel: str
    channel_word: str
    channels: tuple[tuple[str, str], ...]
    logged: bool
    x: str
    width: str
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """The day as a line of time: hours, the hours at work shaded, and its height in pixels."""

    hours: tuple[tuple[str, str], ...]
    shade: tuple[str, str] | None
    height: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Minutes of one nature."""

    nature: str
    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What a day or a week adds up to, against the minutes at work."""

    total: int
    at_work: int
    natures: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class DayTab:
    """One day of the week."""

    day: dt.date
    name: str
    url: str
    current: bool
    sums: Sums


@dataclass(frozen=True, slots=True)
class Diary:
    """The week, and one day of it."""

    week: Week
    day: dt.date
    tabs: tuple[DayTab, ...]
    blocks: tuple[Block, ...]
    line: Line
    day_sums: Sums
    week_sums: Sums


def diary(
    week: Week, day: dt.date, done: Sequence[Entry], at_work: Mapping[dt.date, int], *, today: dt.date
) -> Diary:
    """Saturday and Sunday stand there when somebody worked or should have, or when it is today."""
    by_day: dict[dt.date, list[Entry]] = {each: [] for each in week.days}
    for entry in done:
        by_day[oslo_date(entry.ended_at)].append(entry)
    sums = {each: summed(by_day[each], at_work.get(each, 0)) for each in week.days}
    shown = [
        each
        for each in week.days
        if each.isoweekday() < 6 or each in (day, today) or by_day[each] or at_work.get(each)
    ]
    tabs = tuple(
        DayTab(each, date_format(each, "D j."), day_url(each), each == day, sums[each]) for each in shown
    )
    blocks, line = line_of(day, by_day[day], at_work.get(day, 0))
    return Diary(
        week, day, tabs, tuple(blocks), line, sums[day], summed(done, sum(at_work.get(d, 0) for d in week.days))
    )  # fmt: skip


def day_url(day: dt.date) -> str:
    return f"{reverse('diary_week', args=[str(Week.of(day))])}?dag={day.isoweekday()}"


def summed(done: Iterable[Entry], at_work: int) -> Sums:
    """Minutes in all and by nature."""
    found = dict.fromkeys(NATURES, 0)
    for entry in done:
        found[Nature(entry.nature)] += entry.minutes
    natures = tuple(Sum(n.value, str(SHORT[n]), minutes) for n, minutes in found.items())
    return Sums(sum(found.values()), at_work, natures)


def line_of(day: dt.date, done: Sequence[Entry], at_work: int) -> tuple[list[Block], Line]:
    """The blocks of the day, those at the same time below one another, and the line they stand on."""
    spans = [_span(day, entry) for entry in done]
    shade = (BEGINS, BEGINS + at_work) if at_work else None
    starts, ends = [s for s, _e in spans], [e for _s, e in spans]
    if shade:
        starts, ends = [*starts, shade[0]], [*ends, shade[1]]
    first = min(starts, default=BEGINS) // 60 * 60
    last = max(-(-max(ends, default=BEGINS + 60) // 60) * 60, first + 60)

    def per_cent(minutes: float) -> str:
        return f"{100 * minutes / (last - first):.2f}%"

    lanes = _lanes(spans)
    blocks = [
        _block(entry, span, per_cent(span[0] - first), per_cent(max(2, span[1] - span[0])), TOP + lane * LANE)
        for entry, span, lane in zip(done, spans, lanes, strict=True)
    ]
    hours = tuple((per_cent(at - first), f"{at // 60:02d}") for at in range(first, last, 60))
    drawn = (per_cent(shade[0] - first), per_cent(shade[1] - shade[0])) if shade else None
    return blocks, Line(hours, drawn, TOP + LANE * (max(lanes, default=0) + 1) + 4)


def _span(day: dt.date, entry: Entry) -> tuple[int, int]:
    """Minutes from midnight, from beginning to end, by the clock of Oslo; what began the day before begins at 0."""
    ended = entry.ended_at.astimezone(OSLO)
    end = ended.hour * 60 + ended.minute if ended.date() == day else 24 * 60
    return max(0, end - entry.minutes), end


def _lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each the first lane that is free when it begins; the last lane takes what is left."""
    free: list[int] = []
    lanes = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: spans[i]):
        start, end = spans[index]
        lane = next((n for n, until in enumerate(free) if until <= start), len(free))
        lane = min(lane, MOST_LANES - 1)
        if lane == len(free):
            free.append(end)
        free[lane] = max(free[lane], end)
        lanes[index] = lane
    return lanes


def _block(entry: Entry, span: tuple[int, int], x: str, width: str, y: int) -> Block:
    return Block(
        entry.id, entry.version, entry.name, _clock(span[0]), _clock(span[1]), entry.minutes, entry.nature,
        entry.channel, capfirst(str(Channel(entry.channel).label)) if entry.channel else "",
        tuple((value, capfirst(str(Channel(value).label))) for value in entry.channels),
        entry.logged, x, width, y,
    )  # fmt: skip


def _clock(minutes: int) -> str:
    return f"{min(minutes, 24 * 60 - 1) // 60:02d}.{minutes % 60:02d}" if minutes < 24 * 60 else "24.00"
