"""What leaders send about who does what: a choice of a proposal, their own decision, more time on a day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models import Cause
from teams.actions import MOST_OVERTIME
from teams.models import Member


class Integers(forms.Field):
    """Several hidden or ticked whole numbers of one name, or one text of them with commas between."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"invalid": _("Last siden på nytt.")}

    def to_python(self, value: Any) -> set[int]:
        found = [part for text in value or [] for part in str(text).split(",") if part]
        if not all(part.removeprefix("-").isdecimal() and len(part) < 19 for part in found):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return {int(part) for part in found}


class ChooseForm(forms.Form):
    """What to take of a proposal: everything, or of the groups ticked what is ticked or was not shown."""

    all = forms.BooleanField(required=False)
    group = Integers(required=False)
    task = Integers(required=False)
    shown = Integers(required=False)


class ProposeForm(forms.Form):
    """`calm`: only what must move. `cause` is what the page's banner found; unknown ones are just asked for."""

    calm = forms.BooleanField(required=False)
    cause = forms.ChoiceField(choices=Cause.choices, required=False)


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Hvorfor"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "ds-input"}),
        error_messages={"required": _("Skriv kort hvorfor."), "max_length": _("Skriv høyst 300 tegn.")},
    )


def _day(label: Any, *, required: bool) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Velg en dag."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )


class ReasonForm(forms.Form):
    """A leader's decision: never without a reason, and tied to what the page showed."""

    reason = _reason()
    version = forms.IntegerField(widget=forms.HiddenInput)


class PinForm(ReasonForm):
    """`choices` are (member id, words) of those who may do the task."""

    to = forms.TypedChoiceField(
        label=_("Hvem"),
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={
            "required": _("Velg hvem."),
            "invalid_choice": _("Velg en av dem som kan gjøre oppgaven."),
        },
    )
    day = _day(_("Dag (kan stå tom)"), required=False)

    field_order = ("to", "day", "reason", "version")

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.TypedChoiceField", self.fields["to"]).choices = [("", _("Velg …")), *choices]


class MemberForm(ReasonForm):
    """Which of these `members` a task is ruled out for, or allowed again."""

    member = forms.ModelChoiceField(
        label=_("Hvem"),
        queryset=Member.objects.none(),
        empty_label=_("Velg …"),
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hvem."), "invalid_choice": _("Velg fra listen.")},
    )

    field_order = ("member", "reason", "version")

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Member]", self.fields["member"]).queryset = members


class OvertimeForm(forms.Form):
    """More minutes for tasks on one day than the member has; 0 takes it back."""

    member = forms.TypedChoiceField(
        label=_("Hvem"),
        coerce=int,
        widget=forms.Select(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hvem."), "invalid_choice": _("Velg fra listen.")},
    )
    day = _day(_("Dag"), required=True)
    minutes = forms.IntegerField(
        label=_("Minutter (0 tar det tilbake)"),
        min_value=0,
        max_value=MOST_OVERTIME,
        widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
        error_messages={
            "required": _("Skriv hvor mange minutter."),
            "invalid": _("Skriv minutter som et helt tall."),
            "min_value": _("Skriv 0 eller mer."),
            "max_value": _("Skriv høyst 240 minutter."),
        },
    )
    reason = _reason()

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {m.pk: m for m in members}
        choices = [("", _("Velg …")), *((pk, m.name) for pk, m in self.members.items())]
        cast("forms.TypedChoiceField", self.fields["member"]).choices = choices

    def clean_member(self) -> Member:
        found: Member = self.members[self.cleaned_data["member"]]
        return found
