"""What is wrong with a programme's words before they can be kept as a draft or approved. Pure.

The form shows each problem at its field; the actions refuse what has any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tasks.models import Certainty, Rule, Shares
from tasks.programme_text import ProgrammeText, StepText
from tasks.recurrence import HARD_MIN

NAME_MAX, SOURCE_MAX, STEPS_MAX, CODES_MAX = 80, 200, 20, 30
MONTHS_MAX = 60  # five years in all: as far as the plans' calendar reaches (tasks/actions/plans.py)
DAYS_MAX = 365
OPENS_MAX = CLOSES_MAX = 365
MINUTES_MAX = 480
DRUGS_MAX = 30
LEAD_MAX = 60
ICPC2 = re.compile(r"[A-Z]\d\d")
SLUG = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Problem:
    """`step` is a slug, empty when it is about the programme; `field` as in ProgrammeText and StepText."""

    step: str
    field: str
    words: str


class Unsound(Exception):
    """A programme that says what cannot be; `problems` tells what."""

    def __init__(self, problems: Collection[Problem]) -> None:
        super().__init__(" ".join(problem.words for problem in problems))
        self.problems = tuple(problems)


def problems(
    text: ProgrammeText, *, kinds: Collection[str], before: ProgrammeText | None = None
) -> list[Problem]:
    """Everything wrong with it. `kinds`: slugs that there are; `before`: what is in force or was proposed."""
    found = [Problem("", *told) for told in (*_of_programme(text), *_of_whom(text), *_of_steps(text))]
    names = Counter(step.name.strip().casefold() for step in text.steps)
    slugs = Counter(step.slug for step in text.steps)
    for step in text.steps:
        told = [*_of_step(step, kinds), *_of_window(step), *_of_lead(step, text)]
        if step.name.strip() and names[step.name.strip().casefold()] > 1:
            told.append(("name", _("To steg kan ikke hete det samme.")))
        if slugs[step.slug] > 1 or not SLUG.fullmatch(step.slug):
            told.append(("slug", _("Steget kan ikke kjennes igjen. Last siden på nytt.")))
        told += _of_source(step, before.step(step.slug) if before else None)
        found += [Problem(step.slug, *each) for each in told]
    return found


def sound(text: ProgrammeText, *, kinds: Collection[str], before: ProgrammeText | None = None) -> None:
    """Raises Unsound."""
    if found := problems(text, kinds=kinds, before=before):
        raise Unsound(found)


Told = tuple[str, str]


def _of_programme(text: ProgrammeText) -> Iterator[Told]:
    if not text.name.strip():
        yield "name", _("Skriv hva programmet heter.")
    if len(text.name) > NAME_MAX:
        yield "name", _("Skriv høyst %(n)d tegn.") % {"n": NAME_MAX}
    if len(text.source) > SOURCE_MAX:
        yield "source", _("Skriv høyst %(n)d tegn.") % {"n": SOURCE_MAX}
    if text.certainty not in Certainty.values:
        yield "certainty", _("Velg fra listen.")


def _of_whom(text: ProgrammeText) -> Iterator[Told]:
    if bad := [code for code in text.icpc2 if not ICPC2.fullmatch(code)]:
        yield "icpc2", _("%(codes)s er ingen ICPC-2-kode.") % {"codes": ", ".join(bad)}
    if len(text.icpc2) > CODES_MAX:
        yield "icpc2", _("Velg høyst %(n)d tilstander.") % {"n": CODES_MAX}
    if not 0 <= text.min_drugs <= DRUGS_MAX:
        yield "min_drugs", _("Skriv et tall fra 0 til %(n)d.") % {"n": DRUGS_MAX}
    if text.icpc2 and text.min_drugs:
        yield "min_drugs", _("Et program følger tilstander eller et antall legemidler, ikke begge deler.")
    if text.by_condition and not (text.icpc2 or text.min_drugs or text.on_discharge):
        yield (
            "icpc2",
            _("Velg minst en tilstand eller et antall legemidler, eller at pasienter meldes på for hånd."),
        )


def _of_steps(text: ProgrammeText) -> Iterator[Told]:
    if text.on_discharge and any(s.rule != Rule.ONCE and not s.leads_to for s in text.steps):
        yield "steps", _("Det som starter ved utskrivning, gjøres én gang.")
    if not text.steps:
        yield "steps", _("Et program må ha minst ett steg.")
    if len(text.steps) > STEPS_MAX:
        yield "steps", _("Et program kan ha høyst %(n)d steg.") % {"n": STEPS_MAX}


def _of_step(step: StepText, kinds: Collection[str]) -> Iterator[Told]:
    if not step.name.strip():
        yield "name", _("Skriv hva steget heter.")
    if len(step.name) > NAME_MAX:
        yield "name", _("Skriv høyst %(n)d tegn.") % {"n": NAME_MAX}
    for field, value, choices in (
        ("kind", step.kind, kinds),
        ("rule", step.rule, Rule.values),
        ("shares", step.shares, Shares.values),
        ("certainty", step.certainty, Certainty.values),
    ):
        if value not in choices:
            yield field, _("Velg fra listen.")
    if step.minutes is not None and not 1 <= step.minutes <= MINUTES_MAX:
        yield "minutes", _("Skriv et tall fra 1 til %(n)d.") % {"n": MINUTES_MAX}
    if step.leads_to:
        return
    if step.months < 0 or step.days < 0 or not (step.months or step.days):
        yield "months", _("Skriv hvor lenge det er mellom hver gang: måneder, dager eller begge deler.")
    if step.days > DAYS_MAX or step.rhythm.length > MONTHS_MAX * 365 // 12:
        yield "months", _("Skriv høyst fem år mellom hver gang, og høyst %(n)d dager.") % {"n": DAYS_MAX}
    if step.rule == Rule.CALENDAR_YEAR and (step.months, step.days) != (12, 0):
        yield "months", _("Det som gjøres én gang hvert kalenderår, har tolv måneder mellom.")


def _of_window(step: StepText) -> Iterator[Told]:
    if not 0 <= step.opens <= OPENS_MAX:
        yield "opens", _("Skriv et tall fra 0 til %(n)d.") % {"n": OPENS_MAX}
    if step.closes is not None and not 0 <= step.closes <= CLOSES_MAX:
        yield "closes", _("Skriv et tall fra 0 til %(n)d.") % {"n": CLOSES_MAX}
    if step.leads_to:
        return
    if step.hard and step.closes is None:
        yield "closes", _("En frist som ikke kan glippe, må ha en siste dag.")
    if not step.rhythm.length:
        return
    if step.hard and step.rhythm.length < HARD_MIN:
        yield "months", _("En frist som ikke kan glippe, må ha minst %(n)d dager mellom.") % {"n": HARD_MIN}
    if step.opens > step.rhythm.length and step.rule != Rule.ONCE:
        yield "opens", _("Kan ikke åpne lenger før fristen enn det er mellom hver gang.")
    if step.closes is not None and step.rule != Rule.ONCE and step.closes >= step.rhythm.length:
        yield "closes", _("Kan ikke lukke først når neste gang er der.")


def _of_lead(step: StepText, text: ProgrammeText) -> Iterator[Told]:
    if not step.leads_to:
        return
    target = text.step(step.leads_to)
    if target is None or target.slug == step.slug:
        yield "leads_to", _("Velg et annet steg i programmet.")
    elif target.leads_to:
        yield "leads_to", _("Det steget tas selv før et annet. Velg det siste av dem.")
    elif step.hard and target.closes is None:
        yield "hard", _("Kan ikke glippe bare når det som kommer etter, har en siste dag.")
    if not 1 <= step.lead_days <= LEAD_MAX:
        yield "lead_days", _("Skriv hvor mange dager før, fra 1 til %(n)d.") % {"n": LEAD_MAX}
    elif target is not None and not target.leads_to and step.lead_days > target.opens:
        words = _("Steget etter åpner %(n)d dager før fristen, og dette kan ikke tas før det.")
        yield "lead_days", words % {"n": target.opens}


def _of_source(step: StepText, before: StepText | None) -> Iterator[Told]:
    """Whoever changes an interval says why, or from where: the old source no longer speaks for it."""
    if len(step.source) > SOURCE_MAX:
        yield "source", _("Skriv høyst %(n)d tegn.") % {"n": SOURCE_MAX}
    if not step.source.strip():
        yield "source", _("Skriv hvor intervallet er fra, eller hvorfor det er slik.")
    elif before is not None and step.interval != before.interval and step.source == before.source:
        yield "source", _("Intervallet er endret. Skriv hvor det nye er fra, eller hvorfor.")
