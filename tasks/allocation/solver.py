"""Who gets which task on which day: bound by flow, rounding, annealing; then the reasons.

Deterministic: the same problem gives the same plan, in whatever order its members and tasks come. `stop` only
cuts the search short; what has been found by then is returned, with its gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tasks.allocation import costs, network, reasons
from tasks.allocation.board import AT, Board, price, restore, visits
from tasks.allocation.board import board as board_of
from tasks.allocation.improve import anneal, settle
from tasks.allocation.problem import Candidate, Objective, Plan, Problem, TaskToPlace

# A gap below which no further round is made, per round: the first ones are cheap, the last per cent is dear …
ENOUGH = (0.01, 0.0125, 0.015, 0.02, 0.03, 0.03, 0.03)
KNOWN = (
    0.004  # … or, when one has been made, the part of the gap that is not visits: the bound leaves those out
)
FEWEST = 20_000  # tries in a stage, however few the tasks
# Rounds of (tries per task, heat in points from which and to which it cools): first what is worth a doctor's quarter
# of an hour or a late minute, then continuity and evenness. Later rounds are longer, for the few that need them.
FINE = (130, 5_000, 150)
ROUNDS = (
    ((40, 60_000, 6_000), (130, 6_000, 200)),
    ((200, 8_000, 150),),
    ((250, 80_000, 8_000), FINE),
    ((400, 300_000, 8_000), FINE),
    ((400, 60_000, 10_000), FINE),
    ((800, 150_000, 8_000), FINE),
    ((800, 8_000, 150),),
)


def solve(problem: Problem, *, stop: Callable[[], bool] = lambda: False) -> Plan:
    """A plan near the best possible. Raises ValueError for a problem that contradicts itself (two tasks of one id)."""
    problem = _in_order(problem)
    if not problem.days or not problem.tasks:
        return reasons.explain(problem, {}, Objective(costs.levels(problem, {}), 0))
    model = network.model(problem)
    relaxed = network.relax(model)
    board = board_of(model, relaxed.flow, network.worth(model, relaxed.flow))
    early = _search(board, relaxed.bound, problem.weights.late, stop)
    where = {
        task.id: (problem.members[place // model.days].id, problem.days[place % model.days])
        for task, place in zip(problem.tasks, board.task[:, AT].tolist(), strict=True)
        if place < len(model.room) - 1
    }
    plan = reasons.explain(problem, where, Objective(costs.levels(problem, where), relaxed.bound))
    return replace(plan, stopped_early=early)


def _in_order(problem: Problem) -> Problem:
    """Tasks, members and candidates by id, so that the order in which they come decides nothing."""
    known: dict[int, tuple[Candidate, ...]] = {}  # many tasks share one tuple, and shall go on doing so

    def sort(task: TaskToPlace) -> TaskToPlace:
        key = id(task.candidates)
        if key not in known:
            known[key] = tuple(sorted(task.candidates, key=lambda c: c.member_id))
        return task if known[key] == task.candidates else replace(task, candidates=known[key])

    tasks = tuple(sorted(map(sort, problem.tasks), key=lambda task: task.id))
    members = tuple(sorted(problem.members, key=lambda member: member.id))
    for found in (tasks, members):
        if len({each.id for each in found}) < len(found):
            raise ValueError("two of one id")
    return replace(problem, tasks=tasks, members=members, days=tuple(sorted(set(problem.days))))


def _search(board: Board, bound: int, minute: int, stop: Callable[[], bool]) -> bool:
    """Improve until near enough, at the end of the rounds, or told to stop. Was it told to? `minute`: points of a late one."""
    cost, many = price(board), len(board.task)
    for turn, (stages, enough) in enumerate(zip(ROUNDS, ENOUGH, strict=True)):
        least, best = cost, board.task[:, AT].copy()
        for tries, hot, cold in stages:
            if stop():
                break
            last = (tries, hot, cold) == stages[-1]
            cost += anneal(board, max(FEWEST, tries * many), hot, cold, turn, last)
        cost += settle(board)
        if cost > least:
            restore(board, best)
            cost = least
        if cost - bound <= max(bound * enough, minute):
            return False
        if turn and cost - visits(board) - bound <= bound * KNOWN:
            return False
        if stop():
            return True
    return False
