"""The diary of the year that has been: who had how many minutes on which working day, and what was booked.

Gives work away as the product's simple rules do (tasks/allocation/simple.py): the lowest level of care with
room before it is due, the patient's own first, then the least loaded; on the least booked day of the window.
"""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass

from demo.roster import Roster
from tasks.allocation.problem import Rule, WhyNot
from teams.calendar import DAY, is_working_day
from teams.models import AbsenceReason, Profession

LEVEL = {profession: rank for rank, profession in enumerate(Profession.values)}
HORIZON = 10  # working days, as the night looks ahead
AHEAD = dt.timedelta(days=60)


@dataclass(frozen=True)
class Place:
    """Who got it, on which working day (index), and why, in the words of the night."""

    member: int
    day: int
    why: dict[str, object]


class Book:
    def __init__(self, roster: Roster) -> None:
        span = (roster.today + AHEAD - roster.starts_on).days
        self.days = [day for n in range(span) if is_working_day(day := roster.starts_on + n * DAY)]
        self.profession = {m.id: m.profession for m in roster.members if m.profession}
        self.capacity: dict[int, list[int]] = {}
        # From which day on it was known that they would be away: sick leave is not foreseen.
        self.away: dict[tuple[int, int], dt.date] = {}
        for member in self.profession:
            self.capacity[member] = [roster.capacity(member, day) for day in self.days]
            for i, day in enumerate(self.days):
                if absence := roster.away(member, day):
                    sick = absence.reason == AbsenceReason.SICK
                    self.away[member, i] = absence.starts_on if sick else roster.starts_on
        self.booked = {member: [0] * len(self.days) for member in self.profession}

    def index(self, day: dt.date) -> int:
        """Of the first working day on or after the day."""
        return bisect.bisect_left(self.days, day)

    def there(self, member: int, i: int) -> bool:
        """Were they in fact at work that day?"""
        return self.capacity[member][i] > 0 and (member, i) not in self.away

    def expected(self, member: int, i: int, seen_from: int) -> bool:
        """Was the member thought to be there, as things looked on an earlier day?"""
        known = self.away.get((member, i))
        return self.capacity[member][i] > 0 and (known is None or known > self.days[seen_from])

    def left(self, member: int, i: int) -> int:
        """Minutes not booked yet; negative when more is booked than there is."""
        return self.capacity[member][i] - self.booked[member][i]

    def present(self, profession: str, i: int) -> list[int]:
        """Members of the profession who were at work that day, in the cast's order."""
        return [m for m, p in self.profession.items() if p == profession and self.there(m, i)]

    def book(self, member: int, i: int, minutes: int) -> None:
        """Put minutes in the diary, or take them out again (negative)."""
        self.booked[member][i] += minutes

    def place(
        self,
        minutes: int,
        may: dict[int, str],
        ties: dict[int, str],
        *,
        today: int,
        first: int,
        due: int | None,
    ) -> Place | None:
        """The member and day for a task of `minutes`; `may` gives each member's ground, `ties` who knows the patient.

        `first` and `due` are indexes of working days. Booked when found; None when nobody has room.
        """
        window = range(max(first, today), min(today + HORIZON, len(self.days)))
        in_time = range(window.start, min(window.stop, due + 1)) if due is not None else window
        levels = sorted({LEVEL[self.profession[m]] for m in may})
        for days in (in_time, window):
            for level in levels:
                at_level = [m for m in may if LEVEL[self.profession[m]] == level]
                room = {m: found for m in at_level if (found := self._room(m, minutes, days, today))}
                if room:
                    return self._choose(minutes, may, ties, room, days, today, hurry=days is not in_time)
        return None

    def _room(self, member: int, minutes: int, days: range, today: int) -> list[int]:
        capacity, booked = self.capacity[member], self.booked[member]
        return [i for i in days if booked[i] + minutes <= capacity[i] and self.expected(member, i, today)]

    def _choose(
        self,
        minutes: int,
        may: dict[int, str],
        ties: dict[int, str],
        room: dict[int, list[int]],
        days: range,
        today: int,
        *,
        hurry: bool,
    ) -> Place:
        loads = {m: self._load(m, today) for m in may}
        who = min(room, key=lambda m: (m not in ties, loads[m][0] / max(1, loads[m][1]), m))
        booked, capacity = self.booked[who], self.capacity[who]
        day = room[who][0] if hurry else min(room[who], key=lambda i: (booked[i] / capacity[i], i))
        self.book(who, day, minutes)
        others = {m: self._why_not(m, who, ties, room, days) for m in may if m != who}
        before, total = loads[who]
        why: dict[str, object] = {
            "rule": _rule(who, ties, set(others.values())),
            "ground": may[who],
            "load_before": before,
            "load_after": before + minutes,
            "capacity": total,
            "others": [[m, why_not, *loads[m]] for m, why_not in others.items()],
        }
        return Place(who, day, why)

    def _why_not(
        self, member: int, who: int, ties: dict[int, str], room: dict[int, list[int]], days: range
    ) -> WhyNot:
        """Why somebody else who may do the task did not get it."""
        if LEVEL[self.profession[member]] > LEVEL[self.profession[who]]:
            return WhyNot.LEVEL
        if member not in room:
            at_work = any(self.there(member, i) for i in days)
            return WhyNot.FULL if at_work else WhyNot.AWAY
        return WhyNot.TIE if who in ties and member not in ties else WhyNot.LOADED

    def _load(self, member: int, today: int) -> tuple[int, int]:
        """(booked, capacity) over the days the night looks ahead."""
        ahead = slice(today, today + HORIZON)
        return sum(self.booked[member][ahead]), sum(self.capacity[member][ahead])


def _rule(who: int, ties: dict[int, str], why_not: set[WhyNot]) -> str:
    """What decided, in the words of the night; `why_not` are the reasons against the others."""
    if not why_not:
        return Rule.ONLY_ONE
    if why_not <= {WhyNot.FULL, WhyNot.AWAY}:
        return Rule.ONLY_ROOM
    if WhyNot.TIE in why_not:
        return ties[who]
    return Rule.LEAST_LOADED if WhyNot.LOADED in why_not else Rule.LOWEST_LEVEL
