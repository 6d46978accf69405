"""Closing weeks.

No member closes a week, the clock does; so there is no `by` here, and the work runs as the role of the
clinic-crossing jobs (teams/wall.py), which may add report rows and never change one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from reports.actions.making import make_reports, statement
from teams.calendar import DAY, Week, oslo_date
from teams.wall import jobs_scope

LOCK = 0x464F5244  # "FORD": two at one clinic's reports take turns, and the second finds nothing left to do
# A country's clinics for a few workers, and no message for a handful: the number of statements is that of batches.
BATCHES, LEAST = 8, 25


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
    as another, and after having been killed: a week comes for all clinics of a batch in one transaction or not at all,
    and a report that stands is never touched. The number of statements grows with the weeks that are missing, not with
    clinics: there are at most BATCHES of them a week.

    Raises WeekNotOverError for a week that still runs or has not begun at `now`.
    """
    closed: dict[Week, int] = {}
    for due, clinics in batches(now=now, week=week):
        if made := close_batch(due, clinics, now=now):
            closed[due] = closed.get(due, 0) + made
    return Closed(tuple(closed), sum(closed.values()))


def batches(*, now: dt.datetime, week: Week | None = None) -> list[tuple[Week, list[int]]]:
    """What `close_weeks` would close, oldest week first, clinics in batches. Raises WeekNotOverError as it does."""
    last = Week.of(oslo_date(now)).plus(-1)
    if week is not None and week > last:
        raise WeekNotOverError(
            _("Uke %(week)s er ikke over. Den kan lukkes fra mandag %(day)s.")
            % {"week": week, "day": f"{week.sunday + DAY:%d.%m.%Y}"}
        )
    only = {"last_monday": last.monday, "only": week.monday if week else None}
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute(statement("due"), only)
        found = [(Week.of(monday), clinics) for monday, clinics in cursor.fetchall()]
    return [(due, batch) for due, clinics in found for batch in _batches(clinics)]


def _batches(clinics: list[int]) -> Iterable[list[int]]:
    size = max(LEAST, -(-len(clinics) // BATCHES))
    return (clinics[first : first + size] for first in range(0, len(clinics), size))


def close_batch(week: Week, clinics: Sequence[int], *, now: dt.datetime) -> int:
    """Close the week for whichever of these clinics lack it, all or nothing; how many reports that made."""
    with jobs_scope():
        lock(clinics)
        missing = _clinics("missing", {"clinics": list(clinics), "year": week.year, "week": week.number})
        gone_on = _clinics("gone_on", {"ends": week.ends_at, "clinics": missing})
        resting = sorted(set(missing) - set(gone_on))
        made = make_reports(week, clinics=resting, known=now)
        made += make_reports(week, clinics=gone_on, known=now, by_events=True)
        return len(made)


def lock(clinics: Sequence[int]) -> None:
    """Whoever writes these clinics' reports waits here for whoever does, until the end of the transaction."""
    with connection.cursor() as cursor:
        # In one order: two that share some clinics would otherwise wait for each other.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, clinic::int) FROM"
            " (SELECT unnest(%s::bigint[]) AS clinic ORDER BY clinic) c",
            [LOCK, list(clinics)],
        )


def _clinics(name: str, parameters: dict[str, Any]) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement(name), parameters)
        return [clinic for (clinic,) in cursor.fetchall()]
