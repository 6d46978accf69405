"""What people send about delegations: what to show, whom and what a draft is about, a signature, a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from tasks.actions.delegations import TEXT_MAX, Terms
from tasks.models import TaskKind
from teams.models import Member

INPUT = {"class": "ds-input"}
CHOICE = {"required": _("Velg minst en."), "invalid_choice": _("Velg fra listen.")}


def _one(label: Any, queryset: Any, *, empty: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(
        label=label,
        queryset=queryset,
        required=False,
        empty_label=empty,
        widget=forms.Select(attrs=INPUT),
        error_messages=CHOICE,
    )


class RegisterFilter(forms.Form):
    """Lives in the URL: ids of members and kinds only."""

    lege = _one(_("Lege"), Member.objects.none(), empty=_("Alle"))
    medarbeider = _one(_("Medarbeider"), Member.objects.none(), empty=_("Alle"))
    type = _one(_("Oppgavetype"), TaskKind.objects.none(), empty=_("Alle"))
    vis = forms.ChoiceField(
        label=_("Vis"),
        choices=[
            ("", _("Tabell over det som gjelder")),
            ("liste", _("Liste over det som gjelder")),
            ("alt", _("Alt, også det som er over")),
        ],
        required=False,
        widget=forms.Select(attrs=INPUT),
        error_messages=CHOICE,
    )

    def __init__(self, *args: Any, doctors: Any, members: Any, kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choice in (("lege", doctors), ("medarbeider", members), ("type", kinds)):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = choice

    def only(self) -> dict[str, Any]:
        """Fields to filter on. Of a valid form; what is wrong in an address is left out."""
        names = {"lege": "doctor", "medarbeider": "member", "type": "kind"}
        found = {field: self.cleaned_data.get(name) for name, field in names.items()}
        return {field: value for field, value in found.items() if value}


class WhomForm(forms.Form):
    """Whose delegation, to whom, of what: asked before the words are."""

    lege = forms.ModelChoiceField(
        label=_("Lege som delegerer"),
        queryset=Member.objects.none(),
        empty_label=_("Velg …"),
        widget=forms.Select(attrs=INPUT),
        error_messages={"required": _("Velg lege."), "invalid_choice": _("Velg fra listen.")},
    )
    til = forms.ModelMultipleChoiceField(
        label=_("Til"),
        queryset=Member.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs=INPUT),
        error_messages=CHOICE,
    )
    type = forms.ModelMultipleChoiceField(
        label=_("Hva"),
        queryset=TaskKind.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs=INPUT),
        error_messages=CHOICE,
    )

    def __init__(self, *args: Any, doctors: Any, members: Any, kinds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choice in (("lege", doctors), ("til", members), ("type", kinds)):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = choice

    def choices(self) -> list[BoundField]:
        """The two that are ticked."""
        return [self["til"], self["type"]]


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


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"class": "ds-input", "rows": 12}),
        error_messages={"required": _("Skriv instruksen."), "max_length": _("Skriv høyst 8000 tegn.")},
    )


class TermsForm(forms.Form):
    """From when to when, and an instruction for every kind: the fields `text_<kind id>`."""

    starts_on = _day(_("Fra"), required=True)
    ends_on = _day(_("Til og med (kan stå tom)"), required=False)

    def __init__(self, *args: Any, kinds: Iterable[TaskKind], texts: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(kinds)
        for kind in self.kinds:
            self.fields[f"text_{kind.pk}"] = _text(kind.name)
            self.initial[f"text_{kind.pk}"] = texts.get(kind.pk, "")

    def texts(self) -> Iterator[BoundField]:
        for kind in self.kinds:
            yield self[f"text_{kind.pk}"]

    def terms(self) -> dict[TaskKind, Terms]:
        """Of a valid form."""
        data = self.cleaned_data
        return {
            kind: Terms(data[f"text_{kind.pk}"], data["starts_on"], data["ends_on"]) for kind in self.kinds
        }


class ReviseForm(forms.Form):
    text = _text(_("Instruks"))
    starts_on = _day(_("Fra"), required=True)
    ends_on = _day(_("Til og med (kan stå tom)"), required=False)
    read = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def terms(self) -> Terms:
        """Of a valid form."""
        data = self.cleaned_data
        return Terms(data["text"], data["starts_on"], data["ends_on"])


class SignForm(forms.Form):
    """Which drafts, as «id:digest», and what the doctor says with the signature."""

    drafts = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _("Et av utkastene er endret siden du åpnet siden. Les det en gang til.")})  # fmt: skip
    answers = forms.BooleanField(
        label=_(
            "Jeg har lest instruksen, og svarer for at den som får oppgaven er kvalifisert, får veiledning og "
            "blir kontrollert (helsepersonelloven §§ 4 og 5)."
        ),
        required=False,
        widget=forms.CheckboxInput(attrs=INPUT),
    )
    registered = forms.BooleanField(
        label=_(
            "Delegeringen er meldt i Helfos Praksisinformasjon på forhånd, og sykepleieren er ansatt ved "
            "legekontoret (ordningen fra 2026)."
        ),
        required=False,
        widget=forms.CheckboxInput(attrs=INPUT),
    )

    def __init__(self, *args: Any, choices: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["drafts"]).choices = [(c, c) for c in choices]

    def read(self) -> dict[int, str]:
        """Digest by id. Of a valid form."""
        pairs = (choice.split(":") for choice in self.cleaned_data["drafts"])
        return {int(pk): digest for pk, digest in pairs}


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label=_("Hvorfor"),
        max_length=300,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": _("Skriv kort hvorfor."), "max_length": _("Skriv høyst 300 tegn.")},
    )


def default_end(today: dt.date) -> dt.date:
    """A year on, less a day: what a draft proposes, so that an instruction is looked at again."""
    try:
        return today.replace(year=today.year + 1) - dt.timedelta(days=1)
    except ValueError:  # 29 February
        return dt.date(today.year + 1, 2, 28)
