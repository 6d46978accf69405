"""Nobody comes further than their own login with a password alone, outside the demo.

Not only those who see patients: a manager reads who worked how much, an administrator takes lists in and lets people
in, and one rule without exceptions is one that can be checked. pasientjournalforskriften § 13 asks for secure
authentication; Normen asks for two factors over open networks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from login.strong import STRONG_LOGIN

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
CONFIRMING = frozenset(
    {"account_logout", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
)
ENROLLING = CONFIRMING | {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_change_password"}


def is_shown(request: HttpRequest) -> bool:
    """Has this session shown a second factor: ours, or one that the clinic's own login vouches for?"""
    records = get_authentication_records(request, request.user)
    return bool(request.session.get(STRONG_LOGIN)) or any(record["method"] == "mfa" for record in records)


def show(request: HttpRequest, authenticator: Authenticator) -> None:
    """Setting a factor up is showing it: one has just given its code, or touched it."""
    record_authentication(
        request, request.user, "mfa", id=authenticator.pk, type=authenticator.type, enrolled=True
    )


def forget(request: HttpRequest) -> None:
    """The last factor is gone: what it showed in this session counts no more."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [r for r in records if r["method"] != "mfa"]


def seconds_since_authentication(request: HttpRequest | None) -> float:
    """Since a password or a factor was last given in this session; the clinic's own login is not asked again here."""
    if request is None:
        return float("inf")
    records = get_authentication_records(request, request.user)
    given = [record["at"] for record in records if record["method"] in ("password", "mfa")]
    return time.time() - max(given, default=0)


class SecondFactorMiddleware:
    """Every address but those where a factor is set up or shown, for whoever has not shown one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: Any,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if settings.DEMO or not request.user.is_authenticated or is_shown(request):
            return None
        if not getattr(view, "login_required", True):
            return None
        # A session from before the factor was set up may show it, and not set up another beside it.
        has_one = is_mfa_enabled(request.user, FACTORS)
        request.must_enrol = not has_one
        if request.resolver_match.url_name in (CONFIRMING if has_one else ENROLLING):
            return None
        return self._send(request, "mfa_reauthenticate" if has_one else "mfa_index")

    @staticmethod
    def _send(request: Any, name: str) -> HttpResponse:
        back = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
        to = reverse(name)
        if name == "mfa_reauthenticate" and (request.htmx or request.method == "GET"):
            to += "?" + urlencode({"next": back or "/"})
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": to})
        return HttpResponseRedirect(to)
