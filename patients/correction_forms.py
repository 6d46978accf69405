"""What people type to set a patient right."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patients.actions.corrections import NAME_MAX, REASON_MAX, Details
from patients.models import Sex
from teams.models import Member

DAY_ERRORS = {"required": _("Velg en dag."), "invalid": _("Skriv en dato, for eksempel 24.11.2026.")}
TOO_LONG = _("Skriv det kortere, høyst 200 tegn.")


def day_field(label: Any, *, today: dt.date, required: bool = True, **kwargs: Any) -> forms.DateField:
    """A day up to today."""
    widget = forms.DateInput(
        attrs={"type": "date", "class": "ds-input", "max": today.isoformat()}, format="%Y-%m-%d"
    )
    return forms.DateField(label=label, required=required, widget=widget, error_messages=DAY_ERRORS, **kwargs)


def reason_field(label: Any, **kwargs: Any) -> forms.CharField:
    """Why, in a line. Whether it is needed is the action's to say."""
    return forms.CharField(
        label=label,
        required=kwargs.pop("required", False),
        max_length=REASON_MAX,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"max_length": TOO_LONG, "required": _("Skriv kort hvorfor.")},
        **kwargs,
    )


def _name(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=NAME_MAX,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={
            "required": _("Skriv navnet."),
            "max_length": _("Skriv det kortere, høyst 80 tegn."),
        },
    )


class DetailsForm(forms.Form):
    """All of a patient that staff may set right, over what `read` says it was filled in on."""

    given_name = _name(_("Fornavn"))
    family_name = _name(_("Etternavn"))
    sex = forms.ChoiceField(
        label=_("Kjønn"), choices=Sex.choices, widget=forms.Select(attrs={"class": "ds-input"})
    )
    list_doctor = forms.ModelChoiceField(
        label=_("Fastlege"), queryset=Member.objects.none(), required=False, empty_label=_("Ingen"),
        widget=forms.Select(attrs={"class": "ds-input"}),
    )  # fmt: skip
    usual_nurse = forms.ModelChoiceField(
        label=_("Fast sykepleier"), queryset=Member.objects.none(), required=False, empty_label=_("Ingen"),
        widget=forms.Select(attrs={"class": "ds-input"}),
    )  # fmt: skip
    home_care = forms.BooleanField(
        label=_("Har hjemmesykepleie"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
    )
    reason = reason_field(
        _("Hvorfor"), help_text=_("Må fylles ut når navn eller fødselsdato rettes."),
    )  # fmt: skip
    read = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        data: Any = None,
        *,
        stood: Details,
        doctors: QuerySet[Member],
        nurses: QuerySet[Member],
        today: dt.date,
    ) -> None:
        initial = {name: getattr(stood, name) for name in ("given_name", "family_name", "sex", "home_care")}
        initial |= {"list_doctor": stood.list_doctor_id, "usual_nurse": stood.usual_nurse_id}
        initial |= {"birth_date": stood.birth_date, "read": stood.digest}
        super().__init__(data, initial=initial)
        self.fields["birth_date"] = day_field(_("Fødselsdato"), today=today)
        self.order_fields(["given_name", "family_name", "birth_date", "sex"])
        self.fields["list_doctor"].queryset = doctors  # type: ignore[attr-defined]
        self.fields["usual_nurse"].queryset = nurses  # type: ignore[attr-defined]

    def wanted(self) -> Details:
        data = self.cleaned_data
        doctor: Member | None = data["list_doctor"]
        nurse: Member | None = data["usual_nurse"]
        return Details(
            data["given_name"], data["family_name"], data["birth_date"], data["sex"],
            doctor.pk if doctor else None, nurse.pk if nurse else None, data["home_care"],
        )  # fmt: skip


class ConditionForm(forms.Form):
    """A condition told of by hand."""

    icpc2 = forms.ChoiceField(
        label=_("Tilstand"),
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg en tilstand."), "invalid_choice": _("Velg fra listen.")},
    )

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], today: dt.date) -> None:
        super().__init__(data, auto_id="ny_%s")
        self.fields["icpc2"].choices = [("", _("Velg")), *choices]  # type: ignore[attr-defined]
        self.fields["starts_on"] = day_field(_("Siden (kan stå tom)"), today=today, required=False)


class EndForm(forms.Form):
    def __init__(self, data: Any = None, *, today: dt.date, key: object = "") -> None:
        super().__init__(data, auto_id=f"slutt{key}_%s", initial={"on": today})
        self.fields["on"] = day_field(_("Har det ikke lenger fra"), today=today)


class StrikeForm(forms.Form):
    def __init__(self, data: Any = None, *, key: object = "") -> None:
        super().__init__(data, auto_id=f"feil{key}_%s")
        self.fields["reason"] = reason_field(_("Hvorfor er den feil?"), required=True)


class GoneForm(forms.Form):
    """Dead, out of the list or in an institution: since when. `was`: the day that the page showed."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
    confirmed = forms.BooleanField(
        label=_("Ja. Planer stanses, og alt som er åpent, avsluttes med en gang."),
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
        error_messages={"required": _("Kryss av for «ja» først.")},
    )

    def __init__(
        self, data: Any = None, *, field: str, stood: dt.date | None, today: dt.date, back: bool = False
    ) -> None:
        """`stood`: the day there is. `back`: to take it back, which needs no day."""
        super().__init__(
            data,
            auto_id=f"{field}{'_tilbake' if back else ''}_%s",
            initial={"was": stood or "", "day": stood or (None if field == "deceased_on" else today)},
        )
        if not back:
            self.fields["day"] = day_field(LABELS[field], today=today)
            self.order_fields(["day"])
        if field == "institution_on":
            self.fields["confirmed"].label = _("Ja. Planer stanses, og det som er åpent av dem, avsluttes.")
        if stood is not None:
            del self.fields["confirmed"]
            needed = field != "institution_on"
            label = _("Hvorfor stemmer det ikke?") if needed else _("Merknad (kan stå tom)")
            self.fields["reason"] = reason_field(label, required=needed)


LABELS = {
    "deceased_on": _("Død"),
    "moved_on": _("Ute av listen fra"),
    "institution_on": _("På institusjon fra"),
}
