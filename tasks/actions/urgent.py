"""An urgent task is put into the day: at once, by the rules of the sharing out, moving as little as possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from time import perf_counter

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.locking import lock_placing
from tasks.actions.writing import carry_out, note_reasons, write_outcomes
from tasks.allocation.insertion import insert
from tasks.allocation.problem import Obstacle, Placement, Plan, Problem, Unplaced
from tasks.gathering import Row, gather
from tasks.life import NotAllowed
from tasks.models import AllocationRun, Cause, RunState, Task, TaskState
from tasks.outcomes import Outcome, outcome
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, may


@dataclass(frozen=True, slots=True)
class Inserted:
    """The task as it now stands, how many others had to move for it, and why nobody got it if nobody did."""

    task: Task
    moved: int
    obstacle: Obstacle | None


@transaction.atomic
def place_now(task_id: int, *, by: Member, at: dt.datetime) -> Inserted:
    """Give a task to somebody today, or as soon as can be, without moving what is begun or what a person decided.

    Whoever works here may ask for it: it follows every rule of the sharing out, and is recorded as one, so
    that a leader can undo it. Raises PermissionDenied, NotAllowed (begun or ended), Task.DoesNotExist.
    """
    if not may(by, Permission.ASSIGN_TASKS) and not may(by, Permission.DO_TASKS):
        raise PermissionDenied(Permission.DO_TASKS.value)
    return put_in(task_id, by=by, at=at)


def put_in(task_id: int, *, by: Member, at: dt.datetime) -> Inserted:
    """`place_now` for an action that has asked about permission already. Inside its transaction."""
    began = perf_counter()
    lock_placing(by.clinic_id)
    gathered = gather([by.clinic_id], today=oslo_date(at))
    rows = {row.id: row for row in gathered.rows.get(by.clinic_id, ())}
    if task_id not in rows:
        task = Task.objects.visible_to(by).get(pk=task_id)
        raise NotAllowed(
            _("Det går ikke lenger: oppgaven er %(state)s.") % {"state": TaskState(task.state).label}
        )
    problem = gathered.problem(by.clinic_id)
    found = insert(problem, _plan_now(problem, rows.values(), but={task_id}), task_id)
    plan = Plan(
        (*((found.placement,) if found.placement else ()), *found.moved),
        (Unplaced(task_id, found.obstacle),) if found.obstacle else (),
    )
    result = outcome(by.clinic_id, problem, rows.values(), plan, perf_counter() - began)
    _write(replace(result, objective=None), task_id, first_day=problem.days[0], by=by, at=at)
    return Inserted(Task.objects.visible_to(by).get(pk=task_id), len(found.moved), found.obstacle)


def put_all_in(
    task_ids: Collection[int], *, cause: Cause, by: Member, at: dt.datetime
) -> dict[int, int | None]:
    """Several open tasks that have just lost whoever had them get somebody each, one after another, at once.

    The member's id by task id, None for one without a place; what is no longer open is left out. Read and written
    once, however many; a recorded sharing out, which a leader can undo. Inside the caller's transaction.
    """
    began = perf_counter()
    lock_placing(by.clinic_id)
    gathered = gather([by.clinic_id], today=oslo_date(at))
    rows = {row.id: row for row in gathered.rows.get(by.clinic_id, ())}
    problem = gathered.problem(by.clinic_id)
    todo = {task.id for task in problem.tasks} & set(task_ids)
    plan = _plan_now(problem, rows.values(), but=todo)
    placed: dict[int, Placement] = {}
    left: list[Unplaced] = []
    in_order = sorted(
        (rows[task_id] for task_id in todo), key=lambda r: (not r.hard, r.due_on or dt.date.max, r.id)
    )
    for row in in_order:
        found = insert(problem, plan, row.id)
        for each in (found.placement, *found.moved):
            if each is not None:
                placed[each.task_id], plan[each.task_id] = each, (each.member_id, each.day)
        if found.obstacle:
            left.append(Unplaced(row.id, found.obstacle))
    whole = Plan(tuple(placed.values()), tuple(left))
    result = outcome(by.clinic_id, problem, rows.values(), whole, perf_counter() - began)
    _write(replace(result, objective=None), None, first_day=problem.days[0], by=by, at=at, cause=cause)
    return {task_id: placed[task_id].member_id if task_id in placed else None for task_id in todo}


def _plan_now(
    problem: Problem, rows: Iterable[Row], *, but: Collection[int]
) -> dict[int, tuple[int, dt.date]]:
    """Where every other task is now; what should have been done before the first day weighs on it.

    What no longer holds (its holder away, gone, or no longer allowed to) takes up nobody's minutes: left out.
    """
    first = problem.days[0]
    at_work = {(m.id, day) for m in problem.members for day, minutes in m.minutes.items() if minutes > 0}
    may = {task.id: {c.member_id for c in task.candidates} for task in problem.tasks}
    return {
        row.id: (row.assignee_id, max(row.planned_on, first))
        for row in rows
        if row.id not in but
        and row.assignee_id in may[row.id]
        and row.planned_on is not None
        and (row.assignee_id, max(row.planned_on, first)) in at_work
    }


def _write(
    result: Outcome,
    task_id: int | None,
    *,
    first_day: dt.date,
    by: Member,
    at: dt.datetime,
    cause: Cause = Cause.URGENT,
) -> None:
    note_reasons([result])
    if not result.changes:
        return
    run = AllocationRun.objects.create(
        clinic_id=by.clinic_id, state=RunState.RUNNING, cause=cause, asked_by=by, decided_by=by,
        ran_at=at, first_day=first_day,
    )  # fmt: skip
    write_outcomes([result], {by.clinic_id: run.pk}, now=at, first_day=first_day, state=RunState.APPLIED)
    carry_out([run.pk], now=at, by=by.pk, placed=task_id)
