"""Is a plan allowed, and is what it says of itself true? Written apart from every solver.

It shares the words of `problem.py` and the numbers of `weights.toml` with them, and no code: a rule
misunderstood there is found here. Each breach is one line that names the task or member, never a patient.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.allocation.problem import MemberDays, Placement, Plan, Problem, TaskToPlace


@dataclass(frozen=True, slots=True)
class _Facts:
    """What both lists come to, looked up by id."""

    problem: Problem
    plan: Plan
    tasks: dict[int, TaskToPlace]
    members: dict[int, MemberDays]
    placed: dict[int, Placement]
    capacity: dict[int, int]  # minutes over all days of the problem
    load: Counter[int]  # minutes booked over all days

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> _Facts:
        tasks = {t.id: t for t in problem.tasks}
        load: Counter[int] = Counter()
        for each in plan.placements:
            if each.task_id in tasks:
                load[each.member_id] += tasks[each.task_id].minutes
        return cls(
            problem,
            plan,
            tasks,
            {m.id: m for m in problem.members},
            {p.task_id: p for p in plan.placements},
            {m.id: sum(m.minutes.get(day, 0) for day in problem.days) for m in problem.members},
            load,
        )


def breaches(problem: Problem, plan: Plan) -> list[str]:
    """What the plan breaks, one line each; empty when it may be used."""
    facts = _Facts.of(problem, plan)
    found = [*_each_once(facts)]
    if found:  # nothing else can be told of tasks that nobody knows
        return found
    return [*_allowed(facts), *_room(facts), *_order(facts)]


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
        if all(c.member_id != each.member_id for c in task.candidates):
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
    """No more minutes on anybody's day than the day holds, and none where they are not there."""
    booked: Counter[tuple[int, dt.date]] = Counter()
    for each in facts.plan.placements:
        booked[each.member_id, each.day] += facts.tasks[each.task_id].minutes
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
