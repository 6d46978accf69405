"""What stands on a task's sheet beside its row: the other half of a pair, the clock, when it shows again. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.life import clock_minutes
from tasks.models import Closing, Part, Task, TaskState
from tasks.presenters.lines import Tag, signs_it
from tasks.presenters.story import clock
from tasks.presenters.words import MAY_NOT_SHORT, day_words, profession_words
from tasks.queries import Receivers
from tasks.refusals import MayNot, Refusal
from tasks.replay import BrokenStory, Event, Standing, age, hand_offs, overdue_at, replay, turnaround
from teams.calendar import oslo_date
from teams.models import Member

MOST_NAMED = 8  # of those who cannot have a task
ENOUGH = 3  # attempts, as tasks/actions/closing.py has it


@dataclass(frozen=True, slots=True)
class Half:
    """The other half of a pair: what it is, where it stands and with whom, and its own sheet."""

    title: str
    text: str
    tag: Tag
    url: str
    signs: bool  # a doctor signs; delegated, the second half is the rest of the work
    message: str = ""  # from whoever prepared it to whoever signs


@dataclass(frozen=True, slots=True)
class Clock:
    """The start/stop clock: whole minutes so far (at least one when it runs), and seconds for the screen."""

    runs: bool
    seconds: int
    minutes: int


def half_words(
    task: Task, other: Task | None, *, by: Member, today: dt.date, message: str = ""
) -> Half | None:
    """The preparation a signature waits for (or had), or the signature a preparation is for; None for a whole task."""
    if other is None:
        return None
    prepares = other.part == Part.PREPARE
    signs = signs_it(_profession(task if prepares else other))
    title = _("Forberedelsen") if prepares else _("Signeringen") if signs else _("Resten")
    text, tag = _standing(other, by, today, signs)
    return Half(title, text, tag, reverse("task", args=[other.pk]), signs, message)


def _profession(task: Task) -> str:
    who = task.done_by or task.assignee
    return who.profession if who else ""


def cannot_words(task: Task, colleagues: Receivers) -> str:
    """Who is not among those to give it to, and why; what the whole profession lacks is said once, without names."""
    doctors = {m.pk: m.name for m, _load in colleagues.may} | {m.pk: m.name for m in colleagues.away}
    doctors |= {m.pk: m.name for m, _missing in colleagues.may_not}
    if task.assignee:
        doctors[task.assignee.pk] = task.assignee.name
    named = [
        (m.name, _missing_words(missing, doctors))
        for m, missing in colleagues.may_not
        if missing.why != MayNot.PROFESSION
    ]
    named += [(m.name, _("borte de neste dagene")) for m in colleagues.away]
    parts = [_("%(name)s (%(why)s)") % {"name": name, "why": why} for name, why in named[:MOST_NAMED]]
    if len(named) > MOST_NAMED:
        parts.append(_("%(n)d til") % {"n": len(named) - MOST_NAMED})
    found = [_("Kan ikke: %(who)s.") % {"who": ", ".join(parts)}] if parts else []
    if len(named) < len(colleagues.may_not) + len(colleagues.away):
        kind = task.kind
        preparing = kind.preparable_by if task.part == Part.PREPARE else []
        may = dict.fromkeys((*kind.professions, *preparing, *kind.delegable_to))
        found.append(_("Andre yrker kan ikke: oppgaven krever %(who)s.") % {"who": profession_words(may)})
    return " ".join(found)


def _missing_words(missing: Refusal, doctors: Mapping[int, str]) -> str:
    doctor = doctors.get(missing.doctor_id or 0, _("fastlegen"))
    day = date_format(missing.day, "j. F") if missing.day else ""
    return str(MAY_NOT_SHORT[missing.why]) % {"doctor": doctor, "other": doctor, "day": day}


def _standing(other: Task, by: Member, today: dt.date, signs: bool) -> tuple[str, Tag]:
    if other.state == TaskState.DONE and other.done_by and other.ended_at:
        words = {"who": _name(other.done_by, by), "when": clock(other.ended_at, today), "n": other.minutes}
        text, done = _done(other.part == Part.PREPARE, signs)
        return text % words, Tag(done, "success")
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


def _done(prepares: bool, signs: bool) -> tuple[str, str]:
    """How the other half was done, as a sentence and as a tag."""
    if prepares:
        text = _("Forberedt av %(who)s %(when)s, %(n)s min.")
        return text, _("Klar til signering") if signs else _("Forberedt")
    if signs:
        return _("Signert av %(who)s %(when)s, %(n)s min."), _("Signert")
    return _("Utført av %(who)s %(when)s, %(n)s min."), _("Utført")


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
        return _("Prøvd %(n)d ganger. Oppgaven kan avsluttes som «ikke nådd».") % {"n": task.attempts}
    words = {"day": day_words(until, today)}
    again = _("Ikke nådd nå: oppgaven vises igjen %(day)s.") % words
    if not task.attempts:
        return again
    tried = (
        _("Prøvd én gang før.") if task.attempts == 1 else _("Prøvd %(n)d ganger før.") % {"n": task.attempts}
    )
    return f"{tried} {again}"
