"""What is sent about logins and accesses: links, new passwords, approvals."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm, UserCreationForm, UsernameField
from django.utils.translation import gettext_lazy as _

from teams.models import User

INPUT = {"class": "ds-input"}


def _dressed(form: forms.BaseForm) -> None:
    for name, field in form.fields.items():
        field.widget.attrs.update(INPUT)
        if name.endswith("password2"):
            field.label, field.help_text = _("Passordet en gang til"), ""


class LinkForm(forms.Form):
    """Where to send a link: only where a mail server is set up; empty shows it alone."""

    email = forms.EmailField(
        label=_("E-post (kan stå tom)"),
        required=False,
        help_text=_("Lenken sendes dit med det samme. Adressen lagres ikke."),
        widget=forms.EmailInput(attrs=INPUT | {"autocomplete": "off"}),
        error_messages={"invalid": _("Skriv en e-postadresse.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.EMAIL_HOST:
            del self.fields["email"]


class NewLoginForm(UserCreationForm[User]):
    """A user name and a password, by Django's own rules."""

    class Meta:
        model = User
        fields = ("username",)
        field_classes: ClassVar = {"username": UsernameField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dressed(self)
        self.fields["username"].label = _("Brukernavn")
        self.fields["username"].help_text = _("Høyst 150 tegn: bokstaver, tall og @ . + - _")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autocapitalize": "none"}


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # cannot be subscripted when it runs
    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        _dressed(self)


class IdsField(forms.Field):
    """Ticked boxes → ids. Whose they are, the action asks."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        try:
            return [int(each) for each in value or ()]
        except ValueError as error:
            raise forms.ValidationError(_("Velg fra listen."), code="invalid") from error


class ApproveForm(forms.Form):
    """Whose, and until when."""

    member = IdsField(required=False)
    until = forms.DateField(
        label=_("Til og med"),
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={"required": _("Velg en dag."), "invalid": _("Skriv en dato, for eksempel 24.11.2026.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, latest: dt.date) -> None:
        super().__init__(data, initial={"until": latest})
        self.fields["until"].widget.attrs["max"] = latest.isoformat()


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Grunn"),
        max_length=200,
        help_text=_("Står i historikken. Skriv ikke noe om pasienter."),
        widget=forms.TextInput(attrs=INPUT | {"autocomplete": "off"}),
        error_messages={"required": _("Skriv grunnen."), "max_length": _("Skriv høyst 200 tegn.")},
    )
