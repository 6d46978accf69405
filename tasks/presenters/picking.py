"""Lists of the team's tasks: what it is, who has it, when; to look at and to choose from. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tasks.filters import ME, NOBODY, TEAM
from tasks.models import Origin, TaskState
from tasks.presenters.board import TOGETHER
from tasks.presenters.lines import TaskLine, line
from tasks.presenters.words import Person, as_seen, day_words
from tasks.queries.board import ListRow
from tasks.selection import Selection
from teams.calendar import Week
from teams.models import Member, Profession
from teams.templatetags.fordel import hours, percent, short_day


@dataclass(frozen=True, slots=True)
class PickLine:
    """A task of a list. `holder` is empty for nobody's, `when` the day it is planned, the rest how it stands."""

    task: TaskLine
    holder: str
    when: str
    started: str
    coming: str
    locked: str
    ticked: str

    def __getitem__(self, name: str) -> Any:
        """By name, its own values and those of its task."""
        return getattr(self, name) if name in OWN else self.task[name]


OWN = frozenset(each.name for each in fields(PickLine))


def list_lines(
    rows: Iterable[ListRow], *, by: Member, today: dt.date, ticked: Collection[int] = ()
) -> list[PickLine]:
    """Each row in words, as `by` reads them; `ticked` are ids."""
    said: dict[Any, Any] = {}
    return [_line(row, by, today, said, row.work.id in ticked) for row in rows]


def _line(row: ListRow, by: Member, today: dt.date, said: dict[Any, Any], ticked: bool) -> PickLine:
    mine = row.work.assignee_id == by.pk
    holder = as_seen(by, by) if mine else Person(row.work.assignee_name or "")
    return PickLine(
        line(row.work, person=holder, today=today, said=said),
        _("deg") if mine else row.work.assignee_name or "",
        _when(row.work.planned_on, today),
        _("påbegynt") if row.work.state == TaskState.STARTED else "",
        _coming(row, today),
        _("låst") if row.pinned else "",
        "1" if ticked else "",
    )


def _when(day: dt.date | None, today: dt.date) -> str:
    if day is None:
        return ""
    return short_day(day) if day < today else day_words(day, today)


def _coming(row: ListRow, today: dt.date) -> str:
    if row.work.state == TaskState.SCHEDULED:
        return _("kommer %(day)s") % {"day": short_day(row.work.opens_on)}
    if row.work.opens_on > today and row.work.assignee_id:
        return _("utsatt til %(day)s") % {"day": short_day(row.work.opens_on)}
    return ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to give tasks to, and how full the week at hand is, as it is written; `share` is empty without time."""

    key: str
    name: str
    profession: str
    booked: str
    time: str
    share: str

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


def people(
    members: Iterable[Member],
    minutes: Mapping[int, Sequence[int]],
    booked: Mapping[int | None, Sequence[int]],
) -> list[Receiver]:
    """In the order given, with the minutes there are and those booked by week; the first is the week at hand."""
    found = []
    for m in members:
        (of_week, *_later), (taken, *_later) = minutes.get(m.pk, (0,)), booked.get(m.pk, (0,))
        share = percent(taken, of_week) if of_week else ""
        label = str(Profession(m.profession).label)
        found.append(Receiver(str(m.pk), m.name, label, hours(taken), hours(of_week), share))
    return found


def heading(selection: Selection, members: Iterable[Member], *, by: Member, week: Week | None) -> str:
    """Whose tasks, which: «Nina Nes, uke 48, forfalt»."""
    who = selection.filter.who
    if selection.group:
        whose = str(TOGETHER[Profession(selection.group)])
    elif who == NOBODY:
        whose = _("Ikke fordelt")
    elif who in (ME, by.pk):
        whose = _("Mine oppgaver")
    elif who == TEAM:
        whose = _("Alle åpne oppgaver")
    else:
        whose = next((m.name for m in members if m.pk == who), _("Ukjent medarbeider"))
    words = [whose]
    if week:
        words.append(_("uke %(n)d") % {"n": week.number})
    if selection.filter.hard:
        words.append(_("frister som ikke kan glippe"))
    if selection.late:
        words.append(_("forfalt"))
    return ", ".join(words)


def filter_choices(
    members: Iterable[Member], kinds: list[tuple[int, str]], weeks: Sequence[Week], chosen: Week | None
) -> dict[str, list[tuple[Any, Any]]]:
    """What each field of the list's filter can be."""
    shown = list(weeks) if chosen is None or chosen in weeks else [chosen, *weeks]
    return {
        "hvem": [(TEAM, _("Alle")), (ME, _("Meg")), (NOBODY, _("Ingen")), *((m.pk, m.name) for m in members)],
        "uke": [("", _("Alle")), *((str(w), _("Uke %(n)d") % {"n": w.number}) for w in shown)],
        "type": [("", _("Alle")), *kinds],
        "yrke": [("", _("Alle")), *((p.value, capfirst(str(p.label))) for p in reversed(Profession))],
        "opphav": [("", _("Alle")), *((o.value, capfirst(str(o.label))) for o in Origin)],
    }
