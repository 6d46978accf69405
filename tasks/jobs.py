"""The clock's door into the tasks' room."""

from celery import shared_task
from django.utils import timezone

from tasks.actions.nightly import allocate_tasks, open_due_tasks
from tasks.actions.nightly import catch_up as catch_up_night
from tasks.actions.nightly import night as run_night
from teams.calendar import oslo_date


@shared_task
def night() -> None:
    """Open what falls due and share it out. What a missed night should have opened, this one opens."""
    now = timezone.now()
    run_night(now=now, today=oslo_date(now))


@shared_task
def catch_up() -> None:
    """When a worker starts: what should have been done tonight and was not."""
    now = timezone.now()
    catch_up_night(now=now, today=oslo_date(now))


@shared_task
def share_out_clinic(clinic_id: int) -> None:
    """The same, asked for by a leader in the day: opening is for all, the sharing out for this clinic."""
    now = timezone.now()
    open_due_tasks(now=now, today=oslo_date(now))
    allocate_tasks(now=now, today=oslo_date(now), clinic_ids=[clinic_id])
