"""What a leader tries out: hours, shares, a doctor's cap; and which weeks to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.list_size import AREAS, Care
from reports.models import Language
from tasks.models import TaskKind
from teams.actions.list_caps import CAP_MAX

AREA_WORDS = {"preventive": _("Forebygging"), "chronic": _("Kronisk sykdom"), "acute": _("Akutt")}
# As an address calls them.
HOURS = {"preventive": "forebygging", "chronic": "kronisk", "acute": "akutt"}
SHARES = {area: f"andel_{name}" for area, name in HOURS.items()}
YEAR = "arstimer"
KRONER_MAX = 100_000


def _number(label: Any, most: int, **attrs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=most, max_digits=7, decimal_places=3, localize=True,
        widget=forms.TextInput(attrs={"class": "ds-input", "inputmode": "decimal", "autocomplete": "off", **attrs}),
        error_messages={"required": _("Skriv et tall."), "invalid": _("Skriv et tall.")},
    )  # fmt: skip


class ListSizeForm(forms.Form):
    """Hours per patient-year of each area, what others do of them in per cent, and the doctor's hours a year."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area in AREAS:
            self.fields[HOURS[area]] = _number(_("timer"), 50)
            self.fields[SHARES[area]] = _number(_("andre gjør, prosent"), 100)
        self.fields[YEAR] = _number(_("Legens timer i året til dette"), 4_000)

    @property
    def areas(self) -> list[tuple[Any, forms.BoundField, forms.BoundField, float | None]]:
        """Each area's name, fields, and the doctor's hours left of it, if they can be reckoned."""
        care = self.care() if self.is_valid() else {}
        return [
            (AREA_WORDS[area], self[HOURS[area]], self[SHARES[area]], care[area].left if care else None)
            for area in AREAS
        ]

    @property
    def year(self) -> forms.BoundField:
        return self[YEAR]

    def care(self) -> dict[str, Care]:
        told = self.cleaned_data
        return {area: Care(float(told[HOURS[area]]), float(told[SHARES[area]])) for area in AREAS}

    def clean(self) -> dict[str, Any] | None:
        told = super().clean()
        if (
            told
            and not self.errors
            and (not told[YEAR] or not sum(each.left for each in self.care().values()))
        ):
            raise forms.ValidationError(
                _("Minst ett område må ha timer igjen til legen, og året må ha timer.")
            )
        return told


class CapForm(forms.Form):
    """A doctor's cap; empty forgets it."""

    member = forms.IntegerField()
    cap = forms.IntegerField(
        required=False, min_value=1, max_value=CAP_MAX,
        error_messages={
            "invalid": _("Skriv et helt tall."), "min_value": _("Minst 1."), "max_value": _("Høyst %(limit_value)s."),
        },
    )  # fmt: skip


def _kroner(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=KRONER_MAX,
        widget=forms.TextInput(attrs={"class": "ds-input", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Skriv et helt tall."), "invalid": _("Skriv et helt tall."), "min_value": _("Minst 0."),
            "max_value": _("Høyst %(limit_value)s."),
        },
    )  # fmt: skip


class RateForm(forms.Form):
    """The base grant's rate from a day: kroner per list patient and year."""

    fra = forms.DateField(
        label=_("Fra dato"), error_messages={"required": _("Skriv en dato."), "invalid": _("Skriv en dato.")},
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
    )  # fmt: skip
    til = _kroner(_("Til og med 1 000 pasienter, kr"))
    over = _kroner(_("Over, kr"))
    kilde = forms.CharField(
        label=_("Kilde"), max_length=120, error_messages={"required": _("Skriv hvor satsen står.")},
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
    )  # fmt: skip


class RateDayForm(forms.Form):
    """Which rate of the clinic's own is meant: the one from this day."""

    fra = forms.DateField()


PERIODS = (1, 4, 12)  # closed weeks


class PeriodForm(forms.Form):
    """Lives in the address; what is wrong in it is left out."""

    uker = forms.TypedChoiceField(choices=[(n, str(n)) for n in PERIODS], coerce=int, required=False)
    type = forms.ModelChoiceField(TaskKind.objects.exclude(return_rule=""), required=False)

    def weeks(self) -> int:
        """How many closed weeks, four if nothing is said."""
        self.is_valid()
        return self.cleaned_data.get("uker") or PERIODS[1]

    def kind(self) -> TaskKind | None:
        """The kind that a letter is about."""
        self.is_valid()
        found: TaskKind | None = self.cleaned_data.get("type")
        return found


class MailForm(forms.Form):
    """One's own address and language, and whether the paper comes with it."""

    adresse = forms.EmailField(
        label=_("E-postadresse"), max_length=254,
        widget=forms.EmailInput(attrs={"class": "ds-input", "autocomplete": "email"}),
        error_messages={"required": _("Skriv adressen din."), "invalid": _("Skriv en e-postadresse, som navn@legekontor.no.")},
    )  # fmt: skip
    sprak = forms.ChoiceField(
        label=_("Språk i e-posten"),
        choices=Language.choices,
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    papir = forms.BooleanField(label=_("Legg ved rapporten som PDF"), required=False)
