"""A closed week as tables for a spreadsheet: the same numbers as on the page, with what each means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.definitions import DEFINITIONS
from reports.models import Bucket, CapacityLine, MovableLine, WorkLine
from reports.presenters import by_profession, movable_groups, profession_name
from reports.queries import Headline, Lines
from tasks.models import Origin
from tasks.spreadsheets import Cell, Sheet
from teams.calendar import Week


@dataclass(frozen=True, slots=True)
class Table:
    """`words` columns say what a row is about; those after them are numbers, each with a heading of its own."""

    name: str
    heading: tuple[str, ...]
    words: int
    rows: list[tuple[Cell, ...]]

    def sheet(self) -> Sheet:
        widths = [
            max(12, *(len(str(row[n] or "")) for row in [self.heading, *self.rows]))
            for n in range(len(self.heading))
        ]
        return Sheet(self.name, self.heading, self.rows, [min(60, width + 2) for width in widths])


def tables(trend: Sequence[Headline], lines: Lines) -> list[Table]:
    """The trend's last headline is the week itself. Persons only as far as `lines` holds them."""
    return [
        _numbers(trend[-1]), _capacity([*lines.professions, *lines.persons]), _work(lines.work),
        _movable(lines.movable), _weeks(trend),
    ]  # fmt: skip


def long_rows(week: Week, found: Iterable[Table]) -> Iterator[tuple[Cell, ...]]:
    """Every number on a line of its own: week, table, what it is about, which number, the number."""
    for table in found:
        for row in table.rows:
            about = " · ".join(str(cell) for cell in row[: table.words] if cell not in (None, ""))
            for name, value in zip(table.heading[table.words :], row[table.words :], strict=True):
                if isinstance(value, int):
                    yield str(week), table.name, about, name, value


LONG = ("Uke", "Tabell", "Hva", "Tall", "Verdi")


def _numbers(this: Headline) -> Table:
    report = this.report
    values = {
        "doctor_minutes": this.minutes, "movable": this.buckets[Bucket.MOVABLE],
        "preparable": this.buckets[Bucket.PREPARABLE], "returnable": this.buckets[Bucket.RETURNABLE],
        "capacity": this.capacity_minutes, "done_minutes": this.done_minutes, "done": this.done,
        "overdue": report.overdue, "overdue_14_days": report.overdue_14_days, "overrides": report.overrides,
    }  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (str(DEFINITIONS[name].name), str(DEFINITIONS[name].meaning), value) for name, value in values.items()
    ]
    due = str(DEFINITIONS["followups_in_time"].meaning)
    rows.append((_("Oppfølginger som hadde frist"), due, report.followups_due))
    rows.append((_("Av dem gjort i tide"), due, report.followups_in_time))
    return Table(_("Nøkkeltall"), (_("Tall"), _("Hva det betyr"), _("Verdi")), 2, rows)


def _capacity(lines: Iterable[CapacityLine]) -> Table:
    heading = (
        _("Yrke"), _("Person"), _("Kapasitet, minutter"), _("Utført"), _("Minutter utført"), _("Av dette ikke planlagt"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            profession_name(line.profession), line.member.name if line.member else None, line.capacity_minutes,
            line.done, line.done_minutes, line.logged_minutes,
        )
        for line in by_profession(lines)
    ]  # fmt: skip
    return Table(_("Kapasitet"), heading, 2, rows)


def _work(lines: Iterable[WorkLine]) -> Table:
    heading = (
        _("Oppgavetype"), _("Opphav"), _("Returregel"), _("Yrke som gjorde det"), _("Åpnet"), _("Utført"),
        _("Minutter utført"), _("Avsluttet uten å være gjort"), _("Returnert eller avslått"), _("Forfalt"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            line.kind.name, str(Origin(line.origin).label), line.kind.return_rule or None,
            profession_name(line.profession) if line.profession else None, line.opened, line.done, line.done_minutes,
            line.ended_undone, line.returned, line.overdue,
        )
        for line in lines
    ]  # fmt: skip
    return Table(_("Arbeid"), heading, 4, rows)


def _movable(lines: Iterable[MovableLine]) -> Table:
    heading = (
        _("Gruppe"), _("Oppgavetype"), _("Opphav"), _("Hvem kunne hatt det"), _("Regel"), _("Hvor sikkert"), _("Ganger"),
        _("Legens minutter"), _("Minutter som kan flyttes"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            str(group.definition.name), row.kind, row.origins, row.whose, row.rule or None, row.certainty, row.occasions,
            row.doctor_minutes, row.minutes,
        )
        for group in movable_groups(lines)
        for row in group.rows
    ]  # fmt: skip
    return Table(_("Kan andre ta"), heading, 6, rows)


def _weeks(trend: Sequence[Headline]) -> Table:
    heading = (
        _("Uke"), _("Mandag"), *(str(DEFINITIONS[bucket].name) for bucket in Bucket.values), _("Minutter utført"),
        _("Kapasitet, minutter"), _("Hadde frist"), _("Gjort i tide"), _("Forfalt"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            str(each.week), each.week.monday, *(each.buckets[bucket] for bucket in Bucket.values), each.done_minutes,
            each.capacity_minutes, each.report.followups_due, each.report.followups_in_time, each.report.overdue,
        )
        for each in reversed(trend)
    ]  # fmt: skip
    return Table(_("Tolv uker"), heading, 2, rows)
