"""Columns under somebody else's headings: what they probably are, and what the clinic says that they are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from patients.imports import patient_list
from patients.imports.rows import Unreadable
from patients.imports.tables import Header, folded

# Their heading → our column; "" for a column that is none of ours.
Columns = Mapping[str, str]
_SIMILAR = 0.85


class NeedsMapping(Unreadable):
    """A table whose columns somebody must name first. The words of it say nothing of a person; `samples` do.

    `headings` as they are written, each once; `suggested` has every one of them, "" where we cannot guess;
    `samples` are the cells of the first rows, shortened; `lacking` is what a list must have and this has not.
    """

    def __init__(self, file: str, header: Header, samples: tuple[tuple[str, ...], ...]) -> None:
        super().__init__(_("Kjenner ikke igjen kolonnene i %(file)s. Si hva de er.") % {"file": file})
        self.file = file
        self.headings = header.titles
        self.suggested = suggest(header)
        self.samples = samples
        self.lacking = tuple(patient_list.missing(tuple(filter(None, self.suggested.values()))))


def columns(header: Header, mapping: Columns | None) -> tuple[str, ...]:
    """Our names for the columns of a heading; what is not ours keeps its own.

    Raises Unreadable when two columns are said to be the same, and for a column that we do not have.
    """
    said = {folded(title): column for title, column in (mapping or {}).items()}
    if unknown := sorted(set(said.values()) - {"", *patient_list.COLUMNS}):
        raise Unreadable(_("Listen har ingen kolonne som heter %(column)s.") % {"column": unknown[0]})
    told = [said.get(name) for name in header.names]
    named = [column for column in told if column]
    if twice := {column for column in named if named.count(column) > 1}:
        raise Unreadable(_("Flere kolonner er satt til %(column)s.") % {"column": min(twice)})
    by_itself = patient_list.columns(header.names)
    # What somebody said goes before what a heading is called.
    return tuple(
        column if column is not None else ("" if own in named else own)
        for column, own in zip(told, by_itself, strict=True)
    )


def tells(header: Header, mapping: Columns | None) -> bool:
    """Does the mapping say anything of this heading?"""
    return not set(map(folded, mapping or {})).isdisjoint(header.names)


def ambiguous(names: tuple[str, ...]) -> bool:
    """Do two columns claim to be the same one of ours?"""
    return any(names.count(column) > 1 for column in patient_list.COLUMNS)


def suggest(header: Header) -> dict[str, str]:
    """A guess for every heading; each of our columns once, to the heading that is most like it."""
    scored = [
        (score, -place, title, column)
        for place, title in enumerate(header.titles)
        for column, score in _likeness(title).items()
    ]
    found: dict[str, str] = {}
    for _score, _place, title, column in sorted(scored, reverse=True):
        if title not in found and column not in found.values():
            found[title] = column
    if {"fornavn", "etternavn"} <= set(found.values()):
        found = {title: column for title, column in found.items() if column != "navn"}
    return {title: found.get(title, "") for title in header.titles}


def _likeness(title: str) -> dict[str, float]:
    """Our columns that the title may mean, with how like they are."""
    words = " ".join(re.findall(r"\w+", title.lower()))
    found: dict[str, float] = {}
    for alias, column in patient_list.ALIASES.items():
        plain = " ".join(re.findall(r"\w+", alias))
        score = difflib.SequenceMatcher(None, plain, words).ratio()
        if score < _SIMILAR and len(plain) > 3 and f" {plain} " in f" {words} ":
            score = _SIMILAR  # «pasientens fornavn»
        if score == 1 and alias == column:
            score = 2  # its own name, not another one for it
        if score >= _SIMILAR:
            found[column] = max(score, found.get(column, 0))
    return found
