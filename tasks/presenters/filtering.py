"""What a filter shows on a page: whose tasks, what it leaves out, and how to take that away again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.filters import ME, NEXT_WEEK, NOBODY, TEAM, THIS_WEEK, WHO, Filter
from tasks.models import Origin
from teams.calendar import Week
from teams.models import Profession


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the page under another filter."""

    text: str
    query: str
    current: bool = False


def whose(wanted: Filter) -> list[Choice]:
    """Mine, the whole team's, nobody's: with the rest of the filter as it is."""
    titles = {ME: _("Mine"), TEAM: _("Hele teamet"), NOBODY: _("Ingen har")}
    return [Choice(title, _told(wanted.but(who=who)), wanted.who == who) for who, title in titles.items()]


def chips(wanted: Filter, names: Mapping[str, str]) -> list[Choice]:
    """What the filter asks for, each with the query without it. `names` are tasks.queries.filter_names."""
    found: list[tuple[str, Filter]] = []
    if isinstance(wanted.who, int):
        found.append((_("Hos %(who)s") % {"who": names.get("who", _("ukjent"))}, wanted.but(who=ME)))
    if wanted.kind:
        found.append((names.get("kind", _("Ukjent oppgavetype")), wanted.but(kind=None)))
    if wanted.profession:
        label = Profession(wanted.profession).label
        found.append((_("Kan gjøres av %(who)s") % {"who": label}, wanted.but(profession="")))
    if wanted.patient:
        found.append((names.get("patient", _("Ukjent pasient")), wanted.but(patient=None)))
    if wanted.origin:
        label = Origin(wanted.origin).label
        found.append((_("Fra %(origin)s") % {"origin": label}, wanted.but(origin="")))
    if wanted.hard:
        found.append((_("Frist som ikke kan glippe"), wanted.but(hard=False)))
    if wanted.week:
        found.append((week_words(wanted.week), wanted.but(week="")))
    return [Choice(text, _told(without)) for text, without in found]


def shown_words(wanted: Filter, names: Mapping[str, str]) -> list[str]:
    """What a list shows where it cannot be pressed: whose tasks, unless the reader's own, and what the filter asks for."""
    whole = [each.text for each in whose(wanted) if each.current and wanted.who != ME]
    return whole + [each.text for each in chips(wanted, names)]


def week_words(week: str) -> str:
    """«Denne uken», «Neste uke», «Uke 47»."""
    fixed = {THIS_WEEK: _("Denne uken"), NEXT_WEEK: _("Neste uke")}
    return fixed.get(week) or _("Uke %(n)d") % {"n": Week.parse(week).number}


def _told(wanted: Filter) -> str:
    """A query that says whose tasks, also when they are one's own: that is what clears a filter that is kept."""
    return wanted.query() if wanted != Filter() else f"{WHO}={ME}"
