"""Plans for a whole list in one go: first what it would mean, then, if somebody wants it, started.

The counting and the starting are a worker's; each may be called again at any time, and a killed one goes on where
it was: a patient who has a plan is no candidate any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tasks.actions.ending import stop_many
from tasks.actions.opening import lock
from tasks.actions.plans import enrol_candidates
from tasks.models import FollowUpPlan, PlanRun, Programme
from tasks.queries import candidate_counts
from tasks.queries.forecast import Forecast, forecast
from tasks.queries.plan_runs import begun_by
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require
from teams.wall import clinic_scope, jobs_scope

AT_A_TIME = 500  # plans that are started, or not, together
ATTEMPTS_MAX = 3
State = PlanRun.State


class NotReady(Exception):
    """It is started, dropped or not counted yet; or not started, or taken back already."""


class TooLate(Exception):
    """What it started more than a day ago is stopped patient by patient."""


@transaction.atomic
def ask(*, by: Member, at: dt.datetime) -> PlanRun:
    """What would it mean to start all the plans that approved programmes suggest? One at a time in a clinic.

    One that is being worked on is given again. Raises PermissionDenied.
    """
    require(by, Permission.START_PLANS)
    lock(f"plans.{by.clinic_id}")
    runs = PlanRun.objects.visible_to(by)
    found: PlanRun | None = runs.unfinished().first()
    if found is None:
        runs.filter(state=State.READY).update(state=State.DISCARDED, finished_at=at)
        found = PlanRun.objects.create(clinic_id=by.clinic_id, asked_by=by, asked_at=at)
    return found


@transaction.atomic
def start(run_id: int, programmes: Collection[int], *, by: Member, at: dt.datetime) -> PlanRun:
    """Start the plans of these programmes, of those that were counted. A worker does it (`carry_on`).

    Raises PermissionDenied, PlanRun.DoesNotExist (another clinic's), NotReady, ValueError("programmes"): none, or one
    that was not counted or is not approved any more.
    """
    require(by, Permission.START_PLANS)
    run: PlanRun = PlanRun.objects.visible_to(by).select_for_update().get(pk=run_id)
    if run.state != State.READY:
        raise NotReady
    counted = {each["id"]: each["count"] for each in run.result["programmes"]}
    approved = Programme.objects.visible_to(by).filter(pk__in=programmes, state=Programme.State.APPROVED)
    chosen = list(approved.order_by("pk").values_list("pk", flat=True))
    if not chosen or set(chosen) != set(programmes) or not set(chosen) <= set(counted):
        raise ValueError("programmes")
    run.state, run.started_by, run.programmes = State.STARTING, by, chosen
    run.done, run.total, run.attempts = 0, sum(counted[pk] for pk in chosen), 0
    run.save()
    return run


@transaction.atomic
def drop(run_id: int, *, by: Member, at: dt.datetime) -> None:
    """Nothing comes of it. Raises PermissionDenied, PlanRun.DoesNotExist, NotReady."""
    require(by, Permission.START_PLANS)
    run = PlanRun.objects.visible_to(by).select_for_update().get(pk=run_id)
    if run.state != State.READY:
        raise NotReady
    PlanRun.objects.filter(pk=run_id).update(state=State.DISCARDED, finished_at=at)


@transaction.atomic
def take_back(run_id: int, *, by: Member, at: dt.datetime) -> int:
    """Stop what this run started, where it still runs and nothing has been done since. Returns how many plans.

    Nobody has decided anything about those patients: they lack a plan again. Once, within a day after it ended; a run
    of which nothing is left to stop stays as it is. Raises PermissionDenied, PlanRun.DoesNotExist (another clinic's),
    NotReady, TooLate.
    """
    require(by, Permission.START_PLANS)
    run: PlanRun = PlanRun.objects.visible_to(by).select_for_update().get(pk=run_id)
    if run.back_until is None:
        raise NotReady
    if at > run.back_until:
        raise TooLate
    plans = begun_by(run, lock=True)
    if plans:
        stop_many(
            plans, "stopped", by=by, on=oslo_date(at), at=at, reason=_("oppstarten for hele listen ble tatt tilbake"),
            ended_as=FollowUpPlan.EndedAs.PROGRAMME,
        )  # fmt: skip
        run.state, run.taken_back_by, run.taken_back_at, run.taken_back = State.TAKEN_BACK, by, at, len(plans)
        run.save(update_fields=["state", "taken_back_by", "taken_back_at", "taken_back"])
    return len(plans)


def carry_on(run_id: int, clinic_id: int, *, now: dt.datetime) -> None:
    """Count, or start, what is to be counted or started. Safe to call again at any time, and after a worker was killed."""
    with clinic_scope(clinic_id):
        # Whoever is at it holds the row, and will finish.
        run = PlanRun.objects.unfinished().select_for_update(skip_locked=True).filter(pk=run_id).first()
        if run is None:
            return
        if run.attempts >= ATTEMPTS_MAX:
            message = _("Avbrutt tre ganger. Det som er startet, står.")
            PlanRun.objects.filter(pk=run_id).update(state=State.FAILED, finished_at=now, message=message)
            return
        run.attempts += 1
        run.state = State.COUNTING if run.state == State.WAITING else run.state
        run.save(update_fields=["attempts", "state"])
    if run.state == State.COUNTING:
        _count(run, now=now)
    else:
        while _start_some(run_id, clinic_id, now=now):
            pass


def unfinished(*, before: dt.datetime) -> list[tuple[int, int]]:
    """(run, clinic) of what was asked for before then and nobody has finished."""
    with jobs_scope():
        runs = PlanRun.objects.unfinished().filter(asked_at__lt=before)
        return list(runs.order_by("pk").values_list("pk", "clinic_id"))


def _count(run: PlanRun, *, now: dt.datetime) -> None:
    today = oslo_date(now)
    with clinic_scope(run.clinic_id):
        if not PlanRun.objects.select_for_update().filter(pk=run.pk, state=State.COUNTING).exists():
            return
        counts = candidate_counts(run.clinic_id, on=today, states=[Programme.State.APPROVED])
        names = dict(Programme.objects.filter(pk__in=counts).values_list("pk", "name"))
        programmes = [
            {"id": pk, "name": names[pk], "count": n}
            for pk, n in sorted(counts.items(), key=lambda i: names[i[0]])
        ]
        result = {"programmes": programmes, **_plain(forecast(run.clinic_id, today=today))}
        PlanRun.objects.filter(pk=run.pk).update(
            state=State.READY, result=result, total=sum(counts.values()), attempts=0
        )


def _plain(found: Forecast) -> dict[str, object]:
    return {
        "mondays": [monday.isoformat() for monday in found.mondays],
        "follow_up": {str(pk): dict(minutes) for pk, minutes in found.follow_up.items()},
        "capacity": found.capacity,
        "other": found.other,
        "lately": found.lately,
    }


def _start_some(run_id: int, clinic_id: int, *, now: dt.datetime) -> bool:
    """Some plans, and how far it has come, in one transaction. False when nothing is left to start."""
    with clinic_scope(clinic_id):
        lock(f"plans.{clinic_id}")
        starting = PlanRun.objects.select_for_update(of=("self",)).select_related("started_by")
        run = starting.filter(pk=run_id, state=State.STARTING).first()
        if run is None:
            return False
        today = oslo_date(now)
        started = enrol_candidates(
            clinics=[clinic_id],
            programmes=run.programmes,
            by=run.started_by,
            on=today,
            at=now,
            most=AT_A_TIME,
            run=run_id,
        )
        done = {"done": F("done") + started, "attempts": 0}
        if not started:
            done |= {"state": State.DONE, "finished_at": now}
        PlanRun.objects.filter(pk=run_id).update(**done)
        return started > 0
