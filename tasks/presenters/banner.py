"""What no longer holds, what has become possible, and what was left alone when a plan was carried out. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.fitting import LeftAlone
from tasks.models import Cause
from tasks.stranded import Group, News, Possibility, Reason, Stranded
from teams.templatetags.fordel import minutes, short_day

# Each after «Nina Berg»: with how many tasks and minutes, on which days.
REASONS = {
    Reason.ENDED: gettext_lazy("%(name)s har sluttet eller slutter, og har %(tasks)s (%(minutes)s)."),
    Reason.MAY_NOT: gettext_lazy("%(name)s har %(tasks)s (%(minutes)s) som ikke lenger er tillatt å gi dit."),
    Reason.AWAY: gettext_lazy("%(name)s er borte %(days)s, med %(tasks)s (%(minutes)s) i planen."),
    Reason.OVERBOOKED: gettext_lazy("%(name)s har %(minutes)s mer enn det er tid til %(days)s."),
}
NEWS = {
    News.DELEGATED: gettext_lazy("%(name)s har fått %(kinds)s delegert siden sist."),
    News.BEGUN: gettext_lazy("%(name)s har begynt siden sist."),
}
LEFT_ALONE = {
    LeftAlone.CHANGED: gettext_lazy("%(n)d har noen andre endret imens"),
    LeftAlone.MAY_NOT: gettext_lazy("%(n)d er ikke lenger tillatt å gi dit"),
    LeftAlone.AWAY: gettext_lazy("%(n)d ville gått til en som er borte"),
    LeftAlone.FULL: gettext_lazy("%(n)d får ikke plass lenger"),
    LeftAlone.ORDER: gettext_lazy("%(n)d ville kommet før forberedelsen sin"),
}


MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Banner:
    """What a leader is told above the plan, and what a sharing out would be asked for. Empty: all holds."""

    lines: tuple[str, ...]
    more: int
    broken: bool
    cause: Cause


def banner(found: Stranded) -> Banner | None:
    """In words, the most pressing first, no more than fit; None when the plan holds and nothing is new."""
    if not found:
        return None
    lines = chain(map(group_words, found.groups), map(possibility_words, found.possibilities))
    more = len(found.groups) + len(found.possibilities) - MOST_LINES
    return Banner(tuple(islice(lines, MOST_LINES)), max(0, more), bool(found.groups), found.cause)


def group_words(group: Group) -> str:
    """«Nina Berg er borte ons. 25. nov.–fre. 27. nov., med 6 oppgaver (2 t) i planen.»"""
    tasks = ngettext("%(n)d oppgave", "%(n)d oppgaver", group.tasks) % {"n": group.tasks}
    return str(REASONS[group.reason]) % {
        "name": group.member.name,
        "tasks": tasks,
        "minutes": minutes(group.minutes),
        "days": days_words(group.days),
    }


def possibility_words(found: Possibility) -> str:
    kinds = ngettext("%(n)d oppgavetype", "%(n)d oppgavetyper", found.kinds) % {"n": found.kinds}
    return str(NEWS[found.news]) % {"name": found.member.name, "kinds": kinds}


def days_words(days: Sequence[dt.date]) -> str:
    """One day, two days, or the first and the last of more."""
    if len(days) <= 1:
        return "".join(map(short_day, days))
    words = {"first": short_day(days[0]), "last": short_day(days[-1])}
    return (_("%(first)s og %(last)s") if len(days) == 2 else _("fra %(first)s til %(last)s")) % words


def left_alone_words(reasons: Iterable[LeftAlone]) -> str:
    """«3 oppgaver ble ikke flyttet: 2 har noen andre endret imens, 1 får ikke plass lenger.»"""
    counts = Counter(reasons)
    if counts == {LeftAlone.CHANGED: counts.total()}:
        return ngettext(
            "%(n)d oppgave ble ikke flyttet, fordi noen andre har endret den.",
            "%(n)d oppgaver ble ikke flyttet, fordi noen andre har endret dem.",
            counts.total(),
        ) % {"n": counts.total()}
    parts = [str(LEFT_ALONE[reason]) % {"n": counts[reason]} for reason in LeftAlone if counts[reason]]
    text = ngettext(
        "%(n)d oppgave ble ikke flyttet: %(why)s.",
        "%(n)d oppgaver ble ikke flyttet: %(why)s.",
        counts.total(),
    )
    return text % {"n": counts.total(), "why": ", ".join(parts)}
