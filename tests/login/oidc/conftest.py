"""Solbakken logs in through a provider; Furulund is there, and must not be got into."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from login.oidc import metadata
from login.oidc.actions import name_organisation, tie_identity
from login.oidc.providers import Provider, providers
from tests.conftest import Cast
from tests.login.oidc.flow import Flow
from tests.login.oidc.rogue import CLIENT, HPR, ORGANISATION, SECRET, Rogue, running

SETTINGS: dict[str, Any] = {
    "preset": "helseid", "client_id": CLIENT, "secret_env": "TEST_OIDC", "client_auth": "client_secret_basic",
    "pushed": False,
}  # fmt: skip


def toml(name: str, /, **written: Any) -> str:
    """One provider as a clinic would write it."""

    def value(of: Any) -> str:
        if isinstance(of, bool):
            return str(of).lower()
        if isinstance(of, list):
            return f"[{', '.join(value(each) for each in of)}]"
        if isinstance(of, dict):
            return "{" + ", ".join(f"{key} = {value(each)}" for key, each in of.items()) + "}"
        return str(of) if isinstance(of, int) else f"'{of}'"

    return (
        "\n".join([f"[provider.{name}]", *(f"{key} = {value(each)}" for key, each in written.items())]) + "\n"
    )


class Written:
    """The file that FORDEL_OIDC names; each change is a new file, as a restart would be."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings, self.count = folder, settings, 0

    def write(self, *texts: str) -> dict[str, Provider]:
        self.count += 1
        path = self.folder / f"oidc-{self.count}.toml"
        path.write_text("\n".join(texts), encoding="utf-8")
        self.settings.OIDC_FILE = str(path)
        return providers()


@pytest.fixture
def rogue() -> Iterator[Rogue]:
    with running() as rogue:
        yield rogue


@pytest.fixture
def written(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    settings.PUBLIC_URL = "http://testserver"
    monkeypatch.setenv("TEST_OIDC", SECRET)
    metadata.forget()
    yield Written(tmp_path, settings)
    metadata.forget()


@pytest.fixture
def provider(written: Written, rogue: Rogue) -> Provider:
    return written.write(toml("helseid", issuer=rogue.issuer, **SETTINGS))["helseid"]


@pytest.fixture
def known(solbakken: Cast, furulund: Cast, provider: Provider) -> Cast:
    """Solbakken's nurse, whom the provider knows by HPR number, and Solbakken by organisation number."""
    assert solbakken.nurse.user
    tie_identity(solbakken.nurse.user, provider=provider, value=HPR, at=timezone.now())
    name_organisation(solbakken.clinic, number=ORGANISATION)
    return solbakken


@pytest.fixture
def flow(known: Cast, rogue: Rogue, caplog: pytest.LogCaptureFixture) -> Flow:
    caplog.set_level("INFO")
    # From an address of its own each time: there is a limit to how often one logs in from one.
    return Flow(
        Client(REMOTE_ADDR=f"10.{'.'.join(str(part) for part in secrets.token_bytes(3))}"), rogue, caplog
    )
