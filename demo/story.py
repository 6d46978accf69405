"""A task's story, event by event, and the task that it leads to.

The events are what the product's own actions and nights write (tasks/actions/doing.py, tasks/sql/*.sql), so
that every number that can be replayed from stories can be replayed from the demo's too. The task's row is
never made by itself: it is what its events, up to now, add up to.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from demo.rows import EventRow, TaskRow
from tasks.models import Closing, TaskState, Verb

OPEN, ASSIGNED, DONE = TaskState.OPEN.value, TaskState.ASSIGNED.value, TaskState.DONE.value
ENDINGS = {
    Verb.COMPLETE.value: DONE,
    Verb.LOG.value: DONE,
    Verb.CANCEL.value: TaskState.CANCELLED.value,
    Verb.RETURN.value: TaskState.RETURNED.value,
}


CLOSINGS = {
    DONE: Closing.DONE.value,
    TaskState.CANCELLED.value: Closing.NOT_NEEDED.value,
    TaskState.RETURNED.value: Closing.RETURNED.value,
}


class Event(NamedTuple):
    verb: str
    at: dt.datetime
    by: int | None
    holder: int | None
    reason: str
    after: dict[str, Any]

    @property
    def to_state(self) -> str:
        """The state that the event led to."""
        return ENDINGS.get(self.verb) or (ASSIGNED if self.holder else OPEN)


@dataclass
class Story:
    """One task from its opening on. Verbs are told in order of time; what is after `now` is left out."""

    kind_id: int
    name: str
    origin: str
    minutes: int
    opens_on: dt.date
    due_on: dt.date | None = None
    closes_on: dt.date | None = None
    hard: bool = False
    patient_id: int | None = None
    plan_step_id: int | None = None
    sender: str = ""
    logged: bool = False
    why: list[tuple[dt.datetime, dict[str, Any]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def holder(self) -> int | None:
        """Who has it now."""
        return self.events[-1].holder if self.events else None

    @property
    def pinned(self) -> bool:
        """Did a person decide who has it?"""
        given = (event.verb for event in reversed(self.events) if event.verb in (Verb.HAND_ON, Verb.ASSIGN))
        return next(given, None) == Verb.HAND_ON

    @property
    def planned_minutes(self) -> int:
        """As the last night that said anything said."""
        said = (
            event.after["planned_minutes"]
            for event in reversed(self.events)
            if "planned_minutes" in event.after
        )
        return int(next(said, self.minutes))

    @property
    def opened_at(self) -> dt.datetime:
        return self.events[0].at

    # --- verbs

    def open(self, at: dt.datetime, by: int | None) -> None:
        """By a member, or by the night (None)."""
        window = {"opens_on": self.opens_on, "due_on": self.due_on, "closes_on": self.closes_on}
        dates = {name: day.isoformat() if day else None for name, day in window.items()}
        self._add(Verb.OPEN, at, by, None, after={"planned_minutes": self.minutes, **dates})

    def assign(self, at: dt.datetime, to: int, day: dt.date, minutes: int, why: dict[str, Any]) -> None:
        """By the night: to somebody new, or another day for whoever has it."""
        verb = Verb.PLAN if to == self.holder else Verb.ASSIGN
        self.why.append((at, why))
        self._add(verb, at, None, to, after={"planned_on": day.isoformat(), "planned_minutes": minutes})

    def hand_on(self, at: dt.datetime, *, by: int, by_name: str, to: int, reason: str) -> None:
        """From a colleague to a colleague: the night leaves it there."""
        why = {"rule": "handed_on", "by": by_name}
        self.why.append((at, why))
        self._add(Verb.HAND_ON, at, by, to, reason, {"planned_on": None, "why": why})

    def postpone(self, at: dt.datetime, until: dt.date, reason: str) -> None:
        """By whoever holds it."""
        after = {"opens_on": until.isoformat(), "planned_on": None}
        self._add(Verb.POSTPONE, at, self.holder, self.holder, reason, after)

    def complete(
        self, at: dt.datetime, by: int, minutes: int, plan_step: dict[str, str | None] | None
    ) -> None:
        """Done, in so many minutes; `plan_step` is where the plan stood before it moved on."""
        extra = {"plan_step": plan_step} if plan_step else {}
        self._add(Verb.COMPLETE, at, by, self.holder or by, after={"minutes": minutes, **extra})

    def cancel(self, at: dt.datetime, by: int | None, reason: str) -> None:
        """It will not be done; by the night (None) when the patient is gone."""
        self._add(Verb.CANCEL, at, by, self.holder, reason)

    def send_back(self, at: dt.datetime, by: int, reason: str) -> None:
        """Back to the sender, with the rule that says so."""
        self._add(Verb.RETURN, at, by, self.holder, reason)

    def log(self, at: dt.datetime, by: int, minutes: int) -> None:
        """Written down after the fact: the task's only event."""
        self.logged = True
        self._add(Verb.LOG, at, by, by, after={"minutes": minutes})

    def _add(
        self,
        verb: Verb,
        at: dt.datetime,
        by: int | None,
        holder: int | None,
        reason: str = "",
        after: dict[str, Any] | None = None,
    ) -> None:
        if self.events and at < self.events[-1].at:
            raise ValueError(f"{verb}: {at} is before {self.events[-1].at}")
        self.events.append(Event(verb.value, at, by, holder, reason, after or {}))

    # --- what it adds up to

    def until(self, now: dt.datetime) -> None:
        """Leave out what has not happened yet."""
        self.events = [event for event in self.events if event.at < now]
        self.why = [pair for pair in self.why if pair[0] < now]

    def task_row(self, pk: int, clinic_id: int) -> TaskRow:
        """The row that the events add up to."""
        known: dict[str, Any] = {}
        for event in self.events:
            known.update(event.after)
        last = self.events[-1]
        ended = last.verb in ENDINGS
        done = last.to_state == DONE
        minutes = known.get("minutes")
        return TaskRow(
            pk,
            clinic_id,
            self.kind_id,
            self.name,
            self.patient_id,
            self.plan_step_id,
            self.origin,
            self.sender,
            last.to_state,
            _date(known.get("opens_on")) or self.opens_on,
            self.due_on,
            self.closes_on,
            self.hard,
            self.logged,
            known.get("planned_minutes", self.minutes),
            _date(known.get("planned_on")),
            last.holder,
            json.dumps(self.why[-1][1] if self.why else {}),
            self.pinned,
            self.opened_at,
            last.at if ended else None,
            last.by if done else None,
            minutes if done else None,
            len(self.events),
            CLOSINGS.get(last.to_state, "") if ended else "",
        )

    def event_rows(self, task_id: int, clinic_id: int) -> list[EventRow]:
        """Without ids: those are given when all stories are in order of time."""
        rows, state, holder = [], "", None
        for event in self.events:
            rows.append(
                EventRow(
                    0,
                    clinic_id,
                    task_id,
                    event.verb,
                    state,
                    event.to_state,
                    holder,
                    event.holder,
                    event.by,
                    event.at,
                    event.at,
                    event.reason,
                    json.dumps(event.after),
                )
            )
            state, holder = event.to_state, event.holder
        return rows


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
