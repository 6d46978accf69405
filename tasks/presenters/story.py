"""What happened to a task, in sentences: its history, and what somebody meets who comes second. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.models import Channel, Closing, TaskEvent, Verb
from teams.calendar import OSLO, oslo_date
from teams.models import Member
from teams.templatetags.fordel import short_day

# `who` did it, `when`; `to` has it afterwards; the verbs are the same for «du» and for a name.
BY_SOMEBODY: dict[Verb, Promise] = {
    Verb.OPEN: gettext_lazy("%(who)s laget denne %(when)s"),
    Verb.ASSIGN: gettext_lazy("%(who)s ga denne til %(to)s %(when)s"),
    Verb.PLAN: gettext_lazy("%(who)s ga denne en annen dag %(when)s"),
    Verb.HAND_ON: gettext_lazy("%(who)s ga denne videre til %(to)s %(when)s"),
    Verb.RELEASE: gettext_lazy("%(who)s ga denne tilbake til teamet %(when)s"),
    Verb.POSTPONE: gettext_lazy("%(who)s utsatte denne %(when)s"),
    Verb.START: gettext_lazy("%(who)s startet denne %(when)s"),
    Verb.COMPLETE: gettext_lazy("%(who)s utførte denne %(when)s, %(minutes)s min"),
    Verb.UNDO: gettext_lazy("%(who)s angret %(when)s"),
    Verb.CANCEL: gettext_lazy("%(who)s avsluttet denne %(when)s: %(closing)s"),
    Verb.RETURN: gettext_lazy("%(who)s returnerte denne til avsender %(when)s"),
    Verb.LOG: gettext_lazy("%(who)s logget denne %(when)s, %(minutes)s min"),
    Verb.PIN: gettext_lazy("%(who)s låste denne til %(to)s %(when)s"),
    Verb.UNPIN: gettext_lazy("%(who)s låste denne opp %(when)s"),
    Verb.FORBID: gettext_lazy("%(who)s utelukket en kollega fra denne %(when)s"),
    Verb.ALLOW: gettext_lazy("%(who)s tillot en kollega igjen %(when)s"),
    Verb.PLACE: gettext_lazy("%(who)s satte inn denne hos %(to)s %(when)s"),
    Verb.STOP: gettext_lazy("%(who)s la denne fra seg %(when)s"),
    Verb.ATTEMPT: gettext_lazy("%(who)s nådde ikke pasienten på %(channel)s %(when)s"),
    Verb.CORRECT: gettext_lazy("%(who)s rettet tiden %(when)s, %(minutes)s min"),
    Verb.REJECT: gettext_lazy("%(who)s ga denne tilbake %(when)s"),
    Verb.READY: gettext_lazy("%(who)s gjorde denne klar %(when)s"),
    Verb.SEND_BACK: gettext_lazy("%(who)s sendte denne tilbake til forberedelse %(when)s"),
    Verb.REOPEN: gettext_lazy("%(who)s åpnet denne igjen %(when)s"),
    Verb.ESCALATE: gettext_lazy("%(who)s varslet om fristen %(when)s"),
    Verb.EXPIRE: gettext_lazy("%(who)s lot denne utløpe %(when)s"),
}
# What the night does has nobody's name.
BY_NOBODY: dict[Verb, Promise] = {
    Verb.OPEN: gettext_lazy("Åpnet %(when)s"),
    Verb.ASSIGN: gettext_lazy("Fordelt til %(to)s %(when)s"),
    Verb.PLAN: gettext_lazy("Fikk en annen dag i fordelingen %(when)s"),
    Verb.PLACE: gettext_lazy("Satt inn hos %(to)s %(when)s"),
    Verb.RELEASE: gettext_lazy("Sluppet av fordelingen %(when)s"),
    Verb.CANCEL: gettext_lazy("Avsluttet %(when)s: %(closing)s"),
    Verb.ESCALATE: gettext_lazy("Fristen nærmet seg, og det ble varslet %(when)s"),
    Verb.EXPIRE: gettext_lazy("Vinduet lukket seg %(when)s"),
}
SYSTEM = gettext_lazy("Fordelingen")


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as a sentence, with the reason in the words of whoever gave it."""

    text: str
    at: dt.datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody had written when they were refused: a label and the words, so that nothing is lost."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody came second. `told` is what happened first; `again` whether it can still be done all the same."""

    told: tuple[Happened, ...]
    again: bool
    typed: tuple[Typed, ...] = ()
    form_id: str = ""


def happened(event: TaskEvent, *, by: Member, today: dt.date) -> Happened:
    """The event as `by` reads it."""
    verb = Verb(event.verb)
    nobody = event.by_id is None
    pattern = BY_NOBODY.get(verb, BY_SOMEBODY[verb]) if nobody else BY_SOMEBODY[verb]
    words = {
        "who": str(SYSTEM) if nobody else _who(event.by, by),
        "to": _to(event, by),
        "when": clock(event.at, today),
        "minutes": event.after.get("minutes", "–"),
        "closing": _label(Closing, event.after.get("closing", "")),
        "channel": _label(Channel, event.after.get("by", "")),
    }
    return Happened(f"{str(pattern) % words}.", event.at, event.reason)


def story(events: Iterable[TaskEvent], *, by: Member, today: dt.date) -> list[Happened]:
    """The events in the order given."""
    return [happened(event, by=by, today=today) for event in events]


def clock(moment: dt.datetime, today: dt.date) -> str:
    """«i dag kl. 10.12», «i går kl. 10.12», «man. 23. nov. kl. 10.12»; by the clock of Oslo."""
    day = oslo_date(moment)
    ago = (today - day).days
    named = {0: _("i dag"), 1: _("i går")}.get(ago) or short_day(day)
    return _("%(day)s kl. %(time)s") % {"day": named, "time": f"{moment.astimezone(OSLO):%H.%M}"}


def _who(member: Member | None, by: Member) -> str:
    if member is None:
        return str(SYSTEM)
    return _("Du") if member.pk == by.pk else member.name


def _to(event: TaskEvent, by: Member) -> str:
    if event.to_member is None:
        return _("teamet")
    return _("deg") if event.to_member_id == by.pk else event.to_member.name


def _label(choices: type[Closing] | type[Channel], value: str) -> str:
    return str(choices(value).label) if value in choices.values else _("ukjent")
