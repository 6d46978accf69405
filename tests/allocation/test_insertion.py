"""One task more in a plan that stands: allowed, true, with few others moved, and at once."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.baselines import greedy
from bench.instances import instance
from tasks.allocation.checker import breaches
from tasks.allocation.costs import Place
from tasks.allocation.insertion import Insertion, insert
from tasks.allocation.problem import Placement, Problem
from tests.allocation.building import problems, told


def without(found: Problem, where: dict[int, Place], task_id: int) -> dict[int, Place]:
    """The plan without a task and, since they would stand alone, without what comes after it."""
    gone = {task_id}
    for _ in found.tasks:
        gone |= {t.id for t in found.tasks if t.after in gone}
    return {each: place for each, place in where.items() if each not in gone}


def check(found: Problem, stands: dict[int, Place], task_id: int, got: Insertion) -> None:
    by_id = {t.id: t for t in found.tasks}
    assert (got.placement is None) == (got.obstacle is not None)
    assert len(got.moved) <= 3
    assert not any(by_id[p.task_id].pinned for p in got.moved)
    if got.placement is None:
        assert got.moved == ()
        return
    assert got.placement.task_id == task_id
    now = {**stands, **{p.task_id: (p.member_id, p.day) for p in (got.placement, *got.moved)}}
    plan = told(found, now)
    assert breaches(found, plan) == []
    true = {p.task_id: p for p in plan.placements}
    for each in (got.placement, *got.moved):
        assert _facts(each) == _facts(true[each.task_id])


def _facts(placement: Placement) -> object:
    """All that it says but for the reasons, which are not the tests' to find."""
    others = {(o.member_id, o.load, o.capacity) for o in placement.others}
    loads = (placement.load_before, placement.load_after, placement.capacity)
    return placement.member_id, placement.day, placement.ground, loads, others


@given(problems(), st.data())
def test_an_insertion_keeps_every_rule_and_tells_the_truth(found: Problem, data: st.DataObject) -> None:
    if not found.tasks:
        return
    task_id = data.draw(st.sampled_from([t.id for t in found.tasks]))
    stands = without(found, greedy(found, 1), task_id)
    check(found, stands, task_id, insert(found, stands, task_id))


def test_an_urgent_task_is_placed_at_once_among_two_thousand() -> None:
    found = instance("growth_25", 1)
    where = greedy(found, 1)
    urgent = next(t for t in found.tasks if len(t.candidates) > 20 and t.earliest == found.days[0])
    urgent = replace(urgent, id=9999, due=found.days[0], holder=None, planned=None)
    found = replace(found, tasks=(*found.tasks, urgent))
    seconds = []
    for _ in range(5):  # processor time: a busy machine's wall clock tells of others
        started = time.process_time()
        got = insert(found, where, 9999)
        seconds.append(time.process_time() - started)
    check(found, where, 9999, got)
    assert got.placement is not None
    assert got.placement.day == found.days[0]
    assert min(seconds) < 0.1
