"""From rows to what stands on the page. Pure: plain values in, words and numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tasks.models import Origin, Step, Task
from tasks.queries import WorkRow
from teams.calendar import Week, working_day_on_or_after, working_day_on_or_before
from teams.models import Member
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


def sections(rows: Iterable[WorkRow], *, day: dt.date, today: dt.date) -> list[Section]:
    """Hard deadlines, overdue, the day, the rest of the week, later; empty ones left out.

    `day` is the working day shown, `today` the date: on a day off they differ, and what is late is counted
    from today.
    """
    found = {
        "hard": Section("hard", _("Frist som ikke kan glippe")),
        "overdue": Section("overdue", _("Forfalt")),
        "today": Section("today", _("I dag") if day == today else long_day(day).capitalize()),
        "week": Section("week", _("Planlagt denne uken")),
        "later": Section("later", _("Senere"), collapsed=True),
    }
    for row in rows:
        found[_section_of(row, day, today)].lines.append(line(row, today=today))
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


def line(row: WorkRow, *, today: dt.date) -> TaskLine:
    """A row in words."""
    return TaskLine(
        row.id, row.version, row.patient_id, _who(row, today), row.name, _note(row), why_text(row.why),
        _tag(row, today), row.minutes,
    )  # fmt: skip


def _who(row: WorkRow, today: dt.date) -> str:
    if not row.patient_id or not row.birth_date:
        return ""
    before_birthday = (today.month, today.day) < (row.birth_date.month, row.birth_date.day)
    return f"{row.given_name} {row.family_name}, {today.year - row.birth_date.year - before_birthday}"


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
        "only_one": _("Bare du på ditt nivå kan ta den."),
        "holder": _("Du hadde den fra før."),
        "list_doctor": _("Du er fastlegen."),
        "usual_nurse": _("Du er fast sykepleier."),
        "least_loaded": _("Du har best tid av %(n)d som kan ta den.") % {"n": why.get("had_room", 0)},
    }
    text = reasons.get(rule or "", "")
    if text and why.get("ground") == "delegation":
        text += " " + _("Delegert av fastlegen.")
    return text


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


def counts(rows: Iterable[WorkRow], *, day: dt.date, today: dt.date) -> list[Section]:
    """What each section's heading says, also of those that have become empty."""
    found = {section.key: section for section in sections(rows, day=day, today=today)}
    return [found.get(key) or Section(key, "") for key in ("hard", "overdue", "today", "week", "later")]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A member's five days: (booked, capacity) each; `away` when there is no time on any of them."""

    member: Member
    first: bool
    days: list[tuple[int, int]]

    @property
    def away(self) -> bool:
        return not any(capacity for _booked, capacity in self.days)


def team_rows(
    members: Iterable[Member],
    days: list[dt.date],
    capacity: dict[int, dict[dt.date, int]],
    booked: dict[int, dict[dt.date, int]],
) -> list[TeamRow]:
    """One row a member, in the order given; `first` marks where a profession begins."""
    rows: list[TeamRow] = []
    for m in members:
        of_days = [(booked.get(m.pk, {}).get(day, 0), capacity.get(m.pk, {}).get(day, 0)) for day in days]
        rows.append(TeamRow(m, not rows or rows[-1].member.profession != m.profession, of_days))
    return rows
