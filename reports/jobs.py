"""The clock's doors to the reports (config/celery.py says when)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports import queries
from reports.actions import advising, closing, correcting, drawing, mailing, municipal
from teams.wall import AWAY, jobs_scope

BATCH = 4  # reports a drawing job: a few seconds, so that nobody's import waits for pictures


@shared_task(name="reports.jobs.close_weeks", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def close_weeks() -> None:
    """Close what is over, also weeks that were missed, and set right what was told late; then have the charts drawn."""
    now = timezone.now()
    correcting.correct_weeks(now=now)
    closing.close_weeks(now=now)
    after_closing()


@shared_task(name="reports.jobs.draw_charts", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def draw_charts(reports: list[int]) -> None:
    """Draw these reports' charts."""
    drawing.draw_charts(reports=reports)


@shared_task(name="reports.jobs.send_reports", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def send_reports() -> None:
    """Send what is to be sent of last week's reports, as far as the mail server takes it."""
    mailing.ask(now=timezone.now())
    mailing.send_waiting(clock=timezone.now)


def after_closing() -> None:
    """What follows from the weeks that are closed, by the clock or by hand: advice, municipalities' sums, charts."""
    advising.advise()
    municipal.add_up(now=timezone.now())
    ask_for_charts()


def ask_for_charts() -> None:
    """One drawing job a batch of reports without charts, the newest first."""
    with jobs_scope():
        waiting = queries.undrawn()
    for first in range(0, len(waiting), BATCH):
        draw_charts.delay(waiting[first : first + BATCH])
