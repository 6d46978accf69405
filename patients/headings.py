"""How a clinic's system names its columns: what a heading is found again by. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from patients.imports.tables import folded


def headings_digest(headings: Iterable[str]) -> str:
    """The same for the same headings, in whatever order and with whatever capitals and spaces.

    A digest, since a file without a heading has a patient for its first line.
    """
    names = sorted(folded(name) for name in headings)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
