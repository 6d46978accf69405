"""Our own SQL, by name (tasks/sql/), and the calendar that it is told."""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from pathlib import Path

from teams.calendar import DAY, working_day_on_or_after, working_day_on_or_before

_SQL = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> str:
    """One of tasks/sql, as written."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def calendar_from(first: dt.date, last: dt.date) -> dict[str, list[dt.date]]:
    """Every day from `first` to `last`, and the working day on or before it and on or after it: for statements."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return {
        "days": days,
        "before": [working_day_on_or_before(day) for day in days],
        "after": [working_day_on_or_after(day) for day in days],
    }
