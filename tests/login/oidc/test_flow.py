"""Somebody whom the provider knows is let in, in the clinic they logged in for, and nothing of the answer is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from joserfc.jwk import RSAKey

from login.oidc.actions import name_organisation
from login.strong import STRONG_LOGIN
from teams.models import Access, Member
from tests.conftest import STARTED, Cast, let_in
from tests.login.oidc.conftest import SETTINGS, Written, toml
from tests.login.oidc.flow import Flow
from tests.login.oidc.rogue import CLIENT, ORGANISATION


def place_in(there: Cast, known: Cast) -> Member:
    """The nurse works at the other clinic too."""
    return let_in(
        Member.objects.create(
            clinic=there.clinic, user=known.nurse.user, name="Nina Nes", profession="nurse", starts_on=STARTED
        )
    )


def strong(flow: Flow) -> bool:
    """What login/second_factor.py asks of the session."""
    return bool(flow.client.session[STRONG_LOGIN])


def test_the_nurse_is_let_in_as_herself(flow: Flow, known: Cast) -> None:
    response = flow.log_in()
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert flow.client.session[SESSION_KEY] == str(known.nurse.user_id)
    assert flow.client.session["member_id"] == known.nurse.pk
    assert strong(flow)
    page = flow.client.get("/min-dag/")
    assert page.status_code == 200
    assert "Nina Nes" in page.content.decode()
    flow.assert_silent()


def test_the_question_is_the_one_that_should_be_asked(flow: Flow) -> None:
    asked = parse_qs(urlsplit(flow.start()).query)
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == [CLIENT]
    assert asked["redirect_uri"] == ["http://testserver/logg-inn/helseid/svar/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["Level4"]
    assert asked["prompt"] == ["login"]
    assert "openid" in asked["scope"][0].split()
    assert all(len(asked[name][0]) >= 40 for name in ("state", "nonce", "code_challenge"))


def test_every_question_is_another(flow: Flow) -> None:
    first, second = (parse_qs(urlsplit(flow.start()).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_the_session_gets_a_new_key(flow: Flow) -> None:
    """Session fixation: whoever knew the browser's session before knows nothing after."""
    back = flow.out(flow.start())
    before = flow.client.session.session_key
    token = flow.client.cookies["csrftoken"].value
    flow.client.get(back)
    assert before
    assert flow.client.session.session_key != before
    assert flow.client.cookies["csrftoken"].value != token
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/min-dag/").status_code == 302


def test_a_colleagues_session_in_the_same_browser_ends(flow: Flow, known: Cast) -> None:
    assert known.doctor.user
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    back = flow.out(flow.start())
    flow.client.force_login(known.doctor.user, backend=backend)
    session = flow.client.session
    session["of_the_doctor"] = "1"
    session.save()
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert state in session["oidc_waiting"]
    flow.client.get(back)
    assert flow.client.session[SESSION_KEY] == str(known.nurse.user_id)
    assert "of_the_doctor" not in flow.client.session


def test_nothing_of_the_answer_is_stored_anywhere(flow: Flow) -> None:
    """Every table, every row, every column; and the sessions, which are packed."""
    flow.log_in()
    assert flow.rogue.spoken
    flow.assert_kept_nowhere()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        assert len(tables) > 40
        for table in tables:
            for secret in flow.rogue.spoken:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0',  # noqa: S608
                    [secret],
                )
                assert cursor.fetchone() == (0,), table


def test_what_waits_is_gone_when_somebody_is_in(flow: Flow) -> None:
    flow.start()
    flow.log_in()
    assert "oidc_waiting" not in flow.client.session


def test_five_wait_at_most(flow: Flow) -> None:
    addresses = [flow.start() for _ in range(7)]
    assert len(flow.client.session["oidc_waiting"]) == 5
    assert flow.client.get(flow.out(addresses[-1])).status_code == 302


def test_where_somebody_was_going_is_where_they_come(flow: Flow) -> None:
    assert flow.log_in(next="/team/medlemmer/?q=a")["Location"] == "/team/medlemmer/?q=a"


@pytest.mark.parametrize(
    "onward",
    ["https://ond.example/", "//ond.example/", "/\\ond.example", "http:///ond.example", "javascript:alert(1)",
     "https:ond.example", "\x08//ond.example", "http://testserver.ond.example/"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(flow: Flow, onward: str) -> None:
    assert flow.log_in(next=onward)["Location"] == "/"


def test_the_narrowest_organisation_decides(flow: Flow, furulund: Cast, known: Cast) -> None:
    """Logged in for a part of the organisation that is another clinic: not let in by the whole's number."""
    name_organisation(furulund.clinic, number="999601391")
    flow.rogue.claims["helseid://claims/client/claims/orgnr_child"] = "999601391"
    flow.assert_refused(flow.log_in(), 403, "Ingen plass ved dette legekontoret")
    place_in(furulund, known)
    assert flow.log_in().status_code == 302
    page = flow.client.get("/min-dag/").content.decode()
    assert "Furulund legekontor" in page
    assert "Solbakken legesenter" not in page


def test_somebody_who_logged_in_for_one_clinic_works_in_no_other(
    flow: Flow, furulund: Cast, known: Cast
) -> None:
    other = place_in(furulund, known)
    flow.log_in()
    assert flow.client.post("/plass/", {"member": other.pk}).status_code == 404
    Member.objects.filter(pk=known.nurse.pk).update(ends_on=STARTED)
    # The place has ended: not moved on to the other clinic, but out.
    response = flow.client.get("/min-dag/")
    assert response["Location"] == "/team/ingen-plass/"


def test_one_fixed_organisation(flow: Flow, written: Written, known: Cast) -> None:
    """A provider that says nothing of organisations, as ID-porten and Entra."""
    del flow.rogue.claims["helseid://claims/client/claims/orgnr_parent"]
    fixed = {**SETTINGS, "organisation_claims": [], "organisation": ORGANISATION}
    written.write(toml("helseid", issuer=flow.rogue.issuer, **fixed))
    assert flow.log_in().status_code == 302
    assert flow.client.session["member_id"] == known.nurse.pk


def test_a_provider_that_is_not_asked_how_surely_is_not_strong(flow: Flow, written: Written) -> None:
    weak = {**SETTINGS, "level_claim": "", "levels": []}
    written.write(toml("helseid", issuer=flow.rogue.issuer, **weak))
    flow.rogue.claims["helseid://claims/identity/security_level"] = "2"
    assert flow.log_in().status_code == 302
    assert not strong(flow)


@pytest.mark.parametrize("told", [9144889, " 9144889 "])
def test_a_number_is_a_number(flow: Flow, told: object) -> None:
    flow.rogue.claims["helseid://claims/hpr/hpr_number"] = told
    assert flow.log_in().status_code == 302


def test_levels_in_a_list(flow: Flow, written: Written) -> None:
    """Entra's `acrs` is a list."""
    listed = {**SETTINGS, "level_claim": "acrs", "levels": ["c1"]}
    written.write(toml("helseid", issuer=flow.rogue.issuer, **listed))
    flow.rogue.claims["acrs"] = ["c2"]
    flow.assert_refused(flow.log_in(), 403, "ikke sterk nok")
    flow.rogue.claims["acrs"] = ["c2", "c1"]
    assert flow.log_in().status_code == 302


def test_more_from_userinfo(flow: Flow, written: Written) -> None:
    written.write(toml("helseid", issuer=flow.rogue.issuer, userinfo=True, **SETTINGS))
    number = flow.rogue.claims.pop("helseid://claims/hpr/hpr_number")
    flow.rogue.userinfo = {"sub": flow.rogue.claims["sub"], "helseid://claims/hpr/hpr_number": number}
    assert flow.log_in().status_code == 302


def test_a_key_that_was_made_since_is_asked_for_once(flow: Flow) -> None:
    flow.log_in()
    flow.client.logout()
    flow.rogue.rotate()
    flow.rogue.asked.clear()
    assert flow.log_in().status_code == 302
    assert flow.rogue.asked.count("/jwks") == 1
    flow.client.logout()
    flow.log_in()
    assert flow.rogue.asked.count("/jwks") == 1


@pytest.fixture
def keyed(flow: Flow, written: Written, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flow]:
    """As HelseID wants it: the client signs for itself, and the question goes by the back door."""
    key = RSAKey.generate_key(2048, {"kid": "var-nokkel", "alg": "PS256"})
    flow.rogue.client_key = RSAKey.import_key(key.as_dict(private=False))
    flow.rogue.metadata = {"require_pushed_authorization_requests": True}
    monkeypatch.setenv("TEST_OIDC", _json(key))
    said = {"preset": "helseid", "client_id": CLIENT, "secret_env": "TEST_OIDC"}
    written.write(toml("helseid", issuer=flow.rogue.issuer, **said))
    yield flow


def _json(key: RSAKey) -> str:
    return json.dumps(key.as_dict(private=True))


def test_private_key_and_pushed_question(keyed: Flow, known: Cast) -> None:
    address = keyed.start()
    assert set(parse_qs(urlsplit(address).query)) == {"client_id", "request_uri"}
    assert keyed.client.get(keyed.out(address)).status_code == 302
    assert keyed.client.session["member_id"] == known.nurse.pk
    assert len(keyed.rogue.assertions) == 2  # one for each request, none used twice


def test_another_private_key_is_not_let_near(
    keyed: Flow, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider refuses the question itself; the page says so before anybody is sent anywhere."""
    other = RSAKey.generate_key(2048, {"kid": "en-annens", "alg": "PS256"})
    monkeypatch.setenv("TEST_OIDC", _json(other))
    keyed.assert_refused(keyed.client.post("/logg-inn/helseid/"), 403, "kunne ikke bekreftes")


def test_the_button_stands_on_the_login_page(flow: Flow, written: Written) -> None:
    page = flow.client.get("/konto/login/?next=/min-dag/").content.decode()
    assert re.search(
        r'action="/logg-inn/helseid/".*?csrfmiddlewaretoken.*?value="/min-dag/".*?HelseID', page, re.DOTALL
    )
    written.settings.OIDC_FILE = ""
    assert "Logg inn gjennom" not in flow.client.get("/konto/login/").content.decode()
    assert flow.client.post("/logg-inn/helseid/").status_code == 404


def test_a_login_cannot_be_begun_from_another_site(flow: Flow) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/logg-inn/helseid/").status_code == 403
    assert strict.get("/logg-inn/helseid/").status_code == 405
    assert "oidc_waiting" not in strict.session


def test_the_page_that_sends_on_is_kept_by_nobody(flow: Flow) -> None:
    response = flow.client.post("/logg-inn/helseid/")
    assert "no-store" in response["Cache-Control"]
    assert "form-action 'self'" in response["Content-Security-Policy"]
    assert 'http-equiv="refresh"' in response.content.decode()


def test_too_many_from_one_address(flow: Flow) -> None:
    for _ in range(30):
        response = flow.client.post("/logg-inn/helseid/")
        if response.status_code == 429:
            break
    flow.assert_refused(flow.client.post("/logg-inn/helseid/"), 429, "For mange forsøk")


def test_a_leader_too_is_who_they_are_here(flow: Flow, known: Cast) -> None:
    """Nothing the provider says gives a right: access is the place's."""
    flow.rogue.claims |= {"roles": ["administrator"], "access": "administrator", "is_superuser": True}
    flow.log_in()
    known.nurse.refresh_from_db()
    assert known.nurse.access == Access.STAFF
    assert known.nurse.user and not known.nurse.user.is_superuser
    assert flow.client.get("/import/").status_code == 403
