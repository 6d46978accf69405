"""A closed week as rows for tables, figures for charts and sentences. Pure: nothing is fetched here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.definitions import DEFINITIONS
from reports.models import Bucket, CapacityLine, WeeklyReport, WorkLine
from reports.queries import Headline
from tasks.models import Origin
from teams.calendar import Week
from teams.definitions import Definition
from teams.models import Profession
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent


@dataclass(frozen=True, slots=True)
class Kpi:
    """`behind` names the tasks that may be opened from it (reports/behind.py), if any."""

    value: str
    note: str
    definition: Definition
    behind: str = ""


@dataclass(slots=True)
class WorkRow:
    """Work of one kind, or from one origin, over all professions; `minutes_of` by who did it."""

    name: str
    origin: str = ""
    rule: str = ""
    opened: int = 0
    done: int = 0
    done_minutes: int = 0
    ended_undone: int = 0
    returned: int = 0
    overdue: int = 0
    minutes_of: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, line: WorkLine) -> None:
        self.opened += line.opened
        self.done += line.done
        self.done_minutes += line.done_minutes
        self.ended_undone += line.ended_undone
        self.returned += line.returned
        self.overdue += line.overdue
        if line.done_minutes:
            self.minutes_of[line.profession] += line.done_minutes

    @property
    def doctor_minutes(self) -> int:
        return self.minutes_of.get(Profession.DOCTOR, 0)

    @property
    def who(self) -> str:
        """«lege 2 t 5 min, sykepleier 40 min», most first."""
        ranked = sorted(self.minutes_of.items(), key=lambda pair: -pair[1])
        return ", ".join(f"{profession_name(who)} {in_words(spent)}" for who, spent in ranked)


def span(week: Week) -> str:
    """«16.–22. november 2026», with both months where they differ."""
    first, last = week.monday, week.sunday
    begin = f"{first.day}." if first.month == last.month else date_format(first, "j. F")
    return f"{begin}–{date_format(last, 'j. F Y')}"


def weeks_span(reports: Sequence[WeeklyReport]) -> str:
    """«uke 44–47 2026», «uke 47 2026», with both years where they differ; "" for none. Newest first."""
    if not reports:
        return ""
    first, last = reports[-1], reports[0]
    if first.pk == last.pk:
        return _("uke %(week)d %(year)d") % {"week": last.week, "year": last.year}
    begin = f"{first.week}" if first.year == last.year else f"{first.week} {first.year}"
    return _("uke %(begin)s–%(week)d %(year)d") % {"begin": begin, "week": last.week, "year": last.year}


def profession_name(profession: str) -> str:
    return str(Profession(profession).label) if profession else _("uten yrke")


def kpis(this: Headline, before: Sequence[Headline], moved: int | None = None) -> list[Kpi]:
    """The four that stand first; `before` are the weeks before, oldest first, and `moved` what others had time for."""
    report = this.report
    previous = before[-1] if before and before[-1].week == this.week.plus(-1) else None
    in_time = percent(report.followups_in_time, report.followups_due)
    return [
        Kpi(in_words(this.minutes), change(this, previous), DEFINITIONS["doctor_minutes"]),
        Kpi(
            in_words(this.buckets[Bucket.MOVABLE]),
            _("i tillegg kan %(time)s forberedes av andre") % {"time": in_words(this.buckets[Bucket.PREPARABLE])}
            if moved is None
            else _("andre hadde tid til %(time)s, med det som kan forberedes") % {"time": in_words(moved)},
            DEFINITIONS["movable"],
        ),
        Kpi(
            in_time,
            _("%(done)d av %(due)d som hadde frist") % {"done": report.followups_in_time, "due": report.followups_due}
            if report.followups_due
            else _("ingen hadde frist denne uken"),
            DEFINITIONS["followups_in_time"],
        ),
        Kpi(
            str(report.overdue),
            _("%(n)d av dem mer enn 14 dager") % {"n": report.overdue_14_days} if report.overdue else _("ingenting ligger igjen"),
            DEFINITIONS["overdue"],
            "forfalt",
        ),
    ]  # fmt: skip


def change(this: Headline, previous: Headline | None) -> str:
    """The difference from the week before, in words; nothing is called better or worse."""
    if previous is None:
        return _("ingen rapport for uken før")
    week, more = {"week": previous.week.number}, this.minutes - previous.minutes
    if more == 0:
        return _("det samme som uke %(week)d") % week
    words = _("%(time)s mer enn uke %(week)d") if more > 0 else _("%(time)s mindre enn uke %(week)d")
    return words % {**week, "time": in_words(abs(more))}


def either(names: Iterable[str]) -> str:
    """«sykepleier», «sykepleier eller lege», «sykepleier, bioingeniør eller lege»."""
    *others, last = list(names) or [""]
    return _("%(others)s eller %(last)s") % {"others": ", ".join(others), "last": last} if others else last


def by_origin(lines: Iterable[WorkLine]) -> list[WorkRow]:
    """One row an origin, the most minutes first."""
    rows: dict[str, WorkRow] = {}
    for line in lines:
        rows.setdefault(line.origin, WorkRow(str(Origin(line.origin).label), line.origin)).add(line)
    return sorted(rows.values(), key=lambda row: (-row.done_minutes, row.name))


def by_kind(lines: Iterable[WorkLine]) -> list[WorkRow]:
    """One row a kind and origin, the most minutes first."""
    rows: dict[tuple[int, str], WorkRow] = {}
    for line in lines:
        row = WorkRow(line.kind.name, str(Origin(line.origin).label), line.kind.return_rule)
        rows.setdefault((line.kind_id, line.origin), row).add(line)
    return sorted(rows.values(), key=lambda row: (-row.done_minutes, row.name, row.origin))


def from_hospital(lines: Iterable[WorkLine]) -> list[WorkRow]:
    return by_kind(line for line in lines if line.origin == Origin.HOSPITAL)


def total(rows: Iterable[WorkRow]) -> WorkRow:
    whole = WorkRow(_("I alt"))
    for row in rows:
        whole.opened += row.opened
        whole.done += row.done
        whole.done_minutes += row.done_minutes
        whole.ended_undone += row.ended_undone
        whole.returned += row.returned
        whole.overdue += row.overdue
        for who, spent in row.minutes_of.items():
            whole.minutes_of[who] += spent
    return whole


def overdue_note(headline: Headline) -> str:
    n = headline.report.overdue
    return ngettext("%(n)d forfalt", "%(n)d forfalte", n) % {"n": n}


SEVERAL = 3  # people: of one or two, evenings and long days would be somebody's own


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """A profession, or a person with theirs: minutes there were, and what was done in them.

    `habits_told`: may evenings and long days be told?
    """

    profession: str
    name: str
    line: CapacityLine
    habits_told: bool


def capacity_rows(lines: Iterable[CapacityLine]) -> list[CapacityRow]:
    """Doctors first, as in the chart."""
    found = by_profession(lines)
    told = habits_told(found)
    return [
        CapacityRow(
            profession_name(line.profession), line.member.name if line.member else "", line,
            line.member_id is not None or line.profession in told,
        )
        for line in found
    ]  # fmt: skip


def habits_told(lines: Iterable[CapacityLine]) -> set[str]:
    """The professions whose evenings and long days may be told: those of several.

    Where what is left of the clinic's sum would then be one or two people's, the smallest of the others hides with them,
    the doctors last: theirs are what one looks for.
    """
    people = {line.profession: line.people for line in lines if line.member_id is None}
    told = {profession for profession, count in people.items() if count >= SEVERAL}
    if told and 0 < sum(people.values()) - sum(people[each] for each in told) < SEVERAL:
        told.remove(min(told, key=lambda each: (each == Profession.DOCTOR, people[each], each)))
    return told


def by_profession(lines: Iterable[CapacityLine]) -> list[CapacityLine]:
    """Doctors first, then the other professions from the highest level of care, whoever has none last."""
    order = {profession: place for place, profession in enumerate([*reversed(Profession.values), ""])}
    return sorted(lines, key=lambda line: order[line.profession])
