"""The day on paper. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from patients.naming import named
from tasks.presenters.day import Reader, Section
from tasks.queries import Placed, WorkRow
from teams.templatetags.fordel import short_day


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One task: nothing of the patient but name and year of birth."""

    who: str
    name: str
    note: str
    due: str
    minutes: int


@dataclass(slots=True)
class PaperSection:
    """`more` are not on the paper."""

    title: str
    sum: str
    count: int
    lines: list[PaperLine] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def paper(
    sections: Sequence[Section], placed: Iterable[Placed], rows: Mapping[int, WorkRow], reader: Reader
) -> list[PaperSection]:
    """The rows, in the order they are placed, as lines to print; sections without any are left out."""
    found = [PaperSection(each.title, each.sum, each.count) for each in sections]
    for task_id, n in placed:
        row = rows[task_id]
        line = reader.line(row)
        born = (
            named(row.patient_id, f"{row.given_name} {row.family_name}, f. {row.birth_date.year}")
            if row.birth_date
            else ""
        )
        due = short_day(row.due_on) if row.due_on else ""
        note = f"{line.holder} {line.note}".strip()
        found[n].lines.append(PaperLine(born, row.name, note, due, line.minutes))
    return [each for each in found if each.lines]
