"""Discharges in words: what one would open and by when, and what came of those there are. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.models import Certainty, Programme, Task
from tasks.presenters.patient import day_words, due_words
from tasks.presenters.plans import COLOURS, often_words, source_words
from tasks.presenters.timeline import part_words
from tasks.queries.patient import Followed
from tasks.recurrence import ONCE, Rhythm, first_occasion
from teams.calendar import oslo_date


@dataclass(frozen=True, slots=True)
class ToOpen:
    """A task that the discharge opens, with its deadline and where that comes from."""

    name: str
    after: str
    due: dt.date
    source: str
    certainty: str
    colour: str


@dataclass(frozen=True, slots=True)
class DischargeRow:
    id: int
    day: dt.date
    place: str
    who: str
    mistaken: bool
    tasks: tuple[tuple[int, str, str, str], ...]  # number, what, how it stands, with whom


def to_open(programmes: Iterable[Programme], day: dt.date) -> list[ToOpen]:
    """For somebody who came home on `day`, in the order of the deadlines."""
    steps = [s for p in programmes for s in p.steps.all() if not s.retired and s.leads_to_id is None]
    found = [
        ToOpen(
            s.name, often_words(s), _due(s.interval_months, s.interval_days, s.hard, day), source_words(s),
            str(s.get_certainty_display()), COLOURS[Certainty(s.certainty)],
        )
        for s in steps
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.due)


def _due(months: int, days: int, hard: bool, day: dt.date) -> dt.date:
    return first_occasion(Rhythm(months, days, 0, None, hard, ONCE), starts_on=day, phase=0).due_on


def discharge_rows(discharges: Iterable[Followed], today: dt.date) -> list[DischargeRow]:
    return [
        DischargeRow(
            each.row.pk,
            each.row.discharged_on,
            ", ".join(text for text in (each.row.hospital, each.row.department) if text),
            each.row.by.name if each.row.by else _("import"),
            each.row.mistaken,
            tuple(_task(task, today) for task in each.tasks),
        )
        for each in discharges
    ]


def _task(task: Task, today: dt.date) -> tuple[int, str, str, str]:
    stands = (
        due_words(task.due_on, today)
        if task.ended_at is None
        else f"{task.get_closing_display()} {day_words(oslo_date(task.ended_at), today)}"
    )
    who = task.done_by or task.assignee
    return task.pk, part_words(task), stands, who.name if who else ""
