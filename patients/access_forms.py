"""What people ask of the access log. It stands in the address: numbers, days and words, nobody's name."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from patients.access_queries import Wanted
from patients.actions.blocking import REASON_MAX, REASON_MIN
from patients.models import AccessReview, BreakGlass, Ground
from teams.models import Member

INPUT = {"class": "ds-input"}
DAY = forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d")
WRONG_DAY = {"invalid": _("Velg en dag.")}


# The day after the last one is asked of the database: there must be one.
REASONABLE = [MinValueValidator(dt.date(1900, 1, 1)), MaxValueValidator(dt.date(2199, 12, 31))]


class LogFilter(forms.Form):
    hvem: Any = forms.ModelChoiceField(
        label=_("Hvem"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Alle"),
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )
    fra = forms.DateField(
        label=_("Fra"), required=False, widget=DAY, error_messages=WRONG_DAY, validators=REASONABLE
    )
    til = forms.DateField(
        label=_("Til og med"), required=False, widget=DAY, error_messages=WRONG_DAY, validators=REASONABLE
    )
    grunnlag = forms.ChoiceField(
        label=_("Grunnlag"),
        choices=[("", _("Alle")), *Ground.choices],
        required=False,
        widget=forms.Select(attrs=INPUT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )
    hva = forms.CharField(
        label=_("Hva"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={**INPUT, "placeholder": _("eksport, oppgave …")}),
    )
    pasient = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Member]", self.fields["hvem"]).queryset = members

    def clean_hva(self) -> str:
        return str(self.cleaned_data["hva"]).replace("\0", "")

    def wanted(self) -> Wanted:
        """What is wrong in an address is left out."""
        data = self.cleaned_data
        member = data.get("hvem")
        return Wanted(
            member=member.pk if member else None, patient=data.get("pasient"), starts_on=data.get("fra"),
            ends_on=data.get("til"), ground=data.get("grunnlag", ""), what=data.get("hva", ""),
        )  # fmt: skip


class OwnLogForm(forms.Form):
    """What a patient is handed out: from a day to a day, or all of it."""

    fra = forms.DateField(
        label=_("Fra"), required=False, widget=DAY, error_messages=WRONG_DAY, validators=REASONABLE
    )
    til = forms.DateField(
        label=_("Til og med"), required=False, widget=DAY, error_messages=WRONG_DAY, validators=REASONABLE
    )
    format = forms.ChoiceField(choices=[("pdf", "PDF"), ("xlsx", "XLSX")])


class ReviewForm(forms.Form):
    """A finding by its key, and what came of looking into it."""

    rule = forms.SlugField(max_length=20, widget=forms.HiddenInput)
    member = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.HiddenInput)
    patient = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Hva kontrollen viste"),
        min_length=5,
        max_length=cast("int", AccessReview._meta.get_field("note").max_length),
        widget=forms.Textarea(attrs={**INPUT, "rows": 2}),
        error_messages={
            "required": _("Skriv hva kontrollen viste."),
            "min_length": _("Skriv hva kontrollen viste."),
        },
    )


class BreakGlassForm(forms.Form):
    """Exactly who it is, and why. Sent by POST: nobody's name or number stands in an address."""

    number = forms.CharField(
        label=_("Fødselsnummer"), required=False, max_length=11,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    given = forms.CharField(
        label=_("Fornavn"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
    )
    family = forms.CharField(
        label=_("Etternavn"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
    )
    born = forms.DateField(
        label=_("Født"), required=False, widget=DAY, error_messages=WRONG_DAY, validators=REASONABLE
    )
    why = forms.ChoiceField(
        label=_("Grunn"), choices=[("", "–"), *BreakGlass.Why.choices], widget=forms.Select(attrs=INPUT),
        error_messages={"required": _("Velg en grunn."), "invalid_choice": _("Velg fra listen.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Begrunnelse"), min_length=REASON_MIN, max_length=REASON_MAX,
        widget=forms.Textarea(attrs={**INPUT, "rows": 3}),
        error_messages={
            "required": _("Skriv hvorfor, minst 15 tegn."), "min_length": _("Skriv hvorfor, minst 15 tegn.")
        },
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        texts = ("number", "given", "family", "reason")
        data |= {name: str(data.get(name, "")).replace("\0", "").strip() for name in texts}
        data["number"] = data["number"].replace(" ", "")
        if not data["number"] and not (data["given"] and data["family"] and data.get("born")):
            self.add_error("number", _("Skriv fødselsnummeret, eller fornavn, etternavn og fødselsdato."))
        return data


class BlockForm(forms.Form):
    """Whom the patient blocks, until when, and how the patient said so."""

    all_but = forms.ChoiceField(
        label=_("Hvem skal ikke se pasienten?"),
        choices=[("", _("De jeg velger")), ("1", _("Alle unntatt de jeg velger"))],
        required=False,
        widget=forms.RadioSelect(attrs=INPUT),
    )
    members: Any = forms.ModelMultipleChoiceField(
        label=_("Medarbeidere"), queryset=Member.objects.none(), widget=forms.CheckboxSelectMultiple(attrs=INPUT),
        error_messages={"required": _("Velg minst en."), "invalid_choice": _("Velg fra listen.")},
    )  # fmt: skip
    until = forms.DateField(
        label=_("Til og med"), required=False, widget=DAY, error_messages=WRONG_DAY,
        help_text=_("Tomt: til pasienten vil noe annet."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Hvordan ønsket kom"), max_length=300,
        widget=forms.TextInput(attrs={**INPUT, "placeholder": _("muntlig, brev, melding …")}),
        error_messages={"required": _("Skriv hvordan pasienten ba om det.")},
    )  # fmt: skip

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelMultipleChoiceField[Member]", self.fields["members"]).queryset = members
