"""A year of weeks as a strip of bars: figures in, the paths of an SVG out. Pure.

The SVG is stretched to the page's width, so nothing in it is text: hours and months stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.presenters.forecast import WeekRow, Year, month_words
from teams.templatetags.fordel import hours

STEP, BAR, HIGH = 10, 8, 100  # what a week and its bar are wide, and the strip is high


@dataclass(frozen=True, slots=True)
class Strip:
    """Paths: `other` work at the bottom, follow-up that is `running` and `coming` on it, `time` as a stepped line.

    `over` are the left edges of weeks with more work than time; `top` the hours that the height stands for;
    `weeks` the left edge and the words of each.
    """

    width: int
    top: int
    other: str
    running: str
    coming: str
    time: str
    over: tuple[int, ...]
    months: tuple[str, ...]
    weeks: tuple[tuple[int, str], ...]

    @property
    def half(self) -> int:
        return self.top // 2


def strip(year: Year) -> Strip:
    rows = year.rows
    top = top_hours(max(max(row.after, row.time) for row in rows))
    levels = [(0, row.other, row.before, row.after) for row in rows]
    other, running, coming = (
        _bars([(level[n], level[n + 1]) for level in levels], top) for n in range(len(levels[0]) - 1)
    )
    return Strip(
        STEP * len(rows), top, other, running, coming, _steps([row.time for row in rows], top),
        tuple(STEP * n for n in year.over), tuple(month_words(rows)),
        tuple((STEP * n, words) for n, words in enumerate(_words(rows))),
    )  # fmt: skip


def _words(rows: Sequence[WeekRow]) -> list[str]:
    """«Uke 49, 30. nov.: 41 t arbeid, 42 t tid», for whoever points at a week."""
    text = _("Uke %(n)d, %(day)s: %(work)s arbeid, %(time)s tid")
    return [
        text % {"n": row.number, "day": row.day, "work": hours(row.after), "time": hours(row.time)}
        for row in rows
    ]


def top_hours(most: int) -> int:
    """Even hours with room for so many minutes, so that half of it is a whole number too."""
    for step in (2, 4, 10, 20, 50, 100, 200, 500):
        if most <= 10 * step * 60:
            break
    return max(step, -(-most // (step * 60)) * step)


def _height(minutes: int, top: int) -> float:
    return round(HIGH - HIGH * minutes / (top * 60), 1)


def _bars(spans: Sequence[tuple[int, int]], top: int) -> str:
    """A bar for each (from, to) in minutes, as one path; none where there is nothing."""
    return "".join(
        f"M{STEP * n + (STEP - BAR) // 2} {_height(low, top):g}V{_height(high, top):g}h{BAR}V{_height(low, top):g}z"
        for n, (low, high) in enumerate(spans)
        if high > low
    )


def _steps(minutes: Sequence[int], top: int) -> str:
    heights = [_height(n, top) for n in minutes]
    return f"M0 {heights[0]:g}" + "".join(f"V{high:g}H{STEP * (n + 1)}" for n, high in enumerate(heights))
