"""Where a row stands in a list's order (hard first, then by due date with undated last), as an address can say it."""

from __future__ import annotations

import datetime as dt

BEGINNING = (True, dt.date.min, 0)


def key_of(hard: bool, due_on: dt.date | None, task_id: int) -> str:
    """`1.2026-11-23.52`; without a due date `0..52`. No name is in it."""
    return f"{int(hard)}.{due_on or ''}.{task_id}"


def parse_key(key: str) -> tuple[bool, dt.date | None, int]:
    """(hard, due date, id) of the row; for a key that is none, what comes before every row."""
    try:
        hard, day, number = key.split(".")
        return hard == "1", dt.date.fromisoformat(day) if day else None, min(int(number), 2**63 - 1)
    except ValueError:
        return BEGINNING
