"""The problem as arrays, its relaxation as one min-cost flow: the bound, a first answer, and what room is worth.

Because points are per minute and a task's minutes do not depend on who does it, letting tasks be split turns
the problem into a transportation problem: tasks → member-days → members → sink, with convex costs as parallel
arcs. OR-Tools solves it exactly in whole numbers (FLOORS §5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from tasks.allocation import costs
from tasks.allocation.problem import Problem

Ints = npt.NDArray[np.int64]
NEVER = np.int64(1) << 60  # dearer than any plan: a place that a task cannot have
TOO_MUCH = np.int64(1) << 40  # the same, per minute: no rate of weights.toml comes near
TOO_DEAR = "points that do not add up: dates too far apart, or weights too heavy"


@dataclass(frozen=True, slots=True)
class Model:
    """n tasks, k places (member-days, member by member) and, as place k, nobody.

    `cost` (n, k + 1) in points for the whole task; `minutes` (n,); `hours` (k,) each place's minutes and `room` (k + 1,)
    those that whole tasks can fill; `own` (members,) each member's minutes; `group` (n, most companions) indexes of the tasks of the same visit, -1 for none; `before` (n,) index
    of the task that must not come later, -1 for none.
    """

    problem: Problem
    minutes: Ints
    cost: Ints
    hours: Ints
    room: Ints
    own: Ints
    group: Ints
    before: Ints

    @property
    def days(self) -> int:
        return len(self.problem.days)


def model(problem: Problem) -> Model:
    """Arrays of the problem. Members and days without minutes stay in, with no room."""
    tasks, days = problem.tasks, problem.days
    minutes = np.array([costs.minutes_of(task) for task in tasks], dtype=np.int64)
    hours = np.array(
        [[max(0, m.minutes.get(day, 0)) for day in days] for m in problem.members], dtype=np.int64
    ).reshape(len(problem.members), len(days))
    place = {task.id: index for index, task in enumerate(tasks)}
    before = np.array(
        [place.get(task.after, -1) if task.after is not None else -1 for task in tasks], dtype=np.int64
    )
    points = _points(problem, hours.ravel())
    points[:, :-1][hours.ravel()[None, :] < minutes[:, None]] = TOO_MUCH  # longer than the whole day
    _not_before(points, before, len(days))
    cost = np.where(points < TOO_MUCH, points * minutes[:, None], NEVER)
    if float(np.where(points < TOO_MUCH, points, 0).max(axis=1, initial=0) @ minutes.astype(float)) > NEVER:
        raise ValueError(TOO_DEAR)
    room = np.append(_fillable(hours.ravel(), minutes, cost[:, :-1] < NEVER), minutes.sum())
    groups = costs.companions(tasks)
    group = np.full((len(tasks), max(map(len, groups), default=1)), -1, dtype=np.int64)
    for found in groups:
        for index in found:
            group[index, : len(found) - 1] = [other for other in found if other != index]
    return Model(problem, minutes, cost, hours.ravel(), room, hours.sum(axis=1), group, before)


def _not_before(points: Ints, before: Ints, days: int) -> None:
    """No signature earlier than its preparation can be; where that has no place, nowhere."""
    day, changed = np.arange(points.shape[1] - 1) % max(1, days), True
    while changed:  # as often as the longest chain has links
        changed = False
        for index in np.flatnonzero(before >= 0):
            possible = points[before[index], :-1] < TOO_MUCH
            early = day < (day[possible].min() if possible.any() else days)
            changed = changed or bool((points[index, :-1][early] < TOO_MUCH).any())
            points[index, :-1][early] = TOO_MUCH


def _fillable(hours: Ints, minutes: Ints, may: npt.NDArray[np.bool_]) -> Ints:
    """(k,) the most of each place's minutes that a sum of tasks allowed there can be: two of 50 fill 100 of 120.

    No plan uses more, so the bound may count on no more. Sums with repetition, hence an upper limit of the truth.
    """
    lengths = np.unique(minutes)
    there = np.array([may[minutes == length].any(axis=0) for length in lengths]).reshape(len(lengths), -1)
    known: dict[tuple[int, bytes], int] = {}
    filled = []
    for place, most in enumerate(hours.tolist()):
        key = (most, there[:, place].tobytes())
        if key not in known:
            known[key] = _largest_sum(lengths[there[:, place]].tolist(), most)
        filled.append(known[key])
    return np.array(filled, dtype=np.int64)


def _largest_sum(lengths: list[int], most: int) -> int:
    """The largest sum of these, each as often as one likes, that is not above `most`."""
    sums, within = 1, (1 << (most + 1)) - 1  # bit s is set when s is a sum
    for length in lengths:
        step = length
        while step <= most:
            sums |= (sums << step) & within
            step *= 2
    return sums.bit_length() - 1


def _points(problem: Problem, hours: Ints) -> Ints:
    """(n, k + 1) points per minute; NEVER where the task cannot be."""
    tasks, days, w = problem.tasks, problem.days, problem.weights
    column = {member.id: index for index, member in enumerate(problem.members)}
    never = int(TOO_MUCH)
    by_day = np.full((len(tasks), len(days)), never, dtype=np.int64)
    by_member = np.full((len(tasks), len(column)), never, dtype=np.int64)
    nobody = np.zeros(len(tasks), dtype=np.int64)
    windows: dict[tuple[object, ...], tuple[Ints, int]] = {}
    people: dict[tuple[int, int | None], Ints] = {}
    for index, task in enumerate(tasks):
        held = any(c.member_id == task.holder for c in costs.usable(task))
        key = (task.earliest, task.due, task.latest, task.hard, task.pinned_day, task.planned, held)
        if key not in windows:
            row = [costs.late(task, d, days, w) if costs.may_be_on(task, d) else never for d in days]
            for day, other in enumerate(days):
                row[day] += costs.moved(task, (task.holder or 0, other), days, w) if row[day] < never else 0
            if any(never < points for points in row):
                raise ValueError(TOO_DEAR)
            windows[key] = (np.array(row, dtype=np.int64), sum(costs.unplaced(task, days, w)) if days else 0)
        by_day[index], nobody[index] = windows[key]
        who = (id(task.candidates), task.holder if task.pinned else None)
        if who not in people:
            people[who] = np.full(len(column), never, dtype=np.int64)
            rates = costs.care(task.candidates, w)
            for candidate in costs.usable(task):
                if candidate.member_id in column:
                    people[who][column[candidate.member_id]] = sum(rates[candidate.member_id])
        by_member[index] = people[who]
        if held:
            by_member[index] += w.holder
            if task.holder in column:
                by_member[index, column[task.holder]] -= w.holder
    points = (by_member[:, :, None] + by_day[:, None, :]).reshape(len(tasks), -1)
    points[:, hours == 0] = never
    return np.column_stack([points, nobody])


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The relaxation's answer: its cost (the bound), minutes of each task at each place (n, k + 1)."""

    bound: int
    flow: Ints


def relax(m: Model) -> Relaxed:
    """The cheapest plan when tasks may be split. Exact; raises RuntimeError when the flow has none (never seen)."""
    n, k = len(m.minutes), len(m.room) - 1
    members, w = len(m.own), m.problem.weights
    task, place = np.nonzero(m.cost[:, :k] < NEVER)
    sink = n + k + members
    ends = [(task, n + place, m.minutes[task], m.cost[task, place] // m.minutes[task])]
    every = np.arange(n)
    ends.append((every, np.full(n, sink), m.minutes, m.cost[:, k] // m.minutes))
    places = np.arange(k)
    ends += _pieces(
        n + places, n + k + places // max(1, m.days), m.hours, w.spread, costs.QUARTERS, m.room[:k]
    )
    people = np.arange(members)
    ends += _pieces(n + k + people, np.full(members, sink), m.own, w.even, costs.TENTHS, m.own)
    tails, heads, most, points = (
        np.concatenate(column).astype(np.int64) for column in zip(*ends, strict=True)
    )
    network = min_cost_flow.SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), most, points)
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:n], supply[sink] = m.minutes, -m.minutes.sum()
    network.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supply)
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"min-cost flow: {status.name}")
    found = network.flows(np.arange(len(task) + n, dtype=np.int64))
    flow = np.zeros((n, k + 1), dtype=np.int64)
    flow[task, place] = found[: len(task)]
    flow[:, k] = found[len(task) :]
    return Relaxed(int(network.optimal_cost()), flow)


def borders(capacity: Ints, parts: int) -> Ints:
    """(len, parts + 1) from 0 to the capacity: where each tenth or quarter begins, in whole minutes."""
    part = np.arange(parts + 1)
    return -(-part[None, :] * capacity[:, None] // parts)


def _pieces(
    tails: Ints, heads: Ints, capacity: Ints, step: int, parts: int, most: Ints
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """Parallel arcs for a convex cost of a load out of a capacity, up to the `most` that it can be."""
    sizes = np.diff(np.minimum(borders(capacity, parts), most[:, None]), axis=1)
    return [(tails, heads, sizes[:, part], np.full(len(tails), step * part)) for part in range(parts)]


def worth(m: Model, flow: Ints) -> Ints:
    """(k + 1,) what one more minute at each place would save: the duals of the relaxation, by shortest paths.

    A place with room left is worth nothing more than evenness; a full one as much as the cheapest chain of
    moves that would make room in it.
    """
    size = flow.shape[1]
    rate = np.where(m.cost < NEVER, m.cost // m.minutes[:, None], TOO_MUCH)
    task, place = np.nonzero(flow)
    order = np.argsort(place, kind="stable")
    task, place = task[order], place[order]
    steps = np.full((size, size), TOO_MUCH, dtype=np.int64)
    if len(task):
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        change = rate[task] - rate[task, place][:, None]
        steps[place[starts]] = np.minimum.reduceat(change, starts, axis=0)
    price = np.where(m.room - flow.sum(axis=0) > 0, 0, TOO_MUCH)
    price[-1] = 0
    for _ in range(size):
        better = np.minimum(price, (steps + price[None, :]).min(axis=1))
        if np.array_equal(better, price):
            break
        price = better
    return np.clip(price, 0, None)
