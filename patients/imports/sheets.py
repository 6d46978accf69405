"""Spreadsheets (XLSX), read by calamine. An .xlsx is a zip, so it is trusted no further than one.

Calamine holds a sheet in memory as a rectangle from its first to its last cell: one cell at the far end of a sheet
would be 400 gigabytes. So the cells are counted before it opens anything.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from patients.imports.rows import Unreadable
from patients.imports.source import File, Survey, refuse_large_directory, trusted
from patients.imports.tables import COLUMNS_MAX, Header, titles

UNPACKED_MAX = 400 * 2**20
CELLS_MAX = 6_000_000
# How far down a heading may stand, and how many sheets are looked at.
_HEADING_WITHIN = 10
_SHEETS_MAX = 50
_CHUNK = 2**20
_PIECE_MAX = 8 * _CHUNK  # between two tags: a cell holds 32,767 characters
# A cell with something in it, and where it stands. Excel and all others write the place first.
_CELL = re.compile(rb"<(?:[^\s<>/:]*:)?c(?=[\s>])(?:\s+r=\"([A-Z]{1,3})(\d{1,7})\")?[^<>]*(?<!/)>")
_EXACT = 10**15


def heading(file: File, is_ours: Callable[[Header], bool]) -> tuple[Header, Survey] | None:
    """The sheet with a heading that is ours; without one, the first that is a table at all, or None.

    Raises Unreadable, in words.
    """
    first = None
    with _workbook(file) as book:
        sheets = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for name in sheets[:_SHEETS_MAX]:
            sheet = book.get_sheet_by_name(name)
            for row, values in islice(_filled(sheet), _HEADING_WITHIN):
                cells = [_text(value) for value in values]
                while not cells[-1]:
                    cells.pop()
                if not 2 <= len(cells) <= COLUMNS_MAX:
                    continue
                header = Header("", titles(cells), name, row)
                survey = Survey("", sheet.end[0] + 1 if sheet.end else 0)
                if is_ours(header):
                    return header, survey
                first = first or (header, survey)
    return first


def records(file: File, header: Header) -> Iterator[tuple[int, list[str] | None]]:
    """Row number and cells, as text, of each row under the heading. Cells beyond the heading are passed over."""
    width = len(header.titles)
    for row, values in filled(file, header):
        cells = [_text(value) for value in values[:width]]
        if row > header.row and any(cells):
            yield row, cells + [""] * (width - len(cells))


def filled(file: File, header: Header) -> Iterator[tuple[int, list[Any]]]:
    """Rows of the heading's sheet with anything in them, as the spreadsheet numbers them; cells as it holds them."""
    with _workbook(file) as book:
        yield from _filled(book.get_sheet_by_name(header.sheet))


def _filled(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    # Calamine cuts away the empty columns to the left, but not the empty rows above.
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            yield row, before + cells


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV. A number is written without decimals if it has none."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "ja" if cell else "nei"
    if isinstance(cell, float):
        return str(int(cell)) if abs(cell) < _EXACT and cell.is_integer() else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


@contextmanager
def _workbook(file: File) -> Iterator[CalamineWorkbook]:
    with _in_words(file), tempfile.TemporaryDirectory() as folder:
        # Calamine goes by the name: under another it would guess among formats that nobody has looked into.
        path = Path(folder) / "bok.xlsx"
        if file.member:
            with file.open() as packed, path.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, _CHUNK)
        else:
            path.symlink_to(file.path.resolve())
        _guard(path, file.name)
        book = CalamineWorkbook.from_path(path)
        try:
            yield book
        finally:
            book.close()


@contextmanager
def _in_words(file: File) -> Iterator[None]:
    try:
        yield
    except (CalamineError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(file) from error
    except BaseException as error:
        # A panic in calamine's Rust is no Exception to Python; the name is all there is to know it by.
        if type(error).__name__ == "PanicException":
            raise _damaged(file) from None
        raise


def _damaged(file: File) -> Unreadable:
    return Unreadable(
        _("%(file)s er skadet, låst med passord, eller ikke et regneark.") % {"file": file.name}
    )


def _guard(path: Path, name: str) -> None:
    """Raises Unreadable for a workbook that is packed too tightly, or whose cells span too much."""
    refuse_large_directory(path)
    with zipfile.ZipFile(path) as archive:
        for member in trusted(archive.infolist(), UNPACKED_MAX):
            with archive.open(member) as file:
                rows, columns = _span(iter(lambda: file.read(_CHUNK), b""), name)
            if rows * columns > CELLS_MAX:
                raise Unreadable(
                    _("%(file)s har for mange rader og kolonner for et regneark. Lagre det som CSV.")
                    % {"file": name}
                )


def _span(chunks: Iterator[bytes], name: str) -> tuple[int, int]:
    """The last row and column that has something in it."""
    rows, columns, rest = 0, b"A", b""
    for chunk in chunks:
        text = rest + chunk
        whole = text.rfind(b">") + 1
        places, rest = _CELL.findall(text, 0, whole), text[whole:]
        if len(rest) > _PIECE_MAX or (b"", b"") in places:
            raise Unreadable(
                _(
                    "%(file)s kan ikke leses. Åpne det i et regnearkprogram og lagre det på nytt, eller som CSV."
                )
                % {"file": name}
            )
        if places:
            rows = max(rows, *(int(row) for _column, row in places))
            columns = max(columns, max((column for column, _row in places), key=_order), key=_order)
    return rows, _number(columns)


def _order(column: bytes) -> tuple[int, bytes]:
    return len(column), column


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
