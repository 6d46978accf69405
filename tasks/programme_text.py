"""What a programme says, word for word: as frozen dataclasses, from rows, to and from JSON, and its digest. Pure.

A doctor's approval is tied to the digest of what was read; `ProgrammeVersion.content` and `Programme.draft` are the
JSON. Days and months are whole numbers; None where nothing is said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tasks.models import Certainty, Programme, Rule, Step
from tasks.recurrence import Rhythm

_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class StepText:
    """One step. `kind` and `leads_to` are slugs; what leads to another step has no interval of its own."""

    slug: str
    name: str
    kind: str
    months: int = 0
    days: int = 0
    opens: int = 0
    closes: int | None = None
    hard: bool = False
    rule: str = Rule.INTERVAL.value
    shares: str = ""
    leads_to: str = ""
    lead_days: int = 0
    minutes: int | None = None
    source: str = ""
    certainty: str = Certainty.DERIVED.value

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.months, self.days, self.opens, self.closes, self.hard, self.rule)

    @property
    def interval(self) -> tuple[str, int, int, str, int]:
        """What decides when the next time is."""
        return self.rule, self.months, self.days, self.leads_to, self.lead_days


@dataclass(frozen=True, slots=True)
class ProgrammeText:
    """Whom a programme is for, and its steps in order."""

    name: str
    icpc2: tuple[str, ...] = ()
    min_drugs: int = 0
    by_condition: bool = True
    on_discharge: bool = False
    source: str = ""
    certainty: str = Certainty.DERIVED.value
    steps: tuple[StepText, ...] = ()

    def step(self, slug: str) -> StepText | None:
        return next((step for step in self.steps if step.slug == slug), None)

    def a_year(self, step: StepText) -> float:
        """How many times a year the step comes, once it runs; what is done once comes no more."""
        if step.leads_to:
            target = self.step(step.leads_to)
            return 0.0 if target is None or target.leads_to else self.a_year(target)
        days = step.months * _YEAR / 12 + step.days
        return 0.0 if step.rule == Rule.ONCE or not days else _YEAR / days


def from_rows(programme: Programme, steps: Iterable[Step]) -> ProgrammeText:
    """What is in force, or proposed: `steps` with their `kind` at hand, in order. Retired ones are left out."""
    kept = [step for step in steps if not step.retired]
    slugs = {step.pk: step.slug for step in kept}
    return ProgrammeText(
        name=programme.name, icpc2=tuple(programme.icpc2), min_drugs=programme.min_drugs,
        by_condition=programme.by_condition, on_discharge=programme.on_discharge, source=programme.source,
        certainty=programme.certainty, steps=tuple(
            StepText(
                slug=step.slug, name=step.name, kind=step.kind.slug, months=step.interval_months,
                days=step.interval_days, opens=step.opens_days_before, closes=step.closes_days_after,
                hard=step.hard, rule=step.rule, shares=step.shares, leads_to=slugs.get(step.leads_to_id or 0, ""),
                lead_days=step.lead_days, minutes=step.minutes, source=step.source, certainty=step.certainty,
            )
            for step in kept
        ),
    )  # fmt: skip


def from_json(content: Mapping[str, Any]) -> ProgrammeText:
    """What `to_json` wrote; what is not known is left out.

    Raises KeyError or TypeError for what is no programme.
    """
    steps = tuple(StepText(**_known(StepText, step)) for step in content["steps"])
    told = _known(ProgrammeText, content)
    return ProgrammeText(**{**told, "icpc2": tuple(told.get("icpc2", ())), "steps": steps})


def from_default(default: Mapping[str, Any]) -> ProgrammeText:
    """One of the defaults that come with Fordel: a step without a source of its own has the programme's."""
    told = [{**step, "lead_days": step.get("lead", 0)} for step in default["steps"]]
    text = from_json({**default, "steps": told})
    steps = (step if step.source else replace(step, source=text.source) for step in text.steps)
    return replace(text, steps=tuple(steps))


def to_json(text: ProgrammeText) -> dict[str, Any]:
    """Whole, so that it reads the same when the code's defaults have changed."""
    told = asdict(text)
    return {**told, "icpc2": list(text.icpc2), "steps": list(told["steps"])}


def digest(programme_id: int | None, version: int, text: ProgrammeText) -> str:
    """What an approval, and a change of a draft, is tied to: exactly these words, of this programme and version."""
    read = json.dumps([programme_id, version, to_json(text)], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(read.encode()).hexdigest()[:20]


def _known(of: type, told: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(of)}
    return {name: value for name, value in told.items() if name in names and name != "steps"}
