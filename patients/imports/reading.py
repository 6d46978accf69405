"""Recognises the formats by what is inside, and streams all rows of an import."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from patients.imports import fhir, patient_list, synthea
from patients.imports.rows import PATIENTS, Place, Row, RowError, Unreadable
from patients.imports.source import UNPACKED_MAX, File, Survey, files_at, survey
from patients.imports.tables import Header, heading, records

Format = Literal["fhir", "csv"]
# One resource with an embedded document may be large; a file without line ends is not NDJSON.
LINE_MAX = 8 * 2**20
BATCH = 500


@dataclass(frozen=True, slots=True)
class Part:
    """One recognised file."""

    file: File
    survey: Survey
    header: Header | None

    @property
    def lines(self) -> int:
        return self.survey.lines - (self.header is not None)


@dataclass(frozen=True, slots=True)
class Import:
    """What was found at a path: its format, the files to read and the names of those passed over."""

    format: Format
    parts: tuple[Part, ...]
    passed_over: tuple[str, ...]

    @property
    def lines(self) -> int:
        """An upper bound of the rows, for a progress bar."""
        return sum(part.lines for part in self.parts)


def recognise(path: Path, *, expected: Format | None = None, unpacked_max: int = UNPACKED_MAX) -> Import:
    """Look at every file at `path`. Raises Unreadable, in words, for what cannot be an import."""
    with _readable():
        files = files_at(path, unpacked_max=unpacked_max)
        parts, passed_over, alone = [], [], len(files) == 1
        for file in files:
            part = _look(file, alone)
            if part:
                parts.append(part)
            else:
                passed_over.append(file.name)
    formats: set[Format] = {"csv" if part.header else "fhir" for part in parts}
    if not parts:
        raise Unreadable(_("Fant ingen fil som ligner en pasientliste, Syntheas CSV eller FHIR (NDJSON)."))
    if len(formats) > 1:
        raise Unreadable(_("Både CSV og FHIR i samme import. Ta inn ett format om gangen."))
    found = formats.pop()
    if expected and found != expected:
        raise Unreadable(_("Filen er %(found)s, ikke %(expected)s.") % {"found": found, "expected": expected})
    return Import(found, tuple(parts), tuple(passed_over))


def read(
    found: Import, *, today: dt.date, synthetic_only: bool, progress: Callable[[int], None]
) -> Iterator[Row]:
    """All rows of an import, one at a time. Raises Unreadable where a file stops making sense.

    `progress` hears now and then how many lines have been read of `found.lines`.
    """
    before = 0
    with _readable():
        for part in found.parts:
            if part.header is None:
                rows = _read_fhir(part, today, synthetic_only)
            else:
                rows = _read_csv(part, part.header, today, synthetic_only)
            for number, line in rows:
                yield from line
                progress(before + number)
            before += part.lines


@contextmanager
def _readable() -> Iterator[None]:
    """A damaged zip or disk is the user's to hear of, in words."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Unreadable(_("Filen er skadet og kan ikke leses til ende.")) from error


def _look(file: File, alone: bool) -> Part | None:
    """What a file is. Alone, it must be something; among others, it may be something else."""
    name = file.name.lower()
    if not name.endswith((".csv", ".txt", ".ndjson", ".json")):
        if alone:
            raise Unreadable(_("Filtypen kan ikke leses. Bruk CSV, NDJSON eller en zip med slike filer."))
        return None
    seen = survey(file)
    if name.endswith(("json",)) or _begins_with_brace(file):
        return Part(file, seen, None)
    header = heading(file, seen)
    if synthea.kind_of(header.names):
        return Part(file, seen, header)
    if patient_list.is_ours(header.names):
        if lacking := patient_list.missing(header.names):
            raise Unreadable(
                _("%(file)s mangler kolonner: %(columns)s.")
                % {"file": file.name, "columns": ", ".join(lacking)}
            )
        return Part(file, seen, header)
    return None


def _begins_with_brace(file: File) -> bool:
    with file.open() as raw:
        return raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _read_fhir(part: Part, today: dt.date, synthetic_only: bool) -> Iterator[tuple[int, Iterable[Row]]]:
    with part.file.open() as raw:
        for number, line in fhir.resources(iter(lambda: raw.readline(LINE_MAX), b"")):
            place = Place(part.file.name, number)
            if line is None:
                yield number, [RowError(PATIENTS, place, "", _("Linjen er ikke UTF-8."))]
            else:
                yield number, [fhir.parse(place, line, today=today, synthetic_only=synthetic_only)]


def _read_csv(
    part: Part, header: Header, today: dt.date, synthetic_only: bool
) -> Iterator[tuple[int, Iterable[Row]]]:
    """Rows by the batch, so that a row costs little; how many lines have been read when each is out."""
    kind, name = synthea.kind_of(header.names), part.file.name
    reader: synthea.Reader | patient_list.Reader
    if kind:
        reader = synthea.Reader(kind, header.names, name, today=today)
    else:
        names = patient_list.columns(header.names)
        reader = patient_list.Reader(names, name, today=today, synthetic_only=synthetic_only)
    wrong = _("Raden har ikke like mange felt som overskriften.")
    row = 1
    out: list[Row] = []
    for row, cells in records(part.file, part.survey, header):
        if cells is None:
            out.append(RowError(reader.kind, Place(name, row), "", wrong))
        else:
            reader.read(row, cells, out)
        if len(out) >= BATCH or not row % BATCH:
            yield row - 1, out
            out = []
    yield row - 1, [*out, *reader.rest()]
