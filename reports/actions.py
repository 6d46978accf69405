"""Closing weeks: the only place where reports are written.

No member closes a week, the clock does; so there is no `by` here, and the work runs as the role of the
clinic-crossing jobs (teams/wall.py), which may add report rows and never change one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from reports import captions, charts, presenters, queries
from reports.models import CapacityLine, MovableLine, ReportChart
from reports.queries import Headline
from teams.calendar import DAY, Week, day_share, oslo_date
from teams.wall import jobs_scope

SQL = Path(__file__).parent / "sql"
LINES = ("capacity_lines", "work_lines", "movable_lines")
CHUNK = 8  # weeks a transaction: catching up a year neither holds one huge transaction nor forgets its place
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

    Safe to run twice, at the same time as another, and after having been killed: the weeks of a chunk come
    in one transaction or not at all, and a report that stands is never touched. The number of statements
    grows with the weeks that are missing (five a chunk), not with clinics.

    Raises WeekNotOverError for a week that still runs or has not begun at `now`.
    """
    last = Week.of(oslo_date(now)).plus(-1)
    if week is not None and week > last:
        raise WeekNotOverError(
            _("Uke %(week)s er ikke over. Den kan lukkes fra mandag %(day)s.")
            % {"week": week, "day": f"{week.sunday + DAY:%d.%m.%Y}"}
        )
    with jobs_scope():
        due = _due(last, only=week)
    closed: list[Week] = []
    reports = 0
    for chunk in _chunks(due):
        if made := _close(chunk, now):
            closed += chunk
            reports += made
    return Closed(tuple(closed), reports)


def _due(last: Week, *, only: Week | None) -> list[Week]:
    with connection.cursor() as cursor:
        cursor.execute(
            _statement("due_weeks"), {"last_monday": last.monday, "only": only.monday if only else None}
        )
        return [Week.of(monday) for (monday,) in cursor.fetchall()]


def _chunks(weeks: Sequence[Week]) -> Iterator[Sequence[Week]]:
    for first in range(0, len(weeks), CHUNK):
        yield weeks[first : first + CHUNK]


def _close(weeks: Sequence[Week], now: dt.datetime) -> int:
    """Close these weeks for whichever clinics lack them, all or nothing; how many reports that made."""
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        parameters = _parameters(weeks, now)
        cursor.execute(_statement("weekly_report"), parameters)
        made = [row[0] for row in cursor.fetchall()]
        if made:
            for lines in LINES:
                cursor.execute(_statement(lines), {**parameters, "reports": made})
        return len(made)


def _parameters(weeks: Sequence[Week], now: dt.datetime) -> dict[str, Any]:
    """The weeks as arrays, and their outer bounds, by which the planner finds the index to use."""
    days = [day for week in weeks for day in week.days]
    return {
        "now": now,
        "mondays": [week.monday for week in weeks],
        "starts": [week.starts_at for week in weeks],
        "ends": [week.ends_at for week in weeks],
        "days": days,
        "shares": [day_share(day) for day in days],
        "first_monday": weeks[0].monday,
        "first_start_at": weeks[0].starts_at,
        "first_end_at": weeks[0].ends_at,
        "last_end": weeks[-1].sunday + DAY,
        "last_end_at": weeks[-1].ends_at,
    }


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def draw_charts(*, reports: Sequence[int]) -> int:
    """Draw the charts of these reports, of whatever clinics; how many reports got theirs.

    Safe to run twice: a chart that is there stays. Reads in a bounded number of queries for the whole batch,
    then draws (a tenth of a second a chart) outside any transaction, then writes.
    """
    with jobs_scope():
        drawings = [
            (headline.report, name, dark, spec, words)
            for headline, kinds, professions, weeks in queries.to_draw(reports)
            for dark, theme in ((False, charts.LIGHT), (True, charts.DARK))
            for name, spec, words in _specs(headline, kinds, professions, weeks, theme)
        ]
    drawn = [
        ReportChart(
            clinic_id=report.clinic_id,
            report=report,
            name=name,
            dark=dark,
            svg=charts.draw(spec, title=words.title, description=words.description),
        )
        for report, name, dark, spec, words in drawings
    ]
    with jobs_scope():
        ReportChart.objects.bulk_create(drawn, ignore_conflicts=True)
    return len({chart.report_id for chart in drawn})


def _specs(
    headline: Headline,
    kinds: Sequence[MovableLine],
    professions: Sequence[CapacityLine],
    weeks: Sequence[Headline],
    theme: charts.Theme,
) -> list[tuple[str, charts.Spec, captions.Words]]:
    minutes, done = presenters.kind_figures(kinds), presenters.profession_figures(professions)
    past = presenters.week_figures(weeks)
    movable, capacity = captions.movable_words(headline), captions.capacity_words(headline)
    trend = captions.trend_words(weeks)
    return [
        ("movable", charts.movable_spec(minutes, theme), movable),
        ("movable-narrow", charts.movable_spec(minutes, theme, narrow=True), movable),
        ("capacity", charts.capacity_spec(done, theme), capacity),
        ("capacity-narrow", charts.capacity_spec(done, theme, narrow=True), capacity),
        ("trend", charts.trend_spec(past, theme), trend),
        ("trend-narrow", charts.trend_spec(past, theme, narrow=True), trend),
    ]
