"""The linear relaxation of an instance, for HiGHS: every minute of every task may go where it likes.

Variables are minutes: of a task at a member's day, of a task with nobody, in a quarter of a day, in a tenth of a
member's time. Built level by level from the checker's reading of the objective (tasks/allocation/recount.py),
not from the solver's. Visits, and the order of preparation and signature, are left out: what is left is a bound.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from tasks.allocation.problem import Problem, TaskToPlace
from tasks.allocation.recount import left_over, rates, steps

TENTHS, QUARTERS = 10, 4
METHODS = ("highs-ds", "highs-ipm")  # dual simplex, interior point
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    least: float
    minutes: Vector
    seconds: float  # of HiGHS's call alone


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Least of sum(levels) · x where equal @ x = right and 0 <= x <= most. `levels` has a row per level."""

    levels: Vector
    equal: csr_array
    right: Vector
    most: Vector

    def solve(self, method: str = "highs") -> Answer:
        return self._least(self.levels.sum(axis=0), method)

    def in_order(self) -> list[float]:
        """The least of each level in turn, all those above it kept at their least."""
        kept: list[Vector] = []
        least: list[float] = []
        for row in self.levels:
            unit = float(np.gcd.reduce(row.astype(np.int64))) or 1.0
            found = self._least(row / unit, "highs", kept, [v * (1 + 1e-9) + 1e-6 for v in least])
            kept, least = [*kept, row / unit], [*least, found.least]
        units = [float(np.gcd.reduce(row.astype(np.int64))) or 1.0 for row in self.levels]
        return [value * unit for value, unit in zip(least, units, strict=True)]

    def _least(
        self, cost: Vector, method: str, kept: list[Vector] | None = None, at_most: list[float] | None = None
    ) -> Answer:
        bounds = np.column_stack((np.zeros_like(self.most), self.most))
        above = csr_array(np.array(kept)) if kept else None
        started = time.perf_counter()
        found = linprog(
            cost,
            A_ub=above,
            b_ub=at_most if kept else None,
            A_eq=self.equal,
            b_eq=self.right,
            bounds=bounds,
            method=method,
        )
        seconds = time.perf_counter() - started
        if not found.success:
            raise RuntimeError(f"HiGHS ({method}): {found.message}")
        return Answer(float(found.fun), found.x, seconds)


def relax(problem: Problem) -> Relaxation:
    """The relaxation, its matrices ready. Rows: a task, a member's day, a member."""
    columns = _Columns()
    tasks = {task.id: row for row, task in enumerate(problem.tasks)}
    slots = [(m.id, day) for m in problem.members for day in problem.days if m.minutes.get(day, 0)]
    slot_rows = {slot: len(tasks) + row for row, slot in enumerate(slots)}
    member_rows = {m.id: len(tasks) + len(slots) + row for row, m in enumerate(problem.members)}
    for task in problem.tasks:
        for place in _open_places(problem, task):
            if place in slot_rows:
                columns.add((*rates(problem, task, *place), 0), {tasks[task.id]: 1, slot_rows[place]: 1})
        columns.add((*left_over(problem, task), 0), {tasks[task.id]: 1})
    for member in problem.members:
        own = [member.minutes.get(day, 0) for day in problem.days]
        for day, minutes in zip(problem.days, own, strict=True):
            for k, most in enumerate(steps(minutes, QUARTERS) if minutes else ()):
                rows = {slot_rows[member.id, day]: -1, member_rows[member.id]: 1}
                columns.add((0, 0, 0, 0, problem.weights.spread * k), rows, most)
        for k, most in enumerate(steps(sum(own), TENTHS)):
            columns.add((0, 0, 0, 0, problem.weights.even * k), {member_rows[member.id]: -1}, most)
    right = np.zeros(len(tasks) + len(slots) + len(member_rows))
    right[: len(tasks)] = [task.minutes or 1 for task in problem.tasks]
    return columns.relaxation(right)


def hard_first(problem: Problem) -> Relaxation:
    """The same with six levels: what hard deadlines cost apart from, and before, all other lateness."""
    whole = relax(problem)
    soft = relax(replace(problem, weights=replace(problem.weights, hard=0))).levels[0]
    levels = np.vstack((whole.levels[0] - soft, soft, whole.levels[1:]))
    return Relaxation(levels, whole.equal, whole.right, whole.most)


def _open_places(problem: Problem, task: TaskToPlace) -> Iterator[tuple[int, dt.date]]:
    for day in problem.days:
        if day < task.earliest or (task.latest is not None and day > task.latest):
            continue
        if task.pinned and task.pinned_day and day != task.planned:
            continue
        for each in task.candidates:
            if not task.pinned or each.member_id == task.holder:
                yield each.member_id, day


@dataclass(slots=True)
class _Columns:
    costs: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    signs: list[int] = field(default_factory=list)

    def add(self, cost: tuple[int, int, int, int, int], rows: dict[int, int], most: float = np.inf) -> None:
        for row, sign in rows.items():
            self.rows.append(row)
            self.places.append(len(self.costs))
            self.signs.append(sign)
        self.costs.append(cost)
        self.most.append(most)

    def relaxation(self, right: Vector) -> Relaxation:
        shape = (len(right), len(self.costs))
        matrix = coo_array((np.array(self.signs, float), (self.rows, self.places)), shape=shape)
        return Relaxation(np.array(self.costs, float).T, csr_array(matrix), right, np.array(self.most))
