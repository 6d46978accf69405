"""How a clinic's system names its columns: what a heading is found again by, and what is asked about. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from patients.imports.mapping import NeedsMapping
from patients.imports.tables import folded


@dataclass(frozen=True, slots=True)
class Asked:
    """A file's headings that somebody is to name, as an import keeps them (`ImportRun.asked`) for the page.

    `suggested`: our guess for each, or ""; `samples`: the cells of the first rows, which tell of patients.
    """

    file: str
    headings: tuple[str, ...]
    suggested: Mapping[str, str]
    samples: tuple[tuple[str, ...], ...]

    @classmethod
    def by(cls, needs: NeedsMapping) -> Asked:
        samples = tuple(tuple(map(_printable, row)) for row in needs.samples)
        return cls(_printable(needs.file), needs.headings, needs.suggested, samples)

    @classmethod
    def kept(cls, told: Mapping[str, Any]) -> Asked:
        return cls(**told)

    def to_keep(self) -> dict[str, Any]:
        return asdict(self)


def _printable(text: str) -> str:
    """Without what a database has no room for: a NUL, half a surrogate pair."""
    return "".join(filter(str.isprintable, text))


def headings_digest(headings: Iterable[str]) -> str:
    """The same for the same headings, in whatever order and with whatever capitals and spaces.

    A digest, since a file without a heading has a patient for its first line.
    """
    names = sorted(folded(name) for name in headings)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
