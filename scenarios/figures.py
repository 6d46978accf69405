"""What a week of a scenario comes to, and how it is kept. Pure; no patient is in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("overdue", "missed", "expired", "left", "no_time", "nobody_may")


@dataclass(slots=True)
class Figures:
    """Of one week. `time` and `done` are minutes by profession; `overdue`, `missed` (hard deadlines) and `expired` count
    tasks. `left` is minutes of what is open when the week is over, `no_time` and `nobody_may` minutes without a place in
    the ten days that the week's sharing out sees.
    """

    first: dt.date
    last: dt.date
    time: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    missed: int = 0
    expired: int = 0
    left: int = 0
    no_time: int = 0
    nobody_may: int = 0

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        sums = {"time": dict(sorted(self.time.items())), "done": dict(sorted(self.done.items()))}
        return days | sums | {name: getattr(self, name) for name in COUNTS}

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Figures:
        first, last = (dt.date.fromisoformat(found[name]) for name in ("first", "last"))
        counts = {name: found[name] for name in COUNTS}
        return cls(first, last, Counter(found["time"]), Counter(found["done"]), **counts)
