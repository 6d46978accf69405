"""allauth's forms, where ours ask for more."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator

from login import actions


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # allauth is untyped
    def user_credentials(self) -> dict[str, Any]:
        """One account, tried once.

        allauth tries what looks like an e-mail both as that and as a username: a wrong password then takes twice as
        long for an account that exists, and the account has two counts of failed tries.
        """
        typed = self.cleaned_data["login"]
        user = get_user_by_username(typed) or next(iter(filter_users_by_email(typed, for_login=True)), None)
        username = user.get_username() if user else typed.upper()[:150]
        return {"username": username, "password": self.cleaned_data["password"]}


class _Once:
    """A code from an app is good once; recovery codes keep their own count."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of the form that this is mixed into
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP and not actions.use_code(authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    pass
