"""Which login providers there are: a TOML file, named by FORDEL_OIDC; secrets by the name of their environment variable.

Read once, at the start, and refused then with a hint if something is wrong. What each setting means stands in
docs/login-oidc.md.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from login.oidc.orgnumbers import is_organisation_number
from login.oidc.presets import PRESETS

CLIENT_AUTH = {"client_secret_basic", "client_secret_post", "private_key_jwt"}
ASYMMETRIC = {"RSA", "EC", "OKP"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# What the flow itself sends and checks the answer to, and a file must not overrule.
OWN_PARAMETERS = {
    "client_id", "code_challenge", "code_challenge_method", "max_age", "nonce", "redirect_uri", "request", "request_uri",
    "response_mode", "response_type", "scope", "state",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provider:
    id: str
    name: str
    issuer: str
    client_id: str
    scopes: list[str]
    identity_claim: str
    client_auth: str = "client_secret_basic"
    secret_env: str = ""
    level_claim: str = ""
    levels: list[str] = field(default_factory=list)
    organisation_claims: list[str] = field(default_factory=list)
    organisation: str = ""
    authorize: dict[str, str] = field(default_factory=dict)
    max_age: int = 0
    pushed: bool = False
    userinfo: bool = False

    @property
    def strong(self) -> bool:
        """It is asked how surely somebody was recognised, and refused when that was not surely enough."""
        return bool(self.level_claim)

    @property
    def secret(self) -> str:
        """From the environment each time: nothing that is printed or raised can carry it along."""
        return os.environ.get(self.secret_env, "")

    @property
    def private_key(self) -> Key:
        return JWKRegistry.import_key(json.loads(self.secret))


def providers() -> dict[str, Provider]:
    return read(settings.OIDC_FILE) if settings.OIDC_FILE else {}


@cache
def read(path: str) -> dict[str, Provider]:
    """Raises ImproperlyConfigured, with what to do about it."""
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImproperlyConfigured(f"FORDEL_OIDC: {path} kan ikke leses som TOML: {error}") from error
    _must(set(document) == {"provider"} and isinstance(document["provider"], dict), path,
          "har ikke bare tabeller som heter [provider.NAVN]")  # fmt: skip
    if settings.PRODUCTION:
        _must(settings.PUBLIC_URL.startswith("https://"), "FORDEL_PUBLIC_URL",
              "må begynne med https:// når noen logger inn gjennom andre")  # fmt: skip
    found = {name: _provider(name, written) for name, written in document["provider"].items()}
    issuers = [provider.issuer for provider in found.values()]
    _must(len(set(issuers)) == len(issuers), path, "har to leverandører med samme issuer")
    return found


def _provider(name: str, written: dict[str, Any]) -> Provider:
    where = f"FORDEL_OIDC [provider.{name}]"
    _must(
        re.fullmatch(r"[a-z][a-z0-9-]{0,31}", name), where, "navnet må være små bokstaver, tall og bindestrek"
    )
    written = dict(written)
    preset = written.pop("preset", None)
    _must(preset is None or preset in PRESETS, where, f"preset kan være {', '.join(PRESETS)}")
    said = {**(PRESETS[preset] if preset else {}), **written, "id": name}
    known = {each.name: str(each.type) for each in fields(Provider)}
    for setting, value in said.items():
        _must(setting in known, where, f"kjenner ikke innstillingen {setting}")
        _must(_is(value, known[setting]), where, f"{setting} er ikke av typen {known[setting]}")
    for setting in ("name", "issuer", "client_id", "scopes", "identity_claim", "secret_env"):
        _must(said.get(setting), where, f"{setting} mangler")
    provider = Provider(**said)
    _check(provider, where)
    return provider


def _is(value: Any, kind: str) -> bool:
    """Is the value of the type that the field is declared as?"""
    if kind == "list[str]":
        return isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    if kind == "dict[str, str]":
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return type(value).__name__ == kind


def _check(provider: Provider, where: str) -> None:
    _check_address(provider.issuer, where)
    _must("openid" in provider.scopes, where, "scopes må ha openid")
    _must(
        provider.client_auth in CLIENT_AUTH, where, f"client_auth kan være {', '.join(sorted(CLIENT_AUTH))}"
    )
    _must(provider.secret, where, f"miljøvariabelen {provider.secret_env} er tom")
    if provider.client_auth == "private_key_jwt":
        _check_key(provider, where)
    _must(bool(provider.level_claim) == bool(provider.levels), where, "level_claim og levels hører sammen")
    _must(bool(provider.organisation_claims) != bool(provider.organisation), where,
          "enten organisation_claims (hva leverandøren sier) eller organisation (ett fast nummer) må settes")  # fmt: skip
    _must(not provider.organisation or is_organisation_number(provider.organisation), where,
          "organisation er ikke et gyldig organisasjonsnummer")  # fmt: skip
    _must(provider.max_age >= 0, where, "max_age er sekunder")
    taken = OWN_PARAMETERS & set(provider.authorize)
    _must(not taken, where, f"authorize kan ikke sette {', '.join(sorted(taken))}")


def _check_address(issuer: str, where: str) -> None:
    address = urlsplit(issuer)
    local = address.scheme == "http" and address.hostname in LOOPBACK and not settings.PRODUCTION
    _must(address.scheme == "https" or local, where, "issuer må begynne med https://")
    _must(address.hostname and not address.query and not address.fragment and not address.username, where,
          "issuer må være en ren adresse")  # fmt: skip
    _must("{" not in issuer and "/common/" not in issuer and "/organizations/" not in issuer, where,
          "issuer må være legekontorets egen, ikke en felles")  # fmt: skip


def _check_key(provider: Provider, where: str) -> None:
    try:
        key = provider.private_key
    except (ValueError, TypeError, AttributeError, JoseError) as error:
        raise ImproperlyConfigured(f"{where}: {provider.secret_env} er ikke en JWK i JSON.") from error
    _must(
        key.key_type in ASYMMETRIC and key.is_private, where, f"{provider.secret_env} er ingen privat nøkkel"
    )
    _must(key.kid and key.get("alg"), where, f"{provider.secret_env} mangler kid eller alg")


def _must(holds: object, where: str, hint: str) -> None:
    if not holds:
        raise ImproperlyConfigured(f"{where}: {hint}.")
