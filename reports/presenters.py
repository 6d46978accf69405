"""A closed week as rows for tables, figures for charts and sentences. Pure: nothing is fetched here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.charts import KindFigure, ProfessionFigure, WeekFigure
from reports.definitions import DEFINITIONS
from reports.models import Bucket, CapacityLine, MovableLine, WorkLine
from reports.queries import Headline
from tasks.models import Certainty, Origin, TaskKind
from teams.calendar import Week
from teams.definitions import Definition
from teams.models import Profession
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent


@dataclass(frozen=True, slots=True)
class Kpi:
    value: str
    note: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class MovableRow:
    """One kind: how often and from where, the doctors' minutes, those of them others could have had, and why."""

    kind: str
    origins: str
    occasions: int
    doctor_minutes: int
    minutes: int
    whose: str
    rule: str
    certainty: str


@dataclass(frozen=True, slots=True)
class MovableGroup:
    definition: Definition
    minutes: int
    rows: list[MovableRow]


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


def profession_name(profession: str) -> str:
    return str(Profession(profession).label) if profession else _("uten yrke")


def kpis(this: Headline, previous: Headline | None) -> list[Kpi]:
    report = this.report
    in_time = percent(report.followups_in_time, report.followups_due)
    return [
        Kpi(in_words(this.minutes), change(this, previous), DEFINITIONS["doctor_minutes"]),
        Kpi(
            in_words(this.buckets[Bucket.MOVABLE]),
            _("i tillegg kan %(time)s forberedes av andre") % {"time": in_words(this.buckets[Bucket.PREPARABLE])},
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


def movable_groups(lines: Iterable[MovableLine]) -> list[MovableGroup]:
    """The three buckets in their order, each with a row a kind, the most minutes first; empty ones too."""
    of: dict[str, dict[int, list[MovableLine]]] = {bucket: defaultdict(list) for bucket in Bucket.values}
    for line in lines:
        of[line.bucket][line.kind_id].append(line)
    groups = []
    for bucket, kinds in of.items():
        rows = sorted(map(_movable_row, kinds.values()), key=lambda row: (-row.minutes, row.kind))
        groups.append(MovableGroup(DEFINITIONS[bucket], sum(row.minutes for row in rows), rows))
    return groups


def _movable_row(lines: Sequence[MovableLine]) -> MovableRow:
    """The lines of one kind in one bucket, its origins together."""
    kind, bucket = lines[0].kind, lines[0].bucket
    ranked = sorted(lines, key=lambda line: -line.occasions)
    return MovableRow(
        kind.name,
        _origins(ranked),
        sum(line.occasions for line in lines),
        sum(line.doctor_minutes for line in lines),
        sum(line.minutes for line in lines),
        _whose(kind, bucket),
        " · ".join(dict.fromkeys(filter(None, [kind.return_rule, kind.rule]))),
        _("anslag: %(how)s") % {"how": Certainty(kind.certainty).label}
        if bucket == Bucket.PREPARABLE
        else _("ført av legen"),
    )


def _origins(ranked: Sequence[MovableLine]) -> str:
    """«pasient», or «pasient 3, sykehus 1» where the times stand for more than one origin."""
    if len(ranked) == 1:
        return str(Origin(ranked[0].origin).label)
    return ", ".join(f"{Origin(line.origin).label} {line.occasions}" for line in ranked)


def _whose(kind: TaskKind, bucket: str) -> str:
    """Who could have had it."""
    if bucket == Bucket.RETURNABLE:
        return _("avsender") if kind.return_rule.startswith("H") else _("kan avslås")
    if bucket == Bucket.PREPARABLE:
        return either(map(profession_name, kind.preparable_by))
    others = [who for who in kind.professions if who != Profession.DOCTOR]
    if others:
        return either(map(profession_name, others))
    return _("%(who)s, delegert") % {"who": either(map(profession_name, kind.delegable_to))}


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


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """A profession, or a person with theirs: minutes there were, and what was done in them."""

    profession: str
    name: str
    line: CapacityLine


def capacity_rows(lines: Iterable[CapacityLine]) -> list[CapacityRow]:
    """Doctors first, as in the chart."""
    return [
        CapacityRow(profession_name(line.profession), line.member.name if line.member else "", line)
        for line in by_profession(lines)
    ]


def by_profession(lines: Iterable[CapacityLine]) -> list[CapacityLine]:
    """Doctors first, then the other professions from the highest level of care, whoever has none last."""
    order = {profession: place for place, profession in enumerate([*reversed(Profession.values), ""])}
    return sorted(lines, key=lambda line: order[line.profession])


# --- figures for the charts


def kind_figures(lines: Iterable[MovableLine]) -> list[KindFigure]:
    """One figure a kind, its origins together."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Bucket.values, 0))
    for line in lines:
        sums[line.kind.name][line.bucket] += line.minutes
    return [KindFigure(kind, **buckets) for kind, buckets in sums.items()]


def profession_figures(lines: Iterable[CapacityLine]) -> list[ProfessionFigure]:
    """The professions, doctors first."""
    return [
        ProfessionFigure(profession_name(line.profession), line.capacity_minutes, line.done_minutes)
        for line in by_profession(lines)
    ]


def week_figures(headlines: Sequence[Headline]) -> list[WeekFigure]:
    return [WeekFigure(str(each.week.number), each.minutes, each.report.overdue) for each in headlines]
