"""Fields as they are written here are as Django writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils.translation import gettext_lazy

from config.widgets import INPUTS, WRITTEN, Plain

EVIL = "\"'<b>&amp;\n{{ x }}"


class Every(forms.Form):
    """One of each widget that is written here, with attributes of each sort."""

    text = forms.CharField(
        label=EVIL, max_length=9, widget=forms.TextInput(attrs={"class": "a b", "data-x": EVIL})
    )
    number = forms.IntegerField(min_value=1, max_value=720)
    mail = forms.EmailField(required=False, disabled=True)
    address = forms.URLField(assume_scheme="https")
    secret = forms.CharField(widget=forms.PasswordInput)
    unseen = forms.CharField(widget=forms.HiddenInput)
    file = forms.FileField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    clock = forms.TimeField()
    moment = forms.DateTimeField(widget=forms.DateTimeInput)
    tick = forms.BooleanField(widget=forms.CheckboxInput(attrs={"value": "1"}))
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))
    one = forms.ChoiceField(
        choices=[("", gettext_lazy("Velg …")), (1, EVIL), (EVIL, "x"), (gettext_lazy("Gruppe"), [("a", "A")])]
    )
    many = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])
    wide = forms.NullBooleanField()
    radio = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


FULL = {
    "text": EVIL, "number": 1200, "mail": EVIL, "address": "https://example.no/?a=1&b=2", "secret": EVIL,
    "unseen": EVIL, "day": dt.date(2026, 11, 22), "clock": dt.time(9, 30), "tick": True,
    "moment": dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC), "words": f"\n{EVIL}</textarea>", "one": EVIL, "many": ["a", "b"],
    "wide": True, "radio": "a",
}  # fmt: skip


@pytest.mark.parametrize("field", Every.base_fields)
@pytest.mark.parametrize("how", ["empty", "initial", "wrong", "bound"])
def test_a_field_is_written_as_django_writes_it(field: str, how: str) -> None:
    def written(renderer: DjangoTemplates) -> str:
        data = {"empty": None, "initial": None, "wrong": {}, "bound": FULL}[how]
        form = Every(data, initial=FULL if how == "initial" else {}, renderer=renderer)
        form.is_valid()
        return str(form[field])

    assert parse_html(written(Plain())) == parse_html(written(DjangoTemplates()))


def test_what_is_written_here_is_still_called_so_in_django() -> None:
    for name in WRITTEN:
        assert Plain().get_template(name)
    assert {f"django/forms/widgets/{name}.html" for name in INPUTS} <= WRITTEN.keys()
