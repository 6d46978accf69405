"""CSV as it comes: separator, encoding and headings are found out, rows are numbered as in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.imports.rows import Unreadable
from patients.imports.source import File, Survey

_SEPARATORS = ";,\t"


@dataclass(frozen=True, slots=True)
class Header:
    separator: str
    names: tuple[str, ...]


def heading(file: File, survey: Survey) -> Header:
    """The first line's names, small letters; the separator is the one that it has most of."""
    try:
        with file.text(survey.encoding) as text:
            first = text.readline(20_000)
        separator = max(_SEPARATORS, key=first.count)
        names = next(csv.reader([first], delimiter=separator), [])
    except csv.Error as error:
        raise Unreadable(_("%(file)s har ingen overskrift som kan leses.") % {"file": file.name}) from error
    return Header(separator, tuple(" ".join(name.lower().split()) for name in names))


def records(file: File, survey: Survey, header: Header) -> Iterator[tuple[int, list[str] | None]]:
    """Row number and cells of each row under the heading; None for a row of another length.

    Empty rows are passed over, and counted. Raises Unreadable where the file stops being CSV: after an open
    quote nobody can say where the next row begins.
    """
    row, width = 1, len(header.names)
    with file.text(survey.encoding) as text:
        reader = csv.reader(text, delimiter=header.separator, strict=True)
        try:
            next(reader, None)
            for cells in reader:
                row += 1
                if len(cells) == width:
                    if any(cells):
                        yield row, cells
                elif any(cells):
                    yield row, None
        except csv.Error as error:
            raise Unreadable(
                _(
                    "%(file)s, rad %(row)d: filen er ikke gyldig CSV her (kanskje et anførselstegn som mangler)."
                )
                % {"file": file.name, "row": row + 1}
            ) from error
