"""«Gjort i dag»: what is done, and what of it can still be taken back. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from patients.naming import named
from tasks.queries import Done
from teams.calendar import OSLO


@dataclass(frozen=True, slots=True)
class DoneLine:
    """One done task. `undo_url` is empty when it is too late to take it back."""

    key: str
    at: str
    name: str
    who: str
    minutes: str
    undo_url: str


def done_lines(done: Iterable[Done], undo_after: dt.datetime) -> list[DoneLine]:
    """In the order given, with the clock of Oslo. What was said at `undo_after` or later may be taken back."""
    return [_line(each, each.undoable is not None and each.undoable >= undo_after) for each in done]


def _line(done: Done, may_undo: bool) -> DoneLine:
    who = named(done.patient_id, f"{done.given_name} {done.family_name}") if done.birth_date else ""
    return DoneLine(
        str(done.id), f"{done.ended_at.astimezone(OSLO):%H:%M}", done.name, who, str(done.minutes),
        reverse("undo_task", args=[done.id]) if may_undo else "",
    )  # fmt: skip
