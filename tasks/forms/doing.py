"""What people send about a task they do, put off, hand on or log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models import Channel, Origin, Task, TaskKind
from tasks.presenters.kinds import kind_groups

MOST_MINUTES = 720


class CompleteForm(forms.Form):
    minutes = forms.IntegerField(
        label=_("Minutter"),
        min_value=1,
        max_value=MOST_MINUTES,
        error_messages={
            "required": _("Skriv hvor mange minutter det tok."),
            "invalid": _("Skriv minutter som et helt tall."),
            "min_value": _("Skriv minst 1 minutt."),
            "max_value": _("Skriv høyst 720 minutter."),
        },
    )
    channel = forms.ChoiceField(
        choices=[("", ""), *Channel.choices],
        required=False,
        error_messages={"invalid_choice": _("Velg kanal fra listen.")},
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        error_messages={"max_length": _("Beskjeden er for lang: høyst 300 tegn.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class PostponeForm(forms.Form):
    until = forms.DateField(
        label=_("Utsett til"),
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Velg en dag."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )
    reason = forms.CharField(
        label=_("Hvorfor"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "ds-input", "list": "grunner"}),
        error_messages={"required": _("Skriv kort hvorfor.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    # Reasons that are buttons of their own: pressed, the task is put off to the day that stands, for that reason.
    quick = (_("Pasienten er bortreist"), _("Pasienten ønsker en annen dag"), _("Venter på prøvesvar"))

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data and (pressed := data.get("quick")):
            data = data.copy()
            data["reason"] = pressed
        super().__init__(data, **kwargs)


TEAM = "team"


def _receiver(value: str) -> int | None:
    return None if value == TEAM else int(value)


class HandOnForm(forms.Form):
    """`choices` are (member id, words) of those who may have it; the team comes last, where somebody holds it."""

    to = forms.TypedChoiceField(
        label=_("Gi til"),
        coerce=_receiver,
        empty_value=None,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={
            "required": _("Velg hvem."),
            "invalid_choice": _("Velg en av dem som kan gjøre oppgaven."),
        },
    )
    reason = forms.CharField(
        label=_("Hvorfor (kan stå tomt)"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.TypedChoiceField", self.fields["to"])
        back = [(TEAM, _("Tilbake til teamet"))] if held else []
        field.choices = [("", _("Velg …")), *choices, *back]


class LogForm(forms.Form):
    """Only kinds that the profession has a part in can be logged, by a channel of the kind's own."""

    kind = forms.ModelChoiceField(
        label=_("Hva"),
        queryset=TaskKind.objects.none(),
        empty_label=_("Velg …"),
        error_messages={"required": _("Velg hva du gjorde."), "invalid_choice": _("Velg fra listen.")},
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    minutes = forms.IntegerField(
        label=_("Minutter"),
        min_value=1,
        max_value=MOST_MINUTES,
        required=False,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        help_text=_("Tomt: så lenge som det pleier."),
        error_messages={
            "invalid": _("Skriv minutter som et helt tall."),
            "min_value": _("Skriv minst 1 minutt."),
            "max_value": _("Skriv høyst 720 minutter."),
        },
    )
    channel = forms.ChoiceField(
        label=_("Kanal (kan stå tom)"),
        choices=[("", _("Ikke oppgitt")), *Channel.choices],
        required=False,
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    origin = forms.ChoiceField(
        label=_("Opphav"),
        choices=[("", _("Det vanlige")), *Origin.choices],
        required=False,
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    sender = forms.CharField(
        label=_("Avsender"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
        help_text=_("For eksempel avdelingen på sykehuset."),
    )

    def __init__(self, *args: Any, profession: str, first: Sequence[TaskKind] = (), **kwargs: Any) -> None:
        """`first` are the kinds that stand above the others."""
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[TaskKind]", self.fields["kind"])
        has_a_part = Q(professions__contains=[profession]) | Q(delegable_to__contains=[profession])
        field.queryset = TaskKind.objects.filter(has_a_part | Q(preparable_by__contains=[profession]))
        if not self.is_bound or first:
            groups = kind_groups(field.queryset, first, profession=profession)
            field.choices = [("", field.empty_label), *groups]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if (kind := data.get("kind")) and data.get("channel") and data["channel"] not in kind.channels:
            self.add_error("channel", _("Denne oppgaven har ikke den kanalen."))
        return data


def version_of(task: Task) -> dict[str, Any]:
    """Initial data that ties a form to what the page showed."""
    return {"version": task.version}
