"""A whole programme as it is being written: its forms together, shown as typed or as kept, read as words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tasks.forms.programmes import AS_BEFORE, BY_HAND, CONDITION, DISCHARGE, DRUGS, AboutForm, StepForm
from tasks.models import Origin, TaskKind
from tasks.programme_checks import STEPS_MAX, Problem, problems
from tasks.programme_text import ProgrammeText, StepText


class Editor:
    """A whole programme as it is being written: `about`, and a form for every step in order.

    `before` is what is in force (None for a new one). Bound when `data` is given, unless `quiet`: shown again as it
    was typed, with a step more or less and nothing said of what is wrong.
    """

    def __init__(
        self,
        *,
        text: ProgrammeText,
        before: ProgrammeText | None,
        kinds: Sequence[TaskKind],
        codes: Mapping[str, str],
        start: dt.date,
        data: QueryDict | None = None,
        quiet: bool = False,
    ) -> None:
        self.before, self.kinds = before, [kind.slug for kind in kinds]
        self.problems: list[str] = []
        self.data, self.sent = data, None if quiet else data
        discharge = text.on_discharge or bool(before and before.on_discharge)
        about = _about(text, codes) if data is None else _typed(AboutForm, data)
        self.about = AboutForm(self.sent, codes=codes, discharge=discharge, initial={"start": start, **about})
        self.slugs = list(data.getlist("steg"))[: STEPS_MAX + 1] if data is not None else _slugs(text)
        groups = kind_choices(kinds)
        self.steps = [self._step(slug, text, groups) for slug in self.slugs]

    def _step(self, slug: str, text: ProgrammeText, groups: Any) -> StepForm:
        before = self.before.step(slug) if self.before else None
        initial = _step(text.step(slug), before) if self.data is None else _typed(StepForm, self.data, slug)
        others = [(other, self._named(other, text)) for other in self.slugs if other != slug]
        return StepForm(self.sent, prefix=slug, kinds=groups, before=before, others=others, initial=initial)

    def _named(self, slug: str, text: ProgrammeText) -> str:
        step = text.step(slug)
        name = self.data.get(f"{slug}-name") if self.data is not None else step.name if step else ""
        return name or _("steg uten navn")

    def read(self) -> ProgrammeText:
        """What is written, as far as it can be read."""
        for form in (self.about, *self.steps):
            form.is_valid()
        return self.about.text([step.text() for step in self.steps])

    def is_valid(self) -> bool:
        """Every field, and all that must hold between them; what is wrong stands at its field."""
        text = self.read()
        self.show(problems(text, kinds=self.kinds, before=self.before))
        return not self.wrong

    def show(self, found: Iterable[Problem]) -> None:
        """Each problem at its field, unless that has one already; what has no field, by itself."""
        by_slug = {step.slug: step for step in self.steps}
        for problem in found:
            form = by_slug.get(problem.step) if problem.step else self.about
            if form is None or problem.field not in form.fields:
                self.problems.append(problem.words)
            elif problem.field not in form.errors:
                form.add_error(problem.field, problem.words)
        # The hand begins where the first thing is to be put right.
        first = next((form for form in (self.about, *self.steps) if form.errors), None)
        if first is not None:
            self.focus_on(first, next(name for name in first.fields if name in first.errors))

    @staticmethod
    def focus_on(form: forms.Form, field: str) -> None:
        form.fields[field].widget.attrs["autofocus"] = True

    @property
    def wrong(self) -> int:
        """How many fields have something to put right."""
        return len(self.problems) + sum(len(form.errors) for form in (self.about, *self.steps))


def kind_choices(kinds: Iterable[TaskKind]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Slug and name by where the work comes from, that of follow-up plans first."""
    rows = list(kinds)
    order = [Origin.PLAN, *(origin for origin in Origin if origin != Origin.PLAN)]
    groups = ((o, [(kind.slug, kind.name) for kind in rows if kind.origin == o]) for o in order)
    return [(capfirst(str(origin.label)), found) for origin, found in groups if found]


def _slugs(text: ProgrammeText) -> list[str]:
    return [step.slug for step in text.steps]


def _about(text: ProgrammeText, codes: Mapping[str, str]) -> dict[str, Any]:
    by_hand = DISCHARGE if text.on_discharge else BY_HAND
    counted = DRUGS if text.min_drugs else CONDITION
    return {
        "name": text.name, "whom": counted if text.by_condition and not text.on_discharge else by_hand,
        "icpc2": [code for code in text.icpc2 if code in codes],
        "others": " ".join(code for code in text.icpc2 if code not in codes),
        "min_drugs": text.min_drugs or None, "source": text.source, "certainty": text.certainty,
    }  # fmt: skip


def _typed(form: type[forms.Form], data: QueryDict, prefix: str = "") -> dict[str, Any]:
    """What stands in the fields, right or wrong."""
    keys = {name: f"{prefix}-{name}" if prefix else name for name in form.base_fields}
    many = {name for name, field in form.base_fields.items() if isinstance(field, forms.MultipleChoiceField)}
    return {name: data.getlist(key) if name in many else data.get(key) for name, key in keys.items()}


def _step(step: StepText | None, before: StepText | None) -> dict[str, Any]:
    if step is None:
        return {}
    told = {name: getattr(step, name) for name in StepForm.base_fields}
    same = before is not None and (before.interval, before.certainty) == (step.interval, step.certainty)
    bare = {name: told[name] or None for name in ("months", "days", "lead_days")}
    return {**told, **bare, "certainty": AS_BEFORE if same else step.certainty}
