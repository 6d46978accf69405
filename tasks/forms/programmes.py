"""What people send about programmes: one as it is written, step by step; which ones a doctor approves; why one ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.imports.titles import titles
from tasks.models import Certainty, Rule, Shares
from tasks.programme_checks import ICPC2, NAME_MAX, SOURCE_MAX
from tasks.programme_text import ProgrammeText, StepText

INPUT = {"class": "ds-input"}
LISTED = {"required": gettext_lazy("Velg fra listen."), "invalid_choice": gettext_lazy("Velg fra listen.")}
CONDITION, DRUGS, BY_HAND, DISCHARGE = "condition", "drugs", "by_hand", "discharge"
RULES = (
    (Rule.INTERVAL.value, gettext_lazy("Fra sist utført")),
    (Rule.CALENDAR_YEAR.value, gettext_lazy("Én gang hvert kalenderår")),
    (Rule.ONCE.value, gettext_lazy("Én gang, så lenge etter start")),
)
AS_BEFORE = ""  # a source's certainty: as it was, or our own suggestion when the interval is another
SHARES = (
    ("", gettext_lazy("Står for seg selv")),
    (Shares.VISIT.value, gettext_lazy("Med andre besøk")),
    (Shares.BLOODS.value, gettext_lazy("Med andre prøver")),
)


def _text(label: Any, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Fyll ut."),
            "max_length": gettext_lazy("Skriv høyst %(limit_value)d tegn."),
        },
    )  # fmt: skip


def _number(label: Any) -> forms.IntegerField:
    """Bounds are told by tasks/programme_checks.py; this one only keeps a number small enough to reckon with."""
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=9_999,
        widget=forms.NumberInput(attrs={**INPUT, "inputmode": "numeric", "min": None, "max": None}),
        error_messages={
            "invalid": gettext_lazy("Skriv et helt tall."),
            "min_value": gettext_lazy("Skriv et tall som ikke er under 0."),
            "max_value": gettext_lazy("Tallet er for stort."),
        },
    )  # fmt: skip


def _choice(label: Any, choices: Iterable[Any], *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=forms.Select(attrs=INPUT),
        error_messages=LISTED,
    )  # fmt: skip


class AboutForm(forms.Form):
    """Whom the programme is for, and where it is from."""

    name = _text(gettext_lazy("Navn"), NAME_MAX)
    whom = forms.ChoiceField(
        label=gettext_lazy("Hvem"), widget=forms.RadioSelect(attrs=INPUT), error_messages=LISTED
    )
    icpc2 = forms.MultipleChoiceField(
        label=gettext_lazy("Tilstander"), required=False, error_messages=LISTED,
        widget=forms.CheckboxSelectMultiple(attrs=INPUT),
    )  # fmt: skip
    others = _text(gettext_lazy("Andre ICPC-2-koder"), 200)
    min_drugs = _number(gettext_lazy("Minst antall legemidler i bruk"))
    source = _text(gettext_lazy("Kilde"), SOURCE_MAX)
    certainty = _choice(gettext_lazy("Sikkerhet"), Certainty.choices, required=True)
    start = forms.DateField(
        label=gettext_lazy("Eksempelet begynner"), required=False,
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Skriv en dato, for eksempel 24.11.2026.")},
    )  # fmt: skip

    def __init__(self, *args: Any, codes: Mapping[str, str], discharge: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(codes.items(), key=lambda pair: pair[1])
        cast("forms.ChoiceField", self.fields["icpc2"]).choices = [
            (code, f"{name} ({code})") for code, name in named
        ]
        whom = [
            (CONDITION, _("De som har en tilstand")),
            (DRUGS, _("De som bruker flere legemidler")),
            (BY_HAND, _("Meldes på for hånd")),
        ]
        cast("forms.ChoiceField", self.fields["whom"]).choices = whom + (
            [(DISCHARGE, _("Alle som kommer hjem fra sykehus"))] if discharge else []
        )

    def clean_others(self) -> list[str]:
        words = self.cleaned_data["others"].replace(",", " ").replace(";", " ").upper().split()
        if bad := [word for word in words if not ICPC2.fullmatch(word)]:
            raise forms.ValidationError(_("%(codes)s er ingen ICPC-2-kode.") % {"codes": ", ".join(bad)})
        if titles() and (bad := [word for word in words if word not in titles()]):
            raise forms.ValidationError(_("%(codes)s finnes ikke i ICPC-2.") % {"codes": ", ".join(bad)})
        return list(dict.fromkeys(words))

    def text(self, steps: Sequence[StepText]) -> ProgrammeText:
        """As far as it can be read: what is wrong is left out."""
        data = self.cleaned_data
        whom = data.get("whom", CONDITION)
        codes = [*data.get("icpc2", ()), *(data.get("others") or ())] if whom in (CONDITION, BY_HAND) else []
        return ProgrammeText(
            name=data.get("name", ""), icpc2=tuple(dict.fromkeys(codes)),
            min_drugs=(data.get("min_drugs") or 0) if whom == DRUGS else 0,
            by_condition=whom in (CONDITION, DRUGS), on_discharge=whom == DISCHARGE, source=data.get("source", ""),
            certainty=data.get("certainty") or Certainty.DERIVED.value, steps=tuple(steps),
        )  # fmt: skip


class StepForm(forms.Form):
    """One step; its prefix is its slug."""

    name = _text(gettext_lazy("Hva"), NAME_MAX)
    kind = _choice(gettext_lazy("Oppgavetype"), ())
    rule = _choice(gettext_lazy("Regnes"), RULES)
    months = _number(gettext_lazy("Måneder"))
    days = _number(gettext_lazy("Dager"))
    opens = _number(gettext_lazy("Åpner dager før"))
    closes = _number(gettext_lazy("Lukker dager etter"))
    hard = forms.BooleanField(
        label=gettext_lazy("Fristen kan ikke glippe"), required=False, widget=forms.CheckboxInput(attrs=INPUT)
    )
    shares = _choice(gettext_lazy("Slås sammen"), SHARES)
    leads_to = _choice(gettext_lazy("Hvor ofte"), ())
    lead_days = _number(gettext_lazy("Dager før"))
    minutes = _number(gettext_lazy("Minutter"))
    source = _text(gettext_lazy("Kilde, eller hvorfor"), SOURCE_MAX)
    certainty = _choice(gettext_lazy("Sikkerhet"), Certainty.choices)

    def __init__(
        self,
        *args: Any,
        kinds: Any,
        others: Sequence[tuple[str, str]],
        before: StepText | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.before = before
        self.slug = cast("str", self.prefix)
        fields = cast("dict[str, forms.ChoiceField]", self.fields)
        fields["kind"].choices = [("", _("Velg …")), *kinds]
        fields["leads_to"].choices = [
            ("", _("Med jevne mellomrom, eller én gang")),
            *((slug, _("Hver gang før: %(name)s") % {"name": name}) for slug, name in others),
        ]
        if before is not None:
            was = _("Som før: %(certainty)s") % {"certainty": Certainty(before.certainty).label}
            fields["certainty"].choices = [(AS_BEFORE, was), *Certainty.choices]

    def text(self) -> StepText:
        """As far as it can be read: what is wrong is left out."""
        data = self.cleaned_data
        rule, leads_to = data.get("rule") or Rule.INTERVAL.value, data.get("leads_to", "")
        yearly = rule == Rule.CALENDAR_YEAR and data.get("months") is None
        step = StepText(
            slug=self.slug, name=data.get("name", ""), kind=data.get("kind", ""),
            months=0 if leads_to else 12 if yearly else data.get("months") or 0,
            days=0 if leads_to else data.get("days") or 0, opens=0 if leads_to else data.get("opens") or 0, closes=None if leads_to else data.get("closes"),
            hard=data.get("hard", False), rule=Rule.INTERVAL.value if leads_to else rule,
            shares=data.get("shares", ""), leads_to=leads_to,
            lead_days=(data.get("lead_days") or 0) if leads_to else 0, minutes=data.get("minutes"),
            source=data.get("source", ""),
        )  # fmt: skip
        return replace(step, certainty=data.get("certainty") or self._certainty(step))

    def _certainty(self, step: StepText) -> str:
        same = self.before is not None and self.before.interval == step.interval
        return self.before.certainty if self.before and same else Certainty.DERIVED.value


class ApproveForm(forms.Form):
    """Which programmes, as «id:digest» of the words that were shown."""

    read = forms.MultipleChoiceField(error_messages={
        "required": gettext_lazy("Kryss av for minst ett program."),
        "invalid_choice": gettext_lazy("Et av programmene er endret siden du åpnet siden. Les det en gang til."),
    })  # fmt: skip

    def __init__(self, *args: Any, choices: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["read"]).choices = [(c, c) for c in choices]

    def digests(self) -> dict[int, str]:
        """Digest by id. Of a valid form."""
        pairs = (choice.split(":") for choice in self.cleaned_data["read"])
        return {int(pk): digest for pk, digest in pairs}


class RetireForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Hvorfor"), max_length=120,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Skriv kort hvorfor."), "max_length": gettext_lazy("Skriv høyst 120 tegn."),
        },
    )  # fmt: skip
