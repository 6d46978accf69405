"""Lists as a file for a spreadsheet, row by row, so that a long one takes no more memory than a short one. Pure.

A cell that begins like a formula is text: in CSV by a mark in front, in XLSX by what kind of cell it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from patients.presenters import spreadsheet_safe

Cell = str | int | dt.date | None


def write_csv(file: IO[bytes], heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """As Norwegian Excel opens it: UTF-8 that says so, semicolons, dates with dots."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";")
    writer.writerow(heading)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    text.detach()


def _text(cell: Cell) -> str | int:
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    return spreadsheet_safe(cell) if isinstance(cell, str) else "" if cell is None else cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` under a heading; `widths` in characters, a column each. A name is at most 31 characters (Excel's own rule)."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int]


def write_xlsx(
    file: IO[bytes], heading: Sequence[str], rows: Iterable[Sequence[Cell]], *, widths: Sequence[int]
) -> None:
    """One sheet with a heading that stays."""
    write_sheets(file, [Sheet("", heading, rows, widths)])


def write_sheets(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """A sheet each, with headings that stay. What it is made of on the way lies in a folder of its own, and goes."""
    with tempfile.TemporaryDirectory(prefix="fordel-") as folder:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
        for each in sheets:
            sheet = book.add_worksheet(each.name or None)
            for column, width in enumerate(each.widths):
                sheet.set_column(column, column, width)
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(each.heading):
                sheet.write_string(0, column, name, bold)
            for number, row in enumerate(each.rows, start=1):
                _write_row(sheet, number, row, day)
        book.close()


def _write_row(sheet: Worksheet, number: int, row: Sequence[Cell], day: Format) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, dt.date):
            sheet.write_datetime(number, column, cell, day)
        elif isinstance(cell, int):
            sheet.write_number(number, column, cell)
        elif cell:
            sheet.write_string(number, column, cell)
