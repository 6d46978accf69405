"""What people decide about one patient's plans: start, stop, decline, another interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REASON_MAX = 120
SPREAD, NOW, DAY = "spread", "now", "day"
FIRST = [
    (SPREAD, _("Pasientens faste tid på året")),
    (NOW, _("Så snart som mulig")),
    (DAY, _("En bestemt dag")),
]


def _seen() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def _reason(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=REASON_MAX,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={
            "required": _("Skriv kort hvorfor."),
            "max_length": _("Skriv det kortere, høyst 120 tegn."),
        },
    )


class StartForm(forms.Form):
    """When first, and why when it has been ended before. `seen`: the newest event that the page showed of the plan."""

    first = forms.ChoiceField(
        label=_("Første gang"),
        choices=FIRST,
        initial=SPREAD,
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg når."), "invalid_choice": _("Velg fra listen.")},
    )
    first_on = forms.DateField(
        label=_("Dag"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv en dato, for eksempel 24.11.2026.")},
    )
    seen = _seen()

    def __init__(self, data: Any = None, *, again: bool, today: dt.date, seen: int) -> None:
        """`again`: a plan that was ended begins anew, which asks for a reason."""
        super().__init__(data, initial={"seen": seen, "first": SPREAD})
        self._today = today
        self.fields["first_on"].widget.attrs["min"] = today.isoformat()
        label = _("Hvorfor startes den igjen?") if again else _("Merknad (kan stå tom)")
        self.fields["reason"] = _reason(label, required=again)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") == DAY and not data.get("first_on") and "first_on" not in self.errors:
            self.add_error("first_on", _("Velg en dag."))
        return data

    def first_day(self) -> dt.date | None:
        """The day that was chosen; None for the patient's own time of the year."""
        return {NOW: self._today, DAY: self.cleaned_data["first_on"]}.get(self.cleaned_data["first"])


class EndForm(forms.Form):
    """Stopped, or declined by the patient, with why."""

    seen = _seen()

    def __init__(self, data: Any = None, *, declined: bool, seen: int) -> None:
        super().__init__(data, initial={"seen": seen})
        label = _("Hva pasienten sier (kan stå tomt)") if declined else _("Hvorfor stanses den?")
        self.fields["reason"] = _reason(label, required=not declined)


class IntervalForm(forms.Form):
    """Months and days between for this patient. `back` is the button that gives the programme's own again."""

    months = forms.IntegerField(
        label=_("Måneder"), required=False, min_value=0, max_value=60,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        error_messages={"invalid": _("Skriv et tall."), "max_value": _("Høyst fem år."), "min_value": _("Skriv et tall.")},
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Dager i tillegg"), required=False, min_value=0, max_value=365,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        error_messages={"invalid": _("Skriv et tall."), "max_value": _("Høyst et år."), "min_value": _("Skriv et tall.")},
    )  # fmt: skip
    reason = _reason(_("Hvorfor endres det?"), required=True)
    seen = _seen()

    def __init__(
        self, data: Any = None, *, months: int | None = None, days: int | None = None, seen: int
    ) -> None:
        super().__init__(data, initial={"months": months, "days": days or None, "seen": seen})

    def interval(self) -> tuple[int | None, int | None]:
        """(None, None): the programme's own."""
        if "back" in self.data:
            return None, None
        return self.cleaned_data["months"] or 0, self.cleaned_data["days"] or 0


class DischargeForm(forms.Form):
    """Home from hospital: when and from where."""

    discharged_on = forms.DateField(
        label=_("Utskrevet"),
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Velg en dag."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )
    hospital = forms.CharField(
        label=_("Sykehus"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"max_length": _("Skriv det kortere, høyst 120 tegn.")},
    )  # fmt: skip
    department = forms.CharField(
        label=_("Avdeling"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"max_length": _("Skriv det kortere, høyst 120 tegn.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, today: dt.date, earliest: dt.date) -> None:
        super().__init__(data, initial={"discharged_on": today})
        self.fields["discharged_on"].widget.attrs |= {
            "max": today.isoformat(),
            "min": earliest.isoformat(),
        }


class MistakeForm(forms.Form):
    def __init__(self, data: Any = None, *, key: object = "") -> None:
        super().__init__(data, auto_id=f"feil{key}_%s")
        self.fields["reason"] = _reason(_("Hvorfor er den feil?"), required=True)
