"""A closed week as tables for a spreadsheet: the same numbers as on the page, with what each means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.spreadsheets import Cell, Sheet
from reports.definitions import DEFINITIONS
from reports.figures import FIGURES
from reports.models import CapacityLine, SenderLine, WorkLine
from reports.movable import movable_groups
from reports.presenters import capacity_rows, profession_name
from reports.queries import COUNTED, Headline, Lines
from tasks.models import Origin
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
        _movable(lines), _senders(lines.senders), _weeks(trend),
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
    rows: list[tuple[Cell, ...]] = []
    for group, figures in FIGURES:
        for figure in figures:
            about = (str(group), str(figure.definition.name), str(figure.definition.meaning))
            if figure.per:
                share = {"name": about[1]}
                rows.append((about[0], _("%(name)s: del") % share, about[2], this.numbers[figure.of]))
                rows.append((about[0], _("%(name)s: av") % share, about[2], this.numbers[figure.per]))
            else:
                rows.append((*about, this.numbers[figure.of]))
    return Table(_("Nøkkeltall"), (_("Gruppe"), _("Tall"), _("Hva det betyr"), _("Verdi")), 3, rows)


def _capacity(lines: Iterable[CapacityLine]) -> Table:
    heading = (
        _("Yrke"), _("Person"), _("Kapasitet, minutter"), _("Utført"), _("Minutter utført"), _("Av dette ikke planlagt"),
        _("Anslått for det planlagte"), _("Av dette på timeboken"), _("På kveld og i helg"), _("Dager over ti timer"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            row.profession, row.name or None, line.capacity_minutes,
            line.done, line.done_minutes, line.logged_minutes, line.planned_minutes, line.appointment_minutes,
            line.late_minutes if row.habits_told else None, line.long_days if row.habits_told else None,
        )
        for row in capacity_rows(lines)
        for line in [row.line]
    ]  # fmt: skip
    return Table(_("Kapasitet"), heading, 2, rows)


def _work(lines: Iterable[WorkLine]) -> Table:
    heading = (
        _("Oppgavetype"), _("Opphav"), _("Returregel"), _("Yrke som gjorde det"), _("Åpnet"), _("Utført"),
        _("Minutter utført"), _("Av dette ikke planlagt"), _("Anslått for det planlagte"),
        _("Avsluttet uten å være gjort"), _("Avbrutt"), _("Returnert eller avslått"), _("Forfalt"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            line.kind.name, str(Origin(line.origin).label), line.kind.return_rule or None,
            profession_name(line.profession) if line.profession else None, line.opened, line.done, line.done_minutes,
            line.logged_minutes, line.planned_minutes, line.ended_undone, line.cancelled, line.returned, line.overdue,
        )
        for line in lines
    ]  # fmt: skip
    return Table(_("Arbeid"), heading, 4, rows)


def _movable(lines: Lines) -> Table:
    heading = (
        _("Gruppe"), _("Oppgavetype"), _("Opphav"), _("Hvem kunne hatt det"), _("Regel"), _("Hvor sikkert"), _("Ganger"),
        _("Legens minutter"), _("Minutter som kan flyttes"), _("Det var tid til"),
        _("Ville en delegering flyttet"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            str(group.definition.name), row.kind, row.origins, row.whose, row.rule or None, row.certainty, row.occasions,
            row.doctor_minutes, row.minutes, row.moved, row.if_delegated,
        )
        for group in movable_groups(lines.movable, lines.moves)
        for row in group.rows
    ]  # fmt: skip
    return Table(_("Kan andre ta"), heading, 6, rows)


def _senders(lines: Iterable[SenderLine]) -> Table:
    heading = (
        _("Avsender"), _("Oppgavetype"), _("Returregel"), _("Utført"), _("Minutter utført"), _("Av dette leger"),
        _("Returnert eller avslått"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            line.sender or _("ikke oppgitt"), line.kind.name, line.kind.return_rule or None, line.done, line.done_minutes,
            line.doctor_minutes, line.returned,
        )
        for line in lines
    ]  # fmt: skip
    return Table(_("Fra sykehus"), heading, 3, rows)


def _weeks(trend: Sequence[Headline]) -> Table:
    heading = (
        _("Uke"), _("Mandag"), *(str(DEFINITIONS[bucket].name) for bucket in COUNTED), _("Minutter utført"),
        _("Kapasitet, minutter"), _("Hadde frist"), _("Gjort i tide"), _("Forfalt"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            str(each.week), each.week.monday, *(each.buckets[bucket] for bucket in COUNTED),
            each.numbers["done_minutes"], each.numbers["capacity"], each.report.followups_due, each.report.followups_in_time, each.report.overdue,
        )
        for each in reversed(trend)
    ]  # fmt: skip
    return Table(_("Uke for uke"), heading, 2, rows)
