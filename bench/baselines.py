"""What others do, on the same instances and under the same hard rules, so that it can be costed alike.

Random eligible (SORMAS), fewest open (Request Tracker), round robin (both): they pick a person as tasks come
in, by no more than that, and the person does it on their first day with room in the window; when there is none,
nobody does. Greedy is what Fordel did before: one task at a time by plain rules, hours and ties among them.
Flow and rounding is what Fordel does now, without the search that follows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tasks.allocation import solve
from tasks.allocation.problem import Candidate, Problem, TaskToPlace

Where = dict[int, tuple[int, dt.date]]
Pick = Callable[[TaskToPlace, Sequence[Candidate]], Candidate]


@dataclass(slots=True)
class Book:
    """Who has what on which day so far, and the hard rules about it."""

    problem: Problem
    where: Where = field(default_factory=dict)
    free: dict[tuple[int, dt.date], int] = field(default_factory=dict)
    capacity: dict[int, int] = field(default_factory=dict)
    load: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for member in self.problem.members:
            self.free |= {(member.id, d): member.minutes.get(d, 0) for d in self.problem.days}
            self.capacity[member.id] = sum(member.minutes.get(d, 0) for d in self.problem.days)

    def window(self, task: TaskToPlace) -> list[dt.date]:
        """The days on which it may be done, as things stand: none while its preparation has no day."""
        first = task.earliest
        if task.after is not None and any(t.id == task.after for t in self.problem.tasks):
            if task.after not in self.where:
                return []
            first = max(first, self.where[task.after][1])
        days = [d for d in self.problem.days if d >= first and (task.latest is None or d <= task.latest)]
        return [d for d in days if d == task.planned] if task.pinned and task.pinned_day else days

    def may(self, task: TaskToPlace) -> list[Candidate]:
        return [c for c in task.candidates if not task.pinned or c.member_id == task.holder]

    def room(self, member_id: int, task: TaskToPlace, days: Iterable[dt.date]) -> list[dt.date]:
        return [d for d in days if 0 < self.free.get((member_id, d), 0) >= task.minutes]

    def book(self, member_id: int, day: dt.date, task: TaskToPlace) -> None:
        self.where[task.id] = (member_id, day)
        self.free[member_id, day] -= task.minutes
        self.load[member_id] += task.minutes
        self.open[member_id] += 1


def random_eligible(problem: Problem, seed: int) -> Where:
    """Anybody who may."""
    chance = random.Random(seed)
    return _as_they_come(problem, lambda book: lambda task, who: chance.choice(who))


def fewest_open(problem: Problem, seed: int) -> Where:
    """Whoever who may has the fewest tasks; minutes do not count."""
    return _as_they_come(
        problem, lambda book: lambda task, who: min(who, key=lambda c: book.open[c.member_id])
    )


def round_robin(problem: Problem, seed: int) -> Where:
    """Whoever who may has waited longest for one."""
    turn: Counter[int] = Counter()

    def next_one(task: TaskToPlace, who: Sequence[Candidate]) -> Candidate:
        chosen = min(who, key=lambda c: (turn[c.member_id], c.member_id))
        turn[chosen.member_id] = max(turn.values(), default=0) + 1
        return chosen

    return _as_they_come(problem, lambda book: next_one)


def _as_they_come(problem: Problem, chooser: Callable[[Book], Pick]) -> Where:
    book = Book(problem)
    pick = chooser(book)
    for task in _preparations_first(sorted(problem.tasks, key=lambda t: t.id)):
        if who := book.may(task):
            chosen = pick(task, who).member_id
            if room := book.room(chosen, task, book.window(task)):
                book.book(chosen, room[0], task)
    return book.where


def _preparations_first(tasks: Iterable[TaskToPlace]) -> Iterator[TaskToPlace]:
    """In the order given, but no signature before its preparation."""
    by_id = {task.id: task for task in tasks}
    seen: set[int] = set()
    for task in by_id.values():
        chain: list[TaskToPlace] = []
        step: TaskToPlace | None = task
        while step is not None and step.id not in seen:
            seen.add(step.id)
            chain.append(step)
            step = by_id.get(step.after) if step.after is not None else None
        yield from reversed(chain)


def greedy(problem: Problem, seed: int) -> Where:
    """Hard deadlines, then by due date, one at a time.

    Among those at the lowest level of care where anybody has room in time: who has it already, then the
    patient's own, then the least loaded relative to capacity. As soon as possible when late or hard, otherwise
    on the day planned yesterday, or the emptiest.
    """
    book = Book(problem)
    in_a_hurry = sorted(problem.tasks, key=lambda t: (not t.hard, t.due or dt.date.max, t.id))
    for task in _preparations_first(in_a_hurry):
        window = book.window(task)
        in_time = [d for d in window if task.due is None or d <= task.due]
        for allowed in (in_time, window):
            if _give(book, task, allowed, hurry=task.hard or allowed is not in_time):
                break
    return book.where


def _give(book: Book, task: TaskToPlace, allowed: list[dt.date], *, hurry: bool) -> bool:
    """To the best of those at the lowest level who have room on these days; whether there was anybody."""
    may = book.may(task)
    for level in sorted({c.level for c in may}):
        room = {c: d for c in may if c.level == level and (d := book.room(c.member_id, task, allowed))}
        if room:
            chosen = min(room, key=lambda c: _preference(book, task, c))
            book.book(chosen.member_id, _day(book, task, chosen.member_id, room[chosen], hurry), task)
            return True
    return False


def _preference(book: Book, task: TaskToPlace, candidate: Candidate) -> tuple[bool, bool, float, int]:
    who = candidate.member_id
    return who != task.holder, candidate.tie is None, book.load[who] / book.capacity[who], who


def _day(book: Book, task: TaskToPlace, who: int, days: list[dt.date], hurry: bool) -> dt.date:
    if hurry:
        return days[0]
    if who == task.holder and task.planned in days:
        return task.planned
    hours = next(m.minutes for m in book.problem.members if m.id == who)
    return max(days, key=lambda d: (book.free[who, d] / hours[d], -d.toordinal()))


def flow_and_rounding(problem: Problem, seed: int) -> Where:
    """Our own answer when stopped at once: the relaxation by one min-cost flow, rounded; single moves that save."""
    plan = solve(problem, stop=lambda: True)
    return {p.task_id: (p.member_id, p.day) for p in plan.placements}


BASELINES: dict[str, Callable[[Problem, int], Where]] = {
    "random_eligible": random_eligible,
    "fewest_open": fewest_open,
    "round_robin": round_robin,
    "greedy": greedy,
    "flow_and_rounding": flow_and_rounding,
}
