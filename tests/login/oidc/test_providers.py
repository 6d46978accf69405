"""A file that is wrong stops Fordel at the start, and says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from joserfc.jwk import OctKey, RSAKey

from login.oidc.presets import PRESETS
from login.oidc.providers import providers
from tests.login.oidc.conftest import SETTINGS, Written, toml
from tests.login.oidc.rogue import ORGANISATION, SECRET
from tests.processes import CHECKOUT, environment

GOOD: dict[str, Any] = {"issuer": "https://helseid-sts.test.nhn.no", **SETTINGS}
OWN: dict[str, Any] = {
    "name": "Kommunen", "issuer": "https://inn.kommune.example", "client_id": "fordel", "secret_env": "TEST_OIDC",
    "scopes": ["openid"], "identity_claim": "sub", "organisation": ORGANISATION,
}  # fmt: skip


def test_without_a_file_there_are_none(written: Written) -> None:
    written.settings.OIDC_FILE = ""
    assert providers() == {}


def test_several_providers_presets_and_own(written: Written) -> None:
    found = written.write(toml("helseid", **GOOD), toml("kommunen", **OWN))
    assert list(found) == ["helseid", "kommunen"]
    assert found["helseid"].levels == ["4"]
    assert found["helseid"].strong
    assert not found["kommunen"].strong
    assert found["kommunen"].client_auth == "client_secret_basic"


def test_the_secret_is_in_nothing_that_is_printed(written: Written) -> None:
    provider = written.write(toml("helseid", **GOOD))["helseid"]
    assert provider.secret == SECRET
    assert SECRET not in repr(provider)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_lacks_only_what_is_the_clinics_own(
    written: Written, preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k", "alg": "PS256"})
    monkeypatch.setenv("TEST_OIDC", json.dumps(key.as_dict(private=True)))
    own: dict[str, Any] = {"preset": preset, "client_id": "fordel", "secret_env": "TEST_OIDC"}
    if preset != "helseid":
        own["organisation"] = ORGANISATION
    if preset == "entra":
        own["issuer"] = "https://login.microsoftonline.com/9b0b2a35-2a16-4a5d-8a0c-6a3b1b0f7c11/v2.0"
    provider = written.write(toml(preset, **own))[preset]
    assert provider.strong
    assert provider.authorize["prompt"] == "login"


@pytest.mark.parametrize(("changed", "hint"), [
    ({"issuer": "http://helseid-sts.nhn.no"}, "https://"),
    ({"issuer": "https://user:pass@sts.example"}, "ren adresse"),
    ({"issuer": "https://sts.example?a=b"}, "ren adresse"),
    ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, "legekontorets egen"),
    ({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}, "legekontorets egen"),
    ({"issuer": ""}, "issuer mangler"),
    ({"client_id": ""}, "client_id mangler"),
    ({"client_id": 7}, "client_id er ikke av typen str"),
    ({"secret_env": "FINNES_IKKE"}, "FINNES_IKKE er tom"),
    ({"secret": "i-filen"}, "kjenner ikke innstillingen secret"),
    ({"client_secret": "i-filen"}, "kjenner ikke innstillingen client_secret"),
    ({"preset": "minid"}, "preset kan være helseid, idporten, entra"),
    ({"scopes": ["profile"]}, "scopes må ha openid"),
    ({"scopes": "openid"}, "scopes er ikke av typen"),
    ({"client_auth": "none"}, "client_auth kan være"),
    ({"client_auth": "private_key_jwt"}, "er ikke en JWK"),
    ({"levels": []}, "hører sammen"),
    ({"level_claim": ""}, "hører sammen"),
    ({"organisation": "974760673"}, "enten organisation_claims"),
    ({"organisation_claims": []}, "enten organisation_claims"),
    ({"organisation_claims": [], "organisation": "974760674"}, "ikke et gyldig organisasjonsnummer"),
    ({"max_age": -1}, "max_age er sekunder"),
    ({"max_age": True}, "max_age er ikke av typen int"),
    ({"authorize": {"redirect_uri": "https://ond.example"}}, "authorize kan ikke sette redirect_uri"),
    ({"authorize": {"nonce": "1", "state": "2"}}, "authorize kan ikke sette nonce, state"),
    ({"authorize": {"max_age": "60"}}, "authorize kan ikke sette max_age"),
])  # fmt: skip
def test_what_is_wrong_is_said(written: Written, changed: dict[str, Any], hint: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        written.write(toml("helseid", **{**GOOD, **changed}))
    assert hint in str(refused.value)
    assert "provider.helseid" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(("text", "hint"), [
    ("", "[provider.NAVN]"), ("[provider", "kan ikke leses"), ("a = 1", "[provider.NAVN]"), ("provider = 1", "[provider.NAVN]"),
    (toml("Helse ID".replace(" ", "_"), **GOOD), "små bokstaver"),
    (toml("a", **GOOD) + toml("b", **GOOD), "samme issuer"),
])  # fmt: skip
def test_a_file_that_is_none(written: Written, text: str, hint: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        written.write(text)
    assert hint in str(refused.value)


def test_a_file_that_is_not_there(written: Written) -> None:
    written.settings.OIDC_FILE = "/finnes/ikke.toml"
    with pytest.raises(ImproperlyConfigured, match="kan ikke leses"):
        providers()


@pytest.mark.parametrize("key", [
    OctKey.generate_key(256, {"kid": "k", "alg": "HS256"}).as_dict(private=True),
    RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256"}).as_dict(private=False),
    {"kty": "RSA"}, [], "x",
])  # fmt: skip
def test_a_key_that_is_no_private_key(written: Written, monkeypatch: pytest.MonkeyPatch, key: Any) -> None:
    monkeypatch.setenv("TEST_OIDC", json.dumps(key))
    with pytest.raises(ImproperlyConfigured) as refused:
        written.write(toml("helseid", **{**GOOD, "client_auth": "private_key_jwt"}))
    assert "TEST_OIDC" in str(refused.value)


def test_in_production_only_over_tls(written: Written) -> None:
    written.settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="FORDEL_PUBLIC_URL"):
        written.write(toml("helseid", **GOOD))
    written.settings.PUBLIC_URL = "https://fordel.example.no"
    written.write(toml("helseid", **GOOD))
    with pytest.raises(ImproperlyConfigured, match="https://"):
        written.write(toml("helseid", **{**GOOD, "issuer": "http://127.0.0.1:9400"}))


def test_fordel_does_not_start_with_a_wrong_file(tmp_path: Path) -> None:
    wrong = tmp_path / "oidc.toml"
    wrong.write_text("[provider.helseid]\npreset = 'helseid'\n", encoding="utf-8")
    env = {**environment("app", "finnes-ikke"), "FORDEL_OIDC": str(wrong)}
    started = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=CHECKOUT, env=env | {"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert started.returncode != 0
    assert "FORDEL_OIDC [provider.helseid]: client_id mangler." in started.stderr
