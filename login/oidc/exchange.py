"""The authorization code flow with PKCE: out through the browser with a question, back with a code, a token for the code.

RFC 6749 4.1, RFC 7636 (S256), RFC 9700; RFC 9126 where the provider is asked through a back door first (`pushed`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from django.http import QueryDict

from login.oidc.metadata import Metadata, metadata_of
from login.oidc.providers import Provider
from login.oidc.refusals import Reason, Refused
from login.oidc.tokens import verified
from login.oidc.waiting import Waiting
from login.oidc.wire import get, post, session


@dataclass(frozen=True, slots=True)
class Person:
    """What is left of an answer when it has been checked: three facts. Not shown when printed."""

    identity: str = field(repr=False)
    organisation: str = field(repr=False)


def begin(provider: Provider, *, redirect_uri: str, onward: str) -> tuple[str, str, Waiting]:
    """Where to send the browser, under which state, and what to remember meanwhile."""
    state, nonce, verifier = (generate_token(48) for _ in range(3))
    with session(provider, redirect_uri) as made:
        metadata = metadata_of(provider, made)
        extra: dict[str, Any] = {**provider.authorize, "nonce": nonce}
        if provider.max_age:
            extra["max_age"] = provider.max_age
        address, _ = made.create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=verifier, **extra
        )
        if provider.pushed:
            address = _push(provider, metadata, made, address)
    return address, state, Waiting(provider.id, nonce, verifier, onward, time.time())


def _push(provider: Provider, metadata: Metadata, made: OAuth2Session, address: str) -> str:
    """Pushed authorization request: the question goes to the provider itself, the browser carries its number."""
    endpoint = metadata.pushed_authorization_request_endpoint
    if not endpoint:
        raise Refused(Reason.PROVIDER, "no_pushed_endpoint")
    number = post(made, endpoint, dict(parse_qsl(urlsplit(address).query))).get("request_uri")
    if not isinstance(number, str):
        raise Refused(Reason.PROVIDER, "request_uri")
    query = urlencode({"client_id": provider.client_id, "request_uri": number})
    return f"{metadata.authorization_endpoint}?{query}"


def finish(provider: Provider, waiting: Waiting, answer: QueryDict, *, redirect_uri: str) -> Person:
    """Who came back. Raises Refused."""
    with session(provider, redirect_uri) as made:
        _check_issuer(provider, metadata_of(provider, made), answer)
        if "error" in answer:
            given_up = answer["error"] in ("access_denied", "login_required", "interaction_required")
            raise Refused(Reason.CANCELLED if given_up else Reason.PROVIDER, "error_parameter")
        token = _token(provider, waiting, answer.get("code", ""), made)
        access_token = str(token.get("access_token", ""))
        claims = verified(
            token.get("id_token"), provider, made, nonce=waiting.nonce, access_token=access_token
        )
        _check_level(provider, claims)
        if provider.userinfo:
            claims = {**_userinfo(provider, made, access_token, claims["sub"]), **claims}
    return Person(_identity(provider, claims), _organisation(provider, claims))


def _check_issuer(provider: Provider, metadata: Metadata, answer: QueryDict) -> None:
    """RFC 9207: an answer from somebody else than the one that was asked."""
    named = answer.get("iss")
    if named != provider.issuer and (named is not None or metadata.names_itself):
        raise Refused(Reason.MIX_UP, "iss")


def _token(provider: Provider, waiting: Waiting, code: str, made: OAuth2Session) -> dict[str, Any]:
    if not code:
        raise Refused(Reason.CODE, "missing")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": made.redirect_uri,
        "code_verifier": waiting.verifier,
    }
    return post(made, metadata_of(provider, made).token_endpoint, form)


def _check_level(provider: Provider, claims: dict[str, Any]) -> None:
    if not provider.level_claim:
        return
    told = claims.get(provider.level_claim)
    reached = {str(level) for level in (told if isinstance(told, list) else [told])}
    if not reached & set(provider.levels):
        raise Refused(Reason.LEVEL)


def _userinfo(provider: Provider, made: OAuth2Session, access_token: str, subject: str) -> dict[str, Any]:
    """More about the same person. What the ID token says of them stands, and the level is only ever asked of that."""
    address = metadata_of(provider, made).userinfo_endpoint
    if not address:
        raise Refused(Reason.PROVIDER, "no_userinfo_endpoint")
    told = get(made, address, Authorization=f"Bearer {access_token}")
    if told.get("sub") != subject:
        raise Refused(Reason.TOKEN, "userinfo_sub")
    return told


def _identity(provider: Provider, claims: dict[str, Any]) -> str:
    found = _text(claims.get(provider.identity_claim))
    if not found:
        raise Refused(Reason.NO_IDENTITY)
    return found


def _organisation(provider: Provider, claims: dict[str, Any]) -> str:
    """The narrowest that is told decides: somebody acting for another part of an organisation is not let in here."""
    if provider.organisation:
        return provider.organisation
    told = next((claims[name] for name in provider.organisation_claims if name in claims), None)
    if not (found := _text(told)):
        raise Refused(Reason.NO_ORGANISATION)
    return found


def _text(value: object) -> str:
    """A string or a whole number as text; anything else is no answer."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
