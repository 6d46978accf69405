"""What a plan comes to for one clinic: every task that gets another place, and the figures of the run. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tasks.allocation.problem import Objective, Other, Placement, Plan, Problem, Rule, Unplaced
from tasks.gathering import Row

# The words of a person's decision: they stand as long as the decision does.
BY_A_PERSON = ("handed_on", "pinned")

Where = tuple[int | None, dt.date | None]


class Change(NamedTuple):
    """A task that gets another member, day, or none. `why` is JSON; None keeps the old words."""

    row: Row
    member: int | None
    day: dt.date | None
    minutes: int
    why: str | None

    @property
    def changes_hands(self) -> bool:
        return self.row.assignee_id is not None and self.row.assignee_id != self.member


class Note(NamedTuple):
    """A task that stays where it is, for another reason than before."""

    row: Row
    why: str


@dataclass(frozen=True)
class Outcome:
    """One clinic's sharing out. `reference` is set when it failed, and then there is nothing else."""

    clinic_id: int
    seconds: float
    reference: str = ""
    changes: Sequence[Change] = ()
    notes: Sequence[Note] = ()
    placed: int = 0
    left: Sequence[tuple[int, str]] = ()
    loads: Mapping[str, Any] = field(default_factory=dict)
    objective: Objective | None = None
    stopped_early: bool = False

    @property
    def moved(self) -> int:
        return sum(change.changes_hands for change in self.changes)


def outcome(clinic_id: int, problem: Problem, rows: Iterable[Row], plan: Plan, seconds: float) -> Outcome:
    """Put down what differs from what the tasks have, and what it all adds up to."""
    found = {row.id: row for row in rows}
    minutes = {task.id: task.minutes for task in problem.tasks}
    keeps = {
        task.id: task.holder
        for task in problem.tasks
        if any(c.member_id == task.holder for c in task.candidates)
    }
    changes: list[Change] = []
    notes: list[Note] = []
    for placed in plan.placements:
        row = found[placed.task_id]
        _put(row, (placed.member_id, placed.day), minutes[row.id], _why(placed), changes, notes)
    for unplaced in plan.unplaced:
        row = found[unplaced.task_id]
        where = _left_with(row, keeps.get(row.id), problem.days[0])
        _put(row, where, row.planned_minutes, _why_not(unplaced), changes, notes)
    return Outcome(
        clinic_id, seconds,
        changes=changes, notes=notes, placed=len(plan.placements),
        left=_left(plan.unplaced, found),
        loads=loads(problem, found.values(), changes),
        objective=plan.objective, stopped_early=plan.stopped_early,
    )  # fmt: skip


def _left(unplaced: Iterable[Unplaced], found: Mapping[int, Row]) -> list[tuple[int, str]]:
    """Deadlines that must not slip first, then the nearest: a page may show the first of many only."""

    def urgency(each: Unplaced) -> tuple[bool, dt.date, int]:
        row = found[each.task_id]
        return not row.hard, row.due_on or dt.date.max, row.id

    return [(each.task_id, each.obstacle.value) for each in sorted(unplaced, key=urgency)]


def _left_with(row: Row, holder: int | None, first: dt.date) -> Where:
    """A task without a place keeps a holder who may have it; a day that a person decided stands too."""
    decided = row.pinned_day and holder is not None and row.planned_on is not None and row.planned_on >= first
    return holder, row.planned_on if decided else None


def _put(
    row: Row,
    where: Where,
    minutes: int,
    why: Mapping[str, Any] | None,
    changes: list[Change],
    notes: list[Note],
) -> None:
    told = None if why is None else json.dumps(why)
    if (row.assignee_id, row.planned_on) != where:
        changes.append(Change(row, *where, minutes, told))
    elif told is not None and _other_words(row, why or {}):
        notes.append(Note(row, told))


def _other_words(row: Row, why: Mapping[str, Any]) -> bool:
    """Does what stands with the task no longer hold? A reason may change with every night, an obstacle is news."""
    if "obstacle" in why:
        return bool(row.obstacle != why["obstacle"])
    return not row.rule or (row.rule in BY_A_PERSON and not row.pinned)


def _why(placed: Placement) -> dict[str, Any] | None:
    if placed.rule == Rule.PINNED:
        return None
    return {
        "rule": placed.rule.value,
        "ground": placed.ground,
        "load_before": placed.load_before,
        "load_after": placed.load_after,
        "capacity": placed.capacity,
        "others": _others(placed.others),
    }


def _why_not(unplaced: Unplaced) -> dict[str, Any]:
    return {"obstacle": unplaced.obstacle.value, "others": _others(unplaced.others)}


def _others(others: Iterable[Other]) -> list[list[Any]]:
    return [[o.member_id, o.why_not.value, o.load, o.capacity] for o in others]


def loads(problem: Problem, rows: Iterable[Row], changes: Iterable[Change]) -> dict[str, Any]:
    """Minutes per member and day before and after, as `AllocationRun.loads` holds them.

    What should have been done on an earlier day weighs on the first. Who has neither minutes nor tasks is left out.
    """
    days = problem.days
    before: dict[int, list[int]] = defaultdict(lambda: [0] * len(days))
    after: dict[int, list[int]] = defaultdict(lambda: [0] * len(days))
    places = {day: place for place, day in enumerate(days)}
    moved = {change.row.id: change for change in changes}

    def add(to: dict[int, list[int]], member: int | None, day: dt.date | None, minutes: int) -> None:
        if member is not None and day is not None and (place := places.get(max(day, days[0]))) is not None:
            to[member][place] += minutes

    for row in rows:
        add(before, row.assignee_id, row.planned_on, row.planned_minutes)
        change = moved.get(row.id)
        if change:
            add(after, change.member, change.day, change.minutes)
        else:
            add(after, row.assignee_id, row.planned_on, row.planned_minutes)
    capacity = {m.id: [m.minutes.get(day, 0) for day in days] for m in problem.members}
    members = [
        m for m in {**capacity, **before, **after} if any(capacity.get(m, ())) or m in before or m in after
    ]
    nought = [0] * len(days)
    return {
        "days": [day.isoformat() for day in days],
        "members": [
            {"id": m, "capacity": capacity.get(m, nought), "before": before.get(m, nought), "after": after.get(m, nought)}
            for m in members
        ],
    }  # fmt: skip
