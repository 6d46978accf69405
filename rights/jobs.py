"""The clock's doors to rights (config/celery.py says when)."""

from celery import shared_task
from django.utils import timezone

from rights.actions import deleting, keeping
from teams.wall import AWAY


@shared_task(name="rights.jobs.keep_rules", autoretry_for=AWAY, retry_backoff=True, max_retries=8)
def keep_rules() -> None:
    """Take away what the rules say, do the deletions that have waited long enough, and look for numbers that came back."""
    now = timezone.now()
    keeping.keep_rules(now=now)
    deleting.carry_out_due(now=now)
    deleting.note_returns()
