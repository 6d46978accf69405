"""A line without quotes is cut up without `csv`: that may never be seen from what comes out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patients.imports.rows import Unreadable
from patients.imports.source import File, Survey
from patients.imports.tables import Header, records


def by_csv(text: str, width: int) -> list[tuple[int, list[str] | None]] | None:
    """Rows by `csv` alone; None where it is no CSV."""
    found: list[tuple[int, list[str] | None]] = []
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True), 1
        ):
            if number > 1 and any(cells):
                found.append((number, cells if len(cells) == width else None))
    except csv.Error:
        return None
    return found


@given(st.text(alphabet='a;"\n\r\u2028 æ', max_size=60), st.integers(1, 4))
@example('a;"b\nc";d\r\n\r\n;;\ra;"";"x""y"\n', 3)
@example('a;b"c\n"a"b;c\n', 2)
def test_rows_are_those_of_csv(tmp_path_factory: pytest.TempPathFactory, text: str, width: int) -> None:
    path = Path(tmp_path_factory.getbasetemp()) / "cells.csv"
    text = "h" + ";h" * (width - 1) + "\n" + text
    path.write_bytes(text.encode())
    expected = by_csv(text, width)
    rows = records(
        File("cells.csv", path), Survey("utf-8", 1), Header(";", tuple(f"h{n}" for n in range(width)))
    )
    if expected is None:
        with pytest.raises(Unreadable):
            list(rows)
    else:
        assert list(rows) == expected
