"""What somebody wants to try: a name, how many weeks, and changes, each a small form of its own.

A form says by `change()` what it holds; ids are only those that `Choices` offers, so that nothing of another clinic's
can be named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scenarios.changes import (
    MONTHS_MAX,
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
from scenarios.models import Scenario
from teams.calendar import DAY

INPUT = {"class": "ds-input"}
AWAY_DAYS = 19  # Monday to the Friday of the third week


class ScenarioForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Navn"), max_length=80,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Skriv et navn."), "max_length": gettext_lazy("Skriv høyst 80 tegn.")},
    )  # fmt: skip
    weeks = forms.TypedChoiceField(
        label=gettext_lazy("Hvor langt fram"), choices=Scenario.Weeks.choices, coerce=int, initial=Scenario.Weeks.FOUR,
        widget=forms.Select(attrs=INPUT),
        error_messages={"required": gettext_lazy("Velg."), "invalid_choice": gettext_lazy("Velg fra listen.")},
    )  # fmt: skip


class NameForm(forms.Form):
    name = ScenarioForm.base_fields["name"]


def _choice(label: Any, choices: Iterable[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs=INPUT),
        error_messages={"required": gettext_lazy("Velg fra listen."), "invalid_choice": gettext_lazy("Velg fra listen.")},
    )  # fmt: skip


def _number(label: Any, least: int, most: int, initial: int) -> forms.IntegerField:
    between = _("Skriv et helt tall fra %(least)d til %(most)d.") % {"least": least, "most": most}
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, initial=initial,
        widget=forms.NumberInput(attrs={**INPUT, "min": None, "max": None, "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), between),
    )  # fmt: skip


def _day(label: Any, initial: dt.date) -> forms.DateField:
    wrong = _("Skriv en dato, for eksempel 24.11.2026.")
    return forms.DateField(
        label=label, initial=initial,
        widget=forms.DateInput(attrs={"type": "date", **INPUT}, format="%Y-%m-%d"),
        error_messages={"required": _("Velg en dag."), "invalid": wrong},
    )  # fmt: skip


class ChangeForm(forms.Form):
    """One change. `today` decides the dates that are offered, `choices` the rest."""

    what: ClassVar[str]
    title: ClassVar[Any]

    def __init__(self, *args: Any, choices: Choices, monday: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.lay_out(monday)

    def lay_out(self, monday: dt.date) -> None:
        """Put the fields in. `monday`: the first that is to come, or today."""
        raise NotImplementedError

    def change(self) -> Change:
        """Of a valid form."""
        raise NotImplementedError


class MoreForm(ChangeForm):
    what, title = "more", gettext_lazy("Ny stilling")

    def lay_out(self, monday: dt.date) -> None:
        self.fields["profession"] = _choice(_("Yrke"), [(p.value, p.label) for p in self.choices.professions])
        self.fields["percent"] = _number(_("Stilling i prosent"), 5, 300, 50)
        self.fields["starts_on"] = _day(_("Fra"), monday)

    def change(self) -> Change:
        return MorePeople(**self.cleaned_data)


class LessForm(ChangeForm):
    what, title = "less", gettext_lazy("Mindre tid hos én")

    def lay_out(self, monday: dt.date) -> None:
        self.fields["member"] = _choice(_("Hvem"), self.choices.of())
        self.fields["percent"] = _number(_("Prosent mindre av egen tid til oppgaver"), 5, 100, 50)
        self.fields["starts_on"] = _day(_("Fra"), monday)

    def change(self) -> Change:
        return LessTime(**{**self.cleaned_data, "member": int(self.cleaned_data["member"])})


class AwayForm(ChangeForm):
    what, title = "away", gettext_lazy("Noen er borte")

    def lay_out(self, monday: dt.date) -> None:
        self.fields["member"] = _choice(_("Hvem"), self.choices.of())
        self.fields["starts_on"] = _day(_("Fra"), monday)
        self.fields["ends_on"] = _day(_("Til og med"), monday + (AWAY_DAYS - 1) * DAY)

    def clean(self) -> dict[str, Any] | None:
        told = super().clean()
        if told and not self.errors and told["ends_on"] < told["starts_on"]:
            self.add_error("ends_on", _("Siste dag kan ikke være før den første."))
        return told

    def change(self) -> Change:
        return Away(**{**self.cleaned_data, "member": int(self.cleaned_data["member"])})


class DelegateForm(ChangeForm):
    what, title = "delegate", gettext_lazy("Ny delegering")

    def lay_out(self, monday: dt.date) -> None:
        kinds = [(str(pk), name) for pk, (name, _to) in self.choices.kinds.items()]
        self.fields["task_kind"] = _choice(_("Oppgavetype"), kinds)
        self.fields["doctor"] = _choice(_("Fra lege"), [("all", _("Alle leger")), *self.choices.of("doctor")])
        self.fields["to"] = _choice(_("Til"), self.choices.receivers())
        self.fields["starts_on"] = _day(_("Fra"), monday)

    def clean(self) -> dict[str, Any] | None:
        told = super().clean()
        if told and not self.errors:
            name, may = self.choices.kinds[int(told["task_kind"])]
            to = told["to"]
            if (self.choices.people[int(to)][1] if to.isdecimal() else to) not in may:
                self.add_error("to", _("«%(name)s» kan ikke delegeres dit.") % {"name": name})
        return told

    def change(self) -> Change:
        told = self.cleaned_data
        doctors = () if told["doctor"] == "all" else (int(told["doctor"]),)
        one = told["to"].isdecimal()
        return Delegate(
            int(told["task_kind"]), doctors, int(told["to"]) if one else None, "" if one else told["to"], told["starts_on"]
        )  # fmt: skip


class IntervalForm(ChangeForm):
    what, title = "interval", gettext_lazy("Annet intervall")

    def lay_out(self, monday: dt.date) -> None:
        self.fields["step"] = _choice(_("Steg"), self.choices.grouped_steps())
        self.fields["months"] = _number(_("Måneder mellom"), 1, MONTHS_MAX, 12)

    def change(self) -> Change:
        return NewInterval(int(self.cleaned_data["step"]), self.cleaned_data["months"])


class StartForm(ChangeForm):
    what, title = "programme", gettext_lazy("Planer i et program")

    def lay_out(self, monday: dt.date) -> None:
        proposed = _("%(name)s (ikke godkjent)")
        found = self.choices.programmes.items()
        names = [(str(pk), name if approved else proposed % {"name": name}) for pk, (name, approved) in found]
        self.fields["programme"] = _choice(_("Program: plan for alle det er for, og som mangler"), names)

    def change(self) -> Change:
        return StartProgramme(int(self.cleaned_data["programme"]))


class ListForm(ChangeForm):
    what, title = "list", gettext_lazy("Listelengde")

    def lay_out(self, monday: dt.date) -> None:
        self.fields["percent"] = _number(_("Prosent lengre; med minus, kortere"), -50, 100, 10)

    def clean_percent(self) -> int:
        percent: int = self.cleaned_data["percent"]
        if not percent:
            raise forms.ValidationError(_("Skriv et tall som ikke er 0."))
        return percent

    def change(self) -> Change:
        return ListLength(self.cleaned_data["percent"])


FORMS: dict[str, type[ChangeForm]] = {
    form.what: form
    for form in (MoreForm, LessForm, AwayForm, DelegateForm, IntervalForm, StartForm, ListForm)
}
