"""Tasks whose holder cannot do them, counted for a page that is open all day."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from teams.models import Member

SQL = Path(__file__).parent.parent / "sql" / "stranded_now.sql"


class Cannot(StrEnum):
    """Why the holder cannot do a task, in the order they are looked at."""

    ENDED = "ended"
    MAY_NOT = "may_not"
    AWAY = "away"


class StrandedGroup(NamedTuple):
    """So many tasks of one holder, for one reason."""

    reason: Cannot
    member_id: int
    name: str
    tasks: int


@cache
def _sql() -> str:
    return SQL.read_text(encoding="utf-8")


def stranded_now(member: Member, today: dt.date) -> list[StrandedGroup]:
    """Of the member's clinic, by reason and holder. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(), {"clinic": member.clinic_id, "today": today})
        return [StrandedGroup(Cannot(reason), *rest) for reason, *rest in cursor.fetchall()]
