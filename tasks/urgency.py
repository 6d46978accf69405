"""When a deadline that must not slip is told of before it is late. Pure.

The last day is the day the window closes, else the due date. Two days at work are too few to begin looking for
somebody: then everybody is told (2). A leader is told a little before (1), and earlier still when nobody has the task.
tasks/sql/escalate.sql follows the same bounds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from teams.calendar import DAY, working_days

NONE, LEADER, EVERYBODY = 0, 1, 2
# Working days left, at most, after today up to and including the last day.
EVERYBODY_AT, LEADER_AT, LEADER_AT_IF_NOBODYS = 1, 3, 5


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first last days that are not urgent yet, as seen from one day."""

    everybody: dt.date
    leader: dt.date
    leader_if_nobodys: dt.date

    @classmethod
    def of(cls, today: dt.date) -> Bounds:
        """A last day before the (n + 1)th working day after today has at most n working days left."""
        ahead = working_days(today + DAY, LEADER_AT_IF_NOBODYS + 1)
        return cls(ahead[EVERYBODY_AT], ahead[LEADER_AT], ahead[LEADER_AT_IF_NOBODYS])

    def level(self, last_day: dt.date, *, held: bool) -> int:
        """Whom to tell of a task with this last day: nobody (0), leaders (1), everybody (2)."""
        if last_day < self.everybody:
            return EVERYBODY
        if last_day < self.leader or (not held and last_day < self.leader_if_nobodys):
            return LEADER
        return NONE
