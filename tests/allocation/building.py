"""Problems for tests: a few words for small ones, and hypothesis' for odd ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tasks.allocation import costs
from tasks.allocation.problem import (
    Candidate,
    MemberDays,
    Objective,
    Obstacle,
    Other,
    Placement,
    Plan,
    Problem,
    Rule,
    TaskToPlace,
    Tie,
    Unplaced,
    WhyNot,
)

MON, TUE, WED, THU, FRI = (dt.date(2026, 11, 23) + dt.timedelta(n) for n in range(5))
LEVELS = {"doctor": 10, "nurse": 2, "secretary": 0}


def member(id: int, profession: str = "nurse", **minutes: int) -> MemberDays:
    """`member(1, "nurse", mon=60, tue=30)`."""
    named = {"mon": MON, "tue": TUE, "wed": WED, "thu": THU, "fri": FRI}
    return MemberDays(id, {named[name]: most for name, most in minutes.items()}, profession)


def task(id: int, minutes: int, *may: int | Candidate, **more: Any) -> TaskToPlace:
    """A task for these members, open from Monday, due on Friday unless said otherwise."""
    candidates = tuple(c if isinstance(c, Candidate) else Candidate(c, 2, "profession") for c in may)
    particulars = {"earliest": MON, "due": FRI, "latest": None, "hard": False, **more}
    return TaskToPlace(id=id, minutes=minutes, candidates=candidates, **particulars)


def problem(
    *parts: MemberDays | TaskToPlace, days: tuple[dt.date, ...] = (MON, TUE, WED, THU, FRI)
) -> Problem:
    members = tuple(p for p in parts if isinstance(p, MemberDays))
    return Problem(days, members, tuple(p for p in parts if isinstance(p, TaskToPlace)))


def told(problem: Problem, where: Mapping[int, tuple[int, dt.date]], *, bound: int = 0) -> Plan:
    """The plan that puts tasks there and tells the truth about it."""
    load: Counter[int] = Counter()
    for each in problem.tasks:
        if each.id in where:
            load[where[each.id][0]] += each.minutes
    own = {m.id: sum(m.minutes.get(d, 0) for d in problem.days) for m in problem.members}

    def others(each: TaskToPlace, chosen: int | None) -> tuple[Other, ...]:
        return tuple(
            Other(c.member_id, WhyNot.LOADED, load[c.member_id], own.get(c.member_id, 0))
            for c in each.candidates
            if c.member_id != chosen
        )

    placements, unplaced = [], []
    for each in problem.tasks:
        if each.id not in where:
            unplaced.append(Unplaced(each.id, Obstacle.NOBODY_HAS_TIME, others(each, None)))
            continue
        who, day = where[each.id]
        ground = next((c.ground for c in each.candidates if c.member_id == who), "")
        loads = (load[who] - each.minutes, load[who], own.get(who, 0))
        placements.append(
            Placement(each.id, who, day, Rule.LEAST_LOADED, ground, *loads, others=others(each, who))
        )
    may = {each.id: {c.member_id for c in each.candidates} for each in problem.tasks}
    lawful = all(who in may[each] for each, (who, _) in where.items() if each in may)
    levels = costs.levels(problem, where) if lawful else (0, 0, 0, 0, 0)
    return Plan(tuple(placements), tuple(unplaced), Objective(levels, bound))


days = st.sets(st.integers(0, 13), max_size=5).map(
    lambda found: tuple(MON + dt.timedelta(n) for n in sorted(found))
)


@st.composite
def problems(
    draw: st.DrawFn, *, most_tasks: int = 12, most_members: int = 4, most_minutes: int = 90
) -> Problem:
    """Any problem that the words allow: no days, nobody there, no minutes, nobody who may, all at once."""
    horizon = draw(days)
    ids = draw(st.lists(st.integers(1, 50), unique=True, max_size=most_members))
    hours = st.integers(0, most_minutes) | st.just(0)
    members = tuple(
        MemberDays(
            each,
            draw(st.dictionaries(st.sampled_from(horizon), hours)) if horizon else {},
            draw(st.sampled_from(sorted(LEVELS))),
        )
        for each in ids
    )
    numbers = draw(st.lists(st.integers(1, 999), unique=True, max_size=most_tasks))
    tasks: list[TaskToPlace] = []
    for number in numbers:
        tasks.append(draw(tasks_of(number, members, [t.id for t in tasks], most_minutes)))
    return Problem(horizon, members, tuple(draw(st.permutations(tasks))))


@st.composite
def tasks_of(
    draw: st.DrawFn, number: int, members: tuple[MemberDays, ...], earlier: list[int], most_minutes: int
) -> TaskToPlace:
    """A task for some of the members, perhaps for one who is not there at all, perhaps after an earlier one."""
    unknown = MemberDays(77, {}, "nurse")
    chosen = draw(st.lists(st.sampled_from([*members, unknown]), unique_by=lambda m: m.id, max_size=4))
    ties = st.none() | st.sampled_from(Tie)
    candidates = tuple(Candidate(m.id, LEVELS[m.profession], "profession", draw(ties)) for m in chosen)
    near = st.integers(-20, 30).map(lambda n: MON + dt.timedelta(n))
    holder = draw(st.none() | st.sampled_from([*(m.id for m in (*members, unknown)), 88]))
    planned = draw(st.none() | near)
    pinned = holder is not None and draw(st.booleans())
    return TaskToPlace(
        id=number,
        minutes=draw(st.integers(0, 2 * most_minutes) | st.integers(1, 30)),
        earliest=draw(near),
        due=draw(st.none() | near),
        latest=draw(st.none() | near),
        hard=draw(st.booleans()),
        candidates=candidates,
        holder=holder,
        planned=planned,
        pinned=pinned,
        pinned_day=pinned and planned is not None and draw(st.booleans()),
        patient=draw(st.none() | st.integers(1, 3)),
        after=draw(st.none() | st.sampled_from([*earlier, 1000])),
    )
