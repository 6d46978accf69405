"""The clock's doors to the reports (config/celery.py says when)."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from reports import queries
from reports.actions import advising, closing, correcting, drawing, mailing, municipal
from teams.calendar import Week
from teams.wall import AWAY, jobs_scope

BATCH = 4  # reports a drawing job: a few seconds, so that nobody's import waits for pictures


@shared_task(name="reports.jobs.close_weeks", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def close_weeks() -> None:
    """Set right what was told late, and have everything closed that is over, also weeks that were missed."""
    now = timezone.now()
    correcting.correct_weeks(now=now)
    for week, clinics in closing.batches(now=now):
        close_batch.delay(week.year, week.number, clinics)
    after_closing()  # what somebody else closed, or corrected


@shared_task(name="reports.jobs.close_batch", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def close_batch(year: int, week: int, clinics: list[int]) -> None:
    """Close the week for these clinics, and let follow what follows from it."""
    closing.close_batch(Week(year, week), clinics, now=timezone.now())
    after_closing(clinics)


@shared_task(name="reports.jobs.draw_charts", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def draw_charts(reports: list[int]) -> None:
    """Draw these reports' charts."""
    drawing.draw_charts(reports=reports)


@shared_task(name="reports.jobs.send_reports", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def send_reports() -> None:
    """Send what is to be sent of last week's reports, as far as the mail server takes it."""
    mailing.ask(now=timezone.now())
    mailing.send_waiting(clock=timezone.now)


def after_closing(clinics: Sequence[int] | None = None) -> None:
    """What follows from weeks that are closed, by the clock or by hand: advice, municipalities' sums, charts. Of these
    clinics alone, so that batches side by side do not do each other's; a municipality's when its last clinic is closed."""
    advising.advise(clinics)
    municipal.add_up(now=timezone.now())
    ask_for_charts(clinics)


def ask_for_charts(clinics: Sequence[int] | None) -> None:
    """One drawing job a batch of reports without charts, the newest first."""
    with jobs_scope():
        waiting = queries.undrawn(clinics)
    for first in range(0, len(waiting), BATCH):
        draw_charts.delay(waiting[first : first + BATCH])
