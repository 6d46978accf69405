"""What a scenario changes, in words. What is not in the clinic any more is said to be so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scenarios.changes import (
    Away,
    Change,
    Delegate,
    LessTime,
    ListLength,
    MorePeople,
    NewInterval,
    StartProgramme,
)
from scenarios.choices import Choices
from teams.models import Profession


def in_words(changes: Iterable[Change], choices: Choices) -> list[str]:
    """«Amir Aune er borte 23. november–11. desember», one for each change."""
    return [_SAY[type(change)](change, choices) for change in changes]


def _name(found: Mapping[int, str], pk: int) -> str:
    return found.get(pk) or _("(finnes ikke lenger)")


def _day(day: dt.date) -> str:
    return date_format(day, "j. F")


def _profession(value: str) -> str:
    return str(Profession(value).label) if value in Profession.values else value


def _more(change: MorePeople, choices: Choices) -> str:
    told = {"who": _profession(change.profession), "n": change.percent, "day": _day(change.starts_on)}
    return _("Ny stilling: %(who)s %(n)d %% fra %(day)s") % told


def _less(change: LessTime, choices: Choices) -> str:
    told = {"who": _name(choices.names, change.member), "n": change.percent, "day": _day(change.starts_on)}
    return _("%(who)s: %(n)d %% mindre tid til oppgaver fra %(day)s") % told


def _away(change: Away, choices: Choices) -> str:
    told = {
        "who": _name(choices.names, change.member),
        "from": _day(change.starts_on),
        "to": _day(change.ends_on),
    }
    return _("%(who)s er borte %(from)s–%(to)s") % told


def _delegate(change: Delegate, choices: Choices) -> str:
    to = _("alle: %(who)s") % {"who": _profession(change.profession)}
    told = {
        "what": choices.kinds[change.task_kind][0] if change.task_kind in choices.kinds else _("(finnes ikke lenger)"),
        "from": ", ".join(_name(choices.names, pk) for pk in change.doctors) or _("alle leger"),
        "to": to if change.member is None else _name(choices.names, change.member),
        "day": _day(change.starts_on),
    }  # fmt: skip
    return _("Delegering av «%(what)s» fra %(from)s til %(to)s, fra %(day)s") % told


def _interval(change: NewInterval, choices: Choices) -> str:
    step = choices.steps.get(change.step)
    text = ngettext("hver måned", "hver %(n)d. måned", change.months)
    told = {"often": text % {"n": change.months}, "now": step.often if step else "–"}
    name = f"{step.programme}, {step.name}" if step else _("(finnes ikke lenger)")
    return _("%(name)s: %(often)s (nå: %(now)s)") % {"name": name, **told}


def _programme(change: StartProgramme, choices: Choices) -> str:
    name = choices.programmes.get(change.programme, (_("(finnes ikke lenger)"), True))[0]
    return _("Planer i «%(name)s» for alle det er for, og som mangler") % {"name": name}


def _list(change: ListLength, choices: Choices) -> str:
    text = _("Listen blir %(n)d %% lengre") if change.percent > 0 else _("Listen blir %(n)d %% kortere")
    return text % {"n": abs(change.percent)}


_SAY: Mapping[type[Change], Callable[[Any, Choices], str]] = {
    MorePeople: _more,
    LessTime: _less,
    Away: _away,
    Delegate: _delegate,
    NewInterval: _interval,
    StartProgramme: _programme,
    ListLength: _list,
}
