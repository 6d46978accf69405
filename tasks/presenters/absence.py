"""Who is away, week by week; what that uncovers; what can be had back. In words and numbers. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.presenters.lines import patient_words
from tasks.queries.absence import Back, CameBack, Offer
from tasks.uncovering import Left, Uncovered
from teams.absences import Known
from teams.calendar import DAY, Week, is_working_day
from teams.models import Absence, AbsenceReason, DayPart, Member
from teams.templatetags.fordel import minutes, short_day

WEEKS = 8
NAMED = 12  # tasks named of one sort
MOST_DAYS = 12
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


@dataclass(frozen=True, slots=True)
class LeftLine:
    """One task that is left uncovered."""

    id: int
    who: str
    name: str
    minutes: int
    due_on: dt.date | None
    day: dt.date | None
    hard: bool
    late: bool


@dataclass(frozen=True, slots=True)
class LeftDay:
    """One day: what lies on it, and the minutes there would be and there are. `over` does not fit any more."""

    day: dt.date
    tasks: int
    minutes: int
    before: int
    there: int

    @property
    def over(self) -> int:
        return max(0, self.minutes - self.there)


@dataclass(frozen=True, slots=True)
class Named:
    """The first of some tasks, and how many there are."""

    lines: tuple[LeftLine, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Uncovering:
    """What an absence or a leaving uncovers, as the page tells it. `over`: minutes that have no room on the days left."""

    tasks: int
    minutes: int
    taken: int
    weekly: int
    over: int
    days: tuple[LeftDay, ...]
    more_days: int
    hard: Named
    only_one: Named
    begun: Named
    pinned: Named
    others: Named
    later: int
    horizon: dt.date
    ahead: bool

    @property
    def whole(self) -> bool:
        """Is there no time left on any of the days?"""
        return not any(day.there for day in self.days)


def uncovering(found: Uncovered, today: dt.date) -> Uncovering:
    """Hard deadlines by name first; then what nobody else may do, what is begun, what is pinned; the rest."""
    left = list(found.left)
    days = _days(found)
    hard = [each for each in left if each.task.hard]
    return Uncovering(
        tasks=len(left),
        minutes=sum(each.task.planned_minutes for each in left),
        taken=sum(before - there for before, there in found.taken.values()),
        weekly=found.weekly,
        over=sum(day.over for day in days),
        days=tuple(days[:MOST_DAYS]),
        more_days=max(0, len(days) - MOST_DAYS),
        hard=_named(hard, today),
        only_one=_named([each for each in left if each.only_one], today),
        begun=_named([each for each in left if each.begun], today),
        pinned=_named([each for each in left if each.task.pinned and not each.begun], today),
        others=_named([each for each in left if not each.task.hard], today),
        later=sum(1 for each in left if each.day and each.day > found.horizon),
        horizon=found.horizon,
        ahead=found.first > found.horizon,
    )


def _days(found: Uncovered) -> list[LeftDay]:
    """Days with something on them, or with time taken."""
    counts: Counter[dt.date] = Counter()
    booked: Counter[dt.date] = Counter()
    for each in found.left:
        if each.day:
            counts[each.day] += 1
            booked[each.day] += each.task.planned_minutes
    return [
        LeftDay(day, counts[day], booked[day], *found.taken.get(day, (0, 0)))
        for day in sorted({*counts, *found.taken})
    ]


def _named(found: Sequence[Left], today: dt.date) -> Named:
    lines = tuple(_line(each, today) for each in found[:NAMED])
    return Named(lines, len(found))


def _line(each: Left, today: dt.date) -> LeftLine:
    task = each.task
    late = task.due_on is not None and task.due_on < today
    return LeftLine(
        task.pk, _who(task, today), task.name, task.planned_minutes, task.due_on, each.day, task.hard, late
    )


def _who(task: object, today: dt.date) -> str:
    patient = getattr(task, "patient", None)
    if patient is None:
        return ""
    return patient_words(patient.given_name, patient.family_name, patient.birth_date, today)


@dataclass(frozen=True, slots=True)
class BackLine:
    """One task that can be had back."""

    key: str
    id: int
    who: str
    name: str
    minutes: int
    due_on: dt.date | None
    hard: bool
    holder: str
    now_on: dt.date | None
    day: dt.date | None
    ticked: bool
    note: str


@dataclass(frozen=True, slots=True)
class BackDay:
    """One day of the member's: booked before and after all that is advised is taken back, of what there is."""

    day: dt.date
    before: int
    after: int
    there: int
    tasks: int


@dataclass(frozen=True, slots=True)
class BackOffer:
    lines: tuple[BackLine, ...]
    days: tuple[BackDay, ...]
    ticked: int
    minutes: int


def back_offer(found: Offer, today: dt.date) -> BackOffer | None:
    """Hard deadlines first; what is better left with whoever has it is not ticked, and says why."""
    if not found:
        return None
    coming: Counter[dt.date] = Counter()
    counts: Counter[dt.date] = Counter()
    for back in found.tasks:
        if back.place.advised and back.place.day:
            coming[back.place.day] += back.task.planned_minutes
            counts[back.place.day] += 1
    lines = tuple(_back_line(back, today) for back in found.tasks)
    days = tuple(
        BackDay(day, booked, booked + coming[day], there, counts[day])
        for day, (booked, there) in found.days.items()
    )
    ticked = [line for line in lines if line.ticked]
    return BackOffer(lines, days, len(ticked), sum(line.minutes for line in ticked))


def _back_line(back: Back, today: dt.date) -> BackLine:
    task, place = back.task, back.place
    holder = task.assignee.name if task.assignee else ""
    return BackLine(
        f"{task.pk}:{task.version}", task.pk, _who(task, today), task.name, task.planned_minutes, task.due_on,
        task.hard, holder, task.planned_on, place.day, place.advised, _note(back),
    )  # fmt: skip


def _note(back: Back) -> str:
    task, place = back.task, back.place
    if place.advised:
        return "" if place.day else _("Får en dag når det er plass.")
    if place.day is None and task.hard:
        return _("Det er ikke plass før fristen, som ikke kan glippe.")
    words = {
        "name": task.assignee.name if task.assignee else "",
        "day": short_day(task.planned_on or dt.date.max),
    }
    return _("%(name)s gjør den %(day)s, før første dag tilbake.") % words if task.assignee else ""


@dataclass(frozen=True, slots=True)
class BackWords:
    absence: int
    text: str


def back_words(found: Iterable[CameBack], by: Member, today: dt.date) -> list[BackWords]:
    """«Du er tilbake i morgen. 7 oppgaver (1 t 40 min) gikk til andre mens du var borte.»"""
    return [BackWords(each.absence, _back_text(each, by, today)) for each in found]


def _back_text(each: CameBack, by: Member, today: dt.date) -> str:
    you, one, past = each.member == by.pk, each.tasks == 1, each.back_on < today
    words = {
        "name": each.name, "day": _back_day(each.back_on, today), "n": each.tasks, "time": minutes(each.minutes),
    }  # fmt: skip
    if you:
        lead = _("Du har vært tilbake siden %(day)s.") if past else _("Du er tilbake %(day)s.")
        tail = (
            _("1 oppgave (%(time)s) gikk til en annen mens du var borte.")
            if one
            else _("%(n)d oppgaver (%(time)s) gikk til andre mens du var borte.")
        )
    else:
        lead = _("%(name)s har vært tilbake siden %(day)s.") if past else _("%(name)s er tilbake %(day)s.")
        tail = (
            _("1 oppgave (%(time)s) gikk til en annen imens.")
            if one
            else _("%(n)d oppgaver (%(time)s) gikk til andre imens.")
        )
    return f"{lead % words} {tail % words}"


def _back_day(day: dt.date, today: dt.date) -> str:
    return {0: _("i dag"), 1: _("i morgen")}.get((day - today).days) or short_day(day)


def weeks_shown(today: dt.date) -> list[Week]:
    """The week of today (on a weekend, the one that comes) and the seven after it."""
    first = Week.of(today if today.isoweekday() <= 5 else today + 2 * DAY)
    return [first.plus(n) for n in range(WEEKS)]
