"""From a first whole answer to a better one: simulated annealing over shifts, swaps and ejections. Compiled by numba.

A try moves a task to another place; where there is no room, one task leaves it for a third place or for the
first one's, or two shorter ones change places with it. Tasks that would rather be elsewhere, and gaps whose
minutes are dear, are tried most. The same seed gives the same answer; nothing here looks at a clock.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from tasks.allocation.board import (
    AT,
    BEFORE,
    FREE,
    HELD,
    MINUTES,
    VISIT,
    WORTH,
    apart,
    in_order,
    move,
    restore,
)
from tasks.allocation.network import NEVER

EASE = 5000  # tries between two looks at who would rather be elsewhere
LOOK = 12  # tasks asked to leave a full place, one after another
HOPELESS = 12  # a try dearer by so many times the heat is not worth making: it would stay once in 160,000
UNSEEN = 3000  # points by which evenness may make a try cheaper than its places say


@njit(cache=True)
def anneal(b, tries, hot, cold, seed, back):  # type: ignore[no-untyped-def]
    """So many tries while it cools from `hot` to `cold` points, then `back` to the cheapest seen. Returns the change."""
    cost, task, place, group, behind, near, even, spread, load, inside, rule = b
    np.random.seed(seed)
    n, nobody = len(task), len(place) - 1
    change, least, best = 0, 0, task[:, AT].copy()
    heat, cooling = float(hot), (cold / hot) ** (1.0 / max(1, tries))
    uneasy, few, gaps, holes = np.zeros(n, dtype=np.int64), 0, np.zeros(nobody + 1, dtype=np.int64), 0
    for turn in range(tries):
        heat *= cooling
        if turn % EASE == 0:
            few, holes = _trouble(cost, task, place, group, near, uneasy, gaps)
        i = uneasy[np.random.randint(few)] if few and np.random.randint(4) else np.random.randint(n)
        here, to = task[i, AT], _somewhere(task, group, near, gaps, holes, nobody, i)
        if to < 0 or to == here or cost[i, to] >= NEVER or not in_order(task, behind, rule, nobody, i, to):
            continue
        most = int(heat * HOPELESS) + 3 * rule[VISIT] + UNSEEN - (cost[i, to] - cost[i, here])
        room, out, away, two = _make_room(cost, task, place, behind, near, inside, rule, i, to, most)
        if not room:
            continue
        dearer = move(cost, task, place, group, even, spread, load, inside, rule, i, to)
        if out >= 0:
            dearer += move(cost, task, place, group, even, spread, load, inside, rule, out, away)
        if two >= 0:
            dearer += move(cost, task, place, group, even, spread, load, inside, rule, two, away)
        if dearer <= 0 or np.random.random() < np.exp(-dearer / heat):
            change += dearer
            if change < least:
                least = change
                best[:] = task[:, AT]
            continue
        if two >= 0:
            move(cost, task, place, group, even, spread, load, inside, rule, two, to)
        if out >= 0:
            move(cost, task, place, group, even, spread, load, inside, rule, out, to)
        move(cost, task, place, group, even, spread, load, inside, rule, i, here)
    if back:
        restore(b, best)
        return least
    return change


@njit(cache=True)
def _trouble(cost, task, place, group, near, uneasy, gaps):  # type: ignore[no-untyped-def]
    """Lists tasks that would rather be elsewhere, by the relaxation's prices or for company, and dear idle places."""
    few, holes, nobody = 0, 0, len(place) - 1
    for i in range(len(task)):
        here, best = task[i, AT], near[i, 0]
        dear = cost[i, here] + place[here, WORTH] * task[i, MINUTES]
        alone = apart(task, group, nobody, i, here)
        if alone or dear > cost[i, best] + place[best, WORTH] * task[i, MINUTES]:
            uneasy[few] = i
            few += 1
    for to in range(nobody):
        if place[to, WORTH] > 0 and place[to, FREE] > 0:
            gaps[holes] = to
            holes += 1
    return few, holes


@njit(cache=True)
def _somewhere(task, group, near, gaps, holes, nobody, i):  # type: ignore[no-untyped-def]
    """A place to try: mostly a near one, at times a companion's, a gap, or any."""
    luck = np.random.randint(16)
    if luck == 0:
        return np.random.randint(nobody + 1)
    if luck == 1 and holes:
        return gaps[np.random.randint(holes)]
    if luck < 7 and group[i, 0] >= 0:
        return task[group[i, 0], AT]
    return near[i, np.random.randint(near.shape[1])]


@njit(cache=True)
def _make_room(cost, task, place, behind, near, inside, rule, i, to, most):  # type: ignore[no-untyped-def]
    """(is there a way, who leaves, for where, who else): what makes i fit at `to` for less than `most`; -1 for none."""
    here = task[i, AT]
    if place[to, FREE] >= task[i, MINUTES]:
        return most >= 0, -1, here, -1
    if place[to, HELD] == 0:
        return False, -1, here, -1
    if here != len(place) - 1 and np.random.randint(3) == 0:
        out, two = _two(cost, task, place, behind, inside, i, to, most)
        return out >= 0, out, here, two
    out, away = _one(cost, task, place, behind, near, inside, rule, i, to, most)
    return out >= 0, out, away, -1


@njit(cache=True)
def _one(cost, task, place, behind, near, inside, rule, i, to, least):  # type: ignore[no-untyped-def]
    """Who leaves `to` cheapest, and for where: i's old place or a near one."""
    here, nobody, need = task[i, AT], len(place) - 1, task[i, MINUTES] - place[to, FREE]
    out, away, first = -1, -1, np.random.randint(place[to, HELD])
    for turn in range(min(place[to, HELD], LOOK)):
        k = inside[to, (first + turn) % place[to, HELD]]
        if task[k, MINUTES] < need or k == task[i, BEFORE] or i == task[k, BEFORE]:
            continue
        for option in range(-1, near.shape[1]):
            other = here if option < 0 else near[k, option]
            if other < 0 or other == to or cost[k, other] - cost[k, to] >= least:
                continue
            room = place[other, FREE] + (task[i, MINUTES] if other == here else 0)
            if room >= task[k, MINUTES] and in_order(task, behind, rule, nobody, k, other):
                out, away, least = k, other, cost[k, other] - cost[k, to]
    return out, away


@njit(cache=True)
def _two(cost, task, place, behind, inside, i, to, most):  # type: ignore[no-untyped-def]
    """Two shorter tasks that change places with i: one by chance and the cheapest beside it. Chains stay out of it."""
    here, held = task[i, AT], place[to, HELD]
    need, room = task[i, MINUTES] - place[to, FREE], place[here, FREE] + task[i, MINUTES]
    a = inside[to, np.random.randint(held)]
    if cost[a, here] >= NEVER or task[a, BEFORE] >= 0 or behind[a, 0] >= 0:
        return -1, -1
    two, least, first = -1, most - (cost[a, here] - cost[a, to]), np.random.randint(held)
    for turn in range(min(held, LOOK)):
        k = inside[to, (first + turn) % held]
        if k == a or cost[k, here] >= NEVER or task[k, BEFORE] >= 0 or behind[k, 0] >= 0:
            continue
        fits = need <= task[a, MINUTES] + task[k, MINUTES] <= room
        if fits and cost[k, here] - cost[k, to] < least:
            two, least = k, cost[k, here] - cost[k, to]
    return (a, two) if two >= 0 else (-1, -1)


@njit(cache=True)
def settle(b):  # type: ignore[no-untyped-def]
    """Single moves until none is cheaper: who could be placed better where there is room, is. Returns the change."""
    cost, task, place, group, behind, _near, even, spread, load, inside, rule = b
    total, found, nobody = 0, True, len(place) - 1
    while found:
        found = False
        for i in range(len(task)):
            for to in range(nobody + 1):
                here = task[i, AT]
                if to == here or cost[i, to] >= NEVER or place[to, FREE] < task[i, MINUTES]:
                    continue
                if not in_order(task, behind, rule, nobody, i, to):
                    continue
                dearer = move(cost, task, place, group, even, spread, load, inside, rule, i, to)
                if dearer < 0:
                    total, found = total + dearer, True
                else:
                    move(cost, task, place, group, even, spread, load, inside, rule, i, here)
    return total
