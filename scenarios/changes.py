"""What a scenario changes: one small dataclass a kind, checked when it is made, and kept as JSON. Pure.

Stored as a list of objects, each with `what` and its own fields: `{"what": "away", "member": 7, "starts_on": …}`. That
ids are of the clinic is not said here: forms offer no others, and what is no more there is found when it is run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

MOST = 8  # changes in one scenario
MONTHS_MAX = 60


class WrongChange(ValueError):
    """What is wrong with a change, by the name of its field."""


def _between(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise WrongChange(name)


@dataclass(frozen=True, slots=True)
class MorePeople:
    """A new colleague of a profession, in `percent` of a full position, from a day on."""

    profession: str
    percent: int
    starts_on: dt.date

    def __post_init__(self) -> None:
        _between("percent", self.percent, 5, 300)


@dataclass(frozen=True, slots=True)
class LessTime:
    """A member gives `percent` of their own time for tasks away, from a day on."""

    member: int
    percent: int
    starts_on: dt.date

    def __post_init__(self) -> None:
        _between("percent", self.percent, 5, 100)


@dataclass(frozen=True, slots=True)
class Away:
    """A member is away whole days, the first and the last among them."""

    member: int
    starts_on: dt.date
    ends_on: dt.date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise WrongChange("ends_on")


@dataclass(frozen=True, slots=True)
class Delegate:
    """Doctors (none named: all who work here) delegate a kind to a member, or to everybody of a profession."""

    task_kind: int
    doctors: tuple[int, ...]
    member: int | None
    profession: str
    starts_on: dt.date

    def __post_init__(self) -> None:
        if (self.member is None) == (not self.profession):
            raise WrongChange("to")


@dataclass(frozen=True, slots=True)
class NewInterval:
    """A programme's step recurs every so many months."""

    step: int
    months: int

    def __post_init__(self) -> None:
        _between("months", self.months, 1, MONTHS_MAX)


@dataclass(frozen=True, slots=True)
class StartProgramme:
    """Everybody a programme is for, and who has no plan in it, gets one."""

    programme: int


@dataclass(frozen=True, slots=True)
class ListLength:
    """The clinic's lists become so many per cent longer (or, below nought, shorter)."""

    percent: int

    def __post_init__(self) -> None:
        _between("percent", self.percent, -50, 100)
        if not self.percent:
            raise WrongChange("percent")


Change = MorePeople | LessTime | Away | Delegate | NewInterval | StartProgramme | ListLength

# By the word that JSON tells them by, in the order in which they are made true: people before what they may do,
# plans before their intervals, and last what scales it all.
KINDS: dict[str, type[Change]] = {
    "more": MorePeople,
    "less": LessTime,
    "away": Away,
    "delegate": Delegate,
    "programme": StartProgramme,
    "interval": NewInterval,
    "list": ListLength,
}
WORDS = {kind: what for what, kind in KINDS.items()}


def stored(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """As JSON holds them."""
    return [
        {"what": WORDS[type(change)]} | {f.name: _plain(getattr(change, f.name)) for f in fields(change)}
        for change in changes
    ]


def read(found: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes that JSON holds. Raises WrongChange for what no form of ours writes."""
    if len(found) > MOST:
        raise WrongChange("changes")
    return tuple(map(_one, found))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _one(found: Mapping[str, Any]) -> Change:
    kind = KINDS.get(str(found.get("what")))
    if kind is None or set(found) - {"what"} != {f.name for f in fields(kind)}:
        raise WrongChange("what")
    return kind(**{f.name: _typed(f.name, str(f.type), found[f.name]) for f in fields(kind)})


def _typed(name: str, wanted: str, value: Any) -> Any:
    """The value as the field's annotation has it."""
    if wanted == "dt.date" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise WrongChange(name) from None
    if wanted.startswith("tuple") and isinstance(value, list) and all(type(n) is int for n in value):
        return tuple(value)
    whole = type(value) is int and wanted in ("int", "int | None")
    if whole or (value is None and wanted == "int | None") or (isinstance(value, str) and wanted == "str"):
        return value
    raise WrongChange(name)
