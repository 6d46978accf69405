"""The words of the sharing out: members with minutes a day, tasks with windows, and the plan that comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class MemberDays:
    """A member's free minutes per day: capacity less what is already fixed. Absent days are simply missing."""

    id: int
    minutes: Mapping[dt.date, int]


class Tie(StrEnum):
    """What binds a member to the patient."""

    LIST_DOCTOR = "list_doctor"
    USUAL_NURSE = "usual_nurse"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who may do the task. `level` 0 is the lowest sufficient level of care."""

    member_id: int
    level: int
    ground: str
    tie: Tie | None = None


@dataclass(frozen=True, slots=True)
class TaskToPlace:
    """A task to give away: how long, in which window, to one of whom.

    `holder` is who has it now and `planned` the day; when a person decided that (`pinned`), the plan may choose a day, not somebody else.
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One clinic's: the working days ahead in order, its members, its open tasks."""

    days: tuple[dt.date, ...]
    members: tuple[MemberDays, ...]
    tasks: tuple[TaskToPlace, ...]


class Rule(StrEnum):
    """What decided between those who could: stored with the task and told in words."""

    PINNED = "pinned"
    ONLY_ONE = "only_one"
    HOLDER = "holder"
    LIST_DOCTOR = "list_doctor"
    USUAL_NURSE = "usual_nurse"
    LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True)
class Placement:
    """The task goes to this member on this day, and why. Loads are the member's booked minutes in all days."""

    task_id: int
    member_id: int
    day: dt.date
    rule: Rule
    ground: str
    could: int
    had_room: int
    load_before: int
    load_after: int
    capacity: int


class Obstacle(StrEnum):
    """Why nobody got it."""

    NOBODY_MAY = "nobody_may"
    NOBODY_HAS_TIME = "nobody_has_time"


@dataclass(frozen=True, slots=True)
class Unplaced:
    task_id: int
    obstacle: Obstacle
    could: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Every task of the problem is in exactly one of the two."""

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
