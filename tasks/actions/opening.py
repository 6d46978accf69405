"""Opening what falls due: the one statement, for the night and for whoever cannot wait for it."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from tasks.actions.writing import run_sql
from tasks.statements import calendar_from
from tasks.visits import WITHIN
from teams.calendar import DAY


def lock(name: str) -> None:
    """One at a time: a second one waits here until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"fordel.{name}"])


def open_due(*, now: dt.datetime, today: dt.date) -> int:
    """Open every occasion whose window has opened, of all clinics that the scope sees. How many tasks were made.

    Inside a transaction; one statement. A second one on the same day makes none, nor does one at the same time.
    """
    calendar = calendar_from(today - 400 * DAY, today + 800 * DAY)
    told = {
        "now": now,
        "today": today,
        "within": WITHIN,
        "first": calendar["days"][0],
        "before": calendar["before"],
    }
    return int(run_sql("open_due", told)[0][0])
