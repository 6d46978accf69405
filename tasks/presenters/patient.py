"""What somebody with the patient on the phone must see at once: what is open, what was done last. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import PatientAccess
from tasks.models import Part, Task, TaskState
from tasks.presenters.timeline import part_words
from teams.calendar import oslo_date
from teams.templatetags.fordel import short_day

ACCESSES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open task. `note`: that somebody is at it, or how often the patient was not reached."""

    id: int
    name: str
    due: str
    late: bool
    hard: bool
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class DoneRow:
    id: int
    name: str
    day: str
    who: str
    minutes: int | None


def open_rows(tasks: Iterable[Task], today: dt.date) -> list[OpenRow]:
    """In the order given; a signature and its preparation, both open, are one row, which leads to the preparation."""
    rows = list(tasks)
    prepared = {task.pk: task for task in rows if task.part == Part.PREPARE}
    pairs = {task.pk: first for task in rows if (first := prepared.get(task.after_id or 0))}
    in_pairs = {first.pk for first in pairs.values()}
    return [_open(task, pairs.get(task.pk), today) for task in rows if task.pk not in in_pairs]


def _open(task: Task, preparation: Task | None, today: dt.date) -> OpenRow:
    who, note = _holder(task), _note(task)
    if preparation is not None and not (task.assignee is None and preparation.assignee is None):
        words = {"first": _holder(preparation), "last": who}
        who, note = _("forberedes av %(first)s, signeres av %(last)s") % words, _note(preparation)
    elif preparation is not None:
        note = _note(preparation)
    return OpenRow(
        id=(preparation or task).pk,
        name=task.name if preparation else part_words(task),
        due=due_words(task.due_on, today),
        late=_late(task, today),
        hard=task.hard,
        who=who,
        note=note,
    )


def _holder(task: Task) -> str:
    return task.assignee.name if task.assignee else _("ingen ennå")


def standing_words(rows: Sequence[OpenRow]) -> str:
    """«3 åpne, 1 forfalt»."""
    late = sum(row.late for row in rows)
    text = ngettext("%(n)d åpen", "%(n)d åpne", len(rows)) % {"n": len(rows)}
    if late:
        text += ", " + ngettext("%(n)d forfalt", "%(n)d forfalte", late) % {"n": late}
    return text


def done_rows(tasks: Iterable[Task], today: dt.date) -> list[DoneRow]:
    return [
        DoneRow(
            task.pk, part_words(task), day_words(oslo_date(task.ended_at), today) if task.ended_at else "",
            task.done_by.name if task.done_by else "", task.minutes,
        )
        for task in tasks
    ]  # fmt: skip


def access_words(accesses: Iterable[PatientAccess]) -> list[tuple[PatientAccess, int]]:
    """Who looked last: each once, with how often among the latest looks."""
    found: dict[int, list[PatientAccess]] = {}
    for access in accesses:
        found.setdefault(access.member_id, []).append(access)
    return [(rows[0], len(rows)) for rows in list(found.values())[:ACCESSES_SHOWN]]


def due_words(day: dt.date | None, today: dt.date) -> str:
    """«frist i dag», «forfalt fre 27. nov.», «uten frist»."""
    if day is None:
        return _("uten frist")
    words = {"day": day_words(day, today)}
    return _("forfalt %(day)s") % words if day < today else _("frist %(day)s") % words


def day_words(day: dt.date, today: dt.date) -> str:
    named = {0: _("i dag"), 1: _("i morgen"), -1: _("i går")}.get((day - today).days)
    if named:
        return named
    return short_day(day) if abs((day - today).days) < 60 else f"{day:%d.%m.%Y}"


def _late(task: Task, today: dt.date) -> bool:
    return task.due_on is not None and task.due_on < today


def _note(task: Task) -> str:
    if task.state == TaskState.STARTED:
        return _("påbegynt")
    if task.attempts:
        return ngettext("ikke nådd %(n)d gang", "ikke nådd %(n)d ganger", task.attempts) % {
            "n": task.attempts
        }
    return ""
