"""The words of the sharing out: members with minutes a day, tasks with windows, and the plan that comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tasks.allocation.weights import DEFAULT, Weights


@dataclass(frozen=True, slots=True)
class MemberDays:
    """A member's free minutes per day: capacity and allowed overtime, less what is already fixed.

    Absent days are simply missing. `profession` groups those among whom work shall be even, and tells
    whose minutes are a doctor's ("doctor").
    """

    id: int
    minutes: Mapping[dt.date, int]
    profession: str = ""


class Tie(StrEnum):
    """What binds a member to the patient."""

    LIST_DOCTOR = "list_doctor"
    USUAL_NURSE = "usual_nurse"
    COVER = "cover"  # stands in for one of those, or for the holder, who is away while it should be done


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who may do the task. `level` is the level of care: the lowest among the candidates suffices.

    Levels are steps on `weights.toml`'s ladder of professions (secretary 0 … doctor 10).
    """

    member_id: int
    level: int
    ground: str = ""
    tie: Tie | None = None


@dataclass(frozen=True, slots=True)
class TaskToPlace:
    """A task to give away: how long, in which window, to one of whom.

    `holder` is who has it now and `planned` the day. `pinned`: a person decided who has it; `pinned_day`:
    and the day too. `patient` binds the tasks of one visit together; `after` is the task (a preparation)
    that may not come on a later day than this one (its signature).
    """

    id: int
    minutes: int
    earliest: dt.date
    due: dt.date | None
    latest: dt.date | None
    hard: bool
    candidates: tuple[Candidate, ...]
    holder: int | None = None
    planned: dt.date | None = None
    pinned: bool = False
    pinned_day: bool = False
    patient: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One clinic's: the working days ahead in order, its members, its open tasks, and what weighs how much."""

    days: tuple[dt.date, ...]
    members: tuple[MemberDays, ...]
    tasks: tuple[TaskToPlace, ...]
    weights: Weights = DEFAULT


class Rule(StrEnum):
    """What decided between those who could: stored with the task and told in words."""

    PINNED = "pinned"  # a person had decided it
    ONLY_ONE = "only_one"  # nobody else may
    ONLY_ROOM = "only_room"  # nobody else has room in time
    LOWEST_LEVEL = "lowest_level"  # lowest sufficient level of care
    TOGETHER = "together"  # one visit with the patient's other tasks
    LIST_DOCTOR = "list_doctor"
    USUAL_NURSE = "usual_nurse"
    COVER = "cover"
    HOLDER = "holder"  # had it yesterday
    LEAST_LOADED = "least_loaded"
    AS_WELL = "as_well"  # others could as well: nobody has clearly more time


class WhyNot(StrEnum):
    """Why a member who may do the task did not get it."""

    AWAY = "away"  # no minutes on any day of the window, or on none that is in time
    FULL = "full"  # at work, but not so many minutes left on any day of the window
    LATER = "later"  # has room only later than the one who got it, after the due date
    LEVEL = "level"  # a lower level of care suffices
    TOGETHER = "together"  # the patient's other tasks are with the one who got it, the same day
    TIE = "tie"  # the one who got it knows the patient better
    HOLDER = "holder"  # the one who got it had it already
    LOADED = "loaded"  # is more loaded, relative to own time
    ALIKE = "alike"  # has about as much to do: no difference that counts


@dataclass(frozen=True, slots=True)
class Other:
    """One of those who may do the task and did not get it. Loads are booked minutes over all days."""

    member_id: int
    why_not: WhyNot
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Placement:
    """The task goes to this member on this day, and why. Loads are the member's booked minutes over all days."""

    task_id: int
    member_id: int
    day: dt.date
    rule: Rule
    ground: str
    load_before: int
    load_after: int
    capacity: int
    others: tuple[Other, ...] = ()


class Obstacle(StrEnum):
    """Why nobody got it."""

    NOBODY_MAY = "nobody_may"  # law, profession, delegation
    NOBODY_THERE = "nobody_there"  # who may is away in the whole window, or the window is past
    TOO_LONG = "too_long"  # longer than any of their days
    PINNED_FULL = "pinned_full"  # the one (or the day) it is pinned to has no room
    PINNED_AWAY = "pinned_away"  # the one it is pinned to is away in the whole window (or on that day)
    NOBODY_HAS_TIME = "nobody_has_time"
    MAY_WAIT = "may_wait"  # not due in these days: waits for a lower level of care
    AFTER = "after"  # its preparation has no day


@dataclass(frozen=True, slots=True)
class Unplaced:
    task_id: int
    obstacle: Obstacle
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """What a plan costs, by level (points, see docs/allocation.md), and the least that any plan could.

    `levels` are: lateness, level of care, continuity, stability, fairness. `bound` is never above the cost of
    the best plan; `gap` is (cost - bound) / bound: 0.01 is one per cent.
    """

    levels: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    bound: int = 0

    @property
    def cost(self) -> int:
        return sum(self.levels)

    @property
    def gap(self) -> float:
        return (self.cost - self.bound) / self.bound if self.bound else float(self.cost > 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every task of the problem is in exactly one of `placements` and `unplaced`."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    objective: Objective = field(default_factory=Objective)
    stopped_early: bool = False
