"""What a place costs, by level. The one definition behind bound, plan, insertion and reasons.

Points are whole numbers *per minute of work* (weights.toml), so that a task split between two places costs
the sum of its parts: that makes the relaxation a transportation problem, and its least cost a bound that one
min-cost flow finds exactly. A task counts at least one minute. Only the visit term is per visit; the bound
leaves it out, and stays a bound.

1. Lateness. A day n days after the due date is worth burden(n) = n(n+1)/2, straight on after 30: each day of
   delay weighs more for what has waited longer. A place costs `late` × (burden on its day − burden on the first
   day it could have been done); a hard deadline also `hard` × those days. A task without due date is due on the last of the days. Unplaced = the day after the last; one that is not
   due by then costs nothing here.
2. Level of care: `level` × steps above the lowest who may do it; unplaced though not yet due: `wait`, less than a
   doctor's minute on a nurse's work and more than anything below.
3. Continuity: `tie` when somebody of the same level has a tie to the patient and this member has not; `visit` for
   each place more than one that a patient's tasks for the same people (`companions`) are spread over.
4. Stability: `holder` when somebody else has it and may keep it; `day` when it was planned on another day that
   still is possible, both also for who loses its place; for a hard deadline `margin` × days until it is done, since
   plans do not always hold.
5. Fairness: the minute that falls in the k-th tenth of a member's own minutes costs `even` × k, and in the k-th
   quarter of a day `spread` × k (from 0). The sum of convex functions of load relative to capacity is least
   where the most loaded is as little loaded as possible, then the next (Fujishige 1980).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tasks.allocation.problem import Candidate, Problem, TaskToPlace
from tasks.allocation.weights import Weights

STRAIGHT_FROM = 30  # days overdue from which burden grows evenly
TENTHS, QUARTERS = 10, 4

Place = tuple[int, dt.date]


def minutes_of(task: TaskToPlace) -> int:
    """Minutes that count in the objective."""
    return max(1, task.minutes)


def usable(task: TaskToPlace) -> tuple[Candidate, ...]:
    """Who may get it: all who may do it, or only its holder when a person decided so."""
    if not task.pinned:
        return task.candidates
    return tuple(c for c in task.candidates if c.member_id == task.holder)


def may_be_on(task: TaskToPlace, day: dt.date) -> bool:
    """Is the day in the task's window and, when a person decided the day, that day?"""
    if task.pinned_day and task.planned is not None and day != task.planned:
        return False
    return task.earliest <= day and (task.latest is None or day <= task.latest)


def burden(days: int) -> int:
    """Of having waited so many days after the due date."""
    bent = min(days, STRAIGHT_FROM)
    return bent * (bent + 1) // 2 + STRAIGHT_FROM * max(0, days - STRAIGHT_FROM)


def late(task: TaskToPlace, day: dt.date, days: Sequence[dt.date], w: Weights) -> int:
    """Level 1 per minute for doing it on `day` (the day after the last of `days` for not at all)."""
    due = task.due or days[-1]
    start = max(days[0], task.earliest)
    over = max(0, (day - due).days)
    before = min(over, max(0, (start - due).days))
    points = w.late * (burden(over) - burden(before))
    if task.hard:
        points += w.hard * (over - before)
    return points


def unplaced(task: TaskToPlace, days: Sequence[dt.date], w: Weights) -> tuple[int, int, int]:
    """Levels 1, 2 and 4 per minute for giving it to nobody."""
    after = days[-1] + dt.timedelta(days=1)
    waits = task.due is not None and task.due >= after
    return late(task, after, days, w), w.wait if waits else 0, _uprooted(task, None, after, days, w)


def care(candidates: Sequence[Candidate], w: Weights) -> dict[int, tuple[int, int]]:
    """Levels 2 and 3 per minute for each of those who may: {member: (level of care, tie)}."""
    lowest = min((c.level for c in candidates), default=0)
    tied = {c.level for c in candidates if c.tie}
    return {
        c.member_id: (w.level * (c.level - lowest), w.tie if c.level in tied and not c.tie else 0)
        for c in candidates
    }


def moved(task: TaskToPlace, place: Place, days: Sequence[dt.date], w: Weights) -> int:
    """Level 4 per minute."""
    points = _uprooted(task, place[0], place[1], days, w)
    if task.hard:
        points += w.margin * max(0, (place[1] - max(days[0], task.earliest)).days)
    return points


def _uprooted(
    task: TaskToPlace, member_id: int | None, day: dt.date, days: Sequence[dt.date], w: Weights
) -> int:
    points = 0
    if task.holder is not None and member_id != task.holder:
        points += w.holder if any(c.member_id == task.holder for c in usable(task)) else 0
    if task.planned is not None and day != task.planned and may_be_on(task, task.planned):
        points += w.day if task.planned in days else 0
    return points


def companions(tasks: Sequence[TaskToPlace]) -> list[list[int]]:
    """Indexes of each patient's tasks that belong in one visit: same lowest level's people, a window in common."""
    alike: dict[tuple[int, frozenset[int]], list[int]] = defaultdict(list)
    lowest: dict[int, frozenset[int]] = {}  # by identity: a clinic's tasks share few tuples of candidates
    several = Counter(task.patient for task in tasks)
    for index, task in enumerate(tasks):
        if task.patient is not None and several[task.patient] > 1 and task.candidates:
            key = id(task.candidates)
            if key not in lowest:
                level = min(c.level for c in task.candidates)
                lowest[key] = frozenset(c.member_id for c in task.candidates if c.level == level)
            alike[task.patient, lowest[key]].append(index)
    groups = (_at_once(tasks, found) for found in alike.values() if len(found) > 1)
    return sorted(group for group in groups if len(group) > 1)


def _at_once(tasks: Sequence[TaskToPlace], found: list[int]) -> list[int]:
    """Those that may begin before the first of them should be done."""

    def until(index: int) -> dt.date:
        task = tasks[index]
        return min(task.latest or dt.date.max, max(task.due or dt.date.max, task.earliest))

    ends = min(map(until, found))
    return [index for index in found if tasks[index].earliest <= ends]


def piece(step: int, minutes: int, capacity: int, parts: int) -> int:
    """Level 5 of so many minutes out of a capacity: the minute x (from 0) costs step × floor(parts × x / capacity)."""
    if capacity <= 0:
        return 0
    borders = (-(-part * capacity // parts) for part in range(1, parts))
    return step * sum(max(0, minutes - border) for border in borders)


def levels(problem: Problem, where: Mapping[int, Place]) -> tuple[int, int, int, int, int]:
    """The whole objective of a plan, by level. `where`: {task id: (member, day)} of the placed tasks."""
    days, w = problem.days, problem.weights
    one = two = three = four = five = 0
    known: dict[int, dict[int, tuple[int, int]]] = {}
    for task in problem.tasks:
        minutes, place = minutes_of(task), where.get(task.id)
        if place is None:
            first, second, fourth = unplaced(task, days, w) if days else (0, 0, 0)
            one, two, four = one + minutes * first, two + minutes * second, four + minutes * fourth
            continue
        rates = known.setdefault(id(task.candidates), {}) or care(task.candidates, w)
        known[id(task.candidates)] = rates
        one += minutes * late(task, place[1], days, w)
        two += minutes * rates[place[0]][0]
        three += minutes * rates[place[0]][1]
        four += minutes * moved(task, place, days, w)
    for group in companions(problem.tasks):
        places = {where[problem.tasks[i].id] for i in group if problem.tasks[i].id in where}
        three += w.visit * max(0, len(places) - 1)
    booked: dict[Place, int] = defaultdict(int)
    for task in problem.tasks:
        if task.id in where:
            booked[where[task.id]] += minutes_of(task)
    for member in problem.members:
        own = {day: member.minutes.get(day, 0) for day in days}
        mine = {day: booked[member.id, day] for day in days}
        five += piece(w.even, sum(mine.values()), sum(own.values()), TENTHS)
        five += sum(piece(w.spread, mine[day], own[day], QUARTERS) for day in days)
    return one, two, three, four, five
