"""A change of many tasks in words: what it is, what it does to whose weeks, what is left alone and why. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.ahead import WEEKS, column_of
from tasks.many import Judged, Kept, Wish
from tasks.models import BulkVerb, Closing, Task
from tasks.presenters.lines import patient_words
from tasks.presenters.loads import Load
from teams.calendar import Week
from teams.models import Member, Profession
from teams.templatetags.fordel import long_day

MOST_NAMED = 30

# After «3 oppgaver». What cannot be changed, and why.
KEPT = {
    Kept.ENDED: gettext_lazy("er alt avsluttet"),
    Kept.CHANGED: gettext_lazy("er endret av andre siden du så på dem"),
    Kept.BEGUN: gettext_lazy("er påbegynt"),
    Kept.SAME: gettext_lazy("er der fra før"),
    Kept.PINNED: gettext_lazy("er låst av en leder"),
    Kept.FORBIDDEN: gettext_lazy("har en leder utelukket %(who)s fra"),
    Kept.MAY_NOT: gettext_lazy("kan ikke gjøres av %(who)s etter lov, yrke eller delegering"),
    Kept.DEADLINE: gettext_lazy("har en frist som ikke kan glippe før den dagen"),
    Kept.NOT_NOW: gettext_lazy("er ikke i en tilstand der det går"),
    Kept.NEXT_OPEN: gettext_lazy("har alt fått neste oppgave i planen"),
}
CLOSED = {
    Closing.NOT_NEEDED: gettext_lazy("ikke lenger nødvendig"),
    Closing.ELSEWHERE: gettext_lazy("gjort et annet sted"),
    Closing.MISTAKE: gettext_lazy("feilregistrert"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A task as a preview names it; `more` says what its reason has to add."""

    id: int
    name: str
    who: str
    holder: str
    minutes: int
    more: str


@dataclass(frozen=True, slots=True)
class LeftGroup:
    """Tasks that are left alone for one reason, the first of them named."""

    words: str
    count: int
    named: tuple[Named, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class WeekLoads:
    """One member's weeks before and after."""

    name: str
    weeks: tuple[Load, ...]


def wish_words(wish: Wish, count: int) -> str:
    """«Gi 12 oppgaver til Nina Nes», as a heading asks it."""
    tasks = ngettext("%(n)d oppgave", "%(n)d oppgaver", count) % {"n": count}
    if wish.verb == BulkVerb.POSTPONE and wish.until:
        return _("Utsett %(tasks)s til %(day)s") % {"tasks": tasks, "day": long_day(wish.until)}
    if wish.verb == BulkVerb.CANCEL:
        return _("Avslutt %(tasks)s: %(how)s") % {"tasks": tasks, "how": CLOSED[Closing(wish.closing)]}
    if wish.to is None:
        return _("Fordel %(tasks)s på nytt") % {"tasks": tasks}
    return _("Gi %(tasks)s til %(who)s") % {"tasks": tasks, "who": wish.to.name}


def done_words(wish: Wish, count: int) -> str:
    """«12 oppgaver er gitt til Nina Nes.»"""
    tasks = ngettext("%(n)d oppgave", "%(n)d oppgaver", count) % {"n": count}
    if wish.verb == BulkVerb.POSTPONE and wish.until:
        return _("%(tasks)s er utsatt til %(day)s.") % {"tasks": tasks, "day": long_day(wish.until)}
    if wish.verb == BulkVerb.CANCEL:
        return _("%(tasks)s er avsluttet uten å være gjort her.") % {"tasks": tasks}
    if wish.to is None:
        return _("%(tasks)s ligger nå i «Ikke fordelt».") % {"tasks": tasks}
    return _("%(tasks)s er gitt til %(who)s.") % {"tasks": tasks, "who": wish.to.name}


def left_words(left: Mapping[Kept, Sequence[Task]], who: str = "") -> str:
    """«2 oppgaver ble ikke endret: 2 (Sårstell) er endret av andre …» Names tasks, never patients. Empty when none is left."""
    parts = []
    for reason, tasks in left.items():
        names = sorted({task.name for task in tasks})
        named = ", ".join(names[:3]) + ("" if len(names) <= 3 else " …")
        parts.append(f"{len(tasks)} ({named}) {str(KEPT[reason]) % {'who': who}}")
    count = sum(map(len, left.values()))
    text = ngettext(
        "%(n)d oppgave ble ikke endret: %(why)s.", "%(n)d oppgaver ble ikke endret: %(why)s.", count
    )
    return text % {"n": count, "why": "; ".join(parts)} if parts else ""


def left_groups(left: Mapping[Kept, Sequence[Task]], wish: Wish, today: dt.date) -> list[LeftGroup]:
    """What cannot be changed, by reason; not more than thirty of each are named."""
    who = wish.to.name if wish.to else ""
    return [
        LeftGroup(
            str(KEPT[reason]) % {"who": who},
            len(tasks),
            tuple(named(task, today, _more(reason, task)) for task in tasks[:MOST_NAMED]),
        )
        for reason, tasks in left.items()
    ]


def named(task: Task, today: dt.date, more: str = "") -> Named:
    patient = task.patient
    who = (
        patient_words(patient.pk, patient.given_name, patient.family_name, patient.birth_date, today)
        if patient
        else ""
    )
    holder = task.assignee.name if task.assignee else _("ingen")
    return Named(task.pk, task.name, who, holder, task.planned_minutes, more)


def _more(reason: Kept, task: Task) -> str:
    if reason == Kept.BEGUN and task.assignee:
        return _("av %(who)s") % {"who": task.assignee.name}
    if reason == Kept.DEADLINE:
        last = task.closes_on or task.due_on
        return _("siste dag %(day)s") % {"day": date_format(last, "j. F")} if last else ""
    if reason == Kept.MAY_NOT:
        names = [str(Profession(p).label) for p in task.kind.professions]
        return _("krever %(professions)s") % {"professions": _(" eller ").join(names)}
    return ""


def week_loads(
    found: Judged,
    wish: Wish,
    members: Iterable[Member],
    minutes: Mapping[int, Sequence[int]],
    booked: Mapping[int | None, Sequence[int]],
    *,
    today: dt.date,
    weeks: Sequence[Week],
) -> list[WeekLoads]:
    """The weeks of everybody whom the change gives or takes something, the receiver first."""
    change: dict[int | None, list[int]] = defaultdict(lambda: [0] * (WEEKS + 1))
    for task in found.changes:
        column = column_of(today, planned_on=task.planned_on, due_on=task.due_on, opens_on=task.opens_on)
        change[task.assignee_id][column] -= task.planned_minutes
        if wish.verb == BulkVerb.CANCEL:
            continue
        shows = wish.until or task.opens_on
        column = column_of(today, planned_on=None, due_on=task.due_on, opens_on=shows)
        holder = (wish.to.pk if wish.to else None) if wish.verb == BulkVerb.REASSIGN else task.assignee_id
        change[holder][column] += task.planned_minutes
    names: dict[int | None, str] = {m.pk: m.name for m in members} | {None: _("Ikke fordelt")}
    first = wish.to.pk if wish.to else None
    rows = sorted((pk for pk in change if pk in names), key=lambda pk: (pk != first, names[pk]))
    return [
        WeekLoads(names[pk], tuple(
            Load((minutes.get(pk) or (0,) * WEEKS)[n] if pk else 0, was := booked.get(pk, (0,) * WEEKS)[n],
                 was + change[pk][n], week.monday)
            for n, week in enumerate(weeks)
        ))
        for pk in rows
    ]  # fmt: skip
