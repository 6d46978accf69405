"""Why this one and not the others: read off the finished plan, for every task and everybody who may do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tasks.allocation import costs
from tasks.allocation.costs import Place
from tasks.allocation.problem import (
    Candidate,
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
)  # fmt: skip

# From what decides first to what decides last: the last one that holds against somebody is what decided.
DECIDES = {
    WhyNot.LEVEL: Rule.LOWEST_LEVEL,
    WhyNot.TOGETHER: Rule.TOGETHER,
    WhyNot.TIE: Rule.LIST_DOCTOR,  # or as TIED says
    WhyNot.HOLDER: Rule.HOLDER,
    WhyNot.LOADED: Rule.LEAST_LOADED,
    WhyNot.ALIKE: Rule.AS_WELL,
}
TIED = {
    Tie.LIST_DOCTOR: Rule.LIST_DOCTOR,
    Tie.USUAL_NURSE: Rule.USUAL_NURSE,
    Tie.COVER: Rule.COVER,
}


@dataclass(slots=True)
class _Book:
    """The plan's minutes, per member and day."""

    problem: Problem
    where: Mapping[int, Place]
    patients: set[int | None]
    hours: dict[int, dict[dt.date, int]] = field(default_factory=dict)
    free: dict[int, dict[dt.date, int]] = field(default_factory=dict)
    load: dict[int, int] = field(default_factory=dict)
    capacity: dict[int, int] = field(default_factory=dict)
    visits: dict[int, set[int]] = field(default_factory=dict)
    rates: dict[int, dict[int, tuple[int, int]]] = field(default_factory=dict)
    windows: dict[tuple[dt.date, dt.date | None, dt.date | None], list[dt.date]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        days = self.problem.days
        for member in self.problem.members:
            self.hours[member.id] = {day: m for day in days if (m := member.minutes.get(day, 0)) > 0}
            self.free[member.id] = dict(self.hours[member.id])
            self.capacity[member.id] = sum(self.hours[member.id].values())
        self.load = dict.fromkeys(self.hours, 0)
        for task in self.problem.tasks:
            if task.id in self.where:
                member_id, day = self.where[task.id]
                self.free[member_id][day] -= task.minutes
                self.load[member_id] += task.minutes
        theirs = [task for task in self.problem.tasks if task.patient in self.patients]
        for group in costs.companions(theirs):
            ids = {theirs[index].id for index in group}
            self.visits |= {own: ids - {own} for own in ids}

    def window(self, task: TaskToPlace) -> list[dt.date]:
        """The problem's days on which the task may be done."""
        key = (task.earliest, task.latest, task.planned if task.pinned_day else None)
        if key not in self.windows:
            self.windows[key] = [day for day in self.problem.days if costs.may_be_on(task, day)]
        return self.windows[key]

    def care(self, task: TaskToPlace) -> dict[int, tuple[int, int]]:
        key = id(task.candidates)
        if key not in self.rates:
            self.rates[key] = costs.care(task.candidates, self.problem.weights)
        return self.rates[key]

    def other(self, candidate: Candidate, why_not: WhyNot) -> Other:
        who = candidate.member_id
        return Other(who, why_not, self.load.get(who, 0), self.capacity.get(who, 0))


def explain(problem: Problem, where: Mapping[int, Place], objective: Objective) -> Plan:
    """The plan with its reasons. `where`: {task id: (member, day)} of the tasks that got somebody."""
    placements, unplaced = reasons_of(problem, where, problem.tasks)
    return Plan(placements, unplaced, objective)


def reasons_of(
    problem: Problem, where: Mapping[int, Place], tasks: Iterable[TaskToPlace]
) -> tuple[tuple[Placement, ...], tuple[Unplaced, ...]]:
    """The reasons of some of the problem's tasks: (those that got somebody, the others)."""
    tasks = list(tasks)
    book = _Book(problem, where, {task.patient for task in tasks})
    placements, unplaced = [], []
    for task in tasks:
        days = book.window(task)
        if task.id in where:
            placements.append(_placement(task, where[task.id], days, book))
        else:
            unplaced.append(_unplaced(task, days, book))
    return tuple(placements), tuple(unplaced)


def _placement(task: TaskToPlace, place: Place, days: list[dt.date], book: _Book) -> Placement:
    who, day = place
    chosen = next(c for c in task.candidates if c.member_id == who)
    others = tuple(
        book.other(c, _why_not(task, c, chosen, day, days, book)) for c in task.candidates if c is not chosen
    )
    load = book.load[who]
    return Placement(
        task.id, who, day, _rule(task, chosen, others), chosen.ground,
        load - task.minutes, load, book.capacity[who], others,
    )  # fmt: skip


def _why_not(
    task: TaskToPlace, c: Candidate, chosen: Candidate, day: dt.date, days: list[dt.date], book: _Book
) -> WhyNot:
    free = book.free.get(c.member_id, {})
    last = max(task.due, days[0]) if task.due is not None else None  # that is in time
    if last is not None and day <= last and not any(each in free for each in days if each <= last):
        return WhyNot.AWAY  # which says more than that there is room afterwards
    soonest, there = None, False
    for each in days:
        if each in free:
            there = True
            if free[each] >= task.minutes:
                soonest = each
                break
    if soonest is None:
        return WhyNot.FULL if there else WhyNot.AWAY
    if last is not None and day <= last < soonest:
        return WhyNot.LATER
    mine, theirs = book.care(task)[chosen.member_id], book.care(task)[c.member_id]
    if theirs[0] > mine[0]:
        return WhyNot.LEVEL
    if any(book.where.get(other) == (chosen.member_id, day) for other in book.visits.get(task.id, ())):
        return WhyNot.TOGETHER
    return WhyNot.TIE if theirs[1] > mine[1] else _nearly_alike(task, c, chosen, book)


def _nearly_alike(task: TaskToPlace, c: Candidate, chosen: Candidate, book: _Book) -> WhyNot:
    if task.holder == chosen.member_id:
        return WhyNot.HOLDER
    return WhyNot.LOADED if _busier(c.member_id, chosen.member_id, task.minutes, book) else WhyNot.ALIKE


def _busier(other: int, chosen: int, minutes: int, book: _Book) -> bool:
    """Has the other more to do, relative to own time, than the chosen one had without this task?"""
    return book.load[other] * book.capacity[chosen] > (book.load[chosen] - minutes) * book.capacity[other]


def _rule(task: TaskToPlace, chosen: Candidate, others: tuple[Other, ...]) -> Rule:
    """What decided against the last of the others who could have had it."""
    if task.pinned:
        return Rule.PINNED
    if not others:
        return Rule.ONLY_ONE
    held = {other.why_not for other in others}
    decided = [why_not for why_not in DECIDES if why_not in held]
    if not decided:
        return Rule.ONLY_ROOM
    if decided[-1] is WhyNot.TIE and chosen.tie is not None:
        return TIED[chosen.tie]
    return DECIDES[decided[-1]]


def _unplaced(task: TaskToPlace, days: list[dt.date], book: _Book) -> Unplaced:
    whys = []
    for candidate in task.candidates:
        hours = book.hours.get(candidate.member_id, {})
        there = [day for day in days if day in hours]
        room = any(book.free[candidate.member_id][day] >= task.minutes for day in there)
        why_not = WhyNot.AWAY if not there else WhyNot.LEVEL if room else WhyNot.FULL
        whys.append(book.other(candidate, why_not))
    return Unplaced(task.id, _obstacle(task, days, book), tuple(whys))


def _obstacle(task: TaskToPlace, days: list[dt.date], book: _Book) -> Obstacle:
    if not task.candidates:
        return Obstacle.NOBODY_MAY
    pinned = task.pinned or task.pinned_day
    hours = [book.hours.get(c.member_id, {}) for c in costs.usable(task)]
    there = [own[day] for own in hours for day in days if day in own]
    if not there:
        return Obstacle.PINNED_AWAY if pinned else Obstacle.NOBODY_THERE
    if pinned:
        return Obstacle.PINNED_FULL
    if task.after not in book.where and any(other.id == task.after for other in book.problem.tasks):
        return Obstacle.AFTER
    if task.minutes > max(there):
        return Obstacle.TOO_LONG
    waits = task.due is not None and task.due > book.problem.days[-1]
    return Obstacle.MAY_WAIT if waits else Obstacle.NOBODY_HAS_TIME
