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

from demo.papers import Letter, Note
from demo.rows import EventRow, TaskRow
from tasks.life import unheld
from tasks.models import Closing, TaskState, Verb

ASSIGNED, DONE = TaskState.ASSIGNED.value, TaskState.DONE.value
ENDINGS = {
    Verb.COMPLETE.value: DONE,
    Verb.LOG.value: DONE,
    Verb.CANCEL.value: TaskState.CANCELLED.value,
    Verb.RETURN.value: TaskState.RETURNED.value,
}


class Event(NamedTuple):
    verb: str
    at: dt.datetime
    by: int | None
    holder: int | None
    reason: str
    after: dict[str, Any]
    to_state: str


@dataclass
class Story:
    """One task from its opening on. Verbs are told in order of time; what is after `now` is left out.

    `part` and `before`: a preparation, or the signature that comes after it. `pk` is known when rows are made.
    """

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
    part: str = ""
    before: Story | None = None
    pk: int = 0
    letter: Letter | None = None
    note: Note | None = None
    why: list[tuple[dt.datetime, dict[str, Any]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    opens_on_now: dt.date | None = None

    @property
    def ended(self) -> bool:
        """As the last event left it."""
        return bool(self.events) and self.events[-1].verb in ENDINGS

    @property
    def attempts(self) -> int:
        """How often somebody has tried to reach the patient."""
        return sum(event.verb == Verb.ATTEMPT for event in self.events)

    @property
    def closing(self) -> str:
        """How it ended, as the last event that says so says."""
        return str(next((e.after["closing"] for e in reversed(self.events) if "closing" in e.after), ""))

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
        part = {"part": self.part} if self.part else {}
        self._add(Verb.OPEN, at, by, None, after={"planned_minutes": self.minutes, **dates, **part})

    def assign(self, at: dt.datetime, to: int, day: dt.date, minutes: int, why: dict[str, Any]) -> None:
        """By the night: to somebody new, or another day for whoever has it."""
        verb = Verb.PLAN if to == self.holder else Verb.ASSIGN
        self.why.append((at, why))
        let_go = {"pinned": False, "pinned_day": False} if self.pinned and to != self.holder else {}
        after = {"planned_on": day.isoformat(), "planned_minutes": minutes, **let_go}
        self._add(verb, at, None, to, after=after)

    def hand_on(self, at: dt.datetime, *, by: int, by_name: str, to: int, reason: str) -> None:
        """From a colleague to a colleague: the night leaves it there."""
        why = {"rule": "handed_on", "by": by_name}
        self.why.append((at, why))
        after = {"planned_on": None, "why": why, "pinned": True, "pinned_day": False}
        self._add(Verb.HAND_ON, at, by, to, reason, after)

    def postpone(self, at: dt.datetime, until: dt.date, reason: str, *, by: int | None = None) -> None:
        """By whoever holds it, or somebody else."""
        after = {"opens_on": until.isoformat(), "planned_on": None, "pinned_day": False}
        self._add(Verb.POSTPONE, at, by or self.holder, self.holder, reason, after)

    def attempt(self, at: dt.datetime, by: int, channel: str, note: str, until: dt.date) -> None:
        """The patient was not reached: it comes back later."""
        after = {
            "attempts": self.attempts + 1, "opens_on": until.isoformat(), "planned_on": None, "pinned_day": False,
            "by": channel,
        }  # fmt: skip
        self._add(Verb.ATTEMPT, at, by, self.holder, note, after)

    def ready(self, at: dt.datetime, by: int) -> None:
        """What it waited for is prepared."""
        self._add(Verb.READY, at, by, self.holder)

    def complete(
        self,
        at: dt.datetime,
        by: int,
        minutes: int,
        plan_step: dict[str, str | None] | None,
        channel: str = "",
    ) -> None:
        """Done, in so many minutes; `plan_step` is where the plan stood before it moved on."""
        extra = {"plan_step": plan_step} if plan_step else {}
        after = {"minutes": minutes, "closing": Closing.DONE.value, "channel": channel, **extra}
        self._add(Verb.COMPLETE, at, by, self.holder or by, after=after)

    def cancel(
        self,
        at: dt.datetime,
        by: int | None,
        reason: str,
        closing: str,
        plan_step: dict[str, str | None] | None = None,
    ) -> None:
        """It will not be done, and how that came; by the night (None) when the patient is gone."""
        extra: dict[str, Any] = {"plan_step": plan_step} if plan_step else {}
        if closing == Closing.ELSEWHERE:
            extra["on"] = at.date().isoformat()
        self._add(Verb.CANCEL, at, by, self.holder, reason, {"closing": str(closing), **extra})

    def send_back(self, reason: str, letter: Letter, closing: str) -> None:
        """Back to the sender, with the rule that says so."""
        self.letter = letter
        after = {"closing": str(closing), "rule": letter.rule}
        self._add(Verb.RETURN, letter.at, letter.by, self.holder, reason, after)

    def reopen(self, at: dt.datetime, by: int) -> None:
        """The sender says that it is ours all the same: theirs who had it."""
        self._add(
            Verb.REOPEN, at, by, self.holder, after={"closing": "", "planned_on": None, "pinned_day": False}
        )

    def log(self, at: dt.datetime, by: int, minutes: int, channel: str = "") -> None:
        """Written down after the fact: the task's only event."""
        self.logged = True
        after = {
            "planned_minutes": minutes, "opens_on": self.opens_on.isoformat(), "due_on": None, "closes_on": None,
            "minutes": minutes, "closing": Closing.DONE.value, "channel": channel,
        }  # fmt: skip
        self._add(Verb.LOG, at, by, by, after=after)

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
        after = after or {}
        self.opens_on_now = _date(after.get("opens_on")) or self.opens_on_now or self.opens_on
        nobodys = unheld(self.opens_on_now, at.date()).value
        state = ENDINGS.get(verb.value) or (ASSIGNED if holder else nobodys)
        self.events.append(Event(verb.value, at, by, holder, reason, after, state))

    # --- what it adds up to

    def until(self, now: dt.datetime) -> None:
        """Leave out what has not happened yet."""
        self.events = [event for event in self.events if event.at < now]
        self.why = [pair for pair in self.why if pair[0] < now]
        if self.letter and self.letter.at >= now:
            self.letter = None
        if self.letter and self.letter.answered_at and self.letter.answered_at >= now:
            self.letter.answer, self.letter.answered_by, self.letter.answered_at = "", None, None
        if self.note and self.note.at >= now:
            self.note = None

    def task_row(self, pk: int, clinic_id: int) -> TaskRow:
        """The row that the events add up to."""
        known: dict[str, Any] = {}
        for event in self.events:
            known.update(event.after)
        last = self.events[-1]
        self.pk = pk
        done = last.to_state == DONE
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
            last.at if self.ended else None,
            last.by if done else None,
            known.get("minutes") if done else None,
            len(self.events),
            known.get("closing", ""),
            known.get("channel", ""),
            known.get("attempts", 0),
            self.part,
            self.before.pk if self.before else None,
        )

    def event_rows(self, task_id: int, clinic_id: int) -> list[EventRow]:
        """Without ids: those are given when all stories are in order of time."""
        rows, state, holder = [], "", None
        if self.before:
            self.events[0].after["after"] = self.before.pk
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
