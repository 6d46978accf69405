"""A scenario in words and figures: what it changes, and today beside it, week by week. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scenarios.definitions import DEFINITIONS
from scenarios.figures import Figures
from scenarios.strips import Strip, strip
from teams.calendar import Week
from teams.definitions import Definition
from teams.models import Profession
from teams.templatetags.fordel import minutes, percent, signed_minutes

Unit = Literal["minutes", "tasks", "share"]
Weeks = Sequence[Figures]
# What stands when a week is over is not added up over the weeks: its most is told, or how it ends.
AT_MOST, AT_THE_END = {"overdue", "no_time", "nobody_may"}, {"left"}
ONLY_IF_ANY = {"expired", "nobody_may"}
UNCHANGED = gettext_lazy("uendret")


@dataclass(frozen=True, slots=True)
class Pair:
    """A number today and in the scenario; None where there is nothing to divide by."""

    today: float | None
    then: float | None
    unit: Unit

    @property
    def difference(self) -> str:
        """«+2 t 10 min», «−3», «+4 prosentpoeng»; «uendret» when nothing shows."""
        if self.today is None or self.then is None:
            return "–"
        off = (
            round(100 * self.then) - round(100 * self.today)
            if self.unit == "share"
            else self.then - self.today
        )
        if not off:
            return str(UNCHANGED)
        if self.unit == "minutes":
            return signed_minutes(int(off))
        text = f"{'+' if off > 0 else '−'}{abs(int(off))}"
        return _("%(n)s prosentpoeng") % {"n": text} if self.unit == "share" else text

    @property
    def words(self) -> tuple[str, str]:
        return self._word(self.today), self._word(self.then)

    def _word(self, value: float | None) -> str:
        if self.unit == "share":
            return percent(value, 1)
        return (
            minutes(None if value is None else int(value)) if self.unit == "minutes" else str(int(value or 0))
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of both runs: `whole` of all the weeks, and each week's."""

    key: str
    name: str
    definition: Definition
    whole: Pair
    weeks: tuple[Pair, ...]
    strip: Strip


@dataclass(frozen=True, slots=True)
class WeekName:
    """`begun`: what is left of a week that had begun."""

    number: int
    span: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """`headlines` are the four numbers on top; they are among `measures`."""

    weeks: tuple[WeekName, ...]
    headlines: tuple[Measure, ...]
    measures: tuple[Measure, ...]

    @property
    def by_week(self) -> list[tuple[Measure, list[tuple[WeekName, Pair]]]]:
        return [(measure, list(zip(self.weeks, measure.weeks, strict=True))) for measure in self.measures]


def shown(result: dict[str, Any]) -> Shown:
    """A run's stored figures as the page shows them."""
    today, then = ([Figures.read(week) for week in result[name]] for name in ("today", "scenario"))
    professions = [p for p in reversed(Profession) if any(w.time[p] or w.done[p] for w in (*today, *then))]
    names = tuple(WeekName(Week.of(w.first).number, _span(w), w.first.isoweekday() != 1) for w in today)
    measures = [
        _of("doctor_minutes", "done", Profession.DOCTOR, today, then, named=False),
        *(_counted(key, "tasks", today, then) for key in ("overdue", "missed", "expired")),
        _counted("left", "minutes", today, then),
        *(_utilisation(profession, today, then) for profession in professions),
        *(_of("done", "done", p, today, then) for p in professions if p != Profession.DOCTOR),
        *(_of("time", "time", profession, today, then) for profession in professions),
        *(_counted(key, "minutes", today, then) for key in ("no_time", "nobody_may")),
    ]
    kept = tuple(m for m in measures if m.key not in ONLY_IF_ANY or any(p.today or p.then for p in m.weeks))
    heads = [m for m in kept if m.key in ("doctor_minutes", "overdue", "missed", "left")]
    return Shown(names, tuple(heads), kept)


def _counted(key: str, unit: Unit, today: Weeks, then: Weeks) -> Measure:
    """A number of all professions together: the sum of the weeks, their most, or the last's."""
    weeks = tuple(Pair(getattr(a, key), getattr(b, key), unit) for a, b in zip(today, then, strict=True))
    whole = _most(weeks) if key in AT_MOST else _sum(weeks[-1:] if key in AT_THE_END else weeks)
    return _named(key, None, whole, weeks)


def _of(
    key: str, sums: str, profession: Profession, today: Weeks, then: Weeks, *, named: bool = True
) -> Measure:
    """Minutes of one profession, `done` or `time`."""
    weeks = tuple(
        Pair(getattr(a, sums)[profession], getattr(b, sums)[profession], "minutes")
        for a, b in zip(today, then, strict=True)
    )
    return _named(key, profession if named else None, _sum(weeks), weeks)


def _sum(weeks: Sequence[Pair]) -> Pair:
    return Pair(sum(p.today or 0 for p in weeks), sum(p.then or 0 for p in weeks), weeks[0].unit)


def _most(weeks: Sequence[Pair]) -> Pair:
    return Pair(max(p.today or 0 for p in weeks), max(p.then or 0 for p in weeks), weeks[0].unit)


def _utilisation(profession: Profession, today: Weeks, then: Weeks) -> Measure:
    def share(weeks: Iterable[Figures]) -> float | None:
        found = list(weeks)
        time = sum(week.time[profession] for week in found)
        return sum(week.done[profession] for week in found) / time if time else None

    weeks = tuple(Pair(share([a]), share([b]), "share") for a, b in zip(today, then, strict=True))
    return _named("utilisation", profession, Pair(share(today), share(then), "share"), weeks)


def _named(key: str, profession: Profession | None, whole: Pair, weeks: tuple[Pair, ...]) -> Measure:
    definition = DEFINITIONS[key]
    name = str(definition.name)
    if profession is not None:
        name = _("%(what)s, %(who)s") % {"what": name, "who": profession.label}
    return Measure(key, name, definition, whole, weeks, strip([(p.today or 0, p.then or 0) for p in weeks]))


def _span(week: Figures) -> str:
    first, last = week.first, week.last
    if first.month == last.month:
        return f"{first.day}.–{date_format(last, 'j. N')}"
    return f"{date_format(first, 'j. N')}–{date_format(last, 'j. N')}"


def monday_to_come(today: dt.date) -> dt.date:
    """Today when it is a Monday, else the next."""
    return today + dt.timedelta(days=-today.weekday() % 7)
