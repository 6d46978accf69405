"""Week by week: what is open and what comes is shared out by the real allocation, and what has a day in the week is done.

Every week sees ten working days, as the nights do; what is placed after the week, or nowhere, goes on to the next with
its holder. Nothing here reads or writes the database, or asks what time it is: the same situation and the same solver
give the same figures.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from scenarios.figures import Figures
from scenarios.occasions import in_visits, moved_on, tasks_of
from scenarios.situation import OCCASIONS, Situation, Span
from tasks.allocation.problem import Obstacle, Placement, Plan, Problem, TaskToPlace, Unplaced
from tasks.gathering import HORIZON, Gathered, Row

Solve = Callable[[Problem], Plan]
A_VISIT = 100  # numbers set off for the tasks of one occasion


def simulate(clinic: Situation, solve: Solve) -> Iterator[Figures]:
    """Each week's figures, as it is done. What `solve` raises comes out."""
    weeks = _Weeks(clinic)
    for span in clinic.spans:
        yield weeks.live(span, solve)


class _Weeks:
    """What changes from week to week: open tasks, tasks to come, and where the plans stand."""

    def __init__(self, clinic: Situation) -> None:
        self.clinic = clinic
        self.plans = in_visits(clinic)
        self.carries = dict(clinic.carries)
        coming = [row for rows in clinic.arrivals for row in rows]
        self.coming = [*clinic.read.rows.get(clinic.clinic_id, ()), *coming]
        self.open: dict[int, Row] = {}
        self.made = OCCASIONS

    def live(self, span: Span, solve: Solve) -> Figures:
        """One week, from what opens in it to what is left of it."""
        self._open_until(span.last)
        problem = self._read(span).problem(self.clinic.clinic_id)
        plan = solve(problem)
        figures = Figures(span.first, span.last, time=_time(problem, span.last))
        tasks = {task.id: task for task in problem.tasks}
        professions = {member.id: member.profession for member in problem.members}
        for placed in plan.placements:
            minutes = tasks[placed.task_id].minutes
            if placed.day > span.last:
                self._plan(placed, minutes)
            else:
                figures.done[professions[placed.member_id]] += minutes
                figures.missed += _missed(self.open[placed.task_id], span, placed.day)
                self._end(placed.task_id, done_on=placed.day)
        for unplaced in plan.unplaced:
            self._leave(unplaced, tasks[unplaced.task_id], figures)
        self._close(span, figures)
        return figures

    def _open_until(self, last: dt.date) -> None:
        for number, standing in self.plans.items():
            if standing.waiting and standing.opens_on <= last:
                self.made += A_VISIT
                step = self.clinic.steps[standing.step]
                rows = tasks_of(self.clinic.clinic_id, standing, step, self.clinic.patients, self.made)
                self.open |= {row.id: row for row in rows}
                self.carries[self.made] = number
                self.plans[number] = replace(standing, waiting=False)
        self.open |= {row.id: row for row in self.coming if row.opens_on <= last}
        self.coming = [row for row in self.coming if row.opens_on > last]

    def _read(self, span: Span) -> Gathered:
        """What a night in this week would read: the people and delegations of its first day, and ten working days."""
        read, clinic = self.clinic.read, self.clinic
        days = tuple(day for day in read.days if day >= span.first)[:HORIZON]
        rows = [
            row if row.after_id is None or row.after_id in self.open else row._replace(after_id=None)
            for row in self.open.values()
        ]
        delegated: dict[int, set[tuple[int, int]]] = {}
        for leave in clinic.leaves:
            if leave.starts_on <= span.first and (leave.ends_on is None or span.first <= leave.ends_on):
                delegated.setdefault(leave.kind_id, set()).add((leave.doctor_id, leave.member_id))
        return replace(
            read, today=span.first, days=days, rows={clinic.clinic_id: rows}, delegated=delegated,
            minutes={
                member: {day: minutes[day] for day in days if day in minutes} for member, minutes in read.minutes.items()
            },
        )  # fmt: skip

    def _plan(self, placed: Placement, minutes: int) -> None:
        row = self.open[placed.task_id]
        self.open[row.id] = row._replace(
            assignee_id=placed.member_id, planned_on=placed.day, planned_minutes=minutes
        )

    def _leave(self, unplaced: Unplaced, task: TaskToPlace, figures: Figures) -> None:
        """What has no place keeps a holder who may have it, as after a night, and no day."""
        holder = task.holder if any(c.member_id == task.holder for c in task.candidates) else None
        pinned = task.pinned and holder is not None
        self.open[task.id] = self.open[task.id]._replace(
            assignee_id=holder, planned_on=None, pinned=pinned, pinned_day=False
        )
        if unplaced.obstacle == Obstacle.NOBODY_MAY:
            figures.nobody_may += task.minutes
        elif unplaced.obstacle != Obstacle.MAY_WAIT:
            figures.no_time += task.minutes

    def _close(self, span: Span, figures: Figures) -> None:
        """The week is over: what is late in it, and what its window has closed for."""
        late = [row for row in self.open.values() if row.due_on and row.due_on <= span.last]
        figures.overdue = len(late)
        for row in late:
            figures.missed += _missed(row, span, None)
            if not row.hard and row.closes_on and row.closes_on <= span.last:
                figures.expired += 1
                self._end(row.id, done_on=None)
        figures.left = sum(row.planned_minutes for row in self.open.values())

    def _end(self, task_id: int, *, done_on: dt.date | None) -> None:
        del self.open[task_id]
        number = self.carries.pop(task_id, None)
        if number is not None:
            standing = self.plans.pop(number)
            follows = moved_on(standing, self.clinic.steps[standing.step], done_on=done_on)
            if follows is not None:
                self.plans[number] = follows


def _missed(row: Row, span: Span, done_on: dt.date | None) -> bool:
    """A hard deadline of this week, and not done by then? What was late before is no new miss."""
    due = row.due_on
    return row.hard and due is not None and span.first <= due and (done_on is None or done_on > due)


def _time(problem: Problem, last: dt.date) -> Counter[str]:
    """Minutes by profession until the week's end."""
    found: Counter[str] = Counter()
    for member in problem.members:
        found[member.profession] += sum(n for day, n in member.minutes.items() if day <= last)
    return found
