"""Min dag's sections: what each is called, holds and shows, and whom one visit serves. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.presenters.lines import TaskLine, Usual, Visit, line, shown_minutes
from tasks.presenters.words import Person
from tasks.queries import SECTIONS, Held, Placed, WorkRow
from tasks.queries.day import COLLAPSED, HARD, OVERDUE, TODAY, UNDATED, WEEK
from tasks.queries.keyset import key_of
from teams.calendar import Week
from teams.models import Member
from teams.templatetags.fordel import long_day, minutes

# So many rows at first, each section so many before another gets more; what is left goes in this order.
MOST_ROWS = 60
AT_LEAST = {HARD: 15, OVERDUE: 10, TODAY: 15, WEEK: 5, UNDATED: 5}
THEN = (HARD, TODAY, OVERDUE, WEEK, UNDATED)
MORE_ROWS = 40  # at a time


@dataclass(slots=True)
class Section:
    """A heading, how many tasks there are and how long they take, and those of them that are shown.

    `last` is the key of the last one shown, `after` the same when there are more. `opened`: collapsible, but open.
    """

    key: str
    title: str
    count: int = 0
    minutes: int = 0
    lines: list[TaskLine] = field(default_factory=list)
    collapsed: bool = False
    opened: bool = False
    last: str = ""
    after: str = ""

    @property
    def sum(self) -> str:
        """«7 oppgaver · 3 t 5 min»."""
        tasks = ngettext("%(n)d oppgave", "%(n)d oppgaver", self.count) % {"n": self.count}
        return f"{tasks} · {minutes(self.minutes)}"

    @property
    def left(self) -> int:
        """So many are not shown."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a list and when: what words and minutes depend on. `several`: the list is not one person's; `whole`: reasons in full."""

    member: Member
    today: dt.date
    now: dt.datetime
    usual: Usual
    several: bool = False
    whole: bool = False
    said: dict[Any, Any] = field(default_factory=dict)

    def line(self, row: WorkRow) -> TaskLine:
        """The row in words, as this reader sees it."""
        you = row.assignee_id == self.member.pk
        person = Person(row.assignee_name or "", row.assignee_profession or "", you)
        holder = ""
        if self.several and not you:
            holder = _("Hos %(name)s.") % {"name": person.name} if person.name else _("Ingen har den.")
        return line(
            row, person=person, today=self.today, usual=self.usual, now=self.now, holder=holder, said=self.said,
            whole=self.whole,
        )  # fmt: skip


def titles(day: dt.date, today: dt.date) -> dict[str, str]:
    """The sections' headings; `day` is the working day shown."""
    week = Week.of(day)
    return {
        "hard": _("Frist som ikke kan glippe"),
        "overdue": _("Forfalt"),
        "today": _("I dag") if day == today else long_day(day).capitalize(),
        "week": _("Denne uken") if week == Week.of(today) else _("Uke %(n)d") % {"n": week.number},
        "undated": _("Uten frist"),
        "later": _("Senere"),
        "waiting": _("Venter på forberedelse"),
    }


def empty_sections(day: dt.date, today: dt.date) -> list[Section]:
    """All of them, in order, holding nothing."""
    return [Section(key, title, collapsed=key in COLLAPSED) for key, title in titles(day, today).items()]


def summed(sections: Sequence[Section], held: Iterable[Held], usual: Usual, now: dt.datetime) -> None:
    """Write into each section how many tasks it holds, and their shown minutes."""
    for row in held:
        section = sections[row.section]
        each = shown_minutes(row.kind_id, row.part, row.minutes, row.timed, row.timer_from, usual, now)
        section.count += row.n
        section.minutes += row.n * each


def open_first(sections: Sequence[Section]) -> None:
    """Open the first section that holds something, where all that do are collapsed: else the page looks empty."""
    first = next((section for section in sections if section.count), None)
    if first:
        first.opened = first.collapsed


def rows_of_each(sections: Sequence[Section]) -> dict[int, int]:
    """How many rows each section shows at first, together no more than MOST_ROWS; none of a collapsed one."""
    shown = {n: min(sections[n].count, most) for n, most in AT_LEAST.items()}
    for n in THEN:
        spare = MOST_ROWS - sum(shown.values())
        shown[n] += min(spare, sections[n].count - shown[n])
    return {n: rows for n, rows in shown.items() if rows}


def within(placed: Iterable[Placed], limits: Mapping[int, int]) -> list[Placed]:
    """The first of each section, no more than its limit."""
    taken: Counter[int] = Counter()
    found = []
    for each in placed:
        taken[each.section] += 1
        if taken[each.section] <= limits.get(each.section, 0):
            found.append(each)
    return found


def fill(
    sections: Sequence[Section], placed: Iterable[Placed], rows: Mapping[int, WorkRow], reader: Reader
) -> None:
    """Write the rows, in the order they are placed, into the sections as lines."""
    last: dict[int, WorkRow] = {}
    for task_id, n in placed:
        row = rows[task_id]
        sections[n].lines.append(reader.line(row))
        last[n] = row
    for n, row in last.items():
        section = sections[n]
        section.last = key_of(row.hard, row.due_on, row.id)
        section.after = section.last if section.left > 0 else ""
        section.lines = visits(section.lines, prefix=section.key)


def visits(lines: Sequence[TaskLine], *, prefix: str) -> list[TaskLine]:
    """Tasks of one patient that one visit serves follow the first of them; it says so above them.

    Of one section and one holder: nothing hard or overdue is drawn down among what is neither.
    """
    together: Mapping[tuple[int, str], list[TaskLine]] = defaultdict(list)
    for each in lines:
        if each.patient_id:
            together[each.patient_id, each.holder].append(each)
    found: list[TaskLine] = []
    for each in lines:
        group = together.get((each.patient_id or 0, each.holder), [])
        if len(group) < 2:
            found.append(each)
        elif group[0] is each:
            each.visit = _visit(group, prefix)
            for task in group:
                task.of_visit = each.visit.key
            found += group
    return found


def _visit(group: Sequence[TaskLine], prefix: str) -> Visit:
    first, total = group[0], sum(task.minutes for task in group)
    tasks = _("%(n)d oppgaver · %(time)s") % {"n": len(group), "time": minutes(total)}
    takes = " ".join(f"{task.key}.{task.stamp}.{task.minutes}" for task in group)
    return Visit(
        f"{prefix}-{first.patient_id}-{first.key}", first.who, first.patient_url, tasks, total, takes
    )


def elsewhere(sections: Sequence[Section]) -> None:
    """Say in a row that its patient has tasks in other sections too: whoever sees them now may do all at once."""
    where: dict[int, Counter[str]] = defaultdict(Counter)
    for section in sections:
        for each in section.lines:
            if each.patient_id:
                where[each.patient_id][section.title] += 1
    for section in sections:
        for each in section.lines:
            others = [title for title in where.get(each.patient_id or 0, ()) if title != section.title]
            if others and (each.visit or not each.of_visit):
                also = _("Har også noe under «%(where)s».") % {"where": _("» og «").join(others)}
                each.note = f"{each.note} {also}".strip()


def number_of(key: str) -> int | None:
    """The section's number; None for no section."""
    return SECTIONS.index(key) if key in SECTIONS else None
