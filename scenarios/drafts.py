"""The page's form while it is filled in: which changes stand in it, added and taken out without script.

Every change is a number and what it is (`endring=3:away`); its fields are named by that number, and keep it when another
is taken out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict

from scenarios.changes import MOST, Change, Delegate, stored
from scenarios.choices import Choices
from scenarios.forms import FORMS, ChangeForm, ScenarioForm
from scenarios.models import Scenario


@dataclass
class Draft:
    """`changes` by number."""

    about: ScenarioForm
    changes: list[tuple[int, ChangeForm]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.changes) >= MOST

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.about, *(form for _, form in self.changes))]
        return all(valid) and bool(self.changes)

    def read(self) -> list[Change]:
        """Of a valid draft."""
        return [form.change() for _, form in self.changes]


def blank(choices: Choices, monday: dt.date, *, kinds: Iterable[str] = ()) -> Draft:
    """With changes of these kinds to begin with, those that there are."""
    known = [FORMS[kind] for kind in kinds if kind in FORMS][:MOST]
    made = [(n, form(prefix=f"e{n}", choices=choices, monday=monday)) for n, form in enumerate(known)]
    return Draft(ScenarioForm(), made)


def like(scenario: Scenario, changes: Iterable[Change], choices: Choices, monday: dt.date) -> Draft:
    """With another's changes: to try nearly the same."""
    made = []
    for n, told in enumerate(map(_initial, changes)):
        form = FORMS[str(told.pop("what"))]
        made.append((n, form(prefix=f"e{n}", choices=choices, monday=monday, initial=told)))
    return Draft(ScenarioForm(initial={"name": scenario.name, "weeks": scenario.weeks}), made)


def sent(data: QueryDict, choices: Choices, monday: dt.date) -> Draft:
    """As it was sent, to be judged."""
    made = [(n, form(data, prefix=f"e{n}", choices=choices, monday=monday)) for n, form in _named(data)]
    return Draft(ScenarioForm(data), made)


def changed(data: QueryDict, choices: Choices, monday: dt.date) -> Draft:
    """As it was typed, with one change more (`legg`) or fewer (`fjern`); nothing is judged yet."""
    kept = [(n, form) for n, form in _named(data) if str(n) != data.get("fjern")]
    made = []
    for n, form in kept:
        own = {
            name.removeprefix(f"e{n}-"): value for name, value in data.items() if name.startswith(f"e{n}-")
        }
        made.append((n, form(prefix=f"e{n}", choices=choices, monday=monday, initial=own)))
    about = ScenarioForm(initial={"name": data.get("name", ""), "weeks": data.get("weeks", "")})
    draft, more = Draft(about, made), FORMS.get(data.get("legg", ""))
    if more and not draft.full:
        number = max((n for n, _ in kept), default=-1) + 1
        added = more(prefix=f"e{number}", choices=choices, monday=monday)
        next(iter(added.fields.values())).widget.attrs["autofocus"] = True
        draft.changes.append((number, added))  # the hand goes there
    return draft


def _named(data: QueryDict) -> list[tuple[int, type[ChangeForm]]]:
    """The changes that the form names, each number once; what no page of ours sends is passed over."""
    found: dict[int, type[ChangeForm]] = {}
    for text in data.getlist("endring")[:MOST]:
        number, _, kind = text.partition(":")
        if number.isdecimal() and len(number) < 4 and kind in FORMS:
            found[int(number)] = FORMS[kind]
    return list(found.items())


def _initial(change: Change) -> dict[str, object]:
    (told,) = stored([change])
    if isinstance(change, Delegate):
        told["doctor"] = str(change.doctors[0]) if change.doctors else "all"
        told["to"] = change.profession if change.member is None else str(change.member)
    return told
