"""What people send from their diary: a piece of work, or its minutes set right."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.forms.doing import MOST_MINUTES
from tasks.models import Channel, TaskKind
from tasks.presenters.kinds import kind_groups

MINUTES = {
    "invalid": _("Skriv minutter som et helt tall."),
    "min_value": _("Skriv minst 1 minutt."),
    "max_value": _("Skriv høyst 720 minutter."),
}


class EntryForm(forms.Form):
    """One piece of work; minutes and clock may be left out. `kinds` are those the profession has a part in."""

    kind = forms.TypedChoiceField(
        label=_("Hva"),
        coerce=int,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hva du gjorde."), "invalid_choice": _("Velg fra listen.")},
    )
    minutes = forms.IntegerField(
        label=_("Minutter (tomt: som vanlig)"),
        min_value=1,
        max_value=MOST_MINUTES,
        required=False,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        error_messages=MINUTES,
    )
    ended = forms.TimeField(
        label=_("Ferdig klokken (kan stå tom)"),
        required=False,
        widget=forms.TimeInput(attrs={"class": "ds-input", "type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Skriv et klokkeslett, for eksempel 14:30.")},
    )
    channel = forms.ChoiceField(
        label=_("Kanal (kan stå tom)"),
        choices=[("", _("Ikke valgt")), *Channel.choices],
        required=False,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"invalid_choice": _("Velg kanal fra listen.")},
    )

    def __init__(
        self,
        *args: Any,
        kinds: list[TaskKind],
        first: list[TaskKind],
        profession: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "dagbok_%s", **kwargs})
        self.kinds = {kind.pk: kind for kind in kinds}
        choice = cast("forms.TypedChoiceField", self.fields["kind"])
        choice.choices = [("", _("Velg …")), *kind_groups(kinds, first, profession=profession)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        kind = self.kinds.get(data.get("kind") or 0)
        if kind and data.get("channel") and data["channel"] not in kind.channels:
            self.add_error("channel", _("Denne oppgaven har ikke den kanalen."))
        return {**data, "kind": kind}


class CorrectForm(forms.Form):
    """Minutes as they should be, or so many more or fewer (`change`); the channel; the version that was shown."""

    minutes = forms.IntegerField(
        min_value=1, max_value=MOST_MINUTES, error_messages={"required": MINUTES["invalid"], **MINUTES}
    )
    change = forms.TypedChoiceField(
        coerce=int, choices=[(-5, "−5"), (5, "+5")], required=False, empty_value=None
    )
    channel = forms.ChoiceField(choices=[("", ""), *Channel.choices], required=False)
    version = forms.IntegerField()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if "minutes" in data and data.get("change"):
            data["minutes"] = min(MOST_MINUTES, max(1, data["minutes"] + data["change"]))
        return data
