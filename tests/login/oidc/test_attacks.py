"""Answers that are not what they say they are: each is seen through, nobody is let in, and nothing is half done."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from login.oidc import metadata, wire
from login.oidc.actions import tie_identity
from login.oidc.providers import providers
from teams.models import Member
from tests.conftest import STARTED, Cast
from tests.login.oidc.conftest import SETTINGS, Written, toml
from tests.login.oidc.flow import Flow
from tests.login.oidc.rogue import CLIENT, HPR, Rogue, running

UNCONFIRMED = "kunne ikke bekreftes"
Tamper = Callable[[Rogue], None]


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand: joserfc makes none that is unsafe."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode()]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in [*parts, signature])


def with_hmac(rogue: Rogue, key: bytes) -> Callable[[dict[str, Any]], str]:
    """The old trick: the provider's public key, which everybody has, used as a shared secret."""

    def sign(claims: dict[str, Any]) -> str:
        made = unsigned({"alg": "HS256", "kid": rogue.key.kid, "typ": "JWT"}, claims).rsplit(".", 1)[0]
        signature = hmac.new(key, made.encode(), hashlib.sha256).digest()
        return f"{made}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    return sign


def signed_by_another(rogue: Rogue) -> None:
    other = RSAKey.generate_key(2048)
    rogue.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": rogue.key.kid}, claims, other)


def not_signed(rogue: Rogue) -> None:
    rogue.sign = lambda claims: unsigned({"alg": "none", "kid": rogue.key.kid}, claims)


def not_signed_in_capitals(rogue: Rogue) -> None:
    rogue.sign = lambda claims: unsigned({"alg": "NONE", "typ": "JWT"}, claims)


def hmac_with_the_public_key(rogue: Rogue) -> None:
    assert isinstance(rogue.key, RSAKey)
    rogue.sign = with_hmac(rogue, rogue.key.as_pem(private=False))


def hmac_with_the_public_key_as_json(rogue: Rogue) -> None:
    rogue.sign = with_hmac(rogue, json.dumps(rogue.published[0]).encode())


def hmac_with_the_client_secret(rogue: Rogue) -> None:
    rogue.sign = with_hmac(rogue, b"hemmelig-hos-leverandoren")


def hmac_with_a_published_symmetric_key(rogue: Rogue) -> None:
    key = OctKey.generate_key(256, {"kid": "symmetrisk"})
    rogue.published.append(dict(key.as_dict(private=True)))
    rogue.sign = lambda claims: jwt.encode({"alg": "HS256", "kid": "symmetrisk"}, claims, key)


def signed_with_an_encryption_key(rogue: Rogue) -> None:
    key = RSAKey.generate_key(2048, {"kid": "kryptering"})
    rogue.published.append({**key.as_dict(private=False), "use": "enc"})
    rogue.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "kryptering"}, claims, key)


def signed_with_a_key_of_its_own(rogue: Rogue) -> None:
    """The token brings its key along in the header."""
    own = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": own.as_dict(private=False), "typ": "JWT"}
    rogue.sign = lambda claims: jwt.encode(header, claims, own)


def changed_after_signing(rogue: Rogue) -> None:
    def sign(claims: dict[str, Any]) -> str:
        head, _, signature = rogue.signed({**claims, "helseid://claims/hpr/hpr_number": "1"}).split(".")
        body = unsigned({}, claims).split(".")[1]
        return f"{head}.{body}.{signature}"

    rogue.sign = sign


def with_a_critical_header_that_nobody_knows(rogue: Rogue) -> None:
    """Signed as it should be, and saying that whoever does not understand it must refuse it (RFC 7515, 4.1.11)."""

    def sign(claims: dict[str, Any]) -> str:
        assert isinstance(rogue.key, RSAKey)
        header = {"alg": "RS256", "kid": rogue.key.kid, "crit": ["ukjent"], "ukjent": True}
        signed = unsigned(header, claims).rsplit(".", 1)[0]
        signature = rogue.key.private_key.sign(signed.encode(), PKCS1v15(), SHA256())  # type: ignore[union-attr]
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    rogue.sign = sign


def a_key_taken_away(rogue: Rogue) -> None:
    old = rogue.rotate()
    rogue.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": old.kid}, claims, old)


def claims(**changed: Any) -> Tamper:
    def tamper(rogue: Rogue) -> None:
        rogue.claims.update(changed)

    tamper.__name__ = "_".join(changed)
    return tamper


def at(seconds: int, *names: str) -> Tamper:
    def tamper(rogue: Rogue) -> None:
        rogue.claims.update(dict.fromkeys(names, int(time.time()) + seconds))

    tamper.__name__ = f"{'_'.join(names)}{seconds:+d}"
    return tamper


def token(**changed: Any) -> Tamper:
    def tamper(rogue: Rogue) -> None:
        rogue.token.update(changed)

    tamper.__name__ = "token_" + "_".join(changed)
    return tamper


def typed(rogue: Rogue) -> None:
    """An access token for something else, signed with the same key."""
    rogue.headers["typ"] = "at+jwt"


def keys_gone(rogue: Rogue) -> None:
    rogue.published = []


BAD: list[tuple[Tamper, str]] = [
    (signed_by_another, "token signature"),
    (not_signed, "token form"),
    (not_signed_in_capitals, "token form"),
    (hmac_with_the_public_key, "token form"),
    (hmac_with_the_public_key_as_json, "token form"),
    (hmac_with_the_client_secret, "token form"),
    (hmac_with_a_published_symmetric_key, "token form"),
    (signed_with_an_encryption_key, "token key"),
    (signed_with_a_key_of_its_own, "token form"),
    (changed_after_signing, "token signature"),
    (with_a_critical_header_that_nobody_knows, "token form"),
    (a_key_taken_away, "token key"),
    (keys_gone, "provider keys"),
    (typed, "token type"),
    (claims(aud="en-annen-klient"), "token claim_aud"),
    (claims(aud=[CLIENT, "en-annen-klient"], azp=CLIENT), "token claim_aud"),
    (claims(aud=[]), "token claim_aud"),
    (claims(aud=None), "token claim_aud"),
    (claims(aud=["en-annen-klient"], azp=CLIENT), "token claim_aud"),
    (claims(azp="en-annen-klient"), "token claim_azp"),
    (claims(iss="https://helseid-sts.nhn.no"), "token claim_iss"),
    (claims(iss=None), "token claim_iss"),
    (claims(iss=["http://127.0.0.1"]), "token claim_iss"),
    (claims(sub=None), "token claim_sub"),
    (claims(sub=17), "token claim_sub"),
    (claims(nonce=None), "token claim_nonce"),
    (claims(nonce=""), "token claim_nonce"),
    (claims(nonce="et-annet-nonce"), "token claim_nonce"),
    (claims(nonce=["et-annet-nonce"]), "token claim_nonce"),
    (claims(nonce_supported=False, nonce=None), "token claim_nonce"),
    (at(-120, "exp"), "token claim_exp"),
    (claims(exp=None), "token claim_exp"),
    (claims(exp="9999999999"), "token claim_exp"),
    (claims(exp=True), "token claim_exp"),
    (at(300, "iat"), "token claim_iat"),
    (claims(iat=None), "token claim_iat"),
    (at(300, "nbf"), "token claim_nbf"),
    (claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "token claim_at_hash"),
    (token(id_token=None), "token missing"),
    (token(id_token={"alg": "none"}), "token missing"),
    (token(id_token="ikke.et.token"), "token form"),
    (token(id_token=""), "token form"),
    (token(id_token="a" * 200_000), "token form"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tamper", "why"), BAD, ids=[f"{tamper.__name__}-{n}" for n, (tamper, _) in enumerate(BAD)]
)
def test_a_bad_token_lets_nobody_in(flow: Flow, tamper: Tamper, why: str) -> None:
    tamper(flow.rogue)
    flow.assert_refused(flow.log_in(), 403, UNCONFIRMED)
    assert f"refused: helseid {why}" in flow.caplog.text  # for the reason that was meant, and no other
    flow.assert_kept_nowhere()


def test_two_clocks_may_differ_a_little(flow: Flow) -> None:
    now = int(time.time())
    flow.rogue.claims |= {"iat": now + 30, "nbf": now + 30, "exp": now + 330}
    assert flow.log_in().status_code == 302


def test_a_key_taken_away_is_good_for_five_minutes_at_most(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.log_in()
    flow.client.logout()
    a_key_taken_away(flow.rogue)
    now = time.monotonic()
    monkeypatch.setattr("login.oidc.metadata.time.monotonic", lambda: now + metadata.KEYS_SECONDS + 1)
    flow.assert_refused(flow.log_in(), 403, UNCONFIRMED)
    assert metadata.KEYS_SECONDS <= 300


# --- the answer through the browser


def test_the_same_answer_twice(flow: Flow, known: Cast) -> None:
    """From the browser's history, or from somebody who read it over a shoulder: even a provider that gives a second
    token for the same code does not help."""
    flow.rogue.lenient = True
    back = flow.out(flow.start())
    assert flow.client.get(back).status_code == 302
    asked = len(flow.rogue.asked)
    flow.client.logout()
    flow.assert_refused(flow.client.get(back), 400, "gått ut på dato")
    assert len(flow.rogue.asked) == asked  # it was not even asked


def test_the_same_code_twice(flow: Flow) -> None:
    """A code that has been used, under a state that waits: the provider refuses, and so do we."""
    back = flow.out(flow.start())
    code = parse_qs(urlsplit(back).query)["code"][0]
    flow.client.get(back)
    flow.client.logout()
    flow.assert_refused(flow.client.get(with_code(flow, code)), 403, UNCONFIRMED)


def test_somebody_elses_code(flow: Flow) -> None:
    """Code injection: a code stolen from another browser, brought back by one's own. PKCE and nonce stop it."""
    victim = Flow(Client(REMOTE_ADDR="10.9.9.9"), flow.rogue, flow.caplog)
    stolen = parse_qs(urlsplit(victim.out(victim.start())).query)["code"][0]
    flow.assert_refused(flow.client.get(with_code(flow, stolen)), 403, UNCONFIRMED)
    victim.assert_nobody()


def with_code(flow: Flow, code: str) -> str:
    """This browser's own answer, with another code in it."""
    back = urlsplit(flow.out(flow.start()))
    said = {name: values[0] for name, values in parse_qs(back.query).items()}
    return f"{back.path}?{urlencode({**said, 'code': code})}"


def test_an_answer_in_another_browser(flow: Flow) -> None:
    """Login CSRF: the attacker's own answer, opened by somebody else, who would work as the attacker."""
    back = flow.out(flow.start())
    victim = Flow(Client(), flow.rogue, flow.caplog)
    victim.assert_refused(victim.client.get(back), 400, "gått ut på dato")
    begun = Flow(Client(REMOTE_ADDR="10.9.9.8"), flow.rogue, flow.caplog)
    begun.start()
    begun.assert_refused(begun.client.get(back), 400, "gått ut på dato")
    assert flow.client.get(back).status_code == 302  # still good where it belongs


def test_a_session_stays_as_it_was(flow: Flow, known: Cast) -> None:
    """Somebody at work opens the attacker's link: they go on as themselves."""
    back = flow.out(flow.start())
    assert known.doctor.user
    victim = Client()
    victim.force_login(known.doctor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert victim.get(back).status_code == 400
    assert victim.session[SESSION_KEY] == str(known.doctor.user_id)


@pytest.mark.parametrize(
    "query", ["", "state=", "state=x", "code=x", "state=x&code=y", "error=access_denied", "%00=%ff&state=%00"]
)
def test_an_answer_to_no_question(flow: Flow, query: str) -> None:
    flow.start()
    flow.assert_refused(flow.client.get(f"/logg-inn/helseid/svar/?{query}"), 400, "gått ut på dato")
    assert "/token" not in flow.rogue.asked


def test_an_answer_after_ten_minutes(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    back = flow.out(flow.start())
    now = time.time()
    monkeypatch.setattr("login.oidc.waiting.time.time", lambda: now + 601)
    flow.assert_refused(flow.client.get(back), 400, "gått ut på dato")
    assert "/token" not in flow.rogue.asked


def test_a_session_that_ended_meanwhile(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logged out in another tab, between the session's being read and the answer's being taken."""
    back = flow.out(flow.start())
    read = SessionStore.load

    def read_and_end(store: SessionStore) -> dict[str, Any]:
        found = read(store)
        Session.objects.all().delete()
        return found

    monkeypatch.setattr(SessionStore, "load", read_and_end)
    response = flow.client.get(back)
    monkeypatch.undo()
    assert response.status_code == 400  # Django's own answer to a session that is no more
    assert "refused: helseid state ended" in flow.caplog.text
    assert "/token" not in flow.rogue.asked
    flow.assert_nobody()


def test_the_session_comes_along_when_the_provider_sends_somebody_back(flow: Flow) -> None:
    """Lax: with Strict the browser would come back from another site without it, and nothing would be waiting."""
    flow.start()
    cookie = flow.client.cookies["sessionid"]
    assert cookie["samesite"] == "Lax"
    assert cookie["httponly"] is True


def test_the_answer_is_only_read(flow: Flow) -> None:
    back = flow.out(flow.start())
    for method in (flow.client.post, flow.client.head, flow.client.put):
        assert method(back).status_code == 405
    assert flow.client.get(back).status_code == 302


@pytest.mark.parametrize("answer", [{"iss": "https://ond.example"}, {"iss": ""}])
def test_an_answer_from_another_provider(flow: Flow, answer: dict[str, str]) -> None:
    """Mix-up: it says it is somebody else, or does not say who it is though the provider always does (RFC 9207)."""
    flow.rogue.answer = answer
    flow.assert_refused(flow.log_in(), 403, UNCONFIRMED)
    assert "/token" not in flow.rogue.asked  # the code goes to nobody


def test_an_answer_that_names_nobody_where_nobody_is_named(flow: Flow) -> None:
    flow.rogue.metadata = {"authorization_response_iss_parameter_supported": False}
    flow.rogue.answer = {"iss": ""}
    assert flow.log_in().status_code == 302


def test_an_answer_to_another_providers_question(flow: Flow, written: Written) -> None:
    """Two providers, one of them bad: its answer is not taken for the other's, nor the other way."""
    with running() as other:
        written.write(
            toml("helseid", issuer=flow.rogue.issuer, **SETTINGS),
            toml("annen", issuer=other.issuer, **SETTINGS),
        )
        back = flow.out(flow.start("helseid"))
        crossed = back.replace("/helseid/", "/annen/")
        flow.assert_refused(flow.client.get(crossed), 403, UNCONFIRMED)
        assert "mix_up provider" in flow.caplog.text
        assert "/token" not in other.asked
        flow.assert_refused(flow.client.get(back), 400, "gått ut på dato")  # used up by the attempt


def test_a_person_of_one_provider_is_nobody_at_another(flow: Flow, written: Written) -> None:
    """The same number, said by a provider that has no business saying it."""
    with running() as other:
        written.write(
            toml("helseid", issuer=flow.rogue.issuer, **SETTINGS),
            toml("annen", issuer=other.issuer, **SETTINGS),
        )
        flow.assert_refused(flow.client.get(flow.out(flow.start("annen"))), 403, "Ingen konto")


@pytest.mark.parametrize(("error", "status", "title"), [
    ("access_denied", 403, "ble avbrutt"), ("login_required", 403, "ble avbrutt"),
    ("server_error", 403, UNCONFIRMED), ("<script>alert(1)</script>", 403, UNCONFIRMED),
])  # fmt: skip
def test_an_answer_with_an_error(flow: Flow, error: str, status: int, title: str) -> None:
    """What the provider, or whoever wrote the address, says of it is neither shown nor logged."""
    flow.rogue.answer = {"code": "", "error": error, "error_description": "05073500186 fikk ikke lov"}
    response = flow.log_in()
    flow.assert_refused(response, status, title)
    assert "fikk ikke lov" not in response.content.decode() + flow.caplog.text
    assert "<script>alert" not in response.content.decode()


# --- who it is


@pytest.mark.parametrize("level", ["3", "2", "", None, 3, "40", ["3"], {"4": "4"}, "4 ", True])
def test_not_surely_enough(flow: Flow, level: object) -> None:
    flow.rogue.claims["helseid://claims/identity/security_level"] = level
    flow.assert_refused(flow.log_in(), 403, "ikke sterk nok")


def test_how_surely_is_only_asked_of_the_signed_token(flow: Flow, written: Written) -> None:
    written.write(toml("helseid", issuer=flow.rogue.issuer, userinfo=True, **SETTINGS))
    level = flow.rogue.claims.pop("helseid://claims/identity/security_level")
    flow.rogue.userinfo = {"sub": flow.rogue.claims["sub"], "helseid://claims/identity/security_level": level}
    flow.assert_refused(flow.log_in(), 403, "ikke sterk nok")


@pytest.mark.parametrize(
    "number", ["1234567", "", None, True, ["9144889"], {"a": "9144889"}, "9144889' OR '1'='1", 9144889.5]
)
def test_nobody_we_know(flow: Flow, number: object) -> None:
    flow.rogue.claims["helseid://claims/hpr/hpr_number"] = number
    flow.assert_refused(flow.log_in(), 403, "Ingen konto")


def test_a_user_who_has_been_closed(flow: Flow, known: Cast) -> None:
    assert known.nurse.user
    known.nurse.user.is_active = False
    known.nurse.user.save()
    flow.assert_refused(flow.log_in(), 403, "Ingen konto")


def test_a_place_that_has_ended(flow: Flow, known: Cast) -> None:
    Member.objects.filter(pk=known.nurse.pk).update(ends_on=STARTED)
    flow.assert_refused(flow.log_in(), 403, "Ingen plass ved dette legekontoret")


def test_somebody_of_another_clinic(flow: Flow, known: Cast, furulund: Cast) -> None:
    """Furulund's doctor, logged in for Solbakken."""
    assert furulund.doctor.user
    tie_identity(furulund.doctor.user, provider=providers()["helseid"], value="7654321", at=timezone.now())
    flow.rogue.claims["helseid://claims/hpr/hpr_number"] = "7654321"
    flow.assert_refused(flow.log_in(), 403, "Ingen plass ved dette legekontoret")


@pytest.mark.parametrize("number", ["999601391", "", None, "solbakken", ["974760673"], True])
def test_an_organisation_that_is_no_clinic(flow: Flow, number: object) -> None:
    flow.rogue.claims["helseid://claims/client/claims/orgnr_parent"] = number
    flow.assert_refused(flow.log_in(), 403, "Ingen plass ved dette legekontoret")


def test_both_unknown_tell_alike(flow: Flow, known: Cast) -> None:
    """Whether an organisation is a customer here is nobody's to find out."""
    answers = []
    for number in ("999601391", "810034882"):
        flow.rogue.claims["helseid://claims/client/claims/orgnr_parent"] = number
        page = flow.log_in()
        answers.append(page.content.decode().replace(page["X-Reference"], ""))
    assert len({body.split("<main")[1] for body in answers}) == 1


def test_what_the_signed_token_says_stands(flow: Flow, written: Written, known: Cast) -> None:
    written.write(toml("helseid", issuer=flow.rogue.issuer, userinfo=True, **SETTINGS))
    flow.rogue.userinfo = {"sub": flow.rogue.claims["sub"], "helseid://claims/hpr/hpr_number": "1234567"}
    assert flow.log_in().status_code == 302
    assert flow.client.session["member_id"] == known.nurse.pk


def test_userinfo_of_somebody_else(flow: Flow, written: Written) -> None:
    written.write(toml("helseid", issuer=flow.rogue.issuer, userinfo=True, **SETTINGS))
    del flow.rogue.claims["helseid://claims/hpr/hpr_number"]
    flow.rogue.userinfo = {"sub": "en-annen", "helseid://claims/hpr/hpr_number": HPR}
    flow.assert_refused(flow.log_in(), 403, UNCONFIRMED)


@pytest.mark.parametrize(("auth_time", "status"), [(0, 302), (-30, 302), (-400, 403), (None, 403)])
def test_how_long_ago_somebody_logged_in(
    flow: Flow, written: Written, auth_time: int | None, status: int
) -> None:
    """On a shared machine the provider may remember the last one: with max_age it must say when they logged in."""
    written.write(toml("helseid", issuer=flow.rogue.issuer, max_age=120, **SETTINGS))
    flow.rogue.claims["auth_time"] = None if auth_time is None else int(time.time()) + auth_time
    address = flow.start()
    assert parse_qs(urlsplit(address).query)["max_age"] == ["120"]
    response = flow.client.get(flow.out(address))
    assert response.status_code == status
    if status == 403:
        flow.assert_refused(response, 403, UNCONFIRMED)


# --- a provider that is away, slow, or talks nonsense


WELL_KNOWN = "/.well-known/openid-configuration"


@pytest.mark.parametrize("path", [WELL_KNOWN, "/token", "/jwks"])
@pytest.mark.parametrize("status", [500, 503, 302])
def test_a_provider_that_is_away(flow: Flow, path: str, status: int) -> None:
    flow.rogue.status[path] = status
    response = flow.client.post("/logg-inn/helseid/") if path == WELL_KNOWN else flow.log_in()
    flow.assert_refused(response, 503, "HelseID svarer ikke")
    assert "/elsewhere" not in flow.rogue.asked  # nobody follows it there with our secret
    del flow.rogue.status[path]
    assert flow.log_in().status_code == 302  # and nothing of it is remembered


def test_a_provider_that_is_not_there_at_all(flow: Flow, written: Written) -> None:
    written.write(toml("helseid", issuer="http://127.0.0.1:9", **SETTINGS))
    flow.assert_refused(flow.client.post("/logg-inn/helseid/"), 503, "HelseID svarer ikke")


def test_a_provider_that_goes_away_in_between(flow: Flow) -> None:
    """The answer is used up: the person begins anew."""
    back = flow.out(flow.start())
    flow.rogue.status["/token"] = 502
    flow.assert_refused(flow.client.get(back), 503, "HelseID svarer ikke")
    del flow.rogue.status["/token"]
    flow.assert_refused(flow.client.get(back), 400, "gått ut på dato")


def test_a_provider_that_drips(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then: no single wait is long, all of them together would be."""
    monkeypatch.setattr(wire, "ALL", 1)
    flow.rogue.slow["/token"] = 0.02
    back = flow.out(flow.start())
    began = time.monotonic()
    flow.assert_refused(flow.client.get(back), 503, "HelseID svarer ikke")
    assert time.monotonic() - began < 3


def test_a_provider_that_never_answers(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ", 0.3)
    flow.rogue.slow["/token"] = 5
    back = flow.out(flow.start())
    began = time.monotonic()
    flow.assert_refused(flow.client.get(back), 503, "HelseID svarer ikke")
    assert time.monotonic() - began < 3


def test_a_provider_that_talks_for_ever(flow: Flow) -> None:
    flow.rogue.body["/jwks"] = b" " * (wire.MOST_BYTES + 1) + b'{"keys": []}'
    flow.assert_refused(flow.log_in(), 503, "HelseID svarer ikke")


@pytest.mark.parametrize("path", [WELL_KNOWN, "/token", "/jwks"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"x"', b"null", b'{"keys": 3}', b'{"keys": [3, {}]}', b"\xff"]
)
def test_a_provider_that_talks_nonsense(flow: Flow, path: str, body: bytes) -> None:
    flow.rogue.body[path] = body
    response = flow.client.post("/logg-inn/helseid/") if path == WELL_KNOWN else flow.log_in()
    flow.assert_refused(response, 403, UNCONFIRMED)


@pytest.mark.parametrize("told", [
    {"issuer": "https://ond.example"}, {"issuer": None},
    {"token_endpoint": "http://ond.example/token"}, {"token_endpoint": None}, {"token_endpoint": 7},
    {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:alert(1)"}, {"userinfo_endpoint": "ftp://x/"},
])  # fmt: skip
def test_a_provider_that_points_elsewhere(flow: Flow, told: dict[str, object]) -> None:
    """Metadata for another issuer, or addresses without TLS."""
    flow.rogue.metadata = told
    flow.assert_refused(flow.client.post("/logg-inn/helseid/"), 403, UNCONFIRMED)
