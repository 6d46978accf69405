"""The team's days side by side. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tasks.presenters.board import away_on
from tasks.queries.board import Away
from teams.models import Member


@dataclass(frozen=True, slots=True)
class DayCell:
    """Minutes booked of those there are on a day, and how somebody is away then."""

    booked: int
    capacity: int
    away: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A member's five days; `away` when there is no time on any of them and they are absent."""

    member: Member
    first: bool
    days: list[DayCell]

    @property
    def away(self) -> bool:
        return not any(cell.capacity for cell in self.days) and any(cell.away for cell in self.days)


def team_rows(
    members: Iterable[Member],
    days: list[dt.date],
    capacity: Mapping[int, Mapping[dt.date, int]],
    booked: dict[int, dict[dt.date, int]],
    away: Mapping[int, Sequence[Away]],
) -> list[TeamRow]:
    """One row a member, in the order given; `first` marks where a profession begins."""
    rows: list[TeamRow] = []
    for m in members:
        of_days = [
            DayCell(
                booked.get(m.pk, {}).get(day, 0),
                capacity.get(m.pk, {}).get(day, 0),
                away_on(away.get(m.pk, ()), day),
            )
            for day in days
        ]
        rows.append(TeamRow(m, not rows or rows[-1].member.profession != m.profession, of_days))
    return rows
