"""What files are, with what a clinic has said before of its system's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from patients.headings import headings_digest
from patients.imports.reading import Format, Import, NeedsMapping, recognise
from patients.models import ColumnMapping


@dataclass(frozen=True, slots=True)
class Looked:
    """`found` is what there is to read, or the first file whose columns nobody has named.

    `mapping`: all that has been said of columns; `asked`: the files that it was needed for, and what `found` asks.
    """

    found: Import | NeedsMapping
    mapping: dict[str, str]
    asked: tuple[NeedsMapping, ...]


def mappings_of(clinic_id: int) -> dict[str, dict[str, str]]:
    """What the clinic has said before, by `headings_digest`. One query."""
    return dict(ColumnMapping.objects.filter(clinic_id=clinic_id).values_list("headings", "mapping"))


def look(
    path: Path,
    mapping: Mapping[str, str],
    *,
    known: Mapping[str, Mapping[str, str]],
    expected: Format | None = None,
) -> Looked:
    """Recognise the files, adding to `mapping` what is `known` (`mappings_of`).

    Reads them once, and once more for each mapping found; no database. Raises Unreadable.
    """
    so_far = dict(mapping)
    asked: list[NeedsMapping] = []
    while True:
        try:
            return Looked(recognise(path, expected=expected, mapping=so_far or None), so_far, tuple(asked))
        except NeedsMapping as needs:
            asked.append(needs)
            said = known.get(headings_digest(needs.headings), {})
            if said.keys() <= so_far.keys():
                return Looked(needs, so_far, tuple(asked))
            so_far = {**said, **so_far}
