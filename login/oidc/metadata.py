"""What a provider tells of itself, and its keys; remembered for a while in the process, never in a cache that others write."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from login.oidc.providers import ASYMMETRIC, LOOPBACK, Provider
from login.oidc.refusals import Reason, Refused
from login.oidc.wire import get

T = TypeVar("T")

METADATA_SECONDS = 3600
# A key that the provider has taken away is good here for so long at most.
KEYS_SECONDS = 300
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "pushed_authorization_request_endpoint")

_remembered: dict[tuple[str, str], tuple[float, Any]] = {}


@dataclass(frozen=True, slots=True)
class Metadata:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    pushed_authorization_request_endpoint: str
    names_itself: bool  # in the answer through the browser (RFC 9207)


def metadata_of(provider: Provider, made: OAuth2Session) -> Metadata:
    return _remember("metadata", provider, METADATA_SECONDS, lambda: _metadata(provider, made))


def keys_of(provider: Provider, made: OAuth2Session, *, anew: bool = False) -> KeySet:
    """The provider's public keys. `anew` when a token names one that is not among those remembered."""
    if anew:
        _remembered.pop(("keys", provider.issuer), None)
    address = metadata_of(provider, made).jwks_uri
    return _remember("keys", provider, KEYS_SECONDS, lambda: _keys(made, address))


def forget() -> None:
    _remembered.clear()


def _remember(what: str, provider: Provider, seconds: int, ask: Callable[[], T]) -> T:
    now = time.monotonic()
    at, value = _remembered.get((what, provider.issuer), (-math.inf, None))
    if now - at > seconds:
        value = ask()
        _remembered[what, provider.issuer] = (now, value)
    found: T = value
    return found


def _metadata(provider: Provider, made: OAuth2Session) -> Metadata:
    """OpenID Connect Discovery 1.0, 4: refused if it speaks for another issuer than the one asked."""
    told = get(made, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if told.get("issuer") != provider.issuer:
        raise Refused(Reason.PROVIDER, "metadata_issuer")
    return Metadata(
        **{name: _address(told.get(name), provider) for name in ENDPOINTS},
        **{name: _address(told[name], provider) if name in told else "" for name in OPTIONAL},
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(told: object, provider: Provider) -> str:
    """TLS wherever the issuer has it."""
    found = urlsplit(told if isinstance(told, str) else "")
    local = (
        urlsplit(provider.issuer).scheme == "http" and found.scheme == "http" and found.hostname in LOOPBACK
    )
    if not found.hostname or not (found.scheme == "https" or local):
        raise Refused(Reason.PROVIDER, "metadata_address")
    return found.geturl()


def _keys(made: OAuth2Session, address: str) -> KeySet:
    """Public keys for signing alone: a symmetric one among them would let anybody who reads them sign."""
    told = get(made, address).get("keys")
    listed = [key for key in told if isinstance(key, dict)] if isinstance(told, list) else []
    usable: Any = [key for key in listed if key.get("kty") in ASYMMETRIC and key.get("use", "sig") == "sig"]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused(Reason.PROVIDER, "keys") from None
