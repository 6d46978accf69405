"""Programmes as their pages show them: the list by state, words to read before approving, the story of versions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.models import Certainty, Programme, ProgrammeVersion
from tasks.presenters.programmes import (
    CERTAINTY_COLOURS,
    Change,
    Names,
    StepLine,
    changes,
    step_lines,
    whom,
)
from tasks.programme_text import ProgrammeText, from_json
from tasks.queries.programmes import Counts, waits

State = Programme.State


@dataclass(frozen=True, slots=True)
class Words:
    """All that a programme says."""

    text: ProgrammeText
    whom: str
    steps: list[StepLine]
    certainty: str
    colour: str


@dataclass(frozen=True, slots=True)
class ToRead:
    """A programme's words with what they change of those before: in force, or our proposal."""

    programme: Programme
    words: Words
    changes: list[Change]

    @property
    def own(self) -> bool:
        """The clinic's own from scratch: nothing was there before."""
        return self.programme.approved_at is None and bool(self.programme.draft) and not self.changes


@dataclass(frozen=True, slots=True)
class Line:
    """A programme in the list. `fits` and `lacking` say nothing of those that people are enrolled in by hand."""

    programme: Programme
    words: Words
    counts: Counts
    waits: bool
    by_list: bool

    @property
    def settled(self) -> bool:
        """In use, with nothing that waits: the heading says it of all of them."""
        return self.programme.state == State.APPROVED and not self.waits


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    note: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class VersionLine:
    version: ProgrammeVersion
    words: Words
    changes: list[Change] | None  # None of the first that was kept


def words_of(text: ProgrammeText, *, kinds: Names, codes: Names) -> Words:
    certainty = Certainty(text.certainty)
    return Words(
        text, whom(text, codes), step_lines(text, kinds), str(certainty.label), CERTAINTY_COLOURS[certainty]
    )


def to_read(
    programme: Programme, text: ProgrammeText, before: ProgrammeText, *, kinds: Names, codes: Names
) -> ToRead:
    differs = changes(before, text, kinds=kinds, codes=codes) if before.steps else []
    return ToRead(programme, words_of(text, kinds=kinds, codes=codes), differs)


def grouped(
    rows: Iterable[tuple[Programme, ProgrammeText]],
    counts: Mapping[int, Counts],
    *,
    kinds: Names,
    codes: Names,
) -> list[Group]:
    """What waits for a doctor, what is in use, what is not; a group without programmes is left out."""
    waiting: list[Line] = []
    in_use: list[Line] = []
    retired: list[Line] = []
    for programme, text in rows:
        line = Line(
            programme, words_of(text, kinds=kinds, codes=codes), counts.get(programme.pk, Counts()),
            waits(programme) and programme.state != State.RETIRED, text.by_condition and not text.on_discharge,
        )  # fmt: skip
        group = retired if programme.state == State.RETIRED else waiting if line.waits else in_use
        group.append(line)
    found = [
        Group(_("Venter på en lege"), _("i bruk når en lege har lest og godkjent"), waiting),
        Group(_("I bruk"), _("godkjent av en lege ved kontoret"), in_use),
        Group(_("Tatt ut av bruk"), "", retired),
    ]
    return [group for group in found if group.lines]


def history(versions: Sequence[ProgrammeVersion], *, kinds: Names, codes: Names) -> list[VersionLine]:
    """`versions` newest first; each with what it changed of the one before it."""
    texts = [from_json(version.content) for version in versions]
    before = [*texts[1:], None][: len(texts)]  # none at all before somebody approved it
    return [
        VersionLine(
            version, words_of(text, kinds=kinds, codes=codes),
            None if was is None else changes(was, text, kinds=kinds, codes=codes),
        )
        for version, text, was in zip(versions, texts, before, strict=True)
    ]  # fmt: skip
