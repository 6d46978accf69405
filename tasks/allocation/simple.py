"""A sharing out by plain rules, one task at a time.

Order: hard deadlines, then by due date. Among those who may, at the lowest sufficient level of care where
anybody has room before it is due: who has it already, then the patient's own doctor or nurse, then the least
loaded by minutes relative to capacity. Day: as soon as possible when overdue or hard, otherwise the least
booked day of the window, so that no day is full before it begins; a day once planned is kept. A task that a person gave to somebody who
works in these days stays theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from tasks.allocation.problem import (
    Candidate,
    MemberDays,
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

TIE_RULES = {Tie.LIST_DOCTOR: Rule.LIST_DOCTOR, Tie.USUAL_NURSE: Rule.USUAL_NURSE}


class _Book:
    """How many minutes of each member's days are booked so far."""

    def __init__(self, members: Iterable[MemberDays]) -> None:
        self.capacity = {m.id: dict(m.minutes) for m in members}
        self.total = {m.id: sum(m.minutes.values()) for m in members}
        self.booked: dict[int, dict[dt.date, int]] = {m.id: dict.fromkeys(m.minutes, 0) for m in members}
        self.load = dict.fromkeys(self.capacity, 0)

    def days_with_room(self, member_id: int, minutes: int, days: Iterable[dt.date]) -> list[dt.date]:
        capacity, booked = self.capacity.get(member_id, {}), self.booked.get(member_id, {})
        return [day for day in days if day in capacity and booked[day] + minutes <= capacity[day]]

    def share(self, member_id: int) -> float:
        return self.load[member_id] / self.total[member_id]

    def day_share(self, member_id: int, day: dt.date) -> float:
        return self.booked[member_id][day] / self.capacity[member_id][day]

    def book(self, member_id: int, day: dt.date, minutes: int) -> None:
        self.booked[member_id][day] += minutes
        self.load[member_id] += minutes


def solve(problem: Problem, *, stop: Callable[[], bool] | None = None) -> Plan:
    """Place every task that somebody may do and has time for. The same problem gives the same plan."""
    book = _Book(problem.members)
    placements, unplaced = [], []
    for task in sorted(problem.tasks, key=_urgency):
        placed = _place(task, problem.days, book)
        if isinstance(placed, Placement):
            placements.append(placed)
        else:
            unplaced.append(placed)
    return Plan(tuple(placements), tuple(unplaced))


def _urgency(task: TaskToPlace) -> tuple[bool, dt.date, int]:
    return (not task.hard, task.due or dt.date.max, task.id)


def _place(task: TaskToPlace, days: tuple[dt.date, ...], book: _Book) -> Placement | Unplaced:
    candidates = task.candidates
    if task.pinned and book.total.get(task.holder or 0):
        candidates = tuple(c for c in candidates if c.member_id == task.holder) or candidates
    window = [day for day in days if day >= task.earliest and (task.latest is None or day <= task.latest)]
    in_time = [day for day in window if task.due is None or day <= task.due]
    for allowed in (in_time, window):
        for level in sorted({c.level for c in candidates}):
            at_level = [c for c in candidates if c.level == level]
            room = {
                c: found
                for c in at_level
                if (found := book.days_with_room(c.member_id, task.minutes, allowed))
            }
            if room:
                return _choose(task, at_level, room, book, in_a_hurry=task.hard or allowed is not in_time)
    obstacle = Obstacle.NOBODY_HAS_TIME if task.candidates else Obstacle.NOBODY_MAY
    return Unplaced(task.id, obstacle)


def _choose(
    task: TaskToPlace,
    at_level: list[Candidate],
    room: dict[Candidate, list[dt.date]],
    book: _Book,
    *,
    in_a_hurry: bool,
) -> Placement:
    chosen = min(
        room, key=lambda c: (c.member_id != task.holder, c.tie is None, book.share(c.member_id), c.member_id)
    )
    who = chosen.member_id
    days = room[chosen]
    if in_a_hurry:
        day = days[0]
    elif who == task.holder and task.planned in days:
        day = task.planned
    else:
        day = min(days, key=lambda d: (book.day_share(who, d), d))
    before = book.load[who]
    book.book(who, day, task.minutes)
    return Placement(
        task.id,
        who,
        day,
        _rule(task, at_level, chosen),
        chosen.ground,
        before,
        book.load[who],
        book.total[who],
        tuple(
            Other(
                c.member_id,
                WhyNot.LOADED if c in room else WhyNot.FULL,
                book.load.get(c.member_id, 0),
                book.total.get(c.member_id, 0),
            )
            for c in task.candidates
            if c is not chosen
        ),
    )


def _rule(task: TaskToPlace, at_level: list[Candidate], chosen: Candidate) -> Rule:
    """What decided, in the order in which it is looked at."""
    if task.pinned and chosen.member_id == task.holder:
        return Rule.PINNED
    if len(at_level) == 1:
        return Rule.ONLY_ONE
    if chosen.member_id == task.holder:
        return Rule.HOLDER
    return TIE_RULES[chosen.tie] if chosen.tie else Rule.LEAST_LOADED
