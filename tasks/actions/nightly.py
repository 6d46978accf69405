"""What the night does for every clinic at once: end, open, share out. Safe to run twice, or to be killed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import connection

from tasks.actions.sharing import share_out
from tasks.models import AllocationRun
from teams.calendar import midnight
from teams.models import Clinic
from teams.wall import jobs_scope

SQL = Path(__file__).parent.parent / "sql"
CLINICS_AT_A_TIME = 200


def open_due_tasks(*, now: dt.datetime, today: dt.date) -> int:
    """Stop the plans of those who died or left, then open every task whose window has opened. Two statements.

    Returns how many tasks were opened; a second run on the same day opens none.
    """
    with jobs_scope():
        _lock("open_due_tasks")
        _run("end_plans.sql", now=now, today=today)
        return _run("open_due.sql", now=now, today=today)


def allocate_tasks(*, now: dt.datetime, today: dt.date, clinic_ids: list[int] | None = None) -> int:
    """Give every open task to somebody, for all clinics (or those named). Returns how many are placed.

    One transaction per 200 clinics: killed in the middle, the rest is done by the next run, and nothing twice.
    """
    if clinic_ids is None:
        with jobs_scope():
            clinic_ids = list(Clinic.objects.order_by("pk").values_list("pk", flat=True))
    placed = 0
    for start in range(0, len(clinic_ids), CLINICS_AT_A_TIME):
        with jobs_scope():
            _lock("allocate_tasks")
            placed += share_out(clinic_ids[start : start + CLINICS_AT_A_TIME], now=now, today=today)
    return placed


def night(*, now: dt.datetime, today: dt.date) -> tuple[int, int]:
    """The whole night: (opened, placed)."""
    return open_due_tasks(now=now, today=today), allocate_tasks(now=now, today=today)


def catch_up(*, now: dt.datetime, today: dt.date) -> tuple[int, int]:
    """Tonight's work as far as it has not been done: a machine was off at four, or a worker was killed.

    Opening is harmless to repeat; sharing out is for the clinics that have had none since midnight.
    """
    opened = open_due_tasks(now=now, today=today)
    with jobs_scope():
        shared = AllocationRun.objects.filter(ran_at__gte=midnight(today)).values("clinic")
        left = list(Clinic.objects.exclude(pk__in=shared).order_by("pk").values_list("pk", flat=True))
    return opened, allocate_tasks(now=now, today=today, clinic_ids=left)


def _run(name: str, **parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"), parameters)
        row = cursor.fetchone()
    return int(row[0])


def _lock(name: str) -> None:
    """One night at a time: a second worker waits here until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"fordel.{name}"])
