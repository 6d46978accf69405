"""What people type: whom they look for."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.imports.codes import icpc2_code
from patients.queries import Wanted, birth_dates
from teams.models import Member


class SearchForm(forms.Form):
    """One box for whom, and what they have in common. What is typed in the box never stands in a URL."""

    q = forms.CharField(
        label=_("Navn, fødselsdato eller fødselsnummer"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "ds-input", "type": "search", "autocomplete": "off"}),
    )
    tilstand = forms.CharField(label=_("Tilstand"), required=False, max_length=80)
    lege = forms.ModelChoiceField(
        label=_("Fastlege"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Alle"),
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    alle = forms.BooleanField(
        label=_("Også døde og utmeldte"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
    )
    etter = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, doctors: Any, conditions: list[tuple[str, str]], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["lege"].queryset = doctors  # type: ignore[attr-defined]
        choices = [("", _("Alle")), *conditions]
        chosen = str(self.data.get("tilstand", ""))
        if chosen and chosen not in dict(choices):
            choices.append((chosen, chosen.replace(",", ", ")))  # a programme's several codes
        self.fields["tilstand"].widget = forms.Select(
            choices=choices, attrs={"class": "ds-input", "id": "id_tilstand"}
        )

    @property
    def number(self) -> str:
        """The eleven digits, if that is what was typed."""
        digits = "".join(self.cleaned_data["q"].split())
        return digits if len(digits) == 11 and digits.isdigit() else ""

    def clean_tilstand(self) -> tuple[str, ...]:
        codes = [icpc2_code(code) for code in self.cleaned_data["tilstand"].split(",") if code.strip()]
        if None in codes:
            raise forms.ValidationError(_("Ikke en tilstand."))
        return tuple(code for code in codes if code)

    def clean_q(self) -> str:
        q: str = self.cleaned_data["q"].strip()
        digits = "".join(q.split())
        if digits.isdigit() and len(digits) == 11:
            return q
        for word in q.split():
            if re.search(r"\d", word) and word[0].isdigit() and not birth_dates(word, today=self._today):
                raise forms.ValidationError(
                    _("Skriv hele fødselsnummeret, 11 siffer, eller en fødselsdato som 01.02.1985.")
                )
        return q

    def wanted(self) -> Wanted:
        words = self.cleaned_data["q"].split()
        dates = [birth_dates(word, today=self._today) for word in words]
        doctor: Member | None = self.cleaned_data["lege"]
        return Wanted(
            names=tuple(word for word, days in zip(words, dates, strict=True) if not days),
            born=next((days for days in dates if days), ()),
            conditions=self.cleaned_data["tilstand"],
            doctor_id=doctor.pk if doctor else None,
            # Whoever looks for somebody should find them, and see that they are dead.
            everybody=self.cleaned_data["alle"] or bool(words),
        )
