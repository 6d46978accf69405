"""Sharing out in the day, as a leader asks for it: proposed first, then applied in whole or in part, undone in one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from celery import signature
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tasks.actions.locking import lock_placing, sharing_locks
from tasks.actions.sharing import ATTEMPTS_MAX, WorkerLostError
from tasks.actions.solving import failed, solve_each
from tasks.actions.writing import carry_out, write_outcomes
from tasks.allocation.weights import CALM, DEFAULT
from tasks.fitting import LeftAlone, Move, may_not, no_longer
from tasks.gathering import HORIZON, gather
from tasks.life import NotAllowed
from tasks.models import AllocationRun, Cause, RunState
from tasks.outcomes import Outcome
from tasks.queries import may_undo
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member
from teams.permissions import Permission, require
from teams.wall import clinic_scope, jobs_scope

OPEN = (RunState.WAITING, RunState.RUNNING, RunState.PROPOSED)
STILL_COMING = dt.timedelta(minutes=2)  # asked for again sooner than that, it is the same one


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of applying or undoing: tasks written, and those left alone with the reason, by id."""

    run: AllocationRun
    written: frozenset[int]
    left_alone: Mapping[int, LeftAlone]


@transaction.atomic
def propose(
    clinic_id: int,
    *,
    by: Member,
    cause: Cause,
    calm: bool,
    now: dt.datetime,
    absence: Absence | None = None,
    since: dt.datetime | None = None,
) -> AllocationRun:
    """Ask for a new sharing out, to be looked at; `calm`: only what must move shall move.

    It takes the place of a proposal that nobody has decided on. Asked twice at once, there is one, unless it may have
    been begun before `since`, when something that matters was written. `absence`: the one that it makes up for.
    """
    require(by, Permission.ASSIGN_TASKS)
    if clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic")
    lock_placing(clinic_id)
    earlier = AllocationRun.objects.visible_to(by).filter(state__in=OPEN, asked_by__isnull=False)
    same = earlier.filter(calm=calm, cause=cause, absence=absence, ran_at__gt=now - STILL_COMING)
    coming = same.filter(ran_at__gte=since or now - STILL_COMING).unfinished().first()
    if coming:
        found: AllocationRun = coming
        return found
    earlier.update(state=RunState.DISCARDED, decided_by=by, decided_at=now)
    run = AllocationRun.objects.create(
        clinic_id=clinic_id, cause=cause, calm=calm, asked_by=by, ran_at=now,
        first_day=working_days(oslo_date(now), HORIZON)[0], absence=absence,
    )  # fmt: skip
    # The broker may be away: the run waits, and is asked for again (resume_proposals).
    transaction.on_commit(partial(ask_for, run.pk, clinic_id), robust=True)
    return run


def ask_for(run_id: int, clinic_id: int) -> None:
    """Send the job that computes a proposal."""
    signature("tasks.jobs.propose_clinic", (run_id, clinic_id)).delay()


def unfinished(*, before: dt.datetime) -> list[tuple[int, int]]:
    """(run id, clinic id) of proposals asked for before this and not computed: their message or worker was lost."""
    with jobs_scope():
        runs = AllocationRun.objects.unfinished().filter(asked_by__isnull=False, ran_at__lt=before)
        return list(runs.order_by("pk").values_list("pk", "clinic_id"))


def compute(run_id: int, clinic_id: int, *, today: dt.date, now: dt.datetime) -> bool:
    """Work the proposal out; nothing but the run and its changes is written. Outside any scope, in the worker.

    False when somebody else is sharing out in the clinic: ask again. Safe to run twice.
    """
    with sharing_locks([clinic_id], wait=False) as ours:
        if not ours:
            return False
        run = _begin(run_id, clinic_id)
        if run:
            found = _work_out(run, today)
            try:
                _write(found, run, now, today)
            except Exception as error:
                if found.reference:
                    raise
                _write(failed(clinic_id, error), run, now, today)
    return True


def _begin(run_id: int, clinic_id: int) -> AllocationRun | None:
    with clinic_scope(clinic_id):
        waiting = AllocationRun.objects.filter(pk=run_id).unfinished()
        waiting.update(state=RunState.RUNNING, attempts=F("attempts") + 1)
        run: AllocationRun | None = waiting.first()
        return run


def _work_out(run: AllocationRun, today: dt.date) -> Outcome:
    clinic_id = run.clinic_id
    if run.attempts > ATTEMPTS_MAX:
        return failed(clinic_id, WorkerLostError())
    with clinic_scope(clinic_id):
        gathered = gather([clinic_id], today=today)
    return solve_each([clinic_id], gathered, weights=CALM if run.calm else DEFAULT)[0]


def _write(found: Outcome, run: AllocationRun, now: dt.datetime, today: dt.date) -> None:
    first_day = working_days(today, HORIZON)[0]
    with clinic_scope(run.clinic_id):
        write_outcomes(
            [found], {run.clinic_id: run.pk}, now=now, first_day=first_day, state=RunState.PROPOSED
        )


@transaction.atomic
def apply(run_id: int, *, by: Member, now: dt.datetime, only: Collection[int] | None = None) -> Decided:
    """Put a proposal in use, or only the changes of the tasks named. What no longer holds is left alone and told.

    Raises NotAllowed (not a proposal any more), ValueError("only") (none of these are in it),
    AllocationRun.DoesNotExist (another clinic's).
    """
    require(by, Permission.ASSIGN_TASKS)
    run = _take(run_id, by)
    if run.state != RunState.PROPOSED:
        raise NotAllowed(_("Forslaget er %(state)s.") % {"state": RunState(run.state).label})
    changes = run.changes.order_by("pk")
    if only is not None:
        changes = changes.filter(task__in=only)
    columns = ("task_id", "version", "to_member_id", "to_day", "to_minutes")
    moves = [Move._make(row) for row in changes.values_list(*columns)]
    if only is not None and not moves:
        raise ValueError("only")
    left = no_longer(moves, gather([run.clinic_id], today=oslo_date(now)), run.clinic_id)
    written = _carry_out(run, moves, left, by=by, now=now)
    run.state, run.decided_by, run.decided_at = RunState.APPLIED, by, now
    run.save(update_fields=["state", "decided_by", "decided_at"])
    return Decided(run, written, left)


@transaction.atomic
def discard(run_id: int, *, by: Member, now: dt.datetime) -> AllocationRun:
    """Throw a proposal away; discarding twice changes nothing. Raises NotAllowed once it is in use."""
    require(by, Permission.ASSIGN_TASKS)
    run = _take(run_id, by)
    if run.state == RunState.DISCARDED:
        return run
    if run.state not in OPEN or run.asked_by_id is None:
        raise NotAllowed(_("Forslaget er %(state)s.") % {"state": RunState(run.state).label})
    run.state, run.decided_by, run.decided_at = RunState.DISCARDED, by, now
    run.save(update_fields=["state", "decided_by", "decided_at"])
    return run


@transaction.atomic
def undo(run_id: int, *, by: Member, now: dt.datetime) -> Decided:
    """Take a sharing out back, a night's too: every task as it was, but those that have changed since.

    What the law no longer lets the earlier holder do is left alone too; somebody who is away gets theirs
    back, since that is how it was. Raises NotAllowed (not in use, or a later one is).
    """
    require(by, Permission.ASSIGN_TASKS)
    run = _take(run_id, by)
    if run.state != RunState.APPLIED:
        raise NotAllowed(_("Fordelingen er %(state)s.") % {"state": RunState(run.state).label})
    if not may_undo(run):
        raise NotAllowed(_("En nyere fordeling er tatt i bruk. Angre den først."))
    columns = ("task_id", "version", "from_member_id", "from_day", "from_minutes")
    rows = run.changes.filter(applied=True).order_by("pk").values_list(*columns)
    moves = [Move(task_id, version + 1, *rest) for task_id, version, *rest in rows]
    left = may_not(moves, gather([run.clinic_id], today=oslo_date(now)), run.clinic_id)
    written = _carry_out(run, moves, left, by=by, now=now, back=True)
    run.state, run.undone_by, run.undone_at = RunState.UNDONE, by, now
    run.save(update_fields=["state", "undone_by", "undone_at"])
    return Decided(run, written, left)


def _take(run_id: int, by: Member) -> AllocationRun:
    """Lock the clinic's day and the run, so that whoever decides at the same time waits and then sees it."""
    lock_placing(by.clinic_id)
    run: AllocationRun = AllocationRun.objects.visible_to(by).select_for_update().get(pk=run_id)
    return run


def _carry_out(
    run: AllocationRun,
    moves: list[Move],
    left: dict[int, LeftAlone],
    *,
    by: Member,
    now: dt.datetime,
    back: bool = False,
) -> frozenset[int]:
    """Write what holds; a task that was begun in this very moment joins those left alone."""
    wanted = [move.task_id for move in moves if move.task_id not in left]
    reason = _("Fordelingen ble angret.") if back else ""
    written = carry_out([run.pk], now=now, by=by.pk, only=wanted, back=back, reason=reason)
    left |= dict.fromkeys(set(wanted) - written, LeftAlone.CHANGED)
    return frozenset(written)
