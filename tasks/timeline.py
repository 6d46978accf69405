"""What happened to a patient, as one story of several tables: its kinds, and where a row of it stands. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Kind(StrEnum):
    """Of one moment, in this order."""

    TASK = "a"
    ATTEMPT = "b"
    PLAN = "c"
    DISCHARGE = "d"
    CONTACT = "e"
    CORRECTION = "f"


# What a reader may choose to see alone, as addresses say it.
SHOWN: dict[str, frozenset[Kind]] = {
    "": frozenset(Kind),
    "oppgaver": frozenset({Kind.TASK, Kind.ATTEMPT}),
    "planer": frozenset({Kind.PLAN}),
    "sykehus": frozenset({Kind.DISCHARGE, Kind.CONTACT}),
    "rettelser": frozenset({Kind.CORRECTION}),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the order of (moment, latest first; kind; number, latest first)."""

    at: dt.datetime
    kind: Kind
    number: int

    @property
    def key(self) -> str:
        """`1795420800000000.a.52`, as an address can say it: no name is in it."""
        return f"{(self.at - _EPOCH) // _MICROSECOND}.{self.kind}.{self.number}"


def parse_place(key: str) -> Place | None:
    """The place that the key tells of; None for a key that is none."""
    try:
        moment, kind, number = key.split(".")
        return Place(_EPOCH + int(moment) * _MICROSECOND, Kind(kind), min(int(number), 2**63 - 1))
    except (ValueError, OverflowError):
        return None
