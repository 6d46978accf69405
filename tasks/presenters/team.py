"""The team's days side by side. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from teams.models import Member


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A member's five days: (booked, capacity) each; `away` when there is no time on any of them."""

    member: Member
    first: bool
    days: list[tuple[int, int]]

    @property
    def away(self) -> bool:
        return not any(capacity for _booked, capacity in self.days)


def team_rows(
    members: Iterable[Member],
    days: list[dt.date],
    capacity: dict[int, dict[dt.date, int]],
    booked: dict[int, dict[dt.date, int]],
) -> list[TeamRow]:
    """One row a member, in the order given; `first` marks where a profession begins."""
    rows: list[TeamRow] = []
    for m in members:
        of_days = [(booked.get(m.pk, {}).get(day, 0), capacity.get(m.pk, {}).get(day, 0)) for day in days]
        rows.append(TeamRow(m, not rows or rows[-1].member.profession != m.profession, of_days))
    return rows
