"""Runs a scenario: the same work through today's set-up and the changed one. No database is touched while it solves.

Only here, and only when it is called, is the solver imported: a web process never loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scenarios.applying import applied
from scenarios.changes import Change
from scenarios.simulate import simulate
from scenarios.situation import Situation
from tasks.actions.solving import BrokenPlanError
from tasks.allocation.checker import breaches
from tasks.allocation.problem import Plan, Problem

# How often the search may ask whether to stop: its first round. More move the weeks' sums by a per cent or two.
ASKED = 3


def run(clinic: Situation, changes: Iterable[Change], *, told: Callable[[int], None]) -> dict[str, Any]:
    """Both runs' figures as `Scenario.result` holds them. `told` hears how many weeks are done, of both.

    Raises NoLonger, and BrokenPlanError for a plan that the checker refuses.
    """
    changed = applied(clinic, changes)
    found: dict[str, Any] = {"today": [], "scenario": []}
    done = 0
    for name, each in (("today", clinic), ("scenario", changed)):
        for figures in simulate(each, solved):
            found[name].append(figures.stored())
            done += 1
            told(done)
    return found


def searched(problem: Problem) -> Plan:
    """The allocation's plan after a fixed search: a time limit would give another answer on a busy machine."""
    from tasks.allocation import solve

    return solve(problem, stop=_after(ASKED))


def solved(problem: Problem) -> Plan:
    """The same, checked by what shares no code with the solver. Raises BrokenPlanError."""
    plan = searched(problem)
    if found := breaches(problem, plan):
        raise BrokenPlanError("; ".join(found[:5]))
    return plan


def _after(most: int) -> Callable[[], bool]:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > most

    return stop
