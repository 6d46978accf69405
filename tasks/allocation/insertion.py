"""One task more, now: the cheapest place for it in a plan that stands, moving a few others at most. Pure Python.

For the day's urgent work and for what nobody has yet. Nothing that a person started (it is not in the problem) or
pinned is moved. The points are those of costs.py without evenness, which decides between equals.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from tasks.allocation import costs
from tasks.allocation.costs import Place
from tasks.allocation.problem import Obstacle, Placement, Problem, TaskToPlace
from tasks.allocation.reasons import reasons_of

PLACES = 6  # full places, the cheapest, in which room is looked for
MOVES = 3  # tasks that may have to move

Option = tuple[int, int, dt.date, int]  # points, load, day, member


@dataclass(frozen=True, slots=True)
class Insertion:
    """Where it goes (or why nowhere), and the others that had to move for it."""

    placement: Placement | None
    moved: tuple[Placement, ...] = ()
    obstacle: Obstacle | None = None


class _Day:
    """The plan as it stands: minutes free, and who lies where."""

    def __init__(self, problem: Problem, plan: Mapping[int, Place]) -> None:
        self.problem = problem
        self.free = {(m.id, day): m.minutes.get(day, 0) for m in problem.members for day in problem.days}
        self.load: dict[int, int] = defaultdict(int)
        self.inside: dict[Place, list[TaskToPlace]] = defaultdict(list)
        self.rates: dict[int, dict[int, tuple[int, int]]] = {}
        self.ordered: set[int] = set()  # preparations and signatures: held where they are
        for task in problem.tasks:
            if task.after is not None:
                self.ordered |= {task.id, task.after}
            if task.id in plan:
                place = plan[task.id]
                self.free[place] = self.free.get(place, 0) - task.minutes
                self.load[place[0]] += task.minutes
                self.inside[place].append(task)

    def points(self, task: TaskToPlace, place: Place) -> int:
        """What the place costs the task, as by costs.py, but evenness and visits."""
        days, w, key = self.problem.days, self.problem.weights, id(task.candidates)
        if key not in self.rates:
            self.rates[key] = costs.care(task.candidates, w)
        late = costs.late(task, place[1], days, w) + costs.moved(task, place, days, w)
        return costs.minutes_of(task) * (sum(self.rates[key][place[0]]) + late)

    def options(self, task: TaskToPlace, *, full: bool = False) -> list[Option]:
        """Every place with room that the task may have, the cheapest first; with `full`, those without as well."""
        days = [day for day in self.problem.days if costs.may_be_on(task, day)]
        places = [(c.member_id, day) for c in costs.usable(task) for day in days]
        open_ = [at for at in places if at in self.free and (full or self.fits(task, at))]
        found = [(self.points(task, at), self.load[at[0]], at[1], at[0]) for at in open_]
        return sorted(found)

    def fits(self, task: TaskToPlace, place: Place, taken: int = 0) -> bool:
        return self.free[place] - taken >= max(1, task.minutes)


def insert(problem: Problem, plan: Mapping[int, Place], task_id: int) -> Insertion:
    """Put one task of the problem into a plan that has {task id: (member, day)} for the others.

    Raises KeyError when the problem has no such task.
    """
    task = {each.id: each for each in problem.tasks}[task_id]
    stands = {other: place for other, place in plan.items() if other != task_id}
    day = _Day(problem, stands)
    first, last = _between(task, problem, stands)
    options = [option for option in day.options(task, full=True) if first <= option[2] <= last]
    ways: list[tuple[int, dict[int, Place]]] = []
    for turn, (points, _load, on, who) in enumerate(options):
        if day.fits(task, (who, on)):
            ways.append((points, {task_id: (who, on)}))
            break
        if turn < PLACES:
            dearer, moves = _make_room(day, (who, on), task.minutes - day.free[who, on])
            if moves:
                ways.append((points + dearer, {task_id: (who, on), **moves}))
    changed = min(ways, key=itemgetter(0))[1] if ways else {}
    touched = [each for each in problem.tasks if each.id in {task_id, *changed}]
    placed, unplaced = reasons_of(problem, {**stands, **changed}, touched)
    own = [each for each in placed if each.task_id == task_id]
    others = tuple(each for each in placed if each.task_id != task_id)
    return Insertion(own[0] if own else None, others, unplaced[0].obstacle if unplaced else None)


def _between(task: TaskToPlace, problem: Problem, plan: Mapping[int, Place]) -> tuple[dt.date, dt.date]:
    """The days on which it may be, as to what must come before it and after it."""
    first = dt.date.min
    if task.after is not None and any(each.id == task.after for each in problem.tasks):
        first = plan[task.after][1] if task.after in plan else dt.date.max
    signatures = [plan[each.id][1] for each in problem.tasks if each.after == task.id and each.id in plan]
    return first, min(signatures, default=dt.date.max)


def _make_room(day: _Day, place: Place, need: int) -> tuple[int, dict[int, Place]]:
    """One other that leaves the place, or a few: the cheapest (points, {task id: where to}); nothing when none can."""
    leaving = []
    for task in day.inside[place]:
        if not (task.pinned or task.pinned_day or task.id in day.ordered):
            now = day.points(task, place)
            elsewhere = next((o for o in day.options(task) if (o[3], o[2]) != place), None)
            if elsewhere is not None:
                leaving.append((elsewhere[0] - now, task.id, task, (elsewhere[3], elsewhere[2])))
    leaving.sort(key=itemgetter(0, 1))
    alone = [each for each in leaving if each[2].minutes >= need][:1]
    points, moves, taken = 0, dict[int, Place](), dict[Place, int]()
    for dearer, task_id, task, to in alone or leaving:
        if day.fits(task, to, taken.get(to, 0)):
            points, moves[task_id] = points + dearer, to
            taken[to] = taken.get(to, 0) + task.minutes
            need -= task.minutes
        if need <= 0 or len(moves) == MOVES:
            break
    return (points, moves) if need <= 0 else (0, {})
