"""What plans for a whole list would ask for, week by week for a year: stored minutes in, rows and sentences out. Pure.

The first week that was counted is the one at hand: it holds what is overdue, and is told of by itself. What is judged
are the 52 whole weeks after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from teams.calendar import Week
from teams.models import Profession
from teams.templatetags.fordel import hours

RUNNING = "0"  # in the stored figures: plans that run already
MOST_SPANS = 6  # of weeks that a sentence names
NOTHING_CHOSEN = gettext_lazy("Ingen programmer er valgt: slik er året uten nye planer")
_RANK = {profession: n for n, profession in enumerate(reversed(Profession.values))}


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Minutes of one week: other work as it was lately, follow-up that runs and that would come, time for tasks.

    `day` is its Monday in words, written once for all professions.
    """

    monday: dt.date
    day: str
    other: int
    running: int
    coming: int
    time: int

    @property
    def number(self) -> int:
        return Week.of(self.monday).number

    @property
    def before(self) -> int:
        return self.other + self.running

    @property
    def after(self) -> int:
        return self.before + self.coming

    @property
    def over(self) -> int:
        """Minutes more than there is time for, with the plans that would come."""
        return max(0, self.after - self.time)


@dataclass(frozen=True, slots=True)
class Year:
    """One profession's 52 weeks, and `at_hand`: minutes that are overdue, or due in the week before them."""

    profession: str
    rows: tuple[WeekRow, ...]
    at_hand: int

    @property
    def name(self) -> str:
        return str(Profession(self.profession).label) if self.profession else _("uten yrke")

    @property
    def title(self) -> str:
        return capfirst(self.name)

    @property
    def other(self) -> int:
        return self.rows[0].other

    @property
    def running(self) -> int:
        return _mean(row.running for row in self.rows)

    @property
    def coming(self) -> int:
        return _mean(row.coming for row in self.rows)

    @property
    def time(self) -> int:
        return _mean(row.time for row in self.rows)

    @property
    def nobody(self) -> bool:
        """Not a minute for tasks in the whole year: nobody here, or nobody with hours."""
        return not any(row.time for row in self.rows)

    @property
    def over(self) -> list[int]:
        """The places of the weeks that ask for more than there is time for."""
        return [n for n, row in enumerate(self.rows) if row.over]

    @property
    def over_before(self) -> list[int]:
        """The same without the plans that would come."""
        return [n for n, row in enumerate(self.rows) if row.before > row.time]

    @property
    def follow_up_words(self) -> str:
        """«Oppfølging: fra 6 t til 11 t i uken i snitt.»"""
        words = {"before": hours(self.running), "after": hours(self.running + self.coming)}
        if words["before"] == words["after"]:
            return _("Oppfølging: %(after)s i uken i snitt, som nå.") % words
        if not self.running:
            return _("Oppfølging: %(after)s i uken i snitt, ingen fra før.") % words
        return _("Oppfølging: fra %(before)s til %(after)s i uken i snitt.") % words

    @property
    def time_words(self) -> str:
        """«Mer arbeid enn tid i 4 av 52 uker: uke 2 og 27–29. Det meste er 6 t, i uke 2.»"""
        words: dict[str, Any] = {"n": len(self.over), "of": len(self.rows)}
        if not self.over:
            return _("Tiden rekker i alle %(of)d ukene.") % words
        most = max(self.rows, key=lambda row: row.over)
        words |= {"weeks": weeks_words(self.rows, self.over), "most": hours(most.over), "week": most.number}
        if len(self.over) == len(self.rows):
            return (
                _("Mer arbeid enn tid i alle %(of)d ukene, på det meste %(most)s for mye (uke %(week)d).")
                % words
            )
        return (
            _("Mer arbeid enn tid i %(n)d av %(of)d uker: uke %(weeks)s. På det meste %(most)s for mye (uke %(week)d).")
            % words
        )  # fmt: skip

    @property
    def before_words(self) -> str:
        """How it would be without the plans that would come; empty when that is no different or nothing is over."""
        if not self.over or not self.coming:
            return ""
        if self.over == self.over_before:
            return _("De samme ukene også uten de nye planene.")
        n = len(self.over_before)
        text = ngettext("Uten de nye planene: %(n)d uke.", "Uten de nye planene: %(n)d uker.", n)
        return text % {"n": n} if n else _("Uten de nye planene: ingen.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the figures come to, in a title and its lines. `tone`: over, within, or none when nothing is asked for."""

    title: str | Promise
    lines: tuple[str, ...]
    tone: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A programme that plans were counted for: how many, and the minutes a week they would ask of everybody."""

    id: int
    name: str
    plans: int
    minutes: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    verdict: Verdict
    choices: list[Choice]
    years: list[Year]
    lately: int

    @property
    def plans(self) -> int:
        return sum(choice.plans for choice in self.choices if choice.chosen)

    @property
    def programmes(self) -> int:
        return sum(choice.chosen for choice in self.choices)

    @property
    def first(self) -> WeekRow | None:
        return self.years[0].rows[0] if self.years else None


def outlook(result: Mapping[str, Any], chosen: Collection[int]) -> Outlook:
    """A run's stored `result`, with the plans of these programmes."""
    years = _years(result, chosen)
    choices = [_choice(each, result, each["id"] in chosen) for each in result["programmes"]]
    return Outlook(_verdict(years, result["lately"], bool(chosen)), choices, years, result["lately"])


def _choice(programme: Mapping[str, Any], result: Mapping[str, Any], chosen: bool) -> Choice:
    minutes = result["follow_up"].get(str(programme["id"]), {}).values()
    total = sum(sum(weeks[1:]) for weeks in minutes)
    whole = len(result["mondays"]) - 1
    return Choice(programme["id"], programme["name"], programme["count"], round(total / whole), chosen)


def _years(result: Mapping[str, Any], chosen: Collection[int]) -> list[Year]:
    """Those who get follow-up to do. First who has no time at all, then who gets most more, then the highest level."""
    mondays = [dt.date.fromisoformat(day) for day in result["mondays"]]
    figures, none = result["follow_up"], [0] * len(mondays)
    days = [date_format(monday, "j. N") for monday in mondays]
    coming_of = [figures[str(pk)] for pk in chosen if str(pk) in figures]
    professions = set(figures.get(RUNNING, {})).union(*coming_of)
    years = []
    for profession in professions:
        running = figures.get(RUNNING, {}).get(profession, none)
        coming = [
            sum(week) for week in zip(none, *(each.get(profession, none) for each in coming_of), strict=True)
        ]
        time, other = result["capacity"].get(profession, none), result["other"].get(profession, 0)
        parts = (mondays, days, [other] * len(mondays), running, coming, time)
        rows = [WeekRow(*row) for row in zip(*parts, strict=True)]
        years.append(Year(profession, tuple(rows[1:]), running[0] + coming[0]))
    return sorted(years, key=lambda y: (not y.nobody, -len(y.over), -y.coming, _RANK.get(y.profession, 99)))


def _verdict(years: Sequence[Year], lately: int, chosen: bool) -> Verdict:
    nobody = [year for year in years if year.nobody]
    over = [year for year in years if year.over and not year.nobody]
    lines = [_nobody_words(year) for year in nobody] + [_over_words(year, compare=chosen) for year in over]
    if not lately:
        lines.append(_("Annet arbeid er ikke med: ingen hel uke er ført ennå."))
    tone = ("over" if over or nobody else "within") if chosen else "none"
    return Verdict(_title(nobody, over, lately) if chosen else NOTHING_CHOSEN, tuple(lines), tone)


def _title(nobody: Sequence[Year], over: Sequence[Year], lately: int) -> str:
    """No more than the figures say: they promise nothing of a day, or of one person."""
    if not over and not nobody:
        return (
            _("Etter tallene rekker tiden alle 52 ukene")
            if lately
            else _("Etter tallene rekker tiden til oppfølgingen alle 52 ukene")
        )
    if nobody or any(len(year.over) == len(year.rows) for year in over):
        return _("Etter tallene er det ikke tid nok")
    if all(year.over == year.over_before for year in over):
        return _("Etter tallene rekker tiden ikke alle ukene, heller ikke uten de nye planene")
    return _("Etter tallene rekker tiden ikke alle ukene")


def _nobody_words(year: Year) -> str:
    words = {"who": year.name, "time": hours(year.running + year.coming)}
    return _("Ingen %(who)s har tid til oppgaver her, men %(time)s oppfølging i uken trenger en.") % words


def _over_words(year: Year, *, compare: bool) -> str:
    """«Sykepleier: mer arbeid enn tid i 14 av 52 uker, mot 3 uten de nye planene.»"""
    words = {"who": year.title, "n": len(year.over), "of": len(year.rows), "before": len(year.over_before)}
    if len(year.over) == len(year.rows):
        text = _("%(who)s: mer arbeid enn tid i alle %(of)d ukene") % words
    else:
        text = _("%(who)s: mer arbeid enn tid i %(n)d av %(of)d uker") % words
    if not compare:
        return f"{text}."
    if year.over == year.over_before:
        return _("%(text)s, også uten de nye planene.") % {"text": text}
    if not year.over_before:
        return _("%(text)s, ingen uten de nye planene.") % {"text": text}
    return _("%(text)s, mot %(before)d uten de nye planene.") % {**words, "text": text}


def weeks_words(rows: Sequence[WeekRow], places: Sequence[int]) -> str:
    """«2, 27–29 og 52»: the numbers of these weeks, what stands together as a span; a year's end breaks one."""
    spans: list[list[int]] = []
    for n in places:
        follows = spans and spans[-1][-1] == n - 1 and rows[n].number > rows[n - 1].number
        if follows:
            spans[-1].append(n)
        else:
            spans.append([n])
    words = [
        f"{rows[s[0]].number}–{rows[s[-1]].number}" if len(s) > 1 else str(rows[s[0]].number) for s in spans
    ]
    if len(words) > MOST_SPANS:
        more = sum(map(len, spans[MOST_SPANS:]))
        return _("%(weeks)s og %(n)d til") % {"weeks": ", ".join(words[:MOST_SPANS]), "n": more}
    *some, last = words
    return _("%(some)s og %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def _mean(minutes: Iterable[int]) -> int:
    found = list(minutes)
    return round(sum(found) / len(found))


def month_words(rows: Sequence[WeekRow]) -> list[str]:
    """For each week the month that begins with it, if one does, in short; an empty text else."""
    return [date_format(row.monday, "b") if row.monday.day <= 7 else "" for row in rows]
