"""What stands on a task's sheet beside its row: the other half of a pair, the clock, when it shows again. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.life import clock_minutes
from tasks.models import Closing, Part, Task, TaskState
from tasks.presenters.lines import Tag
from tasks.presenters.story import clock
from tasks.presenters.words import day_words
from tasks.replay import BrokenStory, Event, Standing, age, hand_offs, overdue_at, replay, turnaround
from teams.calendar import oslo_date
from teams.models import Member

ENOUGH = 3  # attempts, as tasks/actions/closing.py has it


@dataclass(frozen=True, slots=True)
class Half:
    """The other half of a pair: what it is, where it stands and with whom, and its own sheet."""

    title: str
    text: str
    tag: Tag
    url: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The start/stop clock: whole minutes so far (at least one when it runs), and seconds for the screen."""

    runs: bool
    seconds: int
    minutes: int


def half_words(task: Task, other: Task | None, *, by: Member, today: dt.date) -> Half | None:
    """The preparation a signature waits for (or had), or the signature a preparation is for; None for a whole task."""
    if other is None:
        return None
    title = _("Forberedelsen") if task.part == Part.SIGN else _("Signeringen")
    text, tag = _standing(other, by, today)
    return Half(title, text, tag, reverse("task", args=[other.pk]))


def _standing(other: Task, by: Member, today: dt.date) -> tuple[str, Tag]:
    prepares = other.part == Part.PREPARE
    if other.state == TaskState.DONE and other.done_by and other.ended_at:
        words = {"who": _name(other.done_by, by), "when": clock(other.ended_at, today), "n": other.minutes}
        text = (
            _("Forberedt av %(who)s %(when)s, %(n)s min.")
            if prepares
            else _("Signert av %(who)s %(when)s, %(n)s min.")
        )
        return text % words, Tag(_("Klar til signering") if prepares else _("Signert"), "success")
    if other.ended_at:
        words = {"how": str(Closing(other.closing).label), "when": clock(other.ended_at, today)}
        return _("Avsluttet %(when)s: %(how)s.") % words, Tag(_("Ikke gjort"), "neutral")
    tag = (
        Tag(_("Påbegynt"), "info")
        if other.state == TaskState.STARTED
        else Tag(_("Ikke gjort ennå"), "warning")
    )
    if other.assignee is None:
        return (_("Ingen har den ennå.")), Tag(_("Ikke fordelt"), "warning")
    words = {"who": _name(other.assignee, by)}
    if other.planned_on is None:
        return _("Hos %(who)s.") % words, tag
    words["day"] = day_words(max(other.planned_on, today), today)
    return _("Hos %(who)s, %(day)s.") % words, tag


def _name(member: Member, by: Member) -> str:
    return _("deg") if member.pk == by.pk else member.name


def clock_of(task: Task, now: dt.datetime) -> Clock:
    """What the task's clock has counted: laid-down minutes, and since it was set going."""
    ran = max(0, int((now - task.timer_from).total_seconds())) if task.timer_from else 0
    whole = task.timed + (clock_minutes(task.timer_from, now) if task.timer_from else 0)
    return Clock(task.timer_from is not None, task.timed * 60 + ran, whole)


def course_words(events: Sequence[Event], now: dt.datetime) -> str:
    """«Åpen i 12 dager · gått videre 2 ganger · over fristen siden 3. november»: what only all its events tell.

    Nothing of what the events do not tell whole, and nothing of the first day.
    """
    try:
        stands, took, moves = replay(events), turnaround(events), hand_offs(events)
        days, late = age(events, now).days, overdue_at(events)
    except BrokenStory:
        return ""
    found = (
        [_days_words(stands, days, done=took is not None)]
        if days and stands.state != TaskState.SCHEDULED
        else []
    )
    if moves:
        found.append(ngettext("gått videre %(n)d gang", "gått videre %(n)d ganger", moves) % {"n": moves})
    if late is not None and late <= now:
        day = date_format(
            oslo_date(late), "j. F" if oslo_date(late).year == oslo_date(now).year else "j. F Y"
        )
        words = _("over fristen fra %(day)s") if stands.ended_at else _("over fristen siden %(day)s")
        found.append(words % {"day": day})
    return capfirst(" · ".join(found))


def _days_words(stands: Standing, days: int, *, done: bool) -> str:
    if done:
        return ngettext("utført etter %(n)d dag", "utført etter %(n)d dager", days) % {"n": days}
    if stands.ended_at:
        return ngettext("avsluttet etter %(n)d dag", "avsluttet etter %(n)d dager", days) % {"n": days}
    return ngettext("åpen i %(n)d dag", "åpen i %(n)d dager", days) % {"n": days}


def attempts_words(task: Task, until: dt.date | None, today: dt.date) -> str:
    """How often it was tried, and what one attempt more leads to."""
    if until is None and task.attempts < ENOUGH:
        return _(
            "Prøvd to ganger før. Blir pasienten ikke nådd nå heller, kan oppgaven avsluttes som «ikke nådd»."
        )
    if until is None:
        if task.attempts < ENOUGH:
            return _(
                "Prøvd to ganger før. Nås pasienten ikke nå heller, kan oppgaven avsluttes som «ikke nådd»."
            )
        return _("Prøvd %(n)d ganger. Oppgaven kan avsluttes som «ikke nådd».") % {"n": task.attempts}
    words = {"day": day_words(until, today)}
    again = _("Ikke nådd nå: oppgaven vises igjen %(day)s.") % words
    if not task.attempts:
        return again
    tried = (
        _("Prøvd én gang før.") if task.attempts == 1 else _("Prøvd %(n)d ganger før.") % {"n": task.attempts}
    )
    return f"{tried} {again}"
