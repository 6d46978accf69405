"""Closing weeks.

No member closes a week, the clock does; so there is no `by` here, and the work runs as the role of the
clinic-crossing jobs (teams/wall.py), which may add report rows and never change one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from reports.actions.making import make_reports, statement
from teams.calendar import DAY, Week, oslo_date
from teams.wall import jobs_scope

LOCK = 0x464F5244  # "FORD": two closes at once take turns, and the second finds nothing left to do


class WeekNotOverError(ValueError):
    """The week asked for has not ended yet, Oslo time."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What one call closed: the weeks, oldest first, and how many clinics' reports were made in all."""

    weeks: tuple[Week, ...]
    reports: int


def close_weeks(*, now: dt.datetime, week: Week | None = None) -> Closed:
    """Make the missing report of every clinic and complete ISO week since the clinic started, or of one week.

    A report tells how things stood when its week ended, however late it is made. Safe to run twice, at the same time
    as another, and after having been killed: a week comes for all its clinics in one transaction or not at all, and
    a report that stands is never touched. The number of statements grows with the weeks that are missing, not with
    clinics.

    Raises WeekNotOverError for a week that still runs or has not begun at `now`.
    """
    last = Week.of(oslo_date(now)).plus(-1)
    if week is not None and week > last:
        raise WeekNotOverError(
            _("Uke %(week)s er ikke over. Den kan lukkes fra mandag %(day)s.")
            % {"week": week, "day": f"{week.sunday + DAY:%d.%m.%Y}"}
        )
    closed: list[Week] = []
    reports = 0
    for due in _due(last, only=week):
        if made := _close(due, now):
            closed.append(due)
            reports += made
    return Closed(tuple(closed), reports)


def _due(last: Week, *, only: Week | None) -> list[Week]:
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute(
            statement("due_weeks"), {"last_monday": last.monday, "only": only.monday if only else None}
        )
        return [Week.of(monday) for (monday,) in cursor.fetchall()]


def _close(week: Week, now: dt.datetime) -> int:
    """Close the week for whichever clinics lack it, all or nothing; how many reports that made."""
    with jobs_scope():
        lock()
        missing = _clinics("missing", {"sunday": week.sunday, "year": week.year, "week": week.number})
        gone_on = _clinics("gone_on", {"ends": week.ends_at, "clinics": missing})
        resting = sorted(set(missing) - set(gone_on))
        made = make_reports(week, clinics=resting, known=now)
        made += make_reports(week, clinics=gone_on, known=now, by_events=True)
        return len(made)


def lock() -> None:
    """Whoever writes reports waits here for whoever does, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _clinics(name: str, parameters: dict[str, Any]) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), parameters)
        return [clinic for (clinic,) in cursor.fetchall()]
