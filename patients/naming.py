"""A patient's name on its way to somebody's eyes: the one place where it is noted who is being shown.

Every page, file and fragment gets a patient's name through `named`, or through the patient itself, whose own words
do the same. What a request has noted is written down before its answer leaves (config/shown.py): a new page needs to
do nothing, and cannot forget (pasientjournalloven § 22 a; the duty is to log what is made available, not what is opened).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """Whom a request shows, and as what. `told` are those of whom it has already been written down, with better words."""

    names: dict[int, str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    @property
    def untold(self) -> list[int]:
        return sorted(self.names.keys() - self.told)


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def looking() -> Iterator[Seen]:
    """Everything named inside is noted. Outside, as in a worker, nobody looks and nothing is noted."""
    found = Seen()
    token = _seen.set(found)
    try:
        yield found
    finally:
        _seen.reset(token)


def named(patient_id: int | None, name: str) -> str:
    """The name, and a note that it is shown."""
    if patient_id is not None and (seen := _seen.get()):
        seen.names[patient_id] = name
    return name


def note(patient_ids: Iterable[int | None]) -> None:
    """These are shown though no name of theirs is: what is told can be traced to them."""
    if seen := _seen.get():
        for each in patient_ids:
            if each is not None:
                seen.names.setdefault(each, "")


def note_told(patient_ids: Iterable[int]) -> None:
    """Of these it is already written down in this request, in words of its own."""
    if seen := _seen.get():
        seen.told.update(patient_ids)
