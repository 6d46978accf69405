"""From rows of tasks to what stands on the page. Pure: plain values in, words and numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tasks.models import Origin, Step, Task
from tasks.presenters.words import Person, reason
from tasks.queries import WorkRow
from teams.calendar import Week, working_day_on_or_after, working_day_on_or_before
from teams.templatetags.fordel import long_day, short_day


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


SECTIONS = ("hard", "overdue", "today", "week", "later")


def sections(rows: Iterable[WorkRow], *, person: Person, day: dt.date, today: dt.date) -> list[Section]:
    """Hard deadlines, overdue, the day, the rest of the week, later; empty ones left out.

    `day` is the working day shown, `today` the date: on a day off they differ, and what is late is counted
    from today. `person` is whose tasks they are, as the reader names them.
    """
    found = {
        "hard": Section("hard", _("Frist som ikke kan glippe")),
        "overdue": Section("overdue", _("Forfalt")),
        "today": Section("today", _("I dag") if day == today else long_day(day).capitalize()),
        "week": Section("week", _("Planlagt denne uken")),
        "later": Section("later", _("Senere"), collapsed=True),
    }
    for row in rows:
        found[_section_of(row, day, today)].lines.append(line(row, person=person, today=today))
    return [section for section in found.values() if section.lines]


def _section_of(row: WorkRow, day: dt.date, today: dt.date) -> str:
    if row.hard and row.due_on and row.due_on <= day:
        return "hard"
    if row.opens_on > day:
        return "later"
    if row.due_on and row.due_on < today:
        return "overdue"
    if (row.due_on and row.due_on <= day) or (row.planned_on and row.planned_on <= day):
        return "today"
    sunday = Week.of(day).sunday
    if (row.planned_on and row.planned_on <= sunday) or (row.due_on and row.due_on <= sunday):
        return "week"
    return "later"


def line(row: WorkRow, *, person: Person, today: dt.date) -> TaskLine:
    """A row in words; `person` has the task, as the reader names them."""
    return TaskLine(
        row.id, row.version, row.patient_id, patient_words(row.given_name, row.family_name, row.birth_date, today), row.name,
        _note(row), reason(row.why, person, day=row.planned_on, today=today), _tag(row, today), row.minutes,
    )  # fmt: skip


def patient_words(
    given_name: str | None, family_name: str | None, birth_date: dt.date | None, today: dt.date
) -> str:
    """«Per Lunde, 66»; empty for a task that is about no patient."""
    if not birth_date:
        return ""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return f"{given_name} {family_name}, {today.year - birth_date.year - before_birthday}"


def _note(row: WorkRow) -> str:
    if row.programme:
        return _("Fra programmet %(name)s.") % {"name": row.programme}
    if row.sender:
        return _("Fra %(sender)s.") % {"sender": row.sender}
    if row.origin == Origin.PLAN:
        return ""
    return _("Opphav: %(origin)s.") % {"origin": Origin(row.origin).label}


def _tag(row: WorkRow, today: dt.date) -> Tag:
    if row.due_on is None:
        return Tag(_("Uten frist"), "neutral")
    if row.hard and row.closes_on == today:
        return Tag(_("Siste dag"), "danger")
    over = (today - row.due_on).days
    if over > 0:
        text = _("1 dag over") if over == 1 else _("%(n)d dager over") % {"n": over}
        return Tag(text, "danger" if row.hard else "warning")
    if over == 0:
        return Tag(_("Siste dag") if row.hard else _("Frist i dag"), "danger" if row.hard else "info")
    return Tag(_("Frist %(day)s") % {"day": short_day(row.due_on)}, "neutral")


def usual_postponement(task: Task, today: dt.date) -> dt.date | None:
    """A week from now, but no later than a hard deadline's last day; None when it cannot be put off at all."""
    week = today + dt.timedelta(days=7)
    last = (task.closes_on or task.due_on) if task.hard else None
    if last is None:
        return working_day_on_or_after(week)
    until = working_day_on_or_before(min(week, last))
    return until if until > today else None


def yearly_minutes(steps: Iterable[Step], plans: int) -> int:
    """Minutes a year that so many plans ask for, by the kinds' own defaults; no-shows and changes not reckoned."""
    each = 0.0
    for step in steps:
        days = step.interval_months * 365.25 / 12 + step.interval_days
        each += (step.minutes or step.kind.minutes_for(step.kind.professions[0])) * 365.25 / days
    return round(each * plans)


def counts(rows: Iterable[WorkRow], *, person: Person, day: dt.date, today: dt.date) -> list[Section]:
    """What each section's heading says, also of those that have become empty."""
    found = {section.key: section for section in sections(rows, person=person, day=day, today=today)}
    return [found.get(key) or Section(key, "") for key in SECTIONS]
