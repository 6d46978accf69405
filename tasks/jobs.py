"""The clock's door into the tasks' room."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tasks.actions import discharges, enrolling, nightly, proposals, sharing
from tasks.models import Cause
from teams.calendar import oslo_date
from teams.wall import AWAY

# The solver keeps its own time; should it ever not, the clinic it hangs on fails and the rest go on.
SOFT_LIMIT, LIMIT = 300, 600


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def night() -> None:
    """Open what falls due and share it out. What a missed night should have opened, this one opens."""
    now = timezone.now()
    for clinic_ids in nightly.begin_night(now=now, today=oslo_date(now)):
        share_out_batch.delay(clinic_ids)


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def catch_up() -> None:
    """When a worker starts: what should have been done tonight and was not."""
    night()


@shared_task(autoretry_for=AWAY, retry_backoff=True, soft_time_limit=SOFT_LIMIT, time_limit=LIMIT)
def share_out_batch(clinic_ids: list[int]) -> None:
    """Some clinics of tonight. Those that somebody else is at are asked for again."""
    now = timezone.now()
    busy = nightly.share_out_tonight(clinic_ids, now=now, today=oslo_date(now)).busy
    if busy:
        share_out_batch.apply_async((list(busy),), countdown=30)


@shared_task(autoretry_for=AWAY, retry_backoff=True, soft_time_limit=SOFT_LIMIT, time_limit=LIMIT)
def share_out_clinic(clinic_id: int) -> None:
    """Asked for when plans were started: what they open is shared out at once, for this clinic."""
    now = timezone.now()
    nightly.open_due_tasks(now=now, today=oslo_date(now))
    sharing.share_out([clinic_id], now=now, today=oslo_date(now), cause=Cause.ASKED)


@shared_task(autoretry_for=AWAY, retry_backoff=True, soft_time_limit=SOFT_LIMIT, time_limit=LIMIT)
def propose_clinic(run_id: int, clinic_id: int) -> None:
    """Work out what a leader asked for; after the one that is being worked out, if there is one."""
    now = timezone.now()
    if not proposals.compute(run_id, clinic_id, today=oslo_date(now), now=now):
        propose_clinic.apply_async((run_id, clinic_id), countdown=2)


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def follow_discharges() -> None:
    """Stays that imports told of: their follow-up opens within minutes, not with the next night."""
    discharges.follow_discharges(now=timezone.now())


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def carry_plans_on(run_id: int, clinic_id: int) -> None:
    """Count what plans for a whole list would mean, or start them."""
    enrolling.carry_on(run_id, clinic_id, now=timezone.now())


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def resume_plans() -> None:
    """Ask again for plans that nobody finished counting or starting."""
    for run_id, clinic_id in enrolling.unfinished(before=timezone.now() - timedelta(minutes=1)):
        carry_plans_on.delay(run_id, clinic_id)


@shared_task(autoretry_for=AWAY, retry_backoff=True)
def resume_proposals() -> None:
    """Ask again for proposals that nobody finished: a broker gives out a dead worker's job only after an hour."""
    for run_id, clinic_id in proposals.unfinished(before=timezone.now() - timedelta(minutes=1)):
        propose_clinic.delay(run_id, clinic_id)
