"""A task that somebody makes by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.forms.doing import MOST_MINUTES
from tasks.models import Origin, TaskKind
from tasks.presenters.kinds import kind_groups


class NewTaskForm(forms.Form):
    """Kinds with how long they usually take, so that nobody has to know the catalogue: the usual first, then by origin."""

    kind = forms.ModelChoiceField(
        label=_("Hva"),
        queryset=TaskKind.objects.all(),
        empty_label=_("Velg …"),
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hva det er."), "invalid_choice": _("Velg fra listen.")},
    )
    name = forms.CharField(
        label=_("Kort om hva (kan stå tomt)"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
    )
    due_on = forms.DateField(
        label=_("Frist"),
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Velg en frist."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )
    hard = forms.BooleanField(
        label=_("Fristen kan ikke glippe"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
    )
    urgent = forms.BooleanField(
        label=_("Haster: gi den til noen nå"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
    )
    minutes = forms.IntegerField(
        label=_("Minutter (tomt: som vanlig)"),
        min_value=1,
        max_value=MOST_MINUTES,
        required=False,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        error_messages={
            "invalid": _("Skriv minutter som et helt tall."),
            "min_value": _("Skriv minst 1 minutt."),
            "max_value": _("Skriv høyst 720 minutter."),
        },
    )
    origin = forms.ChoiceField(
        label=_("Opphav"),
        choices=[("", _("Det vanlige")), *Origin.choices],
        required=False,
        widget=forms.Select(attrs={"class": "ds-input"}),
    )
    sender = forms.CharField(
        label=_("Avsender (kan stå tom)"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
    )
    patient = forms.ModelChoiceField(
        label=_("Pasient"),
        queryset=Patient.objects.none(),
        required=False,
        empty_label=_("Ingen pasient"),
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"invalid_choice": _("Velg fra listen, eller søk på nytt.")},
    )

    def __init__(
        self, *args: Any, patients: Any, today: dt.date, first: Sequence[TaskKind] = (), **kwargs: Any
    ) -> None:
        """`patients` are those of the clinic; which are shown is the template's business. `first`: the usual kinds."""
        super().__init__(*args, **kwargs)
        kinds = cast("forms.ModelChoiceField[TaskKind]", self.fields["kind"])
        kinds.choices = [("", kinds.empty_label), *kind_groups(TaskKind.objects.all(), first)]
        cast("forms.ModelChoiceField[Patient]", self.fields["patient"]).queryset = patients
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()


class PatientSearch(forms.Form):
    """What is typed here never stands in a URL."""

    q = forms.CharField(
        label=_("Navn, fødselsdato eller fødselsnummer"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={"class": "ds-input", "type": "search", "autocomplete": "off", "data-enter": "finn"}
        ),
    )
