"""How often a password may be tried: too seldom to guess it, and nobody can shut a colleague out for long.

A browser that has logged in to the account before carries a cookie, and has a count of its own: what others try
elsewhere is no concern of it. Every other browser is counted by account and address, by address, and by account
alone, slower; that last count is what an attacker with many addresses meets, and it never stops the owner where they
usually are, nor a passkey anywhere.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

RATES = {
    "device": "5/5m/key",
    "account_at_address": "5/5m/key",
    "address": "30/5m/ip",
    "account": "20/15m/key",
    "provider": "30/m/ip",  # logins begun elsewhere (login/oidc): a provider is not to be drowned from here
}
COOKIE = "__Host-fordel-known" if settings.HTTPS else "fordel-known"
KNOWN_FOR = 180 * 24 * 3600
# A shared computer: so many people's browsers are known at once.
MOST = 30


def _mark(username: str) -> str:
    """Who it is, without a name in a cookie that others may look at on the same computer."""
    return salted_hmac("login.limits", username, algorithm="sha256").hexdigest()[:20]


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known: dict[str, str] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt="login.limits", max_age=KNOWN_FOR
        )
    except signing.BadSignature:
        return {}
    return known


def attempt(request: HttpRequest, username: str) -> Any:
    """Count one try; None when there have been too many. The caller takes a successful one back (`rollback`)."""
    if device := _known(request).get(_mark(username)):
        counted: dict[str, str | None] = {"device": f"{username}|{device}"}
    else:
        address = ratelimit.get_ip(request)
        counted = {"account_at_address": f"{username}|{address}", "address": None, "account": username}
    all_used = ratelimit.RateLimitUsage(usage=[])
    for action, key in counted.items():
        used = ratelimit.consume(request, app="login", action=action, key=key, config=RATES)
        if used is None:
            return None
        all_used.usage += used.usage
    return all_used


def attempt_elsewhere(request: HttpRequest) -> bool:
    """Count one login begun at a provider; were there few enough?"""
    return ratelimit.consume(request, app="login", action="provider", config=RATES) is not None


def know(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """This browser has logged in to the account, all factors shown."""
    known = _known(request)
    device = known.pop(_mark(username), None) or secrets.token_urlsafe(9)
    kept = dict([*known.items(), (_mark(username), device)][-MOST:])
    response.set_cookie(
        COOKIE, signing.dumps(kept, salt="login.limits"), max_age=KNOWN_FOR,
        secure=settings.HTTPS, httponly=True, samesite="Strict",
    )  # fmt: skip
