"""From rows to what stands on the page. Pure: plain values in, words and numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tasks.models import Origin, Task
from tasks.queries import WorkRow
from teams.calendar import Week
from teams.templatetags.fordel import short_day


@dataclass(frozen=True, slots=True)
class Tag:
    """A word in a colour of the design system; the word alone says it."""

    text: str
    color: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as the page writes it."""

    id: int
    version: int
    patient_id: int | None
    who: str
    name: str
    note: str
    why: str
    tag: Tag
    minutes: int


@dataclass(slots=True)
class Section:
    """A heading, what it holds and how long that takes."""

    key: str
    title: str
    lines: list[TaskLine] = field(default_factory=list)
    collapsed: bool = False

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)


def sections(rows: Iterable[WorkRow], *, day: dt.date) -> list[Section]:
    """Hard deadlines, overdue, the day, the rest of the week, later; empty ones left out."""
    found = {
        "hard": Section("hard", _("Frist som ikke kan glippe")),
        "overdue": Section("overdue", _("Forfalt")),
        "today": Section("today", _("I dag")),
        "week": Section("week", _("Denne uken")),
        "later": Section("later", _("Senere"), collapsed=True),
    }
    for row in rows:
        found[_section_of(row, day)].lines.append(line(row, day=day))
    return [section for section in found.values() if section.lines]


def _section_of(row: WorkRow, day: dt.date) -> str:
    if row.hard and row.due_on and row.due_on <= day:
        return "hard"
    if row.opens_on > day:
        return "later"
    if row.due_on and row.due_on < day:
        return "overdue"
    if row.due_on == day or (row.planned_on and row.planned_on <= day):
        return "today"
    sunday = Week.of(day).sunday
    if (row.planned_on and row.planned_on <= sunday) or (row.due_on and row.due_on <= sunday):
        return "week"
    return "later"


def line(row: WorkRow, *, day: dt.date) -> TaskLine:
    """A row in words."""
    return TaskLine(
        row.id, row.version, row.patient_id, _who(row, day), row.name, _note(row), why_text(row.why),
        _tag(row, day), row.minutes,
    )  # fmt: skip


def _who(row: WorkRow, day: dt.date) -> str:
    if not row.patient_id or not row.birth_date:
        return ""
    before_birthday = (day.month, day.day) < (row.birth_date.month, row.birth_date.day)
    return f"{row.given_name} {row.family_name}, {day.year - row.birth_date.year - before_birthday}"


def _note(row: WorkRow) -> str:
    if row.programme:
        return _("Fra programmet %(name)s.") % {"name": row.programme}
    if row.sender:
        return _("Fra %(sender)s.") % {"sender": row.sender}
    if row.origin == Origin.PLAN:
        return ""
    return _("Opphav: %(origin)s.") % {"origin": Origin(row.origin).label}


def _tag(row: WorkRow, day: dt.date) -> Tag:
    if row.due_on is None:
        return Tag(_("Uten frist"), "neutral")
    if row.hard and row.closes_on == day:
        return Tag(_("Siste dag"), "danger")
    over = (day - row.due_on).days
    if over > 0:
        text = _("1 dag over") if over == 1 else _("%(n)d dager over") % {"n": over}
        return Tag(text, "danger" if row.hard else "warning")
    if over == 0:
        return Tag(_("Siste dag") if row.hard else _("Frist i dag"), "danger" if row.hard else "info")
    return Tag(_("Frist %(day)s") % {"day": short_day(row.due_on)}, "neutral")


def why_text(why: dict[str, Any]) -> str:
    """Why it is mine, in one or two sentences. Empty when nobody but the holder decided it."""
    if why.get("obstacle") == "nobody_may":
        return _("Ingen på kontoret kan gjøre denne nå.")
    if why.get("obstacle") == "nobody_has_time":
        return _("Ingen som kan gjøre den, har ledig tid i vinduet.")
    rule = why.get("rule")
    if rule == "handed_on":
        return _("Gitt videre til deg av %(name)s.") % {"name": why.get("by", "")}
    reasons = {
        "only_one": _("Din: ingen andre på samme nivå kan gjøre den."),
        "holder": _("Din: du hadde den fra før."),
        "list_doctor": _("Din: du er fastlegen."),
        "usual_nurse": _("Din: du er fast sykepleier."),
        "least_loaded": _("Din: minst belagt av %(n)d med ledig tid.") % {"n": why.get("had_room", 0)},
    }
    text = reasons.get(rule or "", "")
    if text and why.get("ground") == "delegation":
        text += " " + _("Delegert av fastlegen.")
    return text


def usual_postponement(task: Task, today: dt.date) -> dt.date | None:
    """A week from now, but no later than a hard deadline's last day; None when it cannot be put off at all."""
    week = today + dt.timedelta(days=7)
    last = (task.closes_on or task.due_on) if task.hard else None
    until = min(week, last) if last else week
    return until if until > today else None
