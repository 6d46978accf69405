"""Talking to a provider: over TLS, to the address that was asked and no other, not for long, and not much of it.

Here is the place for DPoP (RFC 9449), which HelseID asks for: a proof signed anew for each request belongs in
`Bounded.send`, which every request to a provider goes through; docs/login-oidc.md says what is missing.
"""

from __future__ import annotations

import time
from typing import Any

import requests
import urllib3
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from requests.adapters import HTTPAdapter

from login.oidc.providers import Provider
from login.oidc.refusals import Reason, Refused

CONNECT, READ, ALL = (
    3,
    5,
    10,
)  # seconds: to reach it, between two pieces, for everything in one step of a login
MOST_BYTES = 256 * 1024
ASSERTION_SECONDS = 30
# Named by the draft that FAPI 2.0 follows; HelseID asks for it.
ASSERTION_TYPE = "client-authentication+jwt"


class Bounded(HTTPAdapter):
    """One deadline for all requests of a session, and an answer that is read to an end or given up."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self.ends = time.monotonic() + ALL

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise requests.ReadTimeout
        kwargs.update(timeout=(min(CONNECT, left), min(READ, left)), stream=True)
        request.headers["Accept-Encoding"] = "identity"
        response = super().send(request, *args, **kwargs)
        try:
            with response:
                response._content = self._body(response)
        except urllib3.exceptions.HTTPError:
            raise requests.ReadTimeout from None
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = b""
        while piece := response.raw.read1(MOST_BYTES):
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > self.ends:
                raise requests.ReadTimeout
        return body


def session(provider: Provider, redirect_uri: str = "") -> OAuth2Session:
    """For one step of one login. Follows no redirects: nobody is sent on with our secret."""
    keyed = provider.client_auth == "private_key_jwt"
    made = OAuth2Session(
        provider.client_id,
        provider.private_key if keyed else provider.secret,
        token_endpoint_auth_method=provider.client_auth,
        scope=" ".join(provider.scopes),
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    if keyed:
        made.register_client_auth_method(_assertion(provider))
    made.max_redirects = 0
    for scheme in ("https://", "http://"):
        made.mount(scheme, Bounded())
    return made


def _assertion(provider: Provider) -> PrivateKeyJWT:
    """Addressed to the issuer, and good for one request: a session makes one that needs it (authlib keeps the jti)."""
    key, now = provider.private_key, int(time.time())
    return PrivateKeyJWT(
        token_endpoint=provider.issuer,
        alg=key.get("alg"),
        headers={"kid": key.kid, "typ": ASSERTION_TYPE},
        claims={"nbf": now, "exp": now + ASSERTION_SECONDS},
    )


def answer(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer. Its errors are not passed on: they may quote what was sent."""
    if response.status_code >= 500:
        raise Refused(Reason.UNREACHABLE, f"http_{response.status_code}")
    if response.status_code not in (200, 201):
        raise Refused(Reason.PROVIDER, f"http_{response.status_code}")
    try:
        found = response.json()
    except ValueError:
        raise Refused(Reason.PROVIDER, "json") from None
    if not isinstance(found, dict):
        raise Refused(Reason.PROVIDER, "json")
    return found


def get(made: OAuth2Session, address: str, **headers: str) -> dict[str, Any]:
    try:
        return answer(made.get(address, withhold_token=True, headers=headers))
    except requests.RequestException as error:
        raise Refused(Reason.UNREACHABLE, type(error).__name__) from None


def post(made: OAuth2Session, address: str, form: dict[str, str]) -> dict[str, Any]:
    """With the client's own authentication."""
    auth = made.client_auth(made.token_endpoint_auth_method)
    try:
        return answer(made.post(address, data=form, auth=auth, withhold_token=True))
    except requests.RequestException as error:
        raise Refused(Reason.UNREACHABLE, type(error).__name__) from None
