"""Who is away, week by week and on a list, as the reader may know of it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teams.absences import Known
from teams.calendar import DAY, Week, is_working_day
from teams.models import Absence, AbsenceReason, DayPart, Member
from teams.templatetags.fordel import minutes, short_day

WEEKS = 8
AWAY = "away"  # why nobody but leaders and the member is told

LETTERS = {
    AbsenceReason.HOLIDAY: gettext_lazy("F"),
    AbsenceReason.SICK: gettext_lazy("S"),
    AbsenceReason.COURSE: gettext_lazy("K"),
    AbsenceReason.LEAVE: gettext_lazy("P"),
    AWAY: gettext_lazy("B"),
}
WHY = {
    AbsenceReason.HOLIDAY: gettext_lazy("ferie"),
    AbsenceReason.SICK: gettext_lazy("sykefravær"),
    AbsenceReason.COURSE: gettext_lazy("kurs"),
    AbsenceReason.LEAVE: gettext_lazy("permisjon"),
    AWAY: gettext_lazy("borte"),
}


@dataclass(frozen=True, slots=True)
class DayMark:
    """One working day of somebody. Without `why` they are there; `part`: not the whole day; `off`: a public holiday."""

    why: str = ""
    letter: str = ""
    text: str = ""
    part: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class WeekCell:
    """Five days as marks, and the same in words; no marks when nobody is away."""

    marks: tuple[DayMark, ...]
    words: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    member: Member
    first: bool
    cells: tuple[WeekCell, ...]


def calendar(
    members: Sequence[Member],
    absences: Mapping[int, Sequence[Known]],
    weeks: Sequence[Week],
) -> list[PersonRow]:
    """A row a member, a cell a week; `first` where a profession begins."""
    rows: list[PersonRow] = []
    for m in members:
        cells = tuple(_cell(week, absences.get(m.pk, ())) for week in weeks)
        rows.append(PersonRow(m, not rows or rows[-1].member.profession != m.profession, cells))
    return rows


def _cell(week: Week, absences: Sequence[Known]) -> WeekCell:
    found = [
        each for each in absences if each.row.starts_on <= week.sunday and each.row.ends_on >= week.monday
    ]
    if not found:
        return WeekCell((), "")
    marks = tuple(_mark(day, found) for day in week.days[:5])
    words = [
        _("%(what)s %(days)s") % {
            "what": what_words(each),
            "days": days_words(max(each.row.starts_on, week.monday), min(each.row.ends_on, week.sunday)),
        }
        for each in found
    ]  # fmt: skip
    return WeekCell(marks, ", ".join(words))


def _mark(day: dt.date, absences: Sequence[Known]) -> DayMark:
    there = [each for each in absences if each.row.starts_on <= day <= each.row.ends_on]
    off = not is_working_day(day)
    if not there:
        return DayMark(text=short_day(day), off=off)
    each = min(there, key=lambda known: known.row.part != DayPart.WHOLE)
    why = each.row.reason if each.why else AWAY
    text = _("%(day)s: %(what)s") % {"day": short_day(day), "what": what_words(each)}
    return DayMark(why, str(LETTERS[why]), text, each.row.part != DayPart.WHOLE, off)


def what_words(known: Known) -> str:
    """«ferie», «kurs, formiddagen», «borte, 2 t 30 min»."""
    why = str(WHY[known.row.reason if known.why else AWAY])
    part = part_words(known.row)
    return _("%(why)s, %(part)s") % {"why": why, "part": part} if part else why


def part_words(absence: Absence) -> str:
    """«formiddagen», «2 t 30 min av dagen»; empty for whole days."""
    if absence.part == DayPart.WHOLE:
        return ""
    if absence.part == DayPart.HOURS:
        return _("%(time)s av dagen") % {"time": minutes(absence.minutes)}
    return str(DayPart(absence.part).label)


def days_words(first: dt.date, last: dt.date) -> str:
    """«man. 23. nov.», «man. 23. nov.–fre. 27. nov.»."""
    return short_day(first) if first == last else f"{short_day(first)}–{short_day(last)}"


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """One absence on the list, as the reader may know of it. `uncovered`: tasks that lie on its days."""

    row: Absence
    why: str
    letter: str
    what: str
    days: str
    link: bool
    uncovered: int


def absence_lines(known: Iterable[Known], uncovered: Mapping[int, int]) -> list[AbsenceLine]:
    lines = []
    for each in known:
        why = each.row.reason if each.why else AWAY
        days = days_words(each.row.starts_on, each.row.ends_on)
        lines.append(
            AbsenceLine(
                each.row, why, str(LETTERS[why]), capfirst(what_words(each)), days, each.why,
                uncovered.get(each.row.pk, 0),
            )
        )  # fmt: skip
    return lines


def weeks_shown(today: dt.date) -> list[Week]:
    """The week of today (on a weekend, the one that comes) and the seven after it."""
    first = Week.of(today if today.isoweekday() <= 5 else today + 2 * DAY)
    return [first.plus(n) for n in range(WEEKS)]
