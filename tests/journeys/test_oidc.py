"""A nurse logs in through a provider in a real browser, where the page's policy is enforced."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import DATABASE, PHONE, WIDE, _free_port, assert_accessible, web
from tests.login.oidc.conftest import SETTINGS, toml
from tests.login.oidc.real import real_provider
from tests.login.oidc.rogue import CLAIMS, HPR, ORGANISATION, SECRET
from tests.processes import CHECKOUT, environment, manage

pytestmark = pytest.mark.journey
STRANGER = {**CLAIMS, "sub": "fremmed", "helseid://claims/hpr/hpr_number": "1234567"}


@pytest.fixture(scope="module")
def through(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo clinic, with a provider to log in through; its nurse is known there."""
    folder: Path = tmp_path_factory.mktemp("oidc")
    with real_provider(CLAIMS, STRANGER) as issuer, pytest.MonkeyPatch.context() as patch:
        (folder / "oidc.toml").write_text(toml("helseid", issuer=issuer, **SETTINGS), encoding="utf-8")
        patch.setenv("FORDEL_OIDC", str(folder / "oidc.toml"))
        patch.setenv("FORDEL_PUBLIC_URL", f"http://127.0.0.1:{_free_port()}")
        patch.setenv("TEST_OIDC", SECRET)
        manage("clinic_organisation", "solbakken", ORGANISATION, database=DATABASE)
        subprocess.run(
            [sys.executable, "manage.py", "external_identity", "sykepleier", "helseid"], cwd=CHECKOUT,
            env=environment("owner", DATABASE), input=HPR, check=True, capture_output=True, text=True,
        )  # fmt: skip
        with web() as address:
            assert address == os.environ["FORDEL_PUBLIC_URL"]
            yield address


@pytest.fixture
def page(through: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=through, locale="nb-NO", viewport=WIDE)
    page = context.new_page()
    blocked: list[str] = []
    page.on(
        "console",
        lambda message: blocked.append(message.text) if "Content Security" in message.text else None,
    )
    yield page
    assert blocked == []
    context.close()


def go_out(page: Page, sub: str) -> None:
    """The button on our page, and the provider's own page."""
    page.goto("/konto/login/?next=/min-dag/")
    page.get_by_role("button", name="HelseID").click()
    page.wait_for_url("**/oauth2/authorize?**")
    page.get_by_role("button", name=sub, exact=True).click()


def test_in_through_the_provider(page: Page, through: str) -> None:
    """The page after the button sends the browser on by itself: the policy lets no form's answer lead to another site."""
    go_out(page, CLAIMS["sub"])
    page.wait_for_url(f"{through}/min-dag/")
    expect(page.get_by_role("heading", name="Min dag")).to_be_visible()
    page.get_by_role("button", name="Logg ut").click()
    page.goto("/min-dag/")
    expect(page.get_by_role("heading", name="Logg inn", exact=True)).to_be_visible()


def test_nobody_we_know(page: Page) -> None:
    go_out(page, "fremmed")
    expect(page.get_by_role("heading", name="Ingen konto")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Til innloggingen").click()
    expect(page.get_by_role("button", name="HelseID")).to_be_visible()


def test_the_login_page_can_be_used_by_all(page: Page) -> None:
    page.goto("/konto/login/")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)
