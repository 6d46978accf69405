"""The clock's and the queue's door into the scenarios' room."""

from celery import shared_task
from django.utils import timezone

from scenarios import actions
from teams.wall import AWAY

# A run takes seconds, in the largest clinics minutes; one that hangs fails and says so.
SOFT_LIMIT, LIMIT = 600, 660


@shared_task(autoretry_for=AWAY, retry_backoff=True, soft_time_limit=SOFT_LIMIT, time_limit=LIMIT)
def run_scenario(scenario_id: int, clinic_id: int) -> None:
    """Work one scenario out, if nobody is at it."""
    actions.work_out(scenario_id, clinic_id, now=timezone.now())


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def resume_scenarios() -> None:
    """Ask again for scenarios that nobody finished: a broker gives out a dead worker's job only after an hour."""
    for scenario_id, clinic_id in actions.unfinished(now=timezone.now()):
        run_scenario.delay(scenario_id, clinic_id)
