"""Some resources of an import, written back as they came, with the patients whom they are about."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from patients.imports.fhir import SHAPES
from patients.imports.fhir_files import document_of, lines
from patients.imports.fhir_json import Wrong, load
from patients.imports.fhir_patient import local_names, subject_of
from patients.imports.rows import LOCAL
from patients.imports.source import File
from patients.imports.values import Bad

_BUNDLE, _END = b'{"resourceType": "Bundle", "type": "collection", "entry": [\n', b"\n]}\n"


class _Told(NamedTuple):
    """A line or an entry: where it stands, all of it as it is written, and its resource if that can be read."""

    row: int
    raw: bytes
    resource: Any
    url: str = ""


def about(files: Iterable[tuple[File, bool, Collection[int]]]) -> frozenset[str]:
    """What the import calls the patients that these rows of these files (is it a document?) refer to."""
    names: set[str] = set()
    for file, document, rows in files:
        for told in _told(file, document=document) if rows else ():
            if told.row in rows:
                names |= _subjects(told)
    return frozenset(names)


def write(file: File, rows: Collection[int], to: Path, *, document: bool, patients: frozenset[str]) -> bool:
    """The rows, with `patients` and all practitioners. Whether there was any but practitioners."""
    count = 0
    with to.open("wb") as out:
        out.write(_BUNDLE if document else b"")
        between = b""
        for told in _told(file, document=document):
            wanted = told.row in rows or _is_one_of(told, patients)
            if wanted or _is_practitioner(told.resource):
                out.write(between + told.raw)
                between = b",\n" if document else b"\n"
                count += wanted
        out.write(_END if document else b"\n")
    return count > 0


def _told(file: File, *, document: bool) -> Iterator[_Told]:
    if not document:
        for row, line in lines(file):
            resource = None
            with suppress(Wrong, UnicodeDecodeError):
                resource = load(line.decode())
            yield _Told(row, line.rstrip(b"\r\n"), resource)
        return
    with document_of(file, "surrogateescape") as whole:
        row = 0
        for row, entry in enumerate(whole.entries(), start=1):
            raw = whole.raw.encode(errors="surrogateescape")
            fields = entry if isinstance(entry, dict) else {}
            yield _Told(row, raw, fields.get("resource"), str(fields.get("fullUrl") or ""))
        if not row and whole.head.get("resourceType") != "Bundle":
            yield _Told(1, json.dumps({"resource": whole.head}).encode(), whole.head)


def _resources(resource: Any, url: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The resource, or those of a Bundle in a line."""
    entries = resource.get("entry") if isinstance(resource, dict) else None
    if isinstance(entries, list):
        for entry in entries:
            if isinstance(entry, dict):
                yield from _resources(entry.get("resource"), str(entry.get("fullUrl") or ""))
    elif isinstance(resource, dict):
        yield resource, url


def _subjects(told: _Told) -> set[str]:
    found = set()
    for resource, _url in _resources(told.resource, told.url):
        with suppress(Bad, *SHAPES):
            subject = subject_of(resource)
            if subject.system == LOCAL:
                found.add(subject.value)
    return found


def _is_one_of(told: _Told, patients: frozenset[str]) -> bool:
    for resource, url in _resources(told.resource, told.url):
        if resource.get("resourceType") == "Patient":
            with suppress(Bad, *SHAPES):
                if not patients.isdisjoint(name.value for name in local_names(resource, url)):
                    return True
    return False


def _is_practitioner(resource: Any) -> bool:
    return isinstance(resource, dict) and resource.get("resourceType") in ("Practitioner", "PractitionerRole")
