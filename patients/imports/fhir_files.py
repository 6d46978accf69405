"""Files of FHIR resources: what kind a file is, its resources one at a time, and who its practitioners are."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from django.utils.translation import gettext as _

from patients.imports.fhir import History, Reader
from patients.imports.fhir_json import LARGEST, Document, Wrong, load
from patients.imports.fhir_practitioners import MARK, Practitioners
from patients.imports.rows import PATIENTS, Place, Row, RowError
from patients.imports.source import File

_CHUNK = 2**20
_RESOURCE = re.compile(rb'"resourceType"\s*:')
_HISTORY = re.compile(rb'"type"\s*:\s*"history"')
# A pattern may lie across two pieces of a file.
_OVERLAP = 200


def document_entries(file: File) -> int | None:
    """About how many resources a file of one JSON object has; None for NDJSON, one object a line.

    A single line is a document if it is a Bundle: its entries can then be told apart in messages.
    """
    with file.open() as raw:
        lines = (line.strip(b"\xef\xbb\xbf \t\r\n") for line in iter(lambda: raw.readline(LARGEST), b""))
        filled = filter(None, lines)
        first, second = next(filled, b""), next(filled, b"")
    goes_on = first.endswith((b"[", b",", b":"))  # an object that is written over several lines
    if not first.startswith(b"{") or (second.startswith(b"{") and not goes_on):
        return None
    if not second and len(first) < LARGEST - 8:
        try:
            resource = load(first.decode())
        except (Wrong, UnicodeDecodeError):
            resource = None
        if not isinstance(resource, dict) or resource.get("resourceType") != "Bundle":
            return None
    return sum(len(_RESOURCE.findall(piece)) for piece in _pieces(file, overlap=0))


def is_empty(file: File, *, document: bool) -> bool:
    """Is there no line, or a Bundle without entries?"""
    if not document:
        return next(lines(file), None) is None
    with document_of(file) as whole:
        return next(whole.entries(), None) is None and whole.head.get("resourceType") == "Bundle"


def read(
    file: File,
    doctors: Practitioners,
    *,
    document: bool,
    today: dt.date,
    synthetic_only: bool,
    also: frozenset[str],
) -> Iterator[tuple[int, Iterable[Row]]]:
    """Of each line, or each entry of a document: its number, and the rows in it. Raises Unreadable."""
    reader = Reader(file.name, doctors, today=today, synthetic_only=synthetic_only, also=also)
    if not document:
        for number, line in lines(file):
            try:
                yield number, reader.line(number, line.decode())
            except UnicodeDecodeError:
                yield number, [RowError(PATIENTS, Place(file.name, number), "", _("Linjen er ikke UTF-8."))]
        return
    with document_of(file) as whole:
        number, seen = 0, None
        for number, entry in enumerate(whole.entries(), start=1):
            if number == 1 and _is_history(file, whole):
                seen = History()
            yield number, reader.entry(number, entry, seen)
        if whole.head.get("resourceType") != "Bundle":
            # A resource by itself, written over several lines.
            yield 1, reader.resource(1, whole.head) if not number else []


def practitioners(files: Iterable[tuple[File, bool]]) -> Practitioners:
    """Everybody that the files tell of (with whether each is a document). Reads only those that name somebody."""
    found = Practitioners()
    for file, document in files:
        if not any(map(MARK.search, _pieces(file, overlap=_OVERLAP))):
            continue
        if document:
            with document_of(file) as whole:
                for entry in whole.entries():
                    found.add_entry(entry)
            continue
        for _number, line in lines(file):
            if MARK.search(line):
                with suppress(Wrong, UnicodeDecodeError):  # told of when the row is read
                    found.add(load(line.decode()))
    return found


@contextmanager
def document_of(file: File, errors: str = "fordel_unreadable") -> Iterator[Document]:
    with file.text("utf-8-sig", errors) as text:
        yield Document(text, file.name)


def _is_history(file: File, whole: Document) -> bool:
    """The type stands before the entries nearly always; else anything in the file that looks like it is it."""
    if "type" in whole.head:
        return bool(whole.head["type"] == "history")
    return any(map(_HISTORY.search, _pieces(file, overlap=_OVERLAP)))


def _pieces(file: File, *, overlap: int) -> Iterator[bytes]:
    before = b""
    with file.open() as raw:
        while piece := raw.read(_CHUNK):
            yield before + piece
            before = piece[-overlap:] if overlap else b""


def lines(file: File) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not empty."""
    with file.open() as raw:
        for number, line in enumerate(iter(lambda: raw.readline(LARGEST), b""), start=1):
            if line.strip():
                yield number, line.lstrip(codecs.BOM_UTF8)  # files laid end to end have a mark in the middle
