"""Recognises the formats by what is inside, not by names: what there is to read at a path."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from patients.imports import mapping as mappings
from patients.imports import patient_list, sheets, synthea, tables
from patients.imports.fhir_files import document_entries, is_empty
from patients.imports.mapping import NeedsMapping
from patients.imports.rows import Unreadable
from patients.imports.source import UNPACKED_MAX, File, Survey, files_at, survey
from patients.imports.tables import Header

Format = Literal["fhir", "csv"]
LINE_MAX = 8 * 2**20
_SHEETS = frozenset({".xlsx", ".xlsm"})
_TEXTS = frozenset({".csv", ".txt", ".tsv", ".ndjson", ".json"})
_NOT_READ = {
    ".xls": "Excel 97", ".ods": "OpenDocument", ".xlsb": "Excel Binary", ".numbers": "Numbers",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One recognised file. `columns`: our names for those of a table, or Synthea's; none for FHIR.

    `document`: one JSON object (a Bundle), not one a line; its `lines` are then about as many as its resources.
    """

    file: File
    survey: Survey
    header: Header = tables.NONE
    columns: tuple[str, ...] = ()
    document: bool = False

    @property
    def lines(self) -> int:
        return self.survey.lines - self.header.row

    @property
    def format(self) -> Format:
        return "csv" if self.header.titles else "fhir"

    @property
    def synthea(self) -> str | None:
        """Which of Synthea's files this is; None for a patient list."""
        return synthea.kind_of(self.columns)

    @property
    def is_empty(self) -> bool:
        """Is there nothing under the heading, or no resource at all?"""
        if self.format == "fhir":
            return is_empty(self.file, document=self.document)
        return next(iter(self.records()), None) is None

    def records(self) -> Iterator[tuple[int, list[str] | None]]:
        """The rows of a table: number and cells, or None for one of another length than the heading."""
        if self.header.sheet:
            return sheets.records(self.file, self.header)
        return tables.records(self.file, self.survey, self.header)


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


def recognise(
    path: Path,
    *,
    expected: Format | None = None,
    unpacked_max: int = UNPACKED_MAX,
    mapping: mappings.Columns | None = None,
) -> Import:
    """Look at every file at `path`. Raises Unreadable, in words, for what cannot be an import.

    `mapping` names columns (heading → ours, "" for none of ours) whose headings we do not know; without it, or
    where it says nothing of a file, such a file raises NeedsMapping. A table that has nothing of a patient list
    is passed over when there is something else to read.
    """
    parts: list[Part] = []
    passed_over: list[str] = []
    unknown: list[Part] = []
    with readable():
        files = files_at(path, unpacked_max=unpacked_max)
        for file in files:
            part = _look(file, mapping, alone=len(files) == 1)
            if part is None:
                passed_over.append(file.name)
            elif part.format == "fhir" or _is_known(part):
                parts.append(part)
            else:
                unknown.append(part)
        _ask(unknown, mapping, anything_else=bool(parts))
    passed_over += [part.file.name for part in unknown]
    formats = {part.format for part in parts}
    if not parts:
        raise _nothing_found()
    if len(formats) > 1:
        raise Unreadable(_("Både tabeller og FHIR i samme import. Ta inn ett format om gangen."))
    found = formats.pop()
    with readable():
        if all(part.is_empty for part in parts):
            raise Unreadable(_("Det er ingen rader å ta inn: bare en overskrift, eller ingenting."))
    if expected and found != expected:
        raise Unreadable(_("Filen er %(found)s, ikke %(expected)s.") % {"found": found, "expected": expected})
    return Import(found, tuple(parts), tuple(sorted(passed_over)))


def glance(path: Path) -> None:
    """Raises Unreadable for what cannot be an import by its names, or by a zip's directory. Reads no file."""
    with readable():
        files = files_at(path)
    endings = {Path(file.name).suffix.lower() for file in files}
    if len(files) == 1:
        _refuse_ending(*endings)
    elif endings.isdisjoint(_SHEETS | _TEXTS):
        raise _nothing_found()


def _nothing_found() -> Unreadable:
    return Unreadable(_("Fant ingen fil som ligner en pasientliste, Syntheas CSV eller FHIR."))


def _refuse_ending(suffix: str) -> None:
    if suffix in _NOT_READ:
        raise Unreadable(
            _("%(format)s kan ikke leses. Lagre filen som Excel-arbeidsbok (.xlsx) eller CSV.")
            % {"format": _NOT_READ[suffix]}
        )
    if suffix not in _SHEETS | _TEXTS:
        raise Unreadable(
            _("Filtypen kan ikke leses. Bruk CSV, Excel (.xlsx), FHIR (JSON, NDJSON) eller en zip med slike.")
        )


@contextmanager
def readable() -> Iterator[None]:
    """A damaged zip or disk is the user's to hear of, in words."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Unreadable(_("Filen er skadet og kan ikke leses til ende.")) from error


def _look(file: File, mapping: mappings.Columns | None, *, alone: bool) -> Part | None:
    """What a file is. Alone, it must be something; among others, it may be something else."""
    suffix = Path(file.name).suffix.lower()
    if suffix in _SHEETS:
        sheet = sheets.heading(file, lambda header: _is_list(header, mapping))
        if sheet is None and alone:
            raise Unreadable(_("%(file)s er tom.") % {"file": file.name})
        return _table(file, *sheet, mapping) if sheet else None
    if suffix not in _TEXTS:
        if alone:
            _refuse_ending(suffix)
        return None
    seen = survey(file)
    if suffix in {".ndjson", ".json"} or _begins_with_brace(file):
        if seen.encoding == "utf-16":
            raise Unreadable(_("%(file)s er ikke UTF-8. FHIR skal være det.") % {"file": file.name})
        entries = document_entries(file) if suffix != ".ndjson" else None
        return Part(file, seen) if entries is None else Part(file, Survey("", entries), document=True)
    if seen.longest > LINE_MAX:
        raise Unreadable(_("%(file)s har en linje som er for lang til å være en rad.") % {"file": file.name})
    header = tables.heading(file, seen)
    return _table(file, header, seen, mapping) if len(header.titles) > 1 else None


def _table(file: File, header: Header, seen: Survey, mapping: mappings.Columns | None) -> Part:
    kind = synthea.kind_of(header.names)
    return Part(file, seen, header, header.names if kind else mappings.columns(header, mapping))


def _is_list(header: Header, mapping: mappings.Columns | None) -> bool:
    return patient_list.is_ours(mappings.columns(header, mapping))


def _is_known(part: Part) -> bool:
    """Can the table be read as it stands?"""
    if part.synthea:
        return True
    return not patient_list.missing(part.columns) and not mappings.ambiguous(part.columns)


def _ask(unknown: list[Part], mapping: mappings.Columns | None, *, anything_else: bool) -> None:
    """Raise for a table that somebody must say more of; a table that has nothing of a list only if all are such."""
    likely = [part for part in unknown if patient_list.is_ours(part.columns)]
    for part in likely or ([] if anything_else else unknown):
        lacking = patient_list.missing(part.columns)
        told = mappings.tells(part.header, mapping)
        if lacking and (told or all(name in patient_list.ALIASES for name in part.header.names)):
            raise Unreadable(
                _("%(file)s mangler kolonner: %(columns)s.")
                % {"file": part.file.name, "columns": ", ".join(lacking)}
            )
        raise NeedsMapping(part.file.name, part.header, tables.samples(part.records()))


def _begins_with_brace(file: File) -> bool:
    with file.open() as raw:
        return raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
