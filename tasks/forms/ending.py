"""What people send about a task that is not done here: how it ends, that nobody was reached, back to its sender."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tasks.letters import ReturnRule
from tasks.models import Answer, Channel, Closing, Task

TEXT_MAX = 300
LETTER_MAX = 4000
# What each way of ending needs; the scope only of a plan's task, and what is about a patient only where there is one.
FIELDS: dict[Closing, tuple[str, ...]] = {
    Closing.ELSEWHERE: ("on", "reason"),
    Closing.DECLINED: ("scope", "reason"),
    Closing.NOT_NEEDED: ("reason",),
    Closing.MOVED: ("on", "confirmed"),
    Closing.DEAD: ("on", "confirmed"),
    Closing.MISTAKE: ("reason",),
    Closing.UNREACHABLE: ("reason",),
}
PATIENTS = (Closing.DECLINED, Closing.UNREACHABLE, Closing.MOVED, Closing.DEAD)
LABELS: dict[tuple[Closing, str], Promise] = {
    (Closing.ELSEWHERE, "on"): _("Når ble den gjort?"),
    (Closing.ELSEWHERE, "reason"): _("Hvor (kan stå tomt)"),
    (Closing.DECLINED, "reason"): _("Hva pasienten sier (kan stå tomt)"),
    (Closing.MOVED, "on"): _("Flyttet (tomt: i dag)"),
    (Closing.DEAD, "on"): _("Død (tomt: i dag)"),
    (Closing.MOVED, "confirmed"): _("Ja, pasienten er flyttet. Planer og andre oppgaver avsluttes."),
    (Closing.DEAD, "confirmed"): _("Ja, pasienten er død. Planer og andre oppgaver avsluttes."),
}


def _version() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Only the fields that this way of ending needs; their ids begin with it, since all ways stand on one page."""

    closing = forms.CharField(widget=forms.HiddenInput)
    on = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        required=False,
        error_messages={
            "required": _("Velg en dag."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )
    scope = forms.ChoiceField(
        label=_("Hva takket pasienten nei til?"),
        choices=[("once", _("Denne gangen")), ("programme", _("Hele programmet"))],
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hva pasienten takket nei til.")},
    )
    reason = forms.CharField(
        label=_("Merknad (kan stå tom)"),
        max_length=TEXT_MAX,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
    )
    confirmed = forms.BooleanField(
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
        error_messages={"required": _("Kryss av for «ja» først.")},
    )
    version = _version()

    def __init__(
        self, data: Any = None, *, closing: Closing, planned: bool, today: dt.date, **kwargs: Any
    ) -> None:
        """`planned`: the task is a plan's, so that a whole programme can be declined."""
        initial = {"closing": closing.value, "scope": "once", "on": self._day(closing, today)}
        kwargs["initial"] = initial | kwargs.pop("initial", {})
        super().__init__(data, auto_id=f"{closing.value}_%s", **kwargs)
        wanted = {"closing", "version", *FIELDS[closing]} - (set() if planned else {"scope"})
        for name in set(self.fields) - wanted:
            del self.fields[name]
        for name in wanted & set(self.fields):
            if label := LABELS.get((closing, name)):
                self.fields[name].label = str(label)
        if "on" in self.fields:
            self.fields["on"].required = closing == Closing.ELSEWHERE
            self.fields["on"].widget.attrs["max"] = today.isoformat()

    @staticmethod
    def _day(closing: Closing, today: dt.date) -> dt.date | None:
        return today if closing == Closing.ELSEWHERE else None


def closings_for(task: Task) -> list[Closing]:
    """The ways in which a task may end undone, the usual first; «ikke nådd» stands with the attempts."""
    return [c for c in FIELDS if c != Closing.UNREACHABLE and (task.patient_id or c not in PATIENTS)]


class AttemptForm(forms.Form):
    """The patient was not reached: by which channel, perhaps what came of it, and when to try again."""

    channel = forms.ChoiceField(
        label=_("Hvordan ble det prøvd?"),
        choices=[
            (c.value, c.label) for c in (Channel.PHONE, Channel.TEXT, Channel.VIDEO, Channel.HOME, Channel.IN_PERSON)
        ],
        initial=Channel.PHONE,
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"required": _("Velg hvordan."), "invalid_choice": _("Velg fra listen.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("Merknad (kan stå tom)"),
        max_length=TEXT_MAX,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
    )
    until = forms.DateField(
        label=_("Vis den igjen (kan stå tom)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv en dato, for eksempel 24.11.2026.")},
    )
    version = _version()


class ReturnForm(forms.Form):
    """The rule that says so, the letter as it will be sent, and the version of the task that was looked at."""

    rule = forms.ChoiceField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Brevet"),
        max_length=LETTER_MAX,
        strip=True,
        widget=forms.Textarea(attrs={"class": "ds-input", "rows": 16}),
        error_messages={
            "required": _("Brevet er tomt."),
            "max_length": _("Brevet er for langt: høyst 4000 tegn."),
        },
    )
    version = _version()

    def __init__(self, *args: Any, rules: list[ReturnRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["rule"]).choices = [(rule.code, rule.title) for rule in rules]


class AnswerForm(forms.Form):
    """What the sender answered; the two answers are two buttons."""

    answer = forms.ChoiceField(choices=Answer.choices, error_messages={"required": _("Velg svar.")})
    note = forms.CharField(max_length=TEXT_MAX, required=False)
