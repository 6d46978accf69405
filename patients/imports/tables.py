"""Tables as they come: CSV here, spreadsheets in `sheets`. A heading, and rows numbered as a spreadsheet does."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from django.utils.translation import gettext as _

from patients.imports.rows import Unreadable
from patients.imports.source import File, Survey

_SEPARATORS = ";,\t"
COLUMNS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Header:
    """`titles` as they are written (each once, none empty), `names` in small letters; `row` is where they stand."""

    separator: str
    titles: tuple[str, ...]
    sheet: str = ""
    row: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(folded, self.titles))


# Of a file that is no table.
NONE = Header("", (), row=0)


def folded(title: str) -> str:
    return " ".join(title.lower().split())


def titles(cells: Iterable[str]) -> tuple[str, ...]:
    """Names for the columns under a heading; a second one of the same name, or one without, gets a number."""
    found: dict[str, str] = {}
    for number, cell in enumerate(cells, start=1):
        shown = "".join(filter(str.isprintable, " ".join(cell.split())))[:80]
        title = shown or _("kolonne %(n)d") % {"n": number}
        if folded(title) in found:
            title = f"{title} ({number})"
        found[folded(title)] = title
    return tuple(found.values())


def heading(file: File, survey: Survey) -> Header:
    """The first line's titles; the separator is the one that it has most of."""
    try:
        with file.text(survey.encoding) as text:
            first = text.readline(20_000)
            separator = max(_SEPARATORS, key=first.count)
        with file.text(survey.encoding) as text:
            cells = next(csv.reader(text, delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise Unreadable(_("%(file)s har ingen overskrift som kan leses.") % {"file": file.name}) from error
    if len(cells) > COLUMNS_MAX:
        raise Unreadable(_("%(file)s har flere kolonner enn en liste kan ha.") % {"file": file.name})
    return Header(separator, titles(cells))


def records(file: File, survey: Survey, header: Header) -> Iterator[tuple[int, list[str] | None]]:
    """Row number and cells of each row under the heading; None for a row of another length.

    Empty rows are passed over, and counted. Raises Unreadable where the file stops being CSV: after an open
    quote nobody can say where the next row begins.
    """
    row, width, separator = 1, len(header.titles), header.separator
    with file.text(survey.encoding) as text:
        try:
            next(csv.reader(text, delimiter=separator, strict=True), None)
            # As `csv.reader` would, strictly; a line without quotes, which most are, is cut up at half the cost. It
            # reads on from a line with a quote to where its row ends, and not a line further.
            for line in text:
                row += 1
                if '"' in line:
                    cells = next(csv.reader(chain([line], text), delimiter=separator, strict=True))
                else:
                    cells = line.rstrip("\r\n").split(separator)
                if len(cells) == width:
                    if cells[0] or any(cells):
                        yield row, cells
                elif any(cells):
                    yield row, None
        except csv.Error as error:
            raise Unreadable(
                _(
                    "%(file)s, rad %(row)d: filen er ikke gyldig CSV her (kanskje et anførselstegn som mangler)."
                )
                % {"file": file.name, "row": row}
            ) from error


def samples(rows: Iterable[tuple[int, list[str] | None]]) -> tuple[tuple[str, ...], ...]:
    """The first three rows, shortened: for whoever is to say what the columns are, and for nobody else."""
    good = (cells for _row, cells in rows if cells is not None)
    return tuple(tuple(" ".join(cell.split())[:60] for cell in cells) for cells in islice(good, 3))
