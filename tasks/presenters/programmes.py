"""Programmes in words: intervals, windows, conditions, how two versions differ, the work of a year. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.allocation.weights import LADDER
from tasks.models import Certainty, Rule, Shares, TaskKind
from tasks.programme_text import ProgrammeText, StepText
from teams.models import Profession

Names = Mapping[str, str]  # a slug or code → what it is called
CERTAINTY_COLOURS = {Certainty.SOURCED: "success", Certainty.GENERAL: "warning", Certainty.DERIVED: "info"}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as a row: everything that a doctor answers for, in words."""

    text: StepText
    kind: str
    often: str
    window: str
    shares: str
    certainty: str
    colour: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions; `about` is a step's name, empty for the programme itself."""

    about: str
    words: str


def step_lines(text: ProgrammeText, kinds: Names) -> list[StepLine]:
    return [
        StepLine(
            step, kinds.get(step.kind, step.kind), often(step, text), window(step),
            str(Shares(step.shares).label) if step.shares else "",
            str(Certainty(step.certainty).label), CERTAINTY_COLOURS[Certainty(step.certainty)],
        )
        for step in text.steps
    ]  # fmt: skip


def often(step: StepText, text: ProgrammeText) -> str:
    """«hver 6. måned», «én gang hvert kalenderår», «7 dager før Årskontroll»."""
    if step.leads_to:
        target = text.step(step.leads_to)
        words = ngettext("%(n)d dag før %(what)s", "%(n)d dager før %(what)s", step.lead_days)
        return words % {"n": step.lead_days, "what": target.name if target else "?"}
    if step.rule == Rule.ONCE:
        since = _("utskrivning") if text.on_discharge else _("start")
        return _("én gang, %(time)s etter %(since)s") % {"time": length(step), "since": since}
    if step.rule == Rule.CALENDAR_YEAR:
        return _("én gang hvert kalenderår")
    return every(step.months, step.days)


def every(months: int, days: int) -> str:
    """«hvert år», «hver 6. måned», «hver 4. uke»."""
    if months and days:
        return _("med %(time)s mellom") % {"time": _length(months, days)}
    if months and months % 12 == 0:
        return ngettext("hvert år", "hvert %(n)d. år", months // 12) % {"n": months // 12}
    if months:
        return ngettext("hver måned", "hver %(n)d. måned", months) % {"n": months}
    if days and days % 7 == 0:
        return ngettext("hver uke", "hver %(n)d. uke", days // 7) % {"n": days // 7}
    return ngettext("hver dag", "hver %(n)d. dag", days) % {"n": days}


def length(step: StepText) -> str:
    """«6 måneder», «14 dager», «1 måned og 14 dager»."""
    return _length(step.months, step.days)


def _length(months: int, days: int) -> str:
    told = [ngettext("%(n)d måned", "%(n)d måneder", months) % {"n": months}] if months else []
    if days or not told:
        told.append(ngettext("%(n)d dag", "%(n)d dager", days) % {"n": days})
    return _(" og ").join(told)


def window(step: StepText) -> str:
    """«åpner 21 dager før, siste dag 7 dager etter»."""
    if step.leads_to:
        return _("åpner sammen med det")
    if step.rule == Rule.ONCE and step.opens >= step.rhythm.length:
        told = _("åpner med en gang")
    elif step.opens:
        told = ngettext("åpner %(n)d dag før", "åpner %(n)d dager før", step.opens) % {"n": step.opens}
    else:
        told = _("åpner på dagen")
    if step.closes is None:
        return told
    last = ngettext("siste dag %(n)d dag etter", "siste dag %(n)d dager etter", step.closes)
    return f"{told}, {last % {'n': step.closes} if step.closes else _('siste dag er fristen')}"


def whom(text: ProgrammeText, codes: Names) -> str:
    """Whom the programme is for, as a sentence."""
    if text.on_discharge:
        return _("Alle som kommer hjem fra sykehus. Hver utskrivning får sin egen plan.")
    if text.min_drugs and text.by_condition:
        return _("Pasienter med minst %(n)d legemidler i bruk.") % {"n": text.min_drugs}
    named = ", ".join(condition(code, codes) for code in text.icpc2)
    if text.by_condition:
        return _("Tilstander: %(conditions)s.") % {"conditions": named}
    if named:
        return _("Pasienter meldes på for hånd. Hører til: %(conditions)s.") % {"conditions": named}
    return _("Pasienter meldes på for hånd.")


def condition(code: str, codes: Names) -> str:
    """«Diabetes type 2 (T90)»."""
    return f"{codes[code]} ({code})" if code in codes else code


def changes(old: ProgrammeText, new: ProgrammeText, *, kinds: Names, codes: Names) -> list[Change]:
    """What differs, in words: the programme first, then its steps in the new order, then those taken out."""
    found = [Change("", words) for words in _of_programme(old, new, codes)]
    for step in new.steps:
        was = old.step(step.slug)
        if was is None:
            found.append(Change(step.name, _("nytt steg, %(often)s") % {"often": often(step, new)}))
        else:
            found += [Change(step.name, words) for words in _of_step(was, step, old, new, kinds)]
    found += [Change(step.name, _("tatt ut")) for step in old.steps if new.step(step.slug) is None]
    both = [slug for slug in _slugs(old) if new.step(slug)]
    if both != [slug for slug in _slugs(new) if old.step(slug)]:
        found.append(Change("", _("Rekkefølgen på stegene er endret.")))
    return found


def _slugs(text: ProgrammeText) -> list[str]:
    return [step.slug for step in text.steps]


def _turned(what: str, before: str, after: str) -> str:
    return _("%(what)s: %(before)s → %(after)s") % {
        "what": what, "before": before or _("ingen"), "after": after or _("ingen"),
    }  # fmt: skip


def _of_programme(old: ProgrammeText, new: ProgrammeText, codes: Names) -> Iterator[str]:
    if old.name != new.name:
        yield _turned(_("Navn"), old.name, new.name)
    for code in new.icpc2:
        if code not in old.icpc2:
            yield _("Ny tilstand: %(name)s") % {"name": condition(code, codes)}
    for code in old.icpc2:
        if code not in new.icpc2:
            yield _("Ikke lenger: %(name)s") % {"name": condition(code, codes)}
    if old.min_drugs != new.min_drugs:
        yield _turned(_("Minst antall legemidler"), str(old.min_drugs), str(new.min_drugs))
    if (old.by_condition, old.on_discharge) != (new.by_condition, new.on_discharge):
        yield _turned(_("Hvem"), whom(old, codes), whom(new, codes))
    if (old.source, old.certainty) != (new.source, new.certainty):
        yield _turned(_("Kilde"), sourced(old.source, old.certainty), sourced(new.source, new.certainty))


def sourced(source: str, certainty: str) -> str:
    return f"{source} ({Certainty(certainty).label})" if source else str(Certainty(certainty).label)


def _of_step(
    was: StepText, step: StepText, old: ProgrammeText, new: ProgrammeText, kinds: Names
) -> Iterator[str]:
    if was.name != step.name:
        yield _turned(_("navn"), was.name, step.name)
    if was.kind != step.kind:
        yield _turned(_("oppgavetype"), kinds.get(was.kind, was.kind), kinds.get(step.kind, step.kind))
    if was.interval != step.interval:
        yield f"{often(was, old)} → {often(step, new)}"
    if (was.opens, was.closes) != (step.opens, step.closes):
        yield f"{window(was)} → {window(step)}"
    if was.hard != step.hard:
        yield _("kan nå ikke glippe") if step.hard else _("er ikke lenger en frist som ikke kan glippe")
    if was.shares != step.shares:
        yield _turned(_("besøk"), str(Shares(was.shares).label), str(Shares(step.shares).label))
    if was.minutes != step.minutes:
        yield _turned(_("minutter"), _minutes(was), _minutes(step))
    if (was.source, was.certainty) != (step.source, step.certainty):
        yield _turned(_("kilde"), sourced(was.source, was.certainty), sourced(step.source, step.certainty))


def _minutes(step: StepText) -> str:
    return str(step.minutes) if step.minutes else _("som oppgavetypen")


@dataclass(frozen=True, slots=True)
class Work:
    """Minutes a year for one profession: as it is for those who have a plan, as these words would have it, and if
    everybody whom it is for had one."""

    profession: str
    now: int
    then: int
    all: int


def yearly_work(
    text: ProgrammeText,
    in_use: ProgrammeText,
    kinds: Sequence[TaskKind],
    *,
    here: Collection[str],
    plans: int,
    everybody: int,
) -> list[Work]:
    """By the kinds' own minutes; no-shows, merged visits and own intervals are not reckoned. The most first.

    `here`: professions that work at the clinic; what is prepared by one and decided by another counts for both.
    """
    now, then = a_plans_year(in_use, kinds, here), a_plans_year(text, kinds, here)
    return [
        Work(
            capfirst(str(Profession(who).label)), round(now.get(who, 0) * plans), round(then.get(who, 0) * plans),
            round(then.get(who, 0) * everybody),
        )
        for who in sorted(now | then, key=lambda who: -max(now.get(who, 0), then.get(who, 0)))
    ]  # fmt: skip


def a_plans_year(text: ProgrammeText, kinds: Iterable[TaskKind], here: Collection[str]) -> dict[str, float]:
    """Minutes a year that one plan asks of each profession, once it runs."""
    by_slug, total = {kind.slug: kind for kind in kinds}, Counter[str]()
    for step in text.steps:
        if kind := by_slug.get(step.kind):
            for who, minutes in parts(step, kind, here):
                total[who] += minutes * text.a_year(step)  # type: ignore[assignment]  # a Counter adds floats too
    return {who: minutes for who, minutes in total.items() if minutes}


def parts(step: StepText, kind: TaskKind, here: Collection[str]) -> Iterator[tuple[str, int]]:
    """(profession, minutes) of one occasion, as the night opens it (tasks/sql/open_due.sql), the lowest that may doing it."""
    decides = _lowest(kind.professions, here) or kind.professions[0]
    prepares = _lowest(kind.preparable_by, here)
    if kind.paired and prepares:
        yield prepares, max(1, kind.prepare_minutes)
        yield decides, max(1, kind.decide_minutes)
    else:
        yield decides, step.minutes or kind.minutes_for(decides)


def _lowest(may: Iterable[str], here: Collection[str]) -> str | None:
    """Of those who may and work here, the lowest on the ladder of the sharing out; nobody, if there is none."""
    return min((who for who in may if who in here), key=LADDER.__getitem__, default=None)
