"""Which of the programmes that plans were counted for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _


class ProgrammesForm(forms.Form):
    """At least one of the programmes that a run has counted."""

    program = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": _("Velg minst ett program."),
            "invalid_choice": _("Et av programmene er ikke med her. Regn ut på nytt."),
        },
    )

    def __init__(self, *args: Any, result: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each["id"], each["name"]) for each in result["programmes"]]
        cast("forms.TypedMultipleChoiceField", self.fields["program"]).choices = choices
