"""Minutes per member and day, before and after a sharing out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teams.models import Member, Profession


@dataclass(frozen=True, slots=True)
class Load:
    """Booked minutes before and after, of so many that there are. `day` is empty for the sum."""

    capacity: int
    before: int
    after: int
    day: dt.date | None = None

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def free(self) -> bool:
        """Neither time nor anything booked."""
        return not (self.capacity or self.before or self.after)


@dataclass(frozen=True, slots=True)
class MemberLoad:
    """One member's days and their sum."""

    name: str
    profession: str
    doctor: bool
    total: Load
    days: tuple[Load, ...]

    @property
    def changed(self) -> bool:
        return any(load.change for load in self.days)


@dataclass(frozen=True, slots=True)
class Loads:
    """The table of a sharing out: whom it changes most first, those it does not change apart."""

    days: tuple[dt.date, ...] = ()
    changed: tuple[MemberLoad, ...] = ()
    same: tuple[MemberLoad, ...] = ()

    @property
    def doctors(self) -> Load:
        """All doctors' minutes together."""
        rows = [row.total for row in (*self.changed, *self.same) if row.doctor]
        return _sum(rows)


def _sum(loads: list[Load] | tuple[Load, ...]) -> Load:
    return Load(
        sum(load.capacity for load in loads), sum(load.before for load in loads), sum(load.after for load in loads)
    )  # fmt: skip


def loads_table(loads: Mapping[str, Any], members: Mapping[int, Member]) -> Loads:
    """From a run's stored `loads` (tasks/models/sharing.py) and the clinic's members by id."""
    days = tuple(dt.date.fromisoformat(day) for day in loads.get("days", []))
    rows = []
    for stored in loads.get("members", []):
        member = members.get(stored["id"])
        if member is None:
            continue
        columns = zip(days, stored["capacity"], stored["before"], stored["after"], strict=True)
        found = tuple(Load(capacity, before, after, day) for day, capacity, before, after in columns)
        label = str(Profession(member.profession).label) if member.profession else ""
        rows.append(MemberLoad(member.name, label, member.is_doctor, _sum(found), found))
    rows.sort(key=lambda row: (-abs(row.total.change), row.name))
    return Loads(days, tuple(r for r in rows if r.changed), tuple(r for r in rows if not r.changed))


def days_away(loads: Mapping[str, Any]) -> frozenset[tuple[int, dt.date]]:
    """(member id, day) without any minutes for tasks, of a run's stored `loads`."""
    days = [dt.date.fromisoformat(day) for day in loads.get("days", [])]
    return frozenset(
        (stored["id"], day)
        for stored in loads.get("members", [])
        for day, minutes in zip(days, stored["capacity"], strict=True)
        if not minutes
    )
