"""Who gets which task on which day. Pure: frozen dataclasses in, frozen dataclasses out; no database, no clock.

The words are in `problem`, what weighs what in `weights`, what a place costs in `costs`. `solve` loads numpy, numba
and OR-Tools when it is called, which only workers do; everything else here is light.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache

from tasks.allocation.problem import Candidate, MemberDays, Placement, Plan, Problem, TaskToPlace, Unplaced

__all__ = [
    "Candidate",
    "MemberDays",
    "Placement",
    "Plan",
    "Problem",
    "TaskToPlace",
    "Unplaced",
    "get_ready",
    "solve",
]


def solve(problem: Problem, *, stop: Callable[[], bool] = lambda: False) -> Plan:
    """A plan near the best possible, with its bound and reasons (solver.py). `stop` cuts the search short."""
    from tasks.allocation.solver import solve as search

    return search(problem, stop=stop)


@cache
def get_ready() -> None:
    """Load and compile (15 s the first time on a machine, then 2 s), so that no clinic's time limit pays for it."""
    day = dt.date(2026, 1, 5)
    tasks = tuple(TaskToPlace(i, 5, day, day, None, False, (Candidate(1, 0),), patient=1) for i in range(3))
    solve(Problem((day,), (MemberDays(1, {day: 10}),), tasks))
