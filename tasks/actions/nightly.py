"""What the night does for every clinic: end, open, share out. Safe to run twice, or to be killed."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import asdict

from django.db import DatabaseError, OperationalError

from tasks.actions.ending import end_of_gone
from tasks.actions.occasions import move_many_on
from tasks.actions.opening import lock, open_due
from tasks.actions.sharing import Shared, share_out
from tasks.actions.solving import SECONDS, without_words
from tasks.actions.writing import run_sql
from tasks.models import AllocationChange, AllocationRun, Cause, FollowUpPlan, PlanStep, RunState
from tasks.queries.usual import ENOUGH
from tasks.urgency import Bounds
from teams.calendar import midnight
from teams.models import Clinic
from teams.wall import jobs_scope

log = logging.getLogger(__name__)

CLINICS_AT_A_TIME = 25
BEGINS = dt.timedelta(hours=4)  # config/celery.py
KEEP_CHANGES = dt.timedelta(days=30)
LATELY = dt.timedelta(days=180)  # what medians are taken of


def open_due_tasks(*, now: dt.datetime, today: dt.date) -> int:
    """What happens to tasks and plans by the calendar alone, for all clinics. Five statements, or six.

    Stop the plans of those who died or left; open every task whose window has opened, of plans and of what was put
    away; end what nobody has begun and whose window has closed; tell of hard deadlines that are near. Returns how
    many tasks were made; a second run on the same day makes none.
    """
    with jobs_scope():
        lock("open_due_tasks")
        at = {"now": now, "today": today}
        end_of_gone(now=now, today=today)
        _set_next([row[0] for row in run_sql("expire", at)], today)
        run_sql("open_scheduled", at)
        opened = open_due(now=now, today=today)
        run_sql("escalate", {"now": now, **asdict(Bounds.of(today))})
        return opened


def remake_usual_minutes(*, now: dt.datetime) -> int:
    """Medians of what work has taken in the last half year, for all clinics. One statement; rows that are new."""
    with jobs_scope():
        lately = {"since": now - LATELY, "until": now, "enough": ENOUGH}
        return int(run_sql("usual_minutes", lately)[0][0])


def _set_next(plan_step_ids: list[int], today: dt.date) -> None:
    """Plans whose occasion was missed move on from the day it was due. Two statements, or none."""
    if plan_step_ids:
        found = PlanStep.objects.filter(pk__in=plan_step_ids, plan__state=FollowUpPlan.State.ACTIVE)
        rows = found.select_for_update(of=("self",)).select_related("step").order_by("pk")
        move_many_on(list(rows), done_on=None, today=today)


def begin_night(*, now: dt.datetime, today: dt.date) -> list[list[int]]:
    """Open what falls due, forget old changes; the clinics that have had no sharing out tonight, in batches.

    The first part of the night, and of catching up with one that a machine slept through.
    """
    try:
        open_due_tasks(now=now, today=today)
    except DatabaseError as error:
        if isinstance(error, OperationalError):
            raise  # the database was away: the whole night is tried again
        log.error(
            "opening what falls due failed %s", without_words(error)
        )  # what is open is shared out all the same
    try:
        remake_usual_minutes(now=now)
    except DatabaseError as error:
        if isinstance(error, OperationalError):
            raise
        log.error("remaking the usual minutes failed %s", without_words(error))  # yesterday's stand
    with jobs_scope():
        old = now - KEEP_CHANGES
        # Not back to the beginning of time: runs stay for ever, and are many.
        AllocationChange.objects.filter(run__ran_at__gte=old - KEEP_CHANGES, run__ran_at__lt=old).delete()
        done = AllocationRun.objects.filter(cause=Cause.NIGHT, ran_at__gte=tonight(now, today))
        done = done.exclude(state=RunState.RUNNING)
        clinics = Clinic.objects.exclude(pk__in=done.values("clinic"))
        left = list(clinics.order_by("pk").values_list("pk", flat=True))
    return list(_batches(left))


def share_out_tonight(clinic_ids: list[int], *, now: dt.datetime, today: dt.date) -> Shared:
    """One batch of the night. Sent twice, or begun again after a worker was killed, it does only what is missing."""
    return share_out(clinic_ids, now=now, today=today, since=tonight(now, today), wait=False)


def tonight(now: dt.datetime, today: dt.date) -> dt.datetime:
    """When the night that counts began: what ran before it was yesterday's, or ran ahead of it."""
    begins = midnight(today) + BEGINS
    return begins if now >= begins else midnight(today)


def allocate_tasks(
    *, now: dt.datetime, today: dt.date, clinic_ids: list[int] | None = None, seconds: float = SECONDS
) -> int:
    """Give every open task to somebody, for all clinics (or those named), here and now. Returns how many are placed.

    Written batch by batch: killed in the middle, what was done stays, and nothing is done twice. `seconds` is
    each clinic's limit; only without one that bites does the same database give the same plan on any machine.
    """
    if clinic_ids is None:
        with jobs_scope():
            clinic_ids = list(Clinic.objects.order_by("pk").values_list("pk", flat=True))
    batches = _batches(clinic_ids)
    return sum(share_out(batch, now=now, today=today, seconds=seconds).placed for batch in batches)


def night(*, now: dt.datetime, today: dt.date) -> tuple[int, int]:
    """The whole night in this process: (opened, placed)."""
    opened = open_due_tasks(now=now, today=today)
    remake_usual_minutes(now=now)
    return opened, allocate_tasks(now=now, today=today)


def _batches(clinic_ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(clinic_ids), CLINICS_AT_A_TIME):
        yield clinic_ids[start : start + CLINICS_AT_A_TIME]
