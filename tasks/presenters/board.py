"""The team's weeks side by side: what is booked of the time there is, who is away, what is late. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.ahead import WEEKS
from tasks.filters import NOBODY, TEAM, WEEK, Filter
from tasks.queries.board import LATER, Away, Sums
from tasks.selection import Selection
from teams.calendar import Week, is_working_day
from teams.models import DayPart, Member, Profession
from teams.templatetags.fordel import hours, percent, short_day

# Shares of the time there is, up to which a cell has its shade; above the last it is more than there is time for.
SHADES = (0.5, 0.8, 1.0)
TOGETHER = {
    Profession.DOCTOR: gettext_lazy("Leger"),
    Profession.PSYCHOLOGIST: gettext_lazy("Psykologer"),
    Profession.PHYSIOTHERAPIST: gettext_lazy("Fysioterapeuter"),
    Profession.NURSE: gettext_lazy("Sykepleiere"),
    Profession.BIOENGINEER: gettext_lazy("Bioingeniører"),
    Profession.SECRETARY: gettext_lazy("Helsesekretærer"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One week of somebody as it is written: a board has a hundred cells, and plain strings cost the page little.

    `query` is the address of what it is made of, `href` the same where there is anything, `level` 0 for nothing booked, 1 to 3 the fuller, 4 for more than
    there is time for. `share` is empty where there is neither time nor work, `width` where there is no time.
    """

    booked: int
    capacity: int
    tasks: int
    query: str
    away: str
    level: str
    share: str
    amount: str
    width: str
    over: str
    label: str
    href: str

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the board: somebody, or a profession together, whose name is then the `key`."""

    key: str
    name: str
    note: str
    cells: tuple[Cell, ...]
    later: int
    late: int
    hard: int
    pressing: int
    query: str
    hard_query: str
    late_query: str

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @property
    def later_words(self) -> str:
        return hours(self.later) if self.later else ""


@dataclass(frozen=True, slots=True)
class Pool:
    """What nobody has. `open` are those that could be given away now, `coming` open later."""

    cells: tuple[Cell, ...]
    open: int
    coming: int
    minutes: int
    late: int
    hard: int
    nearest: dt.date | None
    later: int


@dataclass(frozen=True, slots=True)
class Board:
    weeks: tuple[Week, ...]
    pool: Pool
    rows: tuple[Row, ...]


@dataclass(slots=True)
class _Sum:
    """Sums of one holder, or of several together."""

    tasks: list[int] = field(default_factory=lambda: [0] * (WEEKS + 1))
    minutes: list[int] = field(default_factory=lambda: [0] * (WEEKS + 1))
    late: int = 0
    hard: int = 0
    pressing: int = 0
    coming: int = 0
    nearest: dt.date | None = None

    def join(self, other: _Sum) -> None:
        self.tasks = [a + b for a, b in zip(self.tasks, other.tasks, strict=True)]
        self.minutes = [a + b for a, b in zip(self.minutes, other.minutes, strict=True)]
        self.late += other.late
        self.hard += other.hard
        self.pressing += other.pressing

    def add(self, row: Sums) -> None:
        self.tasks[row.week] += row.tasks
        self.minutes[row.week] += row.minutes
        self.late += row.late
        self.hard += row.hard
        self.pressing += row.pressing
        self.coming += row.coming
        self.nearest = min((d for d in (self.nearest, row.nearest) if d), default=None)


def board(
    sums: Iterable[Sums],
    members: Sequence[Member],
    gone: Sequence[Member],
    minutes: Mapping[int, Sequence[int]],
    away: Mapping[int, Sequence[Away]],
    *,
    weeks: Sequence[Week],
    today: dt.date,
) -> Board:
    """One line a member under a line for their profession, in the order given; `gone` hold tasks and work here no more."""
    by_holder: dict[int | None, _Sum] = defaultdict(_Sum)
    for row in sums:
        by_holder[row.holder].add(row)
    ahead = [(w, [day for day in w.days if day >= today and is_working_day(day)]) for w in weeks]
    lines = _Lines(by_holder, minutes, away, ahead, today)
    rows: list[Row] = []
    for m in members:
        if m.profession not in {each.key for each in rows}:
            rows.append(
                lines.group(m.profession, [c for c in (*members, *gone) if c.profession == m.profession])
            )
        rows.append(lines.member(m))
    rows += [lines.member(m, gone=True) for m in gone]
    return Board(tuple(weeks), lines.pool(), tuple(rows))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Makes the board's lines of what was read."""

    by_holder: Mapping[int | None, _Sum]
    minutes: Mapping[int, Sequence[int]]
    away: Mapping[int, Sequence[Away]]
    weeks: Sequence[tuple[Week, Sequence[dt.date]]]  # with their working days that are not over
    today: dt.date

    def group(self, profession: str, members: Sequence[Member]) -> Row:
        together = _Sum()
        for m in members:
            together.join(self.by_holder.get(m.pk, _Sum()))
        columns = zip(*(self._minutes(m) for m in members), strict=True)
        found = Selection(Filter(who=TEAM), group=profession)
        label = str(TOGETHER[Profession(profession)])
        cells = self._cells(together, [sum(column) for column in columns], (), found, label)
        return self._row(label, "", cells, together, found, key=profession)

    def member(self, member: Member, *, gone: bool = False) -> Row:
        held, found = self.by_holder.get(member.pk, _Sum()), Selection(Filter(who=member.pk))
        cells = self._cells(held, self._minutes(member), self.away.get(member.pk, ()), found, member.name)
        note = _("ikke her lenger") if gone else member_note(member, self.today)
        return self._row(member.name, note, cells, held, found)

    def pool(self) -> Pool:
        held = self.by_holder.get(None, _Sum())
        cells = self._cells(held, (0,) * WEEKS, (), Selection(Filter(who=NOBODY)), _("Ikke fordelt"))
        return Pool(
            cells, sum(held.tasks) - held.coming, held.coming, sum(held.minutes), held.late, held.hard,
            held.nearest, held.minutes[LATER],
        )  # fmt: skip

    def _minutes(self, member: Member) -> Sequence[int]:
        return self.minutes.get(member.pk, (0,) * WEEKS)

    def _cells(
        self, held: _Sum, minutes: Sequence[int], away: Sequence[Away], found: Selection, name: str
    ) -> tuple[Cell, ...]:
        cells, address = [], found.query()
        for n, (week, days) in enumerate(self.weeks):
            query, words = f"{address}&{WEEK}={week}", {"name": name, "week": week.number}
            cells.append(
                _cell(held.minutes[n], minutes[n], held.tasks[n], away_words(away, days), query, words)
            )
        return tuple(cells)

    def _row(
        self, name: str, note: str, cells: tuple[Cell, ...], held: _Sum, found: Selection, key: str = ""
    ) -> Row:
        return Row(
            key, name, note, cells, held.minutes[LATER], held.late, held.hard, held.pressing, found.query(),
            found.but(hard=True).query(), replace(found, late=True).query(),
        )  # fmt: skip


def _cell(booked: int, time: int, tasks: int, away: str, query: str, words: dict[str, Any]) -> Cell:
    """With its words: «34 %», «3,6 t av 10,5 t», and all of it in one line for whoever listens."""
    words |= {"booked": hours(booked), "all": hours(time)}
    over = booked > time
    label = [_("%(name)s, uke %(week)d: %(booked)s av %(all)s") % words]
    label += [away] if away else []
    label += [_("for mye")] if over else []
    return Cell(
        booked, time, tasks, query, away, str(_level(booked, time)),
        share=percent(booked, time) if time else words["booked"] if booked else "",
        amount=_("%(booked)s av %(all)s") % words,
        width=f"{min(100.0, 100 * booked / time):.1f}" if time else "",
        over="1" if over else "", label=", ".join(label), href=query if tasks else "",
    )  # fmt: skip


def _level(booked: int, time: int) -> int:
    if not booked or booked > time:
        return 4 if booked else 0
    return 1 + sum(booked > share * time for share in SHADES[:-1])


def member_note(member: Member, today: dt.date) -> str:
    """What else to know of a colleague here: in training, leading, not begun, about to leave."""
    words = [member.get_training_display()] if member.training else []
    if member.access == "leader":
        words.append(member.get_access_display())
    if member.starts_on > today:
        words.append(_("fra %(day)s") % {"day": date_format(member.starts_on, "j. N")})
    if member.ends_on:
        words.append(_("til %(day)s") % {"day": date_format(member.ends_on, "j. N")})
    return ", ".join(words)


def away_words(away: Sequence[Away], days: Sequence[dt.date]) -> str:
    """«borte», «borte ons.–fre.», «½ dag borte tir.», never why, of a week's working days; empty for none."""
    if not away:
        return ""
    whole = [day for day in days if any(a.whole and a.starts_on <= day <= a.ends_on for a in away)]
    if whole and whole == list(days):
        return _("borte")
    words = [_("borte %(days)s") % {"days": _span(whole)}] if whole else []
    for a in away:
        partly = [day for day in days if a.starts_on <= day <= a.ends_on and day not in whole]
        if not a.whole and partly:
            words.append(f"{part_words(a)} {_span(partly)}")
    return ", ".join(words)


def part_words(away: Away) -> str:
    """«borte», «½ dag borte», «2 t borte»."""
    if away.part == DayPart.HOURS:
        return _("%(time)s borte") % {"time": hours(away.minutes or 0)}
    return _("borte") if away.whole else _("½ dag borte")


def away_on(away: Iterable[Away], day: dt.date) -> str:
    """The same of one day; the longest counts."""
    found = sorted((a for a in away if a.starts_on <= day <= a.ends_on), key=lambda a: not a.whole)
    return part_words(found[0]) if found else ""


def _span(days: Sequence[dt.date]) -> str:
    first, last = short_day(days[0]).split(" ")[0], short_day(days[-1]).split(" ")[0]
    return first if first == last else f"{first}–{last}"
