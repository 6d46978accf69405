"""How long closing a week takes: `bin/bench week --clinics 50 [--json] [--seed 1]`, or `--national`.

Eight weeks of work in an own database; the first seven are closed, then the eighth is, on the clock, by two processes
that share its batches, as a worker's two do (bench/closers.py): the median of a few rounds, its rows taken away between
them, so that a busy machine's moment does not count. The floor is the same run's bare SQL of the same week: what was opened, done and left overdue, by clinic,
profession and kind, with nothing written. `--national`: 1,550 clinics and ten million tasks of four weeks, of which
only the last is closed. Then once more as a late week: something has happened in every clinic since, and what the rows
say no more is told by the events. What could really move (reports/actions/advising.py) is timed apart: it follows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from bench import ground
from bench.closers import Close, closers
from bench.filling import TASKS_A_WEEK, fill_people, fill_work
from reports.actions.advising import advise
from reports.actions.closing import close_weeks
from reports.models import CapacityLine, Change, MovableLine, MoveLine, SenderLine, WeeklyReport, WorkLine
from teams.calendar import Week
from teams.wall import jobs_scope

LAST = Week(2026, 47)
ROUNDS = 5
LINES: tuple[type[Model], ...] = (CapacityLine, WorkLine, MovableLine, SenderLine, MoveLine, Change)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: clinics, weeks of work, tasks a week and clinic; whether the weeks before are closed too."""

    clinics: int
    weeks: int = 8
    tasks: int = TASKS_A_WEEK
    catch_up: bool = True


NATIONAL = Size(clinics=1_550, weeks=4, tasks=1_600, catch_up=False)

FLOOR = """
SELECT u.clinic_id, m.profession, u.kind_id, sum(u.opened), sum(u.done), sum(u.minutes), sum(u.overdue)
FROM (
    SELECT clinic_id, NULL::bigint AS member_id, kind_id, 1 AS opened, 0 AS done, 0 AS minutes, 0 AS overdue
    FROM tasks_task WHERE opened_at >= %(starts)s AND opened_at < %(ends)s
    UNION ALL
    SELECT clinic_id, done_by_id, kind_id, 0, 1, minutes, 0
    FROM tasks_task WHERE ended_at >= %(starts)s AND ended_at < %(ends)s AND state = 'done'
    UNION ALL
    SELECT clinic_id, NULL, kind_id, 0, 0, 0, 1
    FROM tasks_task WHERE ended_at IS NULL AND due_on <= %(sunday)s AND opened_at < %(ends)s
    UNION ALL
    SELECT clinic_id, NULL, kind_id, 0, 0, 0, 1
    FROM tasks_task WHERE ended_at >= %(ends)s AND due_on <= %(sunday)s AND opened_at < %(ends)s
) u
LEFT JOIN teams_member m ON m.id = u.member_id
GROUP BY 1, 2, 3
"""

HAPPENED_SINCE = """
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, by_id, at, effective_at, reason, after)
SELECT DISTINCT ON (clinic_id) clinic_id, id, 'start', 'assigned', 'assigned', assignee_id, %(ends)s, %(ends)s, '', '{}'
FROM tasks_task WHERE state = 'assigned'
ORDER BY clinic_id, id
"""


def measure(size: Size, *, seed: int, database: str = "fordel_bench_week") -> dict[str, Any]:
    """Fill, close and time one round; the figures that `tell` prints."""
    first = LAST.plus(1 - size.weeks)
    with ground.own_database(database):
        fill_people(size.clinics, first=first.monday)
        rows = fill_work(first, size.weeks, seed=seed, until=LAST.ends_at, tasks=size.tasks)
        ground.settle()
        with ground.measured() as catch_up:
            if size.catch_up:
                close_weeks(now=LAST.starts_at)
        ground.settle()
        closes, floors = [], []
        with closers(database) as close_in_turns:
            for _ in range(ROUNDS):
                closes.append(_close_last_week(size.clinics, close_in_turns))
                floors.append(ground.seconds(_floor))
            _let_something_happen()
            late = _close_last_week(size.clinics, close_in_turns)
        close = statistics.median(each.seconds for each in closes)
        floor = statistics.median(floors)
        with ground.measured() as advice:
            advise()
        with ground.measured() as again:
            close_weeks(now=LAST.ends_at, week=LAST)
        return {
            "clinics": size.clinics,
            "rows": rows,
            "seconds": round(close, 4),
            "statements": closes[-1].statements,
            "floor_seconds": round(floor, 4),
            "ratio": round(close / floor, 2),
            "peak_rss_mb": max(each.peak_rss_mb for each in closes),
            "batches": closes[-1].batches,
            "slowest_seconds": round(max(each.seconds for each in closes), 4),
            "late_seconds": round(late.seconds, 4),
            "rows_of_the_week": _rows_of_the_week(),
            "lines_written": _lines_of_the_week(),
            "advise_seconds": round(advice.seconds, 4),
            "catch_up_weeks": size.weeks - 1 if size.catch_up else 0,
            "catch_up_seconds": round(catch_up.seconds, 4),
            "catch_up_statements": catch_up.statements,
            "nothing_to_do_seconds": round(again.seconds, 4),
        }


def _close_last_week(clinics: int, close: Callable[[dt.datetime, Week], Close]) -> Close:
    """Close it as if it had not been."""
    reports = WeeklyReport.objects.filter(year=LAST.year, week=LAST.number)
    for lines in LINES:
        lines._default_manager.filter(report__in=reports).delete()
    reports.delete()
    ground.settle()  # what was taken away is nobody's to step over
    closed = close(LAST.ends_at, LAST)
    if closed.reports != clinics:
        raise SystemExit(f"week: closed {closed.reports} reports for {clinics} clinics")
    return closed


def _let_something_happen() -> None:
    with connection.cursor() as cursor:
        cursor.execute(HAPPENED_SINCE, {"ends": LAST.ends_at})


def _floor() -> None:
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute(FLOOR, {"starts": LAST.starts_at, "ends": LAST.ends_at, "sunday": LAST.sunday})
        cursor.fetchall()


def _rows_of_the_week() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM tasks_task WHERE opened_at >= %s AND opened_at < %s"
            " OR ended_at >= %s AND ended_at < %s",
            [LAST.starts_at, LAST.ends_at, LAST.starts_at, LAST.ends_at],
        )
        return int(cursor.fetchone()[0])


def _lines_of_the_week() -> int:
    reports = WeeklyReport.objects.filter(year=LAST.year, week=LAST.number)
    return reports.count() + sum(model._default_manager.filter(report__in=reports).count() for model in LINES)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench week", description="Closing a week, for all clinics at once."
    )
    parser.add_argument("--clinics", type=int, default=50)
    parser.add_argument("--national", action="store_true", help="1,550 clinics, ten million tasks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args()
    size = NATIONAL if asked.national else Size(asked.clinics)
    ground.tell(measure(size, seed=asked.seed), as_json=asked.json)


if __name__ == "__main__":
    main()
