"""Who of those who lack follow-up is meant, and what is to happen."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models import FollowUpPlan

MOST_CHOSEN = 200
SPREAD, SOON, DAY = "spread", "soon", "day"
START, DECLINE = "start", "decline"
_PAIR = re.compile(r"([1-9]\d{0,17})\.([1-9]\d{0,17})")


class ChosenForm(forms.Form):
    """`plan` is ticked once for each: patient and programme."""

    verb = forms.ChoiceField(choices=[(START, ""), (DECLINE, "")])
    utvalg = forms.CharField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = [_PAIR.fullmatch(text) for text in self.data.getlist("plan")]  # type: ignore[attr-defined]
        pairs = {(int(pair[1]), int(pair[2])) for pair in found if pair}
        if not pairs or not all(found):
            raise forms.ValidationError(_("Merk minst én først."))
        if len(pairs) > MOST_CHOSEN:
            raise forms.ValidationError(_("Høyst %(n)d om gangen."), params={"n": MOST_CHOSEN})
        return data | {"pairs": pairs}


class StartForm(ChosenForm):
    """When the first time is."""

    first = forms.ChoiceField(
        label=_("Første gang"),
        choices=[
            (SPREAD, _("Spredt over intervallet, hver pasient på sin dag i året")),
            (SOON, _("Så snart som mulig")),
            (DAY, _("Denne datoen:")),
        ],
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        initial=SPREAD,
    )
    first_on = forms.DateField(
        label=_("Dato"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv en dato.")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def first_day(self) -> dt.date | None:
        chosen: dt.date | None = self.cleaned_data["first_on"]
        return {SPREAD: None, SOON: self._today}.get(self.cleaned_data["first"], chosen)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        day = data.get("first_on")
        if data.get("first") == DAY and "first_on" not in self.errors:
            if day is None:
                self.add_error("first_on", _("Skriv en dato."))
            elif not self._today <= day <= self._today + dt.timedelta(2 * 366):
                self.add_error("first_on", _("Velg en dato fra i dag, innen to år."))
        return data


class DeclineForm(ChosenForm):
    """Why they want nothing of it, in few words."""

    reason = forms.CharField(
        label=_("Hvorfor"),
        max_length=FollowUpPlan._meta.get_field("end_reason").max_length or 120,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"required": _("Skriv hvorfor."), "max_length": _("Høyst 120 tegn.")},
    )
