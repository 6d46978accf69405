"""Is a plan allowed, and is what it says of itself true? Written apart from every solver.

It shares the words of `problem.py` and the numbers of `weights.toml` with them, and no code: a rule
misunderstood there is found here. Each breach is one line that names the task or member, never a patient.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.allocation.problem import Candidate, MemberDays, Other, Placement, Plan, Problem, TaskToPlace
from tasks.allocation.recount import recount


@dataclass(frozen=True, slots=True)
class _Facts:
    """What both lists come to, looked up by id."""

    problem: Problem
    plan: Plan
    tasks: dict[int, TaskToPlace]
    members: dict[int, MemberDays]
    placed: dict[int, Placement]
    may: dict[int, dict[int, Candidate]]  # by task: who may do it
    stand: dict[int, tuple[int, int]]  # by member: minutes booked, and minutes there are, over all days

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> _Facts:
        tasks = {t.id: t for t in problem.tasks}
        load: Counter[int] = Counter()
        for each in plan.placements:
            if each.task_id in tasks:
                load[each.member_id] += tasks[each.task_id].minutes
        own = {m.id: sum(m.minutes.get(day, 0) for day in problem.days) for m in problem.members}
        return cls(
            problem,
            plan,
            tasks,
            {m.id: m for m in problem.members},
            {p.task_id: p for p in plan.placements},
            {t.id: {c.member_id: c for c in t.candidates} for t in problem.tasks},
            {each: (load[each], own.get(each, 0)) for each in {*own, *load}},
        )


def breaches(problem: Problem, plan: Plan) -> list[str]:
    """What the plan breaks, one line each; empty when it may be used."""
    facts = _Facts.of(problem, plan)
    found = [*_each_once(facts)]
    if found:  # nothing else can be told of tasks that nobody knows
        return found
    return [*_allowed(facts), *_room(facts), *_order(facts), *_told(facts), *_counted(facts)]


def _each_once(facts: _Facts) -> Iterator[str]:
    """Every task of the problem is placed or unplaced, once."""
    seen = Counter(p.task_id for p in facts.plan.placements)
    seen.update(u.task_id for u in facts.plan.unplaced)
    for task_id in facts.tasks:
        if (times := seen.pop(task_id, 0)) != 1:
            yield f"task {task_id}: stands {times} times in the plan"
    for task_id in seen:
        yield f"task {task_id}: is not in the problem"


def _allowed(facts: _Facts) -> Iterator[str]:
    """Only somebody who may, only inside the window, and as a person decided."""
    days = set(facts.problem.days)
    for each in facts.plan.placements:
        task = facts.tasks[each.task_id]
        if each.member_id not in facts.may[task.id]:
            yield f"task {task.id}: member {each.member_id} may not do it"
        if each.day not in days:
            yield f"task {task.id}: {each.day} is not one of the days"
        if each.day < task.earliest:
            yield f"task {task.id}: {each.day} is before its window opens"
        if task.latest is not None and each.day > task.latest:
            yield f"task {task.id}: {each.day} is after its window has closed"
        if task.pinned and each.member_id != task.holder:
            yield f"task {task.id}: is pinned to member {task.holder}, and went to {each.member_id}"
        if task.pinned and task.pinned_day and each.day != task.planned:
            yield f"task {task.id}: is pinned to {task.planned}, and went to {each.day}"


def _room(facts: _Facts) -> Iterator[str]:
    """No more minutes on anybody's day than the day holds, and none where they are not there.

    Whatever is to be done takes a minute at least.
    """
    booked: Counter[tuple[int, dt.date]] = Counter()
    for each in facts.plan.placements:
        booked[each.member_id, each.day] += max(1, facts.tasks[each.task_id].minutes)
    for (member_id, day), minutes in booked.items():
        member = facts.members.get(member_id)
        room = member.minutes.get(day, 0) if member else 0
        if minutes > room:
            yield f"member {member_id}, {day}: {minutes} minutes booked of {room}"


def _order(facts: _Facts) -> Iterator[str]:
    """A preparation not later than its signature, and no signature without it."""
    for each in facts.plan.placements:
        first = facts.tasks[each.task_id].after
        if first is None or first not in facts.tasks:
            continue  # it is done, or elsewhere
        preparation = facts.placed.get(first)
        if preparation is None:
            yield f"task {each.task_id}: its preparation, task {first}, has no day"
        elif preparation.day > each.day:
            yield f"task {each.task_id}: its preparation, task {first}, comes later"


def _told(facts: _Facts) -> Iterator[str]:
    """Loads, ground and the others, as the placements and what is unplaced tell them."""
    for each in facts.plan.placements:
        may = facts.may[each.task_id]
        load, capacity = facts.stand.get(each.member_id, (0, 0))
        true = (load - facts.tasks[each.task_id].minutes, load, capacity)
        told = (each.load_before, each.load_after, each.capacity)
        if told != true:
            yield f"task {each.task_id}: tells of load before, after and capacity {told}, and they are {true}"
        if each.member_id in may and each.ground != may[each.member_id].ground:
            yield f"task {each.task_id}: its ground is {may[each.member_id].ground!r}, not {each.ground!r}"
        yield from _others(facts, each.task_id, each.others, each.member_id)
    for left in facts.plan.unplaced:
        yield from _others(facts, left.task_id, left.others, None)


def _others(facts: _Facts, task_id: int, others: tuple[Other, ...], chosen: int | None) -> Iterator[str]:
    """Each of those who may and did not get it, once, with what they have."""
    may = facts.may[task_id]
    told = {o.member_id for o in others}
    if len(told) != len(others) or told != may.keys() - {chosen}:
        yield f"task {task_id}: tells of others {sorted(told)}, and they are {sorted(may.keys() - {chosen})}"
    for each in others:
        true = facts.stand.get(each.member_id, (0, 0))
        if (each.load, each.capacity) != true:
            yield (
                f"task {task_id}: says that member {each.member_id} has {each.load} of {each.capacity} minutes,"
                f" and it is {true[0]} of {true[1]}"
            )


def _counted(facts: _Facts) -> Iterator[str]:
    """The objective is what the formula gives for these placements, and not below what is said to be possible."""
    if any(p.member_id not in facts.may[p.task_id] for p in facts.plan.placements):
        return  # the formula knows no cost for somebody who may not
    true = recount(facts.problem, {p.task_id: (p.member_id, p.day) for p in facts.plan.placements})
    told = facts.plan.objective
    if told.levels != true:
        yield f"objective: the levels told are {told.levels}, and they are {true}"
    if told.bound > sum(true):
        yield f"objective: the bound {told.bound} is above the cost {sum(true)}"
