"""A task's state from its events alone, and what only the events tell: age, turnaround, hand-offs, when it was late. Pure.

Every event's `after` holds the new values of the fields that it changed; who has the task, who did it and when it ended
are in the event's own columns. So a row that somebody had changed by hand would not agree with its story.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from tasks.models import ENDED, TaskState
from teams.calendar import DAY, midnight


class Event(Protocol):
    """A `TaskEvent`, or whatever has its columns."""

    verb: str
    from_state: str
    to_state: str
    from_member_id: int | None
    to_member_id: int | None
    by_id: int | None
    at: dt.datetime
    effective_at: dt.datetime
    after: Mapping[str, Any]


class BrokenStory(ValueError):
    """An event does not begin where the one before it ended."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A task's row as its events tell of it; the names are `Task`'s."""

    state: str
    assignee_id: int | None
    done_by_id: int | None
    opened_at: dt.datetime
    ended_at: dt.datetime | None
    version: int
    opens_on: dt.date | None = None
    due_on: dt.date | None = None
    closes_on: dt.date | None = None
    planned_on: dt.date | None = None
    planned_minutes: int | None = None
    minutes: int | None = None
    closing: str = ""
    channel: str = ""
    attempts: int = 0
    escalated: int = 0
    part: str = ""
    after_id: int | None = None
    pinned: bool = False
    pinned_day: bool = False
    forbidden: tuple[int, ...] = ()
    timer_from: dt.datetime | None = None
    timed: int = 0


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _moment(value: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if value else None


_READ: Mapping[str, Callable[[Any], Any]] = {
    "opens_on": _day, "due_on": _day, "closes_on": _day, "planned_on": _day, "timer_from": _moment,
    "forbidden": tuple,
}  # fmt: skip
# In events a signature's preparation is called as in the model.
_NAMES = {each.name: each.name for each in fields(Standing)} | {"after": "after_id"}
_IN_COLUMNS = {"state", "assignee_id", "done_by_id", "opened_at", "ended_at", "version"}


def replay(events: Iterable[Event]) -> Standing:
    """The task as it stands after these events, which are all of its own, in order.

    Raises BrokenStory when there are none, or when one does not begin where the last one ended.
    """
    known: dict[str, Any] = {}
    state, holder, done_by = "", None, None
    opened_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    version = 0
    for event in events:
        if (event.from_state, event.from_member_id) != (state, holder):
            raise BrokenStory(f"{event.verb}: from {event.from_state}, but it was {state}")
        opened_at = opened_at or event.effective_at
        if event.to_state not in ENDED:
            ended_at = None
        elif state not in ENDED:
            ended_at = event.effective_at
        done_by = (
            (event.by_id if state != TaskState.DONE else done_by)
            if event.to_state == TaskState.DONE
            else None
        )
        for name, value in event.after.items():
            field = _NAMES.get(name)
            if field is not None and field not in _IN_COLUMNS:
                known[field] = _READ[field](value) if field in _READ else value
        state, holder = event.to_state, event.to_member_id
        version += 1
    if opened_at is None:
        raise BrokenStory("no events")
    return Standing(state, holder, done_by, opened_at, ended_at, version, **known)


def age(events: Sequence[Event], now: dt.datetime) -> dt.timedelta:
    """Since it came into being until it ended, or now. Putting it off, or opening it again, makes it no younger."""
    stands = replay(events)
    return (stands.ended_at or now) - stands.opened_at


def turnaround(events: Sequence[Event]) -> dt.timedelta | None:
    """From when it came into being until it was done; None as long as it is not."""
    stands = replay(events)
    if stands.state != TaskState.DONE or stands.ended_at is None:
        return None
    return stands.ended_at - stands.opened_at


def hand_offs(events: Iterable[Event]) -> int:
    """How often it went from one to another, by a person or a sharing out, straight or by way of nobody."""
    holders: list[int] = []
    for event in events:
        if event.to_member_id is not None and (not holders or holders[-1] != event.to_member_id):
            holders.append(event.to_member_id)
    return max(0, len(holders) - 1)


def overdue_at(events: Sequence[Event]) -> dt.datetime | None:
    """When it became overdue: at midnight after its due date, Oslo time, or when it came if that was later.

    None without a due date, and for what ended in time. That it lies in the future says that it is not overdue yet.
    """
    stands = replay(events)
    if stands.due_on is None:
        return None
    late = max(midnight(stands.due_on + DAY), stands.opened_at)
    return late if stands.ended_at is None or stands.ended_at >= late else None
