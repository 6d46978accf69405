"""Unusual access for after-control: rules with thresholds that are data, one statement."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from tasks.statements import statement
from teams.calendar import DAY, is_working_day, midnight
from teams.models import Member

_FILE = Path(__file__).parent.parent / "data" / "unusual_access.toml"
RULES: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
MOST = 200


class Finding(NamedTuple):
    """Something unusual: by which rule, who, of whom (0: of nobody alone), which day, how often; and its review."""

    rule: str
    member_id: int
    name: str
    patient_id: int
    day: dt.date
    first_at: dt.datetime
    times: int
    told: str
    note: str | None
    by_name: str | None
    reviewed_at: dt.datetime | None


def unusual(
    reader: Member, first: dt.date, last: dt.date, *, rule: str = "", reviewed: bool = False
) -> list[Finding]:
    """What stands out from `first` to and including `last`; with `reviewed`, also what has been looked into.

    One query, bounded: one more than MOST when there are more.
    """
    days = [first + n * DAY for n in range((last - first).days + 1)]
    told: dict[str, Any] = {
        "clinic": reader.clinic_id, "starts": midnight(first), "ends": midnight(last + DAY),
        "working": [day for day in days if is_working_day(day)], "rule": rule, "all": reviewed,
        "order": list(RULES), "limit": MOST + 1, "common": RULES["surname"]["common"],
        "tie_days": RULES["no_tie"]["days"], "earliest": RULES["hours"]["earliest"], "latest": RULES["hours"]["latest"],
        "least": RULES["many"]["least"], "factor": RULES["many"]["times"], "usual_days": RULES["many"]["usual_days"],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement("unusual"), told)
        return [Finding._make(row) for row in cursor.fetchall()]
