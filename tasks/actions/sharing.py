"""The sharing out of many clinics: read together, solved one by one, written together; none can stop another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F

from tasks.actions.locking import lock_placing, sharing_locks
from tasks.actions.solving import SECONDS, failed, solve_each
from tasks.actions.writing import begin_runs, carry_out, note_reasons, write_outcomes
from tasks.fitting import Move, no_longer
from tasks.gathering import HORIZON, Gathered, gather
from tasks.models import AllocationRun, Cause, RunState
from tasks.outcomes import Outcome
from teams.calendar import working_days
from teams.wall import jobs_scope

ATTEMPTS_MAX = 3


class WorkerLostError(Exception):
    """The clinic's sharing out has taken its worker down with it as often as it may."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What one call came to. `busy`: clinics that somebody else was sharing out meanwhile; ask again."""

    placed: int = 0
    failed: tuple[int, ...] = ()
    busy: tuple[int, ...] = ()


def share_out(
    clinic_ids: list[int],
    *,
    now: dt.datetime,
    today: dt.date,
    cause: Cause = Cause.NIGHT,
    since: dt.datetime | None = None,
    wait: bool = True,
    seconds: float = SECONDS,
) -> Shared:
    """Share out these clinics' open tasks over the next ten working days, and put it in use at once.

    A bounded number of statements, however many clinics. A clinic whose model fails, or whose plan breaks a
    rule, keeps the plan it has; its run is failed, with a reference. `since`: those that have had theirs
    after that are left alone, so that a batch may be sent twice. `seconds` is each clinic's limit. Outside any
    scope: enters its own.
    """
    first_day = working_days(today, HORIZON)[0]
    with sharing_locks(clinic_ids, wait=wait) as ours:
        with jobs_scope():
            todo = _without_those_done(ours, cause, since)
            begun = begin_runs(todo, cause=cause, now=now, first_day=first_day)
        runs = {clinic_id: run_id for clinic_id, (run_id, _attempts) in begun.items()}
        done: list[Outcome] = []
        for group in _groups({clinic_id: attempts for clinic_id, (_run_id, attempts) in begun.items()}):
            found, read = _work_out(group, begun, today, seconds)
            done += _write(found, read, runs, now)
    return Shared(
        sum(each.placed for each in done),
        tuple(each.clinic_id for each in done if each.reference),
        tuple(sorted(set(clinic_ids) - set(ours))),
    )


def _without_those_done(clinic_ids: list[int], cause: Cause, since: dt.datetime | None) -> list[int]:
    if since is None:
        return clinic_ids
    done = AllocationRun.objects.filter(clinic__in=clinic_ids, cause=cause, ran_at__gte=since)
    return sorted(
        set(clinic_ids) - set(done.exclude(state=RunState.RUNNING).values_list("clinic", flat=True))
    )


def _groups(attempts: Mapping[int, int]) -> Iterable[list[int]]:
    """All that are tried for the first time together; then, alone, each whose worker was lost before.

    Those tried fewest times go first: the one that takes the worker down does not keep the others from their turn.
    """
    if fresh := sorted(clinic_id for clinic_id, n in attempts.items() if not n):
        yield fresh
    yield from (
        [clinic_id] for n, clinic_id in sorted((n, clinic_id) for clinic_id, n in attempts.items()) if n
    )


def _work_out(
    clinic_ids: list[int], begun: Mapping[int, tuple[int, int]], today: dt.date, seconds: float
) -> tuple[list[Outcome], Gathered]:
    """What it comes to, and what it was made from. Reads in a transaction of its own, so that none is open while
    the solver thinks.
    """
    run_id, attempts = begun[clinic_ids[0]]  # of those tried before, each is alone
    if attempts:
        with jobs_scope():  # committed before anything is tried
            AllocationRun.objects.filter(pk=run_id).update(attempts=F("attempts") + 1)
    given_up = attempts >= ATTEMPTS_MAX
    with jobs_scope():
        read = gather([] if given_up else clinic_ids, today=today)
    if given_up:
        return [failed(clinic_id, WorkerLostError()) for clinic_id in clinic_ids], read
    return solve_each(clinic_ids, read, seconds=seconds), read


def _write(
    outcomes: list[Outcome], read: Gathered, runs: Mapping[int, int], now: dt.datetime
) -> list[Outcome]:
    """All at once; should that be impossible, each clinic alone, and those that cannot be written as failed."""
    try:
        with jobs_scope():
            _write_and_apply(outcomes, read, runs, now)
        return outcomes
    except Exception as error:
        if len(outcomes) > 1:
            return [each for one in outcomes for each in _write([one], read, runs, now)]
        if outcomes[0].reference:
            raise  # not even that it failed can be written: the job fails, and is tried again
        gone_wrong = failed(outcomes[0].clinic_id, error)
        return _write([gone_wrong], read, runs, now)


def _write_and_apply(
    outcomes: list[Outcome], read: Gathered, runs: Mapping[int, int], now: dt.datetime
) -> None:
    """The law, presence and minutes are read again here: they may have changed while the solver thought.

    A change that no longer holds is put down and not carried out; the task stays as it is until the next time.
    """
    changed = [each for each in outcomes if each.changes]
    clinic_ids = [each.clinic_id for each in changed]
    lock_placing(*clinic_ids)  # before any row is: whoever undoes or applies locks in this order
    write_outcomes(outcomes, runs, now=now, first_day=read.days[0], state=RunState.APPLIED)
    note_reasons(outcomes)
    if changed:
        again = gather(clinic_ids, today=read.today)
        only = [task_id for each in changed for task_id in _still_holds(each, read, again)]
        carry_out([runs[clinic_id] for clinic_id in clinic_ids], now=now, only=only)


def _still_holds(found: Outcome, read: Gathered, again: Gathered) -> list[int]:
    """Ids of the tasks whose change may be carried out.

    Full days are looked for only where something is otherwise than when it was read: a plan may stand beside
    what a person has put into a day that is too short for it.
    """
    clinic_id = found.clinic_id
    moves = [Move(c.row.id, c.row.version, c.member, c.day, c.minutes) for c in found.changes]
    left = no_longer(moves, again, clinic_id, room=not again.same_room(read, clinic_id))
    return [move.task_id for move in moves if move.task_id not in left]
