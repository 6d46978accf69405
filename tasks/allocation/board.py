"""The board of the search: every task at one place, and what a move makes dearer. Compiled by numba.

Numbers of a task stand in one row of `task`, of a place in one row of `place`, so that compiled functions take
few arrays: numba pays for each time that a tuple is passed on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from tasks.allocation import costs
from tasks.allocation.network import NEVER, Ints, Model, borders

MINUTES, AT, SLOT, BEFORE = range(4)  # columns of `task`: AT which place, in which SLOT of its `inside`
ROOM, FREE, HELD, WORTH = range(
    4
)  # columns of `place`: HELD so many tasks; WORTH the relaxation's price of a minute
DAYS, VISIT = range(2)  # `rule`: days per member, points per visit too many
EARLY = 1_000_000  # points by which a day sooner is better for what others wait for, to begin with
NEAR = 4  # places looked at per task, the least dear by the relaxation's prices


class Board(NamedTuple):
    """n tasks; places 0 … k-1 are member-days, member by member, and k is nobody. Changed in place by `move`."""

    cost: Ints  # (n, k + 1) points of the whole task, NEVER where it cannot be
    task: Ints  # (n, 4)
    place: Ints  # (k + 1, 4)
    group: Ints  # (n, …) tasks of the same visit, then -1
    behind: Ints  # (n, …) tasks that may not come earlier, then -1
    near: Ints  # (n, NEAR) places to look at first, -1 for none
    even: Ints  # (members, most minutes + 1) level 5 of a member's load
    spread: Ints  # (k, most minutes + 1) level 5 of a day's load
    load: Ints  # (members,)
    inside: Ints  # (k + 1, n) the tasks at each place
    rule: Ints  # (2,)


def board(m: Model, flow: Ints, worth: Ints) -> Board:
    """Whole tasks stay where the relaxation has them; split ones go, longest first, where they cost least."""
    n, size = m.cost.shape
    total, k, w = int(m.minutes.sum()), size - 1, m.problem.weights
    task = np.column_stack([m.minutes, np.full(n, k), np.arange(n), m.before])
    place = np.column_stack([m.room, m.room, np.zeros(size, dtype=np.int64), worth])
    place[k, FREE], place[k, HELD] = m.room[k] - total, n
    inside = np.zeros((size, n), dtype=np.int64)
    inside[k] = np.arange(n)  # nobody has anything yet
    found = Board(
        m.cost, task, place, m.group, _behind(m.before), _near(m, worth),
        _table(m.own, w.even, costs.TENTHS, total), _table(m.hours, w.spread, costs.QUARTERS, total),
        np.zeros(len(m.own), dtype=np.int64), inside, np.array([max(1, m.days), w.visit]),
    )  # fmt: skip
    whole = (flow > 0).sum(axis=1) == 1
    order = np.lexsort((np.arange(n), -m.minutes, ~whole, _depth(m.before)))
    fill(found, order, np.where(whole, flow.argmax(axis=1), -1))
    return found


def _depth(before: Ints) -> Ints:
    """(n,) how many tasks must come before each: preparations are placed first."""
    depth, step = np.zeros(len(before), dtype=np.int64), before
    for _ in before:  # a ring, which nobody can do, ends here too
        if not (step >= 0).any():
            break
        depth += step >= 0
        step = np.where(step >= 0, before[step], -1)
    return depth


def _behind(before: Ints) -> Ints:
    signatures = np.flatnonzero(before >= 0)
    most = int(np.bincount(before[signatures]).max()) if len(signatures) else 1
    behind = np.full((len(before), most), -1, dtype=np.int64)
    for index in signatures:
        row = behind[before[index]]
        row[np.argmax(row < 0)] = index
    return behind


def _table(capacity: Ints, step: int, parts: int, total: int) -> Ints:
    """(len, most + 1) points of every load from 0 to the capacity: costs.piece for all of them at once."""
    most = min(int(capacity.max(initial=0)), total)
    load = np.arange(most + 1)
    table = np.zeros((len(capacity), most + 1), dtype=np.int64)
    for border in borders(capacity, parts)[:, 1:parts].T:
        table += np.clip(load[None, :] - border[:, None], 0, None)
    return step * table


def _near(m: Model, worth: Ints) -> Ints:
    """The places least dear for each task when room has its price; equally dear ones in a task's own order."""
    n, size = m.cost.shape
    dear = np.where(m.cost < NEVER, m.cost + worth[None, :] * m.minutes[:, None], NEVER)
    jitter = (np.arange(size)[None, :] * 7919 + np.arange(n)[:, None] * 104729) % 1009
    order = np.lexsort((jitter, dear), axis=1)[:, :NEAR]
    return np.where(np.take_along_axis(m.cost, order, axis=1) < NEVER, order, -1)


def visits(b: Board) -> int:
    """Points of the visits too many: what the bound does not know of."""
    k, at, found = len(b.place) - 1, b.task[:, AT], 0
    for index in np.flatnonzero(b.group[:, 0] > np.arange(len(at))):  # the first of each group
        together = {int(at[t]) for t in (index, *b.group[index]) if t >= 0 and at[t] != k}
        found += max(0, len(together) - 1)
    return int(b.rule[VISIT]) * found


def price(b: Board) -> int:
    """What the board costs; the search then counts on from there."""
    k, at = len(b.place) - 1, b.task[:, AT]
    booked = (b.place[:, ROOM] - b.place[:, FREE])[:k]
    return visits(b) + int(
        b.cost[np.arange(len(at)), at].sum()
        + b.even[np.arange(len(b.even)), b.load].sum()
        + b.spread[np.arange(k), booked].sum()
    )


@njit(cache=True)
def fill(b, order, first):  # type: ignore[no-untyped-def]
    """Tasks that nobody has, in this order, to `first` where that is a place and has room, else where least dear."""
    cost, task, place, group, behind, _near, even, spread, load, inside, rule = b
    nobody = len(place) - 1
    for i in order:
        best, least, waited_for = nobody, cost[i, nobody], behind[i, 0] >= 0
        for to in range(nobody):
            dear = cost[i, to] + place[to, WORTH] * task[i, MINUTES]
            if waited_for:  # a signature can only follow
                dear += to % rule[DAYS] * EARLY
            elif to == first[i]:
                dear = -NEVER
            fits = cost[i, to] < NEVER and place[to, FREE] >= task[i, MINUTES]
            if fits and dear < least and in_order(task, behind, rule, nobody, i, to):
                best, least = to, dear
        move(cost, task, place, group, even, spread, load, inside, rule, i, best)


@njit(cache=True)
def in_order(task, behind, rule, nobody, i, to):  # type: ignore[no-untyped-def]
    """No preparation after its signature, and no signature without its preparation."""
    before, days = task[i, BEFORE], rule[DAYS]
    if before >= 0 and to != nobody:
        prepared = task[before, AT]
        if prepared == nobody or prepared % days > to % days:
            return False
    for turn in range(behind.shape[1]):
        if behind[i, turn] < 0:
            break
        signed = task[behind[i, turn], AT]
        if signed != nobody and (to == nobody or to % days > signed % days):
            return False
    return True


@njit(cache=True)
def move(cost, task, place, group, even, spread, load, inside, rule, i, to):  # type: ignore[no-untyped-def]
    """Move task i; returns by how much the board becomes dearer. Room and order are the caller's to see to."""
    nobody, here, minutes = len(place) - 1, task[i, AT], task[i, MINUTES]
    change = cost[i, to] - cost[i, here]
    if here == to:
        return change
    if group[i, 0] >= 0:
        change += rule[VISIT] * (apart(task, group, nobody, i, to) - apart(task, group, nobody, i, here))
    place[here, HELD] -= 1
    last = inside[here, place[here, HELD]]
    inside[here, task[i, SLOT]] = last
    task[last, SLOT] = task[i, SLOT]
    inside[to, place[to, HELD]] = i
    task[i, SLOT] = place[to, HELD]
    place[to, HELD] += 1
    task[i, AT] = to
    if here != nobody:
        member, booked = here // rule[DAYS], place[here, ROOM] - place[here, FREE]
        change += even[member, load[member] - minutes] - even[member, load[member]]
        change += spread[here, booked - minutes] - spread[here, booked]
        load[member] -= minutes
    if to != nobody:
        member, booked = to // rule[DAYS], place[to, ROOM] - place[to, FREE]
        change += even[member, load[member] + minutes] - even[member, load[member]]
        change += spread[to, booked + minutes] - spread[to, booked]
        load[member] += minutes
    place[here, FREE] += minutes
    place[to, FREE] -= minutes
    return change


@njit(cache=True)
def apart(task, group, nobody, i, to):  # type: ignore[no-untyped-def]
    """1 when i at this place makes a visit of its own beside its companions' others."""
    others = 0
    for turn in range(group.shape[1] if to != nobody else 0):
        other = group[i, turn]
        if other < 0:
            break
        if task[other, AT] == to:
            return 0
        others += task[other, AT] != nobody
    return int(others > 0)


@njit(cache=True)
def restore(b, at):  # type: ignore[no-untyped-def]
    """Every task to where it was, by way of nobody, so that no day is ever too full."""
    cost, task, place, group, _behind, _near, even, spread, load, inside, rule = b
    for turn in range(2):
        for i in range(len(at)):
            if task[i, AT] != at[i]:
                to = at[i] if turn else len(place) - 1
                move(cost, task, place, group, even, spread, load, inside, rule, i, to)
