"""Who gets which task on which day. Pure: frozen dataclasses in, frozen dataclasses out; no database, no clock.

The words are in `problem`, what weighs what in `weights`, what a place costs in `costs`. `solve` loads numpy, numba
and OR-Tools when it is called, which only workers do; everything else here is light.
"""

from collections.abc import Callable

from tasks.allocation.problem import Candidate, MemberDays, Placement, Plan, Problem, TaskToPlace, Unplaced

__all__ = ["Candidate", "MemberDays", "Placement", "Plan", "Problem", "TaskToPlace", "Unplaced", "solve"]


def solve(problem: Problem, *, stop: Callable[[], bool] = lambda: False) -> Plan:
    """A plan near the best possible, with its bound and reasons (solver.py). `stop` cuts the search short."""
    from tasks.allocation.solver import solve as search

    return search(problem, stop=stop)
