"""Closed weeks, made again: a new edition where something was set right afterwards, and a check that they still add up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from reports.actions.closing import lock
from reports.actions.making import make_reports, statement
from reports.models import LookBack, WeeklyReport
from teams.calendar import Week, oslo_date
from teams.wall import jobs_scope

# Work can be told of for last week (tasks/actions/recording.py), absence a month back (teams/actions/absence.py).
BACK = 6  # weeks
OVERLAP = dt.timedelta(hours=1)  # what was being written while we looked


def correct_weeks(*, now: dt.datetime) -> int:
    """Make a new edition of each of the last weeks for every clinic whose numbers have changed since.

    Work can be logged or set right afterwards, and absence told of late. The new edition tells how things stood when the
    week ended, with what is known now; where that changes no number, none is made. Safe to run twice. How many
    editions were made.
    """
    last = Week.of(oslo_date(now)).plus(-1)
    with jobs_scope():
        last_look = LookBack.objects.aggregate(at=Max("at"))["at"]
    since = last_look - OVERLAP if last_look else last.plus(-BACK).starts_at
    made = sum(_correct(last.plus(-back), since, now) for back in reversed(range(BACK)))
    with jobs_scope():
        LookBack.objects.create(at=now)
    return made


def _correct(week: Week, since: dt.datetime, now: dt.datetime) -> int:
    with jobs_scope():
        told = _told_late(week, since, now)
        lock(told)
        changed = _differing(week, told, known=now) if told else []
        return len(make_reports(week, clinics=changed, known=now, by_events=True))


def remade() -> list[tuple[int, Week]]:
    """Make every week's newest edition again from the events, as known when it was made; clinic and week of those that
    come out otherwise. Nothing is kept. What there was of capacity is no event's, and is not compared.
    """
    other = []
    with jobs_scope():
        newest = WeeklyReport.objects.order_by("clinic_id", "year", "week", "-revision")
        alike: dict[tuple[Week, dt.datetime], list[int]] = defaultdict(list)
        for report in newest.distinct("clinic_id", "year", "week"):
            alike[Week(report.year, report.week), report.closed_at].append(report.clinic_id)
        for (week, closed_at), clinics in alike.items():
            found = _differing(week, clinics, known=closed_at, but=("capacity_minutes",))
            other += [(clinic, week) for clinic in found]
    return other


def _told_late(week: Week, since: dt.datetime, now: dt.datetime) -> list[int]:
    told: dict[str, Any] = {
        "year": week.year, "week": week.number, "ends": week.ends_at, "since": since, "known": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement("told_late"), told)
        return [clinic for (clinic,) in cursor.fetchall()]


def _differing(
    week: Week, clinics: Sequence[int], *, known: dt.datetime, but: Sequence[str] = ()
) -> list[int]:
    """The clinics whose next edition would say something else, made to see and then forgotten."""
    with transaction.atomic(), connection.cursor() as cursor:
        made = make_reports(week, clinics=clinics, known=known, by_events=True)
        cursor.execute(statement("differing"), {"reports": made, "but": list(but)})
        found = [clinic for (clinic,) in cursor.fetchall()]
        transaction.set_rollback(True)
    return found
