"""What people choose and type to find patients. What is typed never stands in a URL."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.queries import birth_dates
from tasks import need, segment
from tasks.presenters.patients import FLAG_WORDS, STANDING_WORDS, condition_name
from tasks.queries.patients import Words
from tasks.queries.patients_choices import Choices
from tasks.segment import Segment

MOST_WORDS = 6


class FindForm(forms.Form):
    """One box for names, a day of birth, or the eleven digits of a person number."""

    q = forms.CharField(
        label=_("Navn, fødselsdato eller fødselsnummer"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "ds-input", "type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    @property
    def number(self) -> str:
        """The eleven digits, if that is what was typed."""
        digits = "".join(self.cleaned_data["q"].split())
        return digits if len(digits) == 11 and digits.isdecimal() else ""

    def clean_q(self) -> str:
        q: str = self.cleaned_data["q"].strip()
        digits = "".join(q.split())
        if digits.isdecimal() and len(digits) == 11:
            return q
        for word in q.split():
            if re.search(r"\d", word) and word[0].isdigit() and not birth_dates(word, today=self._today):
                raise forms.ValidationError(
                    _("Skriv hele fødselsnummeret, 11 siffer, eller en fødselsdato som 01.02.1985.")
                )
        return q

    def words(self) -> Words:
        typed = self.cleaned_data["q"].replace(",", " ").split()[:MOST_WORDS]
        dates = [birth_dates(word, today=self._today) for word in typed]
        return Words(
            names=tuple(word for word, days in zip(typed, dates, strict=True) if not days),
            born=tuple(day for days in dates for day in days),
        )


class SegmentForm(forms.Form):
    """Its fields are named as tasks/segment.py reads them; nothing here is ever refused."""

    def __init__(self, wanted: Segment, choices: Choices) -> None:
        super().__init__(
            initial={
                segment.CONDITION: list(wanted.conditions), segment.PROGRAMME: wanted.programme,
                segment.STANDING: wanted.standing, segment.DOCTOR: wanted.doctor, segment.NURSE: wanted.nurse,
                segment.ORDER: wanted.order,
                **{name: getattr(wanted, field) for name, field in segment.FLAGS.items()},
            },
            auto_id="id_%s",
        )  # fmt: skip
        nobody = (segment.NOBODY, _("Ingen"))
        selects: dict[str, tuple[Any, list[Any]]] = {
            segment.PROGRAMME: (_("Program"), [("", _("Alle")), *choices.programmes]),
            segment.STANDING: (_("Plan"), [("", _("Alle")), *STANDING_WORDS.items()]),
            segment.DOCTOR: (_("Fastlege"), [("", _("Alle")), nobody, *choices.doctors]),
            segment.NURSE: (_("Fast sykepleier"), [("", _("Alle")), nobody, *choices.nurses]),
        }
        for name, (label, options) in selects.items():
            widget = forms.Select(attrs={"class": "ds-input"})
            self.fields[name] = forms.ChoiceField(label=label, choices=options, required=False, widget=widget)
        for name, words in FLAG_WORDS.items():
            box = forms.CheckboxInput(attrs={"class": "ds-input", "value": "1"})
            self.fields[name] = forms.BooleanField(label=words, required=False, widget=box)
        self.fields[segment.ORDER] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.conditions = sorted(
            ((condition_name(code), code, n, code in wanted.conditions) for code, n in choices.conditions),
        )

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in (segment.PROGRAMME, segment.STANDING, segment.DOCTOR, segment.NURSE)]

    @property
    def flags(self) -> list[forms.BoundField]:
        return [self[name] for name in FLAG_WORDS]


class PointsForm(forms.Form):
    """What each reason counts, 0 to `need.MOST_POINTS`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for reason, text in need.TEXTS.items():
            self.fields[reason] = forms.IntegerField(
                label=text,
                min_value=0,
                max_value=need.MOST_POINTS,
                widget=forms.NumberInput(attrs={"class": "ds-input", "inputmode": "numeric"}),
                error_messages={
                    "required": _("Skriv et tall."),
                    "invalid": _("Skriv et helt tall."),
                    "min_value": _("Minst 0."),
                    "max_value": _("Høyst %(limit_value)s."),
                },
            )
