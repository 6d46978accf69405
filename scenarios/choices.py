"""What there is in a clinic to change, with the words for it: for forms to offer, and to say a kept scenario by. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teams.models import Profession

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step that recurs: its programme, its name, and how often it is done now."""

    programme: str
    name: str
    months: int
    days: int

    @property
    def often(self) -> str:
        parts = (
            [ngettext("%(n)d måned", "%(n)d måneder", self.months) % {"n": self.months}]
            if self.months
            else []
        )
        parts += [ngettext("%(n)d dag", "%(n)d dager", self.days) % {"n": self.days}] if self.days else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Choices:
    """By id. `names` is everybody who has had a place here, `people` (name, profession) those who work here now.

    `kinds` are those that a doctor may delegate, with the professions; `programmes` with whether approved.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    kinds: Mapping[int, tuple[str, frozenset[str]]] = field(default_factory=dict)
    steps: Mapping[int, StepChoice] = field(default_factory=dict)
    programmes: Mapping[int, tuple[str, bool]] = field(default_factory=dict)

    @property
    def professions(self) -> list[Profession]:
        """Of those who work here, doctors last."""
        here = {profession for _name, profession in self.people.values()}
        return [each for each in Profession if each.value in here]

    def of(self, *professions: str) -> Options:
        return [
            (str(pk), name)
            for pk, (name, own) in self.people.items()
            if not professions or own in professions
        ]

    def receivers(self) -> Options:
        """Whom something can be delegated to: a profession, or one of it."""
        may = {profession for _name, to in self.kinds.values() for profession in to}
        found: Options = []
        for profession in self.professions:
            if profession.value in may:
                found.append((profession.value, _("Alle: %(who)s") % {"who": profession.label}))
                found += self.of(profession.value)
        return found

    def grouped_steps(self) -> list[tuple[str, Options]]:
        groups: dict[str, Options] = {}
        for pk, step in self.steps.items():
            groups.setdefault(step.programme, []).append((str(pk), f"{step.name} ({step.often})"))
        return list(groups.items())
