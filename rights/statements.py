"""Our own SQL, by name (rights/sql/)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_SQL = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> str:
    """One of rights/sql, as written."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
