"""Against a provider that somebody else has written: what we send is understood, what it sends is what we think."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from login.oidc.actions import name_organisation, tie_identity
from tests.conftest import Cast
from tests.login.oidc.conftest import SETTINGS, Written, toml
from tests.login.oidc.real import real_provider
from tests.login.oidc.rogue import CLAIMS, HPR, ORGANISATION

LOW = {**CLAIMS, "sub": "lav", "helseid://claims/identity/security_level": "3"}
STRANGER = {**CLAIMS, "sub": "fremmed", "helseid://claims/hpr/hpr_number": "1234567"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider(CLAIMS, LOW, STRANGER) as issuer:
        yield issuer


@pytest.fixture
def browser(issuer: str, written: Written, solbakken: Cast) -> Client:
    provider = written.write(toml("helseid", issuer=issuer, **SETTINGS))["helseid"]
    assert solbakken.nurse.user
    tie_identity(solbakken.nurse.user, provider=provider, value=HPR, at=timezone.now())
    name_organisation(solbakken.clinic, number=ORGANISATION)
    return Client(REMOTE_ADDR="10.1.2.3")


def as_somebody(browser: Client, **form: str) -> str:
    """Through the button and the provider's own form; the address of ours that the browser is sent back to."""
    address = browser.post("/logg-inn/helseid/").context["address"]
    assert requests.get(address, timeout=5).status_code == 200  # a form, not an error page
    sent = requests.post(address, data=form, allow_redirects=False, timeout=5)
    back = urlsplit(sent.headers["Location"])
    return f"{back.path}?{back.query}"


def test_somebody_it_knows_is_let_in(browser: Client, solbakken: Cast) -> None:
    back = as_somebody(browser, sub=CLAIMS["sub"])
    before = browser.session.session_key
    assert browser.get(back)["Location"] == "/"
    assert browser.session[SESSION_KEY] == str(solbakken.nurse.user_id)
    assert browser.session["member_id"] == solbakken.nurse.pk
    assert browser.session.session_key != before
    assert browser.get("/min-dag/").status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "title"),
    [
        ({"sub": "lav"}, 403, "ikke sterk nok"),
        ({"sub": "fremmed"}, 403, "Ingen konto"),
        ({"sub": "en-helt-annen"}, 403, "ikke sterk nok"),  # without any claims
        ({"action": "deny"}, 400, "gått ut på dato"),  # its refusal carries no state
    ],
)
def test_others_are_not(browser: Client, form: dict[str, str], status: int, title: str) -> None:
    response = browser.get(as_somebody(browser, **form))
    assert response.status_code == status
    assert title in response.content.decode()
    assert SESSION_KEY not in browser.session


def test_the_same_answer_twice(browser: Client) -> None:
    back = as_somebody(browser, sub=CLAIMS["sub"])
    assert browser.get(back).status_code == 302
    browser.logout()
    assert browser.get(back).status_code == 400
    assert SESSION_KEY not in browser.session


def test_its_code_is_good_once(browser: Client) -> None:
    """The provider's own guard: a used code in a fresh answer."""
    used = dict(pair.split("=") for pair in as_somebody(browser, sub=CLAIMS["sub"]).split("?")[1].split("&"))
    browser.get(f"/logg-inn/helseid/svar/?code={used['code']}&state={used['state']}")
    browser.logout()
    fresh = dict(pair.split("=") for pair in as_somebody(browser, sub=CLAIMS["sub"]).split("?")[1].split("&"))
    response = browser.get(f"/logg-inn/helseid/svar/?code={used['code']}&state={fresh['state']}")
    assert response.status_code == 403
    assert SESSION_KEY not in browser.session
