"""The checker finds every rule that is broken, and nothing where none is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.allocation import costs
from tasks.allocation.checker import breaches
from tasks.allocation.problem import Candidate, Objective, Other, Plan, Problem, Tie, WhyNot
from tasks.allocation.recount import recount
from tests.allocation.building import FRI, MON, THU, TUE, WED, member, problem, problems, task, told

DOCTOR, NURSE, OTHER_NURSE, SECRETARY, LEAVER = 1, 2, 3, 4, 9
PREPARE, SIGN, CHECK, CALL, PINNED, LEFT = 11, 12, 13, 14, 15, 16

CLINIC = problem(
    member(DOCTOR, "doctor", mon=30, tue=30, wed=30),
    member(NURSE, "nurse", mon=60, tue=60, wed=60, thu=60, fri=60),
    member(OTHER_NURSE, "nurse", mon=60, wed=60),
    member(SECRETARY, "secretary", mon=40, tue=60),
    task(PREPARE, 10, Candidate(SECRETARY, 0, "profession"), Candidate(NURSE, 2, "profession"), patient=1),
    task(SIGN, 15, Candidate(DOCTOR, 10, "profession", Tie.LIST_DOCTOR), patient=1, after=PREPARE),
    task(CHECK, 45, NURSE, OTHER_NURSE, patient=2, earliest=TUE, latest=THU, due=WED, hard=True),
    task(CALL, 5, SECRETARY, NURSE, OTHER_NURSE, LEAVER, due=MON),
    task(PINNED, 20, NURSE, OTHER_NURSE, holder=NURSE, planned=THU, pinned=True, pinned_day=True),
    task(LEFT, 200, NURSE, OTHER_NURSE),
)
WHERE = {
    PREPARE: (SECRETARY, MON),
    SIGN: (DOCTOR, TUE),
    CHECK: (OTHER_NURSE, WED),
    CALL: (SECRETARY, MON),
    PINNED: (NURSE, THU),
}


def test_a_plan_that_breaks_nothing_passes() -> None:
    assert breaches(CLINIC, told(CLINIC, WHERE)) == []


Changes = dict[int, tuple[int, dt.date] | None]
MISPLACED: dict[str, tuple[Changes, list[str]]] = {
    "who may not": ({CHECK: (SECRETARY, TUE)}, [f"task {CHECK}: member {SECRETARY} may not do it"]),
    "before the window": ({CHECK: (NURSE, MON)}, [f"task {CHECK}: {MON} is before its window opens"]),
    "after the window": ({CHECK: (NURSE, FRI)}, [f"task {CHECK}: {FRI} is after its window has closed"]),
    "somebody away": ({CALL: (OTHER_NURSE, TUE)}, [f"member {OTHER_NURSE}, {TUE}: 5 minutes booked of 0"]),
    "somebody unknown": ({CALL: (LEAVER, TUE)}, [f"member {LEAVER}, {TUE}: 5 minutes booked of 0"]),
    "a full day": ({CHECK: (NURSE, THU)}, [f"member {NURSE}, {THU}: 65 minutes booked of 60"]),
    "too long": ({LEFT: (NURSE, FRI)}, [f"member {NURSE}, {FRI}: 200 minutes booked of 60"]),
    "pinned elsewhere": (
        {PINNED: (OTHER_NURSE, WED), CHECK: (NURSE, WED)},
        [
            f"task {PINNED}: is pinned to member {NURSE}, and went to {OTHER_NURSE}",
            f"task {PINNED}: is pinned to {THU}, and went to {WED}",
        ],
    ),
    "another day than pinned": (
        {PINNED: (NURSE, FRI)},
        [f"task {PINNED}: is pinned to {THU}, and went to {FRI}"],
    ),
    "signed before prepared": (
        {PREPARE: (SECRETARY, TUE), SIGN: (DOCTOR, MON)},
        [f"task {SIGN}: its preparation, task {PREPARE}, comes later"],
    ),
    "signed, never prepared": (
        {PREPARE: None},
        [f"task {SIGN}: its preparation, task {PREPARE}, has no day"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISPLACED)
def test_every_rule_of_placing_is_found_when_broken(name: str) -> None:
    changes, expected = MISPLACED[name]
    moved: Changes = {**WHERE, **changes}
    where = {each: place for each, place in moved.items() if place is not None}
    assert breaches(CLINIC, told(CLINIC, where)) == expected


def test_a_day_outside_the_horizon_is_found() -> None:
    short = replace(CLINIC, days=(MON, TUE, WED))
    found = breaches(short, told(short, {**WHERE, CALL: (NURSE, FRI)}))
    assert f"task {CALL}: {FRI} is not one of the days" in found


def _placement(plan: Plan, number: int, **change: object) -> Plan:
    changed = tuple(replace(p, **change) if p.task_id == number else p for p in plan.placements)  # type: ignore[arg-type]
    return replace(plan, placements=changed)


def _others(plan: Plan, change: Callable[[tuple[Other, ...]], tuple[Other, ...]]) -> Plan:
    others = next(p.others for p in plan.placements if p.task_id == CALL)
    return _placement(plan, CALL, others=change(others))


def _left(plan: Plan, others: tuple[Other, ...]) -> Plan:
    return replace(plan, unplaced=tuple(replace(u, others=others) for u in plan.unplaced))


ONE_MORE = Other(DOCTOR, WhyNot.LEVEL, 15, 90)
UNTRUE: dict[str, tuple[Callable[[Plan], Plan], str]] = {
    "a task forgotten": (
        lambda plan: replace(plan, unplaced=()),
        f"task {LEFT}: stands 0 times in the plan",
    ),
    "a task twice": (
        lambda plan: replace(plan, placements=(*plan.placements, plan.placements[0])),
        f"task {PREPARE}: stands 2 times in the plan",
    ),
    "placed and left": (
        lambda plan: replace(plan, unplaced=(*plan.unplaced, replace(plan.unplaced[0], task_id=CALL))),
        f"task {CALL}: stands 2 times in the plan",
    ),
    "a task from elsewhere": (
        lambda plan: replace(plan, unplaced=(*plan.unplaced, replace(plan.unplaced[0], task_id=99))),
        "task 99: is not in the problem",
    ),
    "load before": (lambda plan: _placement(plan, CALL, load_before=0), f"task {CALL}: tells of load"),
    "load after": (lambda plan: _placement(plan, CALL, load_after=5), f"task {CALL}: tells of load"),
    "capacity": (lambda plan: _placement(plan, CALL, capacity=40), f"task {CALL}: tells of load"),
    "ground": (lambda plan: _placement(plan, CALL, ground="delegation"), f"task {CALL}: its ground is"),
    "one of the others forgotten": (lambda plan: _others(plan, lambda o: o[1:]), f"task {CALL}: tells of others"),
    "one of the others twice": (lambda plan: _others(plan, lambda o: (*o, o[0])), f"task {CALL}: tells of others"),
    "one more of the others": (lambda plan: _others(plan, lambda o: (*o, ONE_MORE)), f"task {CALL}: tells of others"),
    "the others' load": (
        lambda plan: _others(plan, lambda o: (replace(o[0], load=0), *o[1:])),
        f"task {CALL}: says that member {NURSE} has 0 of 300 minutes, and it is 20 of 300",
    ),
    "the others' capacity": (
        lambda plan: _others(plan, lambda o: (replace(o[0], capacity=60), *o[1:])),
        f"task {CALL}: says that member {NURSE} has 20 of 60 minutes, and it is 20 of 300",
    ),
    "who could have had what is left": (lambda plan: _left(plan, ()), f"task {LEFT}: tells of others"),
    "levels": (
        lambda plan: replace(plan, objective=Objective((0, 0, 0, 0, 0))),
        "objective: the levels told are",
    ),
    "bound": (
        lambda plan: replace(plan, objective=replace(plan.objective, bound=plan.objective.cost + 1)),
        "objective: the bound",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNTRUE)
def test_every_untruth_is_found(name: str) -> None:
    lie, expected = UNTRUE[name]
    found = breaches(CLINIC, lie(told(CLINIC, WHERE)))
    assert len(found) == 1
    assert found[0].startswith(expected)


@given(st.data())
def test_the_objective_reads_the_same_twice(data: st.DataObject) -> None:
    """The checker's reading of the formula, against the solver's, on any placing at all."""
    found = data.draw(problems())
    where: dict[int, tuple[int, dt.date]] = {}
    for each in found.tasks:
        people = [c.member_id for c in each.candidates if any(m.id == c.member_id for m in found.members)]
        if people and found.days and data.draw(st.booleans()):
            where[each.id] = (data.draw(st.sampled_from(people)), data.draw(st.sampled_from(found.days)))
    if _fits(found, where):
        assert recount(found, where) == costs.levels(found, where)


def _fits(found: Problem, where: dict[int, tuple[int, dt.date]]) -> bool:
    minutes = {each.id: max(1, each.minutes) for each in found.tasks}
    return all(
        sum(minutes[t] for t, place in where.items() if place == (m.id, day)) <= m.minutes.get(day, 0)
        for m in found.members
        for day in found.days
    )
