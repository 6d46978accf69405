"""What people choose for a list of tasks: a filter, a view's name, words to look for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks import filters
from tasks.models import Origin
from teams.models import Profession

ANY = ("", _("Alle"))


class FilterForm(forms.Form):
    """Sent as a query: its fields are named as `tasks.filters` reads them. `kinds` are (id, name)."""

    def __init__(self, wanted: filters.Filter, *, kinds: list[tuple[int, str]]) -> None:
        super().__init__(
            initial={
                filters.KIND: wanted.kind, filters.PROFESSION: wanted.profession, filters.ORIGIN: wanted.origin,
                filters.WEEK: wanted.week, filters.HARD: wanted.hard, filters.WHO: wanted.who,
                filters.PATIENT: wanted.patient,
            },
            auto_id="filter_%s",
        )  # fmt: skip
        weeks: list[Any] = [(filters.THIS_WEEK, _("Denne uken")), (filters.NEXT_WEEK, _("Neste uke"))]
        if wanted.week and wanted.week not in filters.WEEKS:
            weeks.append((wanted.week, wanted.week))
        choices: dict[str, tuple[Any, list[Any]]] = {
            filters.KIND: (_("Oppgavetype"), [ANY, *kinds]),
            filters.PROFESSION: (_("Kan gjøres av"), [ANY, *Profession.choices]),
            filters.ORIGIN: (_("Opphav"), [ANY, *Origin.choices]),
            filters.WEEK: (_("Uke"), [ANY, *weeks]),
        }
        for name, (label, options) in choices.items():
            widget = forms.Select(attrs={"class": "ds-input"})
            self.fields[name] = forms.ChoiceField(label=label, choices=options, required=False, widget=widget)
        self.fields[filters.HARD] = forms.BooleanField(
            label=_("Bare frister som ikke kan glippe"),
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "ds-input", "value": "1"}),
        )
        for name in (filters.WHO, filters.PATIENT):
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)


class ViewForm(forms.Form):
    """A view's name; how long it may be is the action's to say."""

    name = forms.CharField()
    query = forms.CharField(required=False)


class WordsForm(forms.Form):
    """Free text: sent by POST, so that nobody's name stands in an address or a log."""

    words = forms.CharField(max_length=80)
