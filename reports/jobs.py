"""The clock's doors to the reports (config/celery.py says when)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports import actions, queries
from teams.wall import jobs_scope

BATCH = 4  # reports a drawing job: a few seconds, so that nobody's import waits for pictures


@shared_task(name="reports.jobs.close_weeks")
def close_weeks() -> None:
    """Close what is over, also weeks that were missed; then have drawn whatever has no charts yet."""
    actions.close_weeks(now=timezone.now())
    ask_for_charts()


@shared_task(name="reports.jobs.draw_charts")
def draw_charts(reports: list[int]) -> None:
    """Draw these reports' charts."""
    actions.draw_charts(reports=reports)


def ask_for_charts() -> None:
    """One drawing job a batch of reports without charts, the newest first."""
    with jobs_scope():
        waiting = queries.undrawn()
    for first in range(0, len(waiting), BATCH):
        draw_charts.delay(waiting[first : first + BATCH])
