"""Some rows of an import, written back as they came: for somebody to mend and send again.

Same format, encoding and separator; headings kept; nothing is put right on the way. Streamed.
"""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

import xlsxwriter
from django.utils.translation import gettext as _

from patients.imports import fhir_pick, sheets
from patients.imports.recognising import Import, Part, readable
from patients.imports.source import File, survey

Rows = Collection[int]


def write_rows(found: Import, rows: Mapping[str, Rows], to: Path) -> Path:
    """Write the rows (numbers by file name, as in `Place`) to a new file in the folder `to`; a zip if in several.

    Of FHIR come also the patients whom the rows are about, and all practitioners: a condition by itself could not
    be read again. Raises ValueError when there are no such rows, Unreadable when the import is not what it was.
    """
    written: list[tuple[Part, Path]] = []
    with readable():
        fhir = [part for part in found.parts if part.format == "fhir"]
        patients = fhir_pick.about((p.file, p.document, rows.get(p.file.name, ())) for p in fhir)
        for number, part in enumerate(found.parts):
            path = to / f"{number}{_suffix(part)}"
            if _write(part, frozenset(rows.get(part.file.name, ())), path, patients):
                written.append((part, path))
            else:
                path.unlink(missing_ok=True)
    if not written:
        raise ValueError("no such rows")
    return _together(written, to)


def _suffix(part: Part) -> str:
    suffix = PurePosixPath(part.file.name).suffix.lower()
    return ".xlsx" if part.header.sheet else suffix


def _together(written: list[tuple[Part, Path]], to: Path) -> Path:
    if len(written) == 1:
        ((part, path),) = written
        named = to / f"{PurePosixPath(part.file.name).stem}-{_('avvist')}{path.suffix}"
        return path.rename(named)
    packed = to / f"{_('avviste-rader')}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, path in written:
            archive.write(path, str(PurePosixPath(part.file.name).with_suffix(path.suffix)))
            path.unlink()
    return packed


def _write(part: Part, rows: frozenset[int], path: Path, patients: frozenset[str]) -> bool:
    """Write what there is of the rows; whether there was any."""
    if part.format == "fhir":
        return fhir_pick.write(part.file, rows, path, document=part.document, patients=patients)
    if not rows:
        return False
    return _write_sheet(part, rows, path) if part.header.sheet else _write_csv(part, rows, path)


def _write_csv(part: Part, rows: frozenset[int], path: Path) -> bool:
    """The lines of the rows as they are, down to a byte that is no letter.

    UTF-8 gets its mark if it has none: few rows may not show what they are, and spreadsheets go by it. Should rows
    in Windows-1252 look like UTF-8 without the others, they are written as that.
    """
    encoding = part.survey.encoding
    found = _copy_rows(part, rows, path, encoding)
    if found and encoding == "cp1252" and survey(File(path.name, path)).encoding != encoding:
        return _copy_rows(part, rows, path, "utf-8-sig")
    return found


def _copy_rows(part: Part, rows: frozenset[int], path: Path, encoding: str) -> bool:
    # Of UTF-16 a broken piece is no byte that could be kept: it stays what nobody can read.
    errors = "fordel_unreadable" if encoding == "utf-16" else "surrogateescape"
    with (
        part.file.text(part.survey.encoding, errors) as text,
        path.open("w", encoding=encoding, errors=errors, newline="") as out,
    ):
        return _copy_lines(text, out, part.header.separator, rows)


def _copy_lines(text: TextIO, out: TextIO, separator: str, rows: frozenset[int]) -> bool:
    lines: list[str] = []

    def heard() -> Iterator[str]:
        for line in text:
            lines.append(line)
            yield line

    count = 0
    try:
        for number, _cells in enumerate(csv.reader(heard(), delimiter=separator, strict=True), start=1):
            if number == 1 or number in rows:
                out.writelines(lines)
                count += number > 1
            lines.clear()
    except csv.Error:
        pass  # where the file stops being CSV nobody has named a row
    return count > 0


def _write_sheet(part: Part, rows: frozenset[int], path: Path) -> bool:
    """The rows under their heading, each cell of the kind that it was."""
    count = 0
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, cells in sheets.filled(part.file, part.header):
            if number == part.header.row or number in rows:
                for column, cell in enumerate(cells):
                    _write_cell(sheet, count, column, cell)
                count += 1
    return count > 1


def _write_cell(sheet: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, column, cell)  # never a formula, whatever it begins with
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, dt.date | dt.time | dt.timedelta):
        sheet.write_datetime(row, column, cell)
    else:
        sheet.write_number(row, column, cell)
