"""Streams all rows of an import that has been recognised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from patients.imports import fhir_files, patient_list, synthea
from patients.imports.mapping import NeedsMapping
from patients.imports.recognising import Format, Import, Part, readable, recognise
from patients.imports.rows import Place, Row, RowError

__all__ = ["Format", "Import", "NeedsMapping", "Part", "read", "recognise"]
BATCH = 500


def read(
    found: Import,
    *,
    today: dt.date,
    synthetic_only: bool,
    progress: Callable[[int], None],
    also: frozenset[str] = frozenset(),
) -> Iterator[Row]:
    """All rows of an import, one at a time. Raises Unreadable where a file stops making sense.

    `also`: ICPC-2 codes that the clinic follows beyond our table. `progress` hears now and then how many lines have been read of `found.lines`.
    """
    before = 0
    with readable():
        doctors = fhir_files.practitioners((p.file, p.document) for p in found.parts if p.format == "fhir")
        for part in found.parts:
            if part.format == "fhir":
                rows = fhir_files.read(
                    part.file,
                    doctors,
                    document=part.document,
                    today=today,
                    synthetic_only=synthetic_only,
                    also=also,
                )
            else:
                rows = _read_table(part, today, synthetic_only, also)
            for number, line in rows:
                yield from line
                progress(before + min(number, part.lines))
            before += part.lines


def _read_table(
    part: Part, today: dt.date, synthetic_only: bool, also: frozenset[str]
) -> Iterator[tuple[int, Iterable[Row]]]:
    """Rows by the batch, so that a row costs little; how many lines have been read when each is out."""
    name, columns, first = part.file.name, part.columns, part.header.row
    reader: synthea.Reader | patient_list.Reader
    if part.synthea:
        reader = synthea.Reader(part.synthea, columns, name, today=today, also=also)
    else:
        reader = patient_list.Reader(columns, name, today=today, synthetic_only=synthetic_only, also=also)
    wrong = _("Raden har ikke like mange felt som overskriften.")
    row = first
    out: list[Row] = []
    for row, cells in reader.worth_reading(part.records()):
        if cells is None:
            out.append(RowError(reader.kind, Place(name, row), "", wrong))
        else:
            reader.read(row, cells, out)
        if len(out) >= BATCH or not row % BATCH:
            yield row - first, out
            out = []
    yield row - first, [*out, *reader.rest()]
