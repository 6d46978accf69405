"""The reports of one week, made from the tasks of some clinics: as they stand, or as they stood by their events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from teams.calendar import DAY, OSLO, Week, day_share, midnight

SQL = Path(__file__).parent.parent / "sql"
# What is read once, each into a table of the transaction's own (week_ended, …) that the report's lines are sums of.
GATHERED = ("prepared", "ended", "days", "open", "delegable", "met", "due", "sent")
LINES = ("capacity_lines", "work_lines", "movable_lines", "sender_lines")
# A closing is a few large readings: compiling them to machine code takes longer than it saves (FLOORS §6), and so does
# parting them, since batches are closed side by side. Merging by clinic would let each of its tasks meet each of its
# kinds. Of the tables made on the way a small sample says enough.
SETTINGS = """
SET LOCAL jit = off;
SET LOCAL work_mem = '256MB';
SET LOCAL enable_mergejoin = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL default_statistics_target = 10
"""
EVENING, FRIDAY = dt.time(17), 5
NOW, THEN = "tasks_task", "as_it_stood"


def make_reports(
    week: Week, *, clinics: Sequence[int], known: dt.datetime, by_events: bool = False
) -> list[int]:
    """Write the week's next edition for each of these clinics; the reports' ids. Inside jobs_scope.

    The same statements read either the tasks' rows, which is quick and right as long as nothing has happened to them
    since the week ended, or (`by_events`) what the events tell of how they stood then, as far as that was recorded by
    `known`. The number of statements is the same for any number of clinics.
    """
    if not clinics:
        return []
    parameters = _parameters(week, list(clinics), known)
    tasks = THEN if by_events else NOW
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        if by_events:
            cursor.execute(statement("as_it_stood"), parameters)
            cursor.execute(f"ANALYZE {THEN}")
        for name in GATHERED:
            cursor.execute(statement(f"gather_{name}", tasks), parameters)
            cursor.execute(f"ANALYZE week_{name}")  # the planner knows nothing of a table made just now
        cursor.execute(statement("weekly_report", tasks), parameters)
        made = [report for (report,) in cursor.fetchall()]
        cursor.execute(statement("week_report"), {"reports": made})
        cursor.execute("ANALYZE week_report")
        for name in LINES:
            cursor.execute(statement(name, tasks), parameters)
        # They go with the transaction; but a transaction may hold a week by rows and the same by events.
        own = [f"week_{name}" for name in (*GATHERED, "report")] + ([THEN] if by_events else [])
        cursor.execute(f"DROP TABLE {', '.join(own)}")
    return made


def _parameters(week: Week, clinics: list[int], known: dt.datetime) -> dict[str, Any]:
    return {
        "clinics": clinics,
        "known": known,
        "year": week.year,
        "week": week.number,
        "monday": week.monday,
        "sunday": week.sunday,
        "starts": week.starts_at,
        "ends": week.ends_at,
        "days": list(week.days),
        "midnights": [midnight(day) for day in week.days],
        "evenings": [_evening(day) for day in week.days],
        "shares": [day_share(day) for day in week.days],
    }


def _evening(day: dt.date) -> dt.datetime:
    """From when work counts as being done in the evening or at the weekend: on Saturday and Sunday all of it does."""
    if day.isoweekday() > FRIDAY:
        return midnight(day) - DAY
    return dt.datetime.combine(day, EVENING, OSLO)


@cache
def statement(name: str, tasks: str = NOW) -> str:
    """A file of reports/sql, reading the tasks from there."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").replace("__TASKS__", tasks)
