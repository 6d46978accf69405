"""What a plan costs, reckoned a second time: the checker's own reading of the formula in `costs.py`'s docstring.

No code is shared with it, so that a slip in one shows as a difference. `rates` is also what the benches build
HiGHS's relaxation from.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from tasks.allocation.problem import Problem, TaskToPlace

Where = Mapping[int, tuple[int, dt.date]]
BENDS = 30  # days
DAY = dt.timedelta(days=1)


def recount(problem: Problem, where: Where) -> tuple[int, int, int, int, int]:
    """The five levels of a plan in which task `id` is with `where[id]`, and the others with nobody."""
    if not problem.days:
        return 0, 0, 0, 0, 0
    late = care = known = calm = 0
    total: Counter[int] = Counter()
    daily: Counter[tuple[int, dt.date]] = Counter()
    for task in problem.tasks:
        minutes = task.minutes or 1
        if (place := where.get(task.id)) is None:
            one, two, _, four = left_over(problem, task)
            late, care, calm = late + minutes * one, care + minutes * two, calm + minutes * four
            continue
        total[place[0]] += minutes
        daily[place] += minutes
        one, two, three, four = rates(problem, task, *place)
        late, care = late + minutes * one, care + minutes * two
        known, calm = known + minutes * three, calm + minutes * four
    known += problem.weights.visit * sum(_extra_visits(problem, where))
    return late, care, known, calm, _unevenness(problem, total, daily)


def rates(problem: Problem, task: TaskToPlace, member_id: int, day: dt.date) -> tuple[int, int, int, int]:
    """Levels 1 to 4 per minute of doing the task there."""
    points = problem.weights
    candidates = {c.member_id: c for c in task.candidates}
    mine = candidates[member_id]
    steps = mine.level - min([c.level for c in task.candidates])
    stranger = mine.tie is None and mine.level in [c.level for c in task.candidates if c.tie]
    calm = _disturbed(problem, task, member_id, day)
    if task.hard:
        calm += points.margin * max(0, (day - _opens(problem, task)).days)
    return _lateness(problem, task, day), points.level * steps, points.tie * stranger, calm


def left_over(problem: Problem, task: TaskToPlace) -> tuple[int, int, int, int]:
    """Levels 1 to 4 per minute of giving it to nobody."""
    after = problem.days[-1] + DAY
    in_time = task.due is not None and task.due >= after
    wait = problem.weights.wait * in_time
    return _lateness(problem, task, after), wait, 0, _disturbed(problem, task, None, None)


def _disturbed(problem: Problem, task: TaskToPlace, member_id: int | None, day: dt.date | None) -> int:
    """Per minute of not keeping the person, and of not keeping the day."""
    points, calm = problem.weights, 0
    if task.holder in [c.member_id for c in task.candidates] and member_id != task.holder:
        calm += points.holder
    if task.planned in problem.days and day != task.planned and _open(task, task.planned):
        calm += points.day
    return calm


def steps(capacity: int, parts: int) -> list[int]:
    """How many of the capacity's minutes cost 0, 1, 2, … times the step."""
    bounds = [-(-capacity * part // parts) for part in range(parts + 1)]
    return [after - before for before, after in pairwise(bounds)]


def _opens(problem: Problem, task: TaskToPlace) -> dt.date:
    return max(task.earliest, problem.days[0])


def _lateness(problem: Problem, task: TaskToPlace, day: dt.date) -> int:
    points, due = problem.weights, task.due or problem.days[-1]
    waited = max(0, (day - _opens(problem, task)).days)
    return _lateness_of((day - due).days, waited, points.late, points.hard if task.hard else 0)


@cache
def _lateness_of(over: int, waited: int, late: int, hard: int) -> int:
    """`over`: days after the due date; `waited`: days since it could first have been done."""
    avoidable = range(max(1, over - waited + 1), over + 1)  # those that an earlier day would have spared
    return sum(late * min(n, BENDS) + hard for n in avoidable)


def _open(task: TaskToPlace, day: dt.date) -> bool:
    return task.earliest <= day and (task.latest is None or day <= task.latest)


def _extra_visits(problem: Problem, where: Where) -> Iterator[int]:
    """For each patient's tasks that belong together: how many places more than one."""
    own: dict[int, list[TaskToPlace]] = defaultdict(list)
    for task in problem.tasks:
        if task.patient is not None and task.candidates:
            own[task.patient].append(task)
    together: dict[tuple[int, frozenset[int]], list[TaskToPlace]] = defaultdict(list)
    for patient, tasks in own.items():
        for task in tasks if len(tasks) > 1 else ():
            least = min(c.level for c in task.candidates)
            people = frozenset(c.member_id for c in task.candidates if c.level == least)
            together[patient, people].append(task)
    for tasks in together.values():
        if len(tasks) > 1:
            ends = min(_ends(task) for task in tasks)
            places = {where[t.id] for t in tasks if t.id in where and t.earliest <= ends}
            yield max(0, len(places) - 1)


def _ends(task: TaskToPlace) -> dt.date:
    due = max(task.due, task.earliest) if task.due else dt.date.max
    return min(task.latest or due, due)


def _unevenness(problem: Problem, total: Counter[int], daily: Counter[tuple[int, dt.date]]) -> int:
    points, found = problem.weights, 0
    for member in problem.members:
        found += points.even * _climb(
            total[member.id], sum(member.minutes.get(d, 0) for d in problem.days), 10
        )
        for day in problem.days:
            found += points.spread * _climb(daily[member.id, day], member.minutes.get(day, 0), 4)
    return found


def _climb(minutes: int, capacity: int, parts: int) -> int:
    """Of so many minutes, each costs the number of whole parts of the capacity that lie under it."""
    if capacity <= 0:
        return 0
    return sum(max(0, minutes - -(-capacity * part // parts)) for part in range(1, parts))
