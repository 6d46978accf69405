"""What can be had back after an absence, and the line that tells of it, in words and numbers. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.presenters.uncovering import who_of
from tasks.queries.absence import Back, CameBack, Offer
from teams.models import Member
from teams.templatetags.fordel import minutes, short_day

FIRST_DAYS = 3  # shown when none of them gets anything


@dataclass(frozen=True, slots=True)
class BackLine:
    """One task that can be had back."""

    key: str
    id: int
    who: str
    name: str
    minutes: int
    due_on: dt.date | None
    hard: bool
    holder: str
    now_on: dt.date | None
    day: dt.date | None
    ticked: bool
    note: str


@dataclass(frozen=True, slots=True)
class BackDay:
    """One day of the member's: booked before and after all that is advised is taken back, of what there is."""

    day: dt.date
    before: int
    after: int
    there: int
    tasks: int


@dataclass(frozen=True, slots=True)
class BackOffer:
    lines: tuple[BackLine, ...]
    days: tuple[BackDay, ...]
    ticked: int
    minutes: int


def back_offer(found: Offer, today: dt.date) -> BackOffer | None:
    """Hard deadlines first, and the days that get something; what is better left with whoever has it is not ticked, and says why."""
    if not found:
        return None
    coming: Counter[dt.date] = Counter()
    counts: Counter[dt.date] = Counter()
    for back in found.tasks:
        if back.place.advised and back.place.day:
            coming[back.place.day] += back.task.planned_minutes
            counts[back.place.day] += 1
    lines = tuple(_back_line(back, today) for back in found.tasks)
    shown = [day for day in found.days if counts[day]] or list(found.days)[:FIRST_DAYS]
    days = tuple(
        BackDay(day, found.days[day][0], found.days[day][0] + coming[day], found.days[day][1], counts[day])
        for day in shown
    )
    ticked = [line for line in lines if line.ticked]
    return BackOffer(lines, days, len(ticked), sum(line.minutes for line in ticked))


def _back_line(back: Back, today: dt.date) -> BackLine:
    task, place = back.task, back.place
    holder = task.assignee.name if task.assignee else ""
    return BackLine(
        f"{task.pk}:{task.version}", task.pk, who_of(task, today), task.name, task.planned_minutes, task.due_on,
        task.hard, holder, task.planned_on, place.day, place.advised, _note(back),
    )  # fmt: skip


def _note(back: Back) -> str:
    task, place = back.task, back.place
    if place.advised:
        return "" if place.day else _("Får en dag når det er plass.")
    if place.day is None and task.hard:
        return _("Det er ikke plass før fristen, som ikke kan glippe.")
    words = {
        "name": task.assignee.name if task.assignee else "",
        "day": short_day(task.planned_on or dt.date.max),
    }
    return _("%(name)s gjør den %(day)s, før første dag tilbake.") % words if task.assignee else ""


@dataclass(frozen=True, slots=True)
class BackWords:
    absence: int
    text: str


def back_words(found: Iterable[CameBack], by: Member, today: dt.date) -> list[BackWords]:
    """«Du er tilbake i morgen. 7 oppgaver (1 t 40 min) gikk til andre mens du var borte.»"""
    return [BackWords(each.absence, _back_text(each, by, today)) for each in found]


def _back_text(each: CameBack, by: Member, today: dt.date) -> str:
    you, one, past = each.member == by.pk, each.tasks == 1, each.back_on < today
    words = {
        "name": each.name, "day": _back_day(each.back_on, today), "n": each.tasks, "time": minutes(each.minutes),
    }  # fmt: skip
    if you:
        lead = _("Du har vært tilbake siden %(day)s.") if past else _("Du er tilbake %(day)s.")
        tail = (
            _("1 oppgave (%(time)s) gikk til en annen mens du var borte.")
            if one
            else _("%(n)d oppgaver (%(time)s) gikk til andre mens du var borte.")
        )
    else:
        lead = _("%(name)s har vært tilbake siden %(day)s.") if past else _("%(name)s er tilbake %(day)s.")
        tail = (
            _("1 oppgave (%(time)s) gikk til en annen imens.")
            if one
            else _("%(n)d oppgaver (%(time)s) gikk til andre imens.")
        )
    return f"{lead % words} {tail % words}"


def _back_day(day: dt.date, today: dt.date) -> str:
    return {0: _("i dag"), 1: _("i morgen")}.get((day - today).days) or short_day(day)
