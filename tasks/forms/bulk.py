"""What leaders send about many tasks at once: which, and what shall become of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tasks.forms.sharing import Integers
from tasks.many import CLOSINGS, Wish
from tasks.models import BulkVerb, Closing
from teams.models import Member

POOL = 0  # «Fordel på nytt»
WORDS = {
    Closing.NOT_NEEDED: _("Ikke lenger nødvendig"),
    Closing.ELSEWHERE: _("Gjort et annet sted"),
    Closing.MISTAKE: _("Feilregistrert"),
}


class Versions(forms.Field):
    """«12:3,15:1»: ids with the versions that were shown."""

    widget = forms.HiddenInput
    default_error_messages = {"required": _("Last siden på nytt."), "invalid": _("Last siden på nytt.")}

    def to_python(self, value: Any) -> dict[int, int]:
        found = {}
        for part in str(value or "").split(","):
            pk, _colon, version = part.partition(":")
            if not (pk.isdecimal() and version.isdecimal() and len(part) < 30):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            found[int(pk)] = int(version)
        return found


class WishForm(forms.Form):
    """What shall become of the tasks. `give` is a button with somebody on it; else `verb` says which fields count."""

    verb = forms.ChoiceField(choices=BulkVerb.choices, required=False, widget=forms.HiddenInput)
    give = forms.IntegerField(required=False, widget=forms.HiddenInput)
    to = forms.TypedChoiceField(
        label=_("Gi til"), coerce=int, empty_value=None, required=False,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"invalid_choice": _("Velg en som jobber her nå.")},
    )  # fmt: skip
    until = forms.DateField(
        label=_("Utsett til"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv en dato, for eksempel 24.11.2026.")},
    )  # fmt: skip
    closing = forms.ChoiceField(
        label=_("Avslutt som"), required=False, choices=[("", _("Velg …")), *((c, WORDS[c]) for c in CLOSINGS)],
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )  # fmt: skip
    on = forms.DateField(
        label=_("Hvis gjort et annet sted: dagen"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv en dato, for eksempel 24.11.2026.")},
    )  # fmt: skip

    def __init__(self, *args: Any, members: Mapping[int, Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        choices = [
            ("", _("Velg …")),
            *((pk, m.name) for pk, m in members.items()),
            (POOL, _("Fordel på nytt")),
        ]
        cast("forms.TypedChoiceField", self.fields["to"]).choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("give") is not None:
            data["verb"], data["to"] = BulkVerb.REASSIGN, data["give"]
            if data["give"] not in {POOL, *self.members}:
                self.add_error("to", _now("Velg en som jobber her nå."))
        needed = {
            BulkVerb.REASSIGN: ("to", _now("Velg hvem.")),
            BulkVerb.POSTPONE: ("until", _now("Velg en dag.")),
            BulkVerb.CANCEL: ("closing", _now("Velg hvorfor de avsluttes.")),
        }
        if data.get("verb") not in needed:
            raise forms.ValidationError(_now("Velg hva som skal skje med oppgavene."))
        field, words = needed[data["verb"]]
        if data.get(field) in (None, "") and field not in self.errors:
            self.add_error(field, words)
        return data

    def wish(self) -> Wish:
        """What is asked for. Of a valid form."""
        data = self.cleaned_data
        verb = BulkVerb(data["verb"])
        if verb == BulkVerb.REASSIGN:
            return Wish(verb, to=self.members.get(data["to"]))
        if verb == BulkVerb.POSTPONE:
            return Wish(verb, until=data["until"])
        return Wish(verb, closing=data["closing"], on=data["on"])


class PickForm(WishForm):
    """The list's form: those ticked, or (`all`) the first of all that the list's address shows."""

    task = Integers(required=False)
    all = forms.BooleanField(required=False)


class CarryOutForm(WishForm):
    """The preview's form: exactly what was looked at."""

    tasks = Versions()
    reason = forms.CharField(
        label=_("Hvorfor (kan stå tomt)"), max_length=300, required=False,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
        error_messages={"max_length": _("Skriv høyst 300 tegn.")},
    )  # fmt: skip


class ListFilterForm(forms.Form):
    """The filter's fields as the list shows them; what is read of an address is tasks/filters.py's business."""

    hvem = forms.ChoiceField(
        label=_("Hvem har den"), required=False, widget=forms.Select(attrs={"class": "ds-input"})
    )
    uke = forms.ChoiceField(label=_("Uke"), required=False, widget=forms.Select(attrs={"class": "ds-input"}))
    type = forms.ChoiceField(
        label=_("Oppgavetype"), required=False, widget=forms.Select(attrs={"class": "ds-input"})
    )
    yrke = forms.ChoiceField(
        label=_("Kan gjøres av"), required=False, widget=forms.Select(attrs={"class": "ds-input"})
    )
    opphav = forms.ChoiceField(
        label=_("Opphav"), required=False, widget=forms.Select(attrs={"class": "ds-input"})
    )
    hard = forms.BooleanField(
        label=_("Bare frister som ikke kan glippe"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "1"}),
    )

    def __init__(self, *args: Any, choices: Mapping[str, list[tuple[Any, Any]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            cast("forms.ChoiceField", self.fields[name]).choices = found
