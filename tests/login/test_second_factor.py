"""A password alone opens nothing, and a second factor is what it says."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from config.urls import closed
from login.second_factor import ENROLLING
from login.strong import STRONG_LOGIN
from tests.conftest import Cast
from tests.login.conftest import PASSWORD, Person, code

pytestmark = pytest.mark.django_db
TO_ENROL, TO_CONFIRM = "/konto/sikkerhet/", "/konto/sikkerhet/reauthenticate/"
# Public, or the same for everybody: views that ask for no login at all.
PUBLIC = {
    "health", "account_login", "mfa_login_webauthn", "mfa_authenticate", "session_state", "oidc_start", "oidc_answer",
    "invitation", "open_invitation",
}  # fmt: skip


EXAMPLES = {"int": "1", "str": "x", "slug": "x", "week": "2026-W10", "uuid": "x"}


def addresses(resolver: Any, before: str = "/") -> list[tuple[str, str]]:
    """Every address there is, with something in the place of its parameters. Regular expressions are closed doors."""
    found = []
    for pattern in resolver.url_patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        url = before + re.sub(r"<(\w+):\w+>", lambda kind: EXAMPLES[kind[1]], str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found += addresses(pattern, url)
        elif pattern.name not in PUBLIC | ENROLLING:
            found.append((str(pattern.name), url))
    return found


def test_without_a_second_factor_every_address_leads_to_setting_one_up(nurse: Person, client: Client) -> None:
    """Pages, fragments, forms and files alike."""
    client.force_login(nurse.user)
    everywhere = addresses(get_resolver())
    assert len(everywhere) > 120
    for name, url in everywhere:
        tried = [
            client.get(url),
            client.post(url, {"a": "b"}),
            client.get(url, headers={"HX-Request": "true"}),
        ]
        if all(answer.status_code == 404 and resolve(url).func is closed for answer in tried):
            continue
        led = [(a.status_code, a.get("HX-Redirect") or a.get("Location")) for a in tried]
        assert led == [(302, TO_ENROL), (302, TO_ENROL), (204, TO_ENROL)], name


def test_the_page_where_it_is_set_up_says_why(nurse: Person, client: Client) -> None:
    nurse.log_in(client)
    page = client.get(TO_ENROL).content.decode()
    assert "et passord alene ikke nok" in page
    assert "Bytt passord</a>" not in page


def test_in_the_demo_a_password_is_enough(nurse: Person, client: Client, settings: Any) -> None:
    settings.DEMO = True
    nurse.log_in(client)
    assert client.get("/min-dag/").status_code == 200


@pytest.mark.parametrize("who", ["doctor", "second_doctor", "nurse", "secretary", "manager"])
def test_everybody_is_asked_whatever_their_access(solbakken: Cast, client: Client, who: str) -> None:
    client.force_login(getattr(solbakken, who).user)
    assert client.get("/")["Location"] == TO_ENROL


def test_setting_up_an_app_from_the_first_login_to_the_first_page(nurse: Person, client: Client) -> None:
    elsewhere = Client()
    nurse.log_in(elsewhere)
    nurse.log_in(client)
    page = client.get("/konto/sikkerhet/totp/activate/")
    key = page.context["form"].secret
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    answer = client.post("/konto/sikkerhet/totp/activate/", {"code": code(key)})
    assert answer["Location"] == "/konto/sikkerhet/recovery-codes/"
    codes = client.get(answer["Location"]).content.decode()
    assert codes.count("<li><code>") == 10
    assert client.get("/min-dag/").status_code == 200
    # Shown once. And the login that was there before the factor is over.
    assert "<li><code>" not in client.get(answer["Location"]).content.decode()
    assert elsewhere.get("/min-dag/").status_code == 302
    kept = Authenticator.objects.get(user=nurse.user, type="totp").data
    assert key not in str(kept)
    # The code that set it up is spent.
    later = Client()
    nurse.log_in(later)
    assert "brukt før" in later.post("/konto/sikkerhet/authenticate/", {"code": code(key)}).content.decode()


def test_a_password_alone_is_no_login_when_a_factor_is_set_up(enrolled: Person, client: Client) -> None:
    answer = enrolled.log_in(client)
    assert answer["Location"] == "/konto/sikkerhet/authenticate/"
    assert client.get("/min-dag/")["Location"].startswith("/konto/login/")
    assert "_auth_user_id" not in client.session
    wrong = client.post("/konto/sikkerhet/authenticate/", {"code": "000000"})
    assert "Koden er feil" in wrong.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_code_is_good_once_even_when_the_cache_has_forgotten(enrolled: Person, monkeypatch: Any) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    # Nor is one from before the last.
    for steps, opens in ((0, True), (0, False), (-1, False), (1, True)):
        cache.clear()
        client = Client()
        enrolled.log_in(client)
        answer = client.post("/konto/sikkerhet/authenticate/", {"code": code(steps=steps)})
        assert (answer.status_code == 302) is opens, steps


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(enrolled: Person, client: Client, steps: int, opens: bool) -> None:
    enrolled.log_in(client)
    answer = client.post("/konto/sikkerhet/authenticate/", {"code": code(steps=steps)})
    assert (answer.status_code == 302) is opens


def test_a_recovery_code_opens_once(enrolled: Person) -> None:
    one = enrolled.recovery[3]
    for opens in (True, False):
        client = Client()
        enrolled.log_in(client)
        answer = client.post("/konto/sikkerhet/authenticate/", {"code": f"{one[:4]} {one[4:]}"})
        assert (answer.status_code == 302) is opens


def test_new_recovery_codes_end_the_old(enrolled: Person, inside: Client) -> None:
    inside.post("/konto/sikkerhet/recovery-codes/generate/")
    assert inside.get("/konto/sikkerhet/recovery-codes/").content.decode().count("<li><code>") == 10
    client = Client()
    enrolled.log_in(client)
    answer = client.post("/konto/sikkerhet/authenticate/", {"code": enrolled.recovery[0]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "url", ["totp/deactivate/", "recovery-codes/generate/", "webauthn/add/", "webauthn/keys/1/remove/"]
)
def test_what_changes_the_login_asks_again_who_one_is(inside: Client, url: str) -> None:
    session = inside.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 301} for each in records]
    session.save()
    answer = inside.post(f"/konto/sikkerhet/{url}")
    assert answer["Location"].startswith("/konto/reauthenticate/")
    assert Authenticator.objects.count() == 2
    again = inside.post(answer["Location"], {"password": PASSWORD})
    assert not again.get("Location", "").startswith("/konto/reauthenticate/")


def test_whoever_takes_away_the_last_factor_must_set_up_another(inside: Client) -> None:
    inside.post("/konto/sikkerhet/totp/deactivate/")
    assert Authenticator.objects.count() == 0
    assert inside.get("/min-dag/")["Location"] == TO_ENROL


def test_a_session_from_before_the_factor_shows_it_and_sets_up_no_other(
    enrolled: Person, client: Client
) -> None:
    client.force_login(enrolled.user)
    assert client.get("/min-dag/")["Location"] == TO_CONFIRM + "?next=%2Fmin-dag%2F"
    for url in ("webauthn/add/", "totp/activate/", ""):
        assert client.get(f"/konto/sikkerhet/{url}")["Location"].startswith(TO_CONFIRM)
    answer = client.post(TO_CONFIRM + "?next=/min-dag/", {"code": code()})
    assert answer["Location"] == "/min-dag/"
    assert client.get("/min-dag/").status_code == 200


@pytest.mark.parametrize(("strong", "status"), [(True, 200), (False, 302)])
def test_a_clinics_own_login_counts_when_it_vouches_for_two_factors(
    nurse: Person, client: Client, strong: bool, status: int
) -> None:
    client.force_login(nurse.user)
    session = client.session
    session[STRONG_LOGIN] = strong
    session.save()
    assert client.get("/min-dag/").status_code == status


def test_lost_phone_and_codes(enrolled: Person, inside: Client) -> None:
    call_command("remove_second_factor", enrolled.user.username)
    assert inside.get("/min-dag/")["Location"].startswith("/konto/login/")
    client = Client()
    enrolled.log_in(client)
    assert client.get("/min-dag/")["Location"] == TO_ENROL


@pytest.mark.parametrize("url", ["recovery-codes/download/"])
def test_codes_are_not_to_be_had_as_a_file(inside: Client, url: str) -> None:
    assert inside.get(f"/konto/sikkerhet/{url}").status_code == 404
    assert inside.get("/konto/login/code/confirm/").status_code == 404
