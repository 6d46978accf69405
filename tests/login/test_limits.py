"""Guessing is stopped; a colleague is not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from tests.login.conftest import PASSWORD, Person, code

pytestmark = pytest.mark.django_db
TOO_MANY = "For mange forsøk"


def tries(
    person: Person, n: int, *, address: str = "203.0.113.9", client: Client | None = None
) -> list[bool]:
    """Whether each of so many wrong passwords was looked at."""
    client = client or Client()
    return [
        TOO_MANY not in person.log_in(client, f"galt passord {i}", REMOTE_ADDR=address).content.decode()
        for i in range(n)
    ]


def test_guessing_from_one_address_is_stopped_after_five(nurse: Person) -> None:
    assert tries(nurse, 8) == [True] * 5 + [False] * 3
    assert TOO_MANY in nurse.log_in(Client(), REMOTE_ADDR="203.0.113.9").content.decode()


def test_guessing_from_many_addresses_is_stopped_after_twenty(nurse: Person) -> None:
    looked_at = [tries(nurse, 1, address=f"198.51.100.{n}")[0] for n in range(30)]
    assert looked_at == [True] * 20 + [False] * 10


def test_one_address_cannot_go_through_all_accounts(nurse: Person) -> None:
    client = Client()
    answers = [
        client.post(
            "/konto/login/", {"login": f"bruker{n}", "password": "galt passord"}, REMOTE_ADDR="203.0.113.9"
        )
        for n in range(35)
    ]
    assert [TOO_MANY in a.content.decode() for a in answers] == [False] * 30 + [True] * 5


@pytest.mark.parametrize("same_address", [True, False])
def test_a_hundred_failures_elsewhere_do_not_stop_the_owner_in_a_known_browser(
    nurse: Person, client: Client, same_address: bool
) -> None:
    """Also when the other one sits in the same clinic, behind the same address."""
    nurse.log_in(client, REMOTE_ADDR="192.0.2.1")
    client.post("/konto/logout/")
    for n in range(100):
        tries(nurse, 1, address="192.0.2.1" if same_address else f"198.51.100.{n}")
    if not same_address:
        assert TOO_MANY in nurse.log_in(Client(), REMOTE_ADDR="192.0.2.77").content.decode()
    nurse.log_in(client, REMOTE_ADDR="192.0.2.1")
    assert client.session["_auth_user_id"] == str(nurse.user.pk)


def test_a_stranger_in_another_browser_waits_a_quarter_of_an_hour_at_most(
    nurse: Person, monkeypatch: Any
) -> None:
    for n in range(30):
        tries(nurse, 1, address=f"198.51.100.{n}")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 15 * 60 + 1)
    client = Client()
    nurse.log_in(client, REMOTE_ADDR="192.0.2.77")
    assert "_auth_user_id" in client.session


def test_a_known_browser_is_no_leave_to_guess(nurse: Person, client: Client) -> None:
    nurse.log_in(client)
    client.post("/konto/logout/")
    assert tries(nurse, 7, client=client) == [True] * 5 + [False] * 2


def test_a_known_browser_is_known_for_its_own_accounts_only(
    nurse: Person, enrolled: Person, client: Client
) -> None:
    nurse.log_in(client)
    client.post("/konto/logout/")
    for n in range(25):
        tries(enrolled, 1, address=f"198.51.100.{n}")
    assert TOO_MANY in enrolled.log_in(client, REMOTE_ADDR="192.0.2.1").content.decode()


def test_a_forged_cookie_is_no_known_browser(nurse: Person, client: Client) -> None:
    nurse.log_in(client)
    client.cookies["fordel-known"] = client.cookies["fordel-known"].value[:-2] + "xx"
    client.post("/konto/logout/")
    for n in range(25):
        tries(nurse, 1, address=f"198.51.100.{n}")
    assert TOO_MANY in nurse.log_in(client, REMOTE_ADDR="192.0.2.1").content.decode()


def test_the_cookie_of_a_known_browser_names_nobody(nurse: Person, client: Client) -> None:
    nurse.log_in(client)
    cookie = client.cookies["fordel-known"]
    assert nurse.user.username not in cookie.value
    assert cookie["httponly"] and cookie["samesite"] == "Strict"


def test_a_password_alone_makes_no_browser_known(enrolled: Person, client: Client) -> None:
    enrolled.log_in(client)
    assert "fordel-known" not in client.cookies
    client.post("/konto/sikkerhet/authenticate/", {"code": code()})
    assert "fordel-known" in client.cookies


def test_right_passwords_are_not_counted(nurse: Person) -> None:
    for _ in range(12):
        client = Client()
        nurse.log_in(client, REMOTE_ADDR="203.0.113.9")
        assert "_auth_user_id" in client.session


def test_upper_case_and_e_mail_are_the_same_account(nurse: Person) -> None:
    nurse.user.email = "nina@example.no"
    nurse.user.save()
    tries(nurse, 5)
    for login in (nurse.user.username.upper(), "nina@example.no", "NINA@example.no"):
        answer = Client().post(
            "/konto/login/", {"login": login, "password": PASSWORD}, REMOTE_ADDR="203.0.113.9"
        )
        assert TOO_MANY in answer.content.decode()


@pytest.mark.parametrize("spoofed", ["10.0.0.{n}", "10.0.0.{n}, 10.1.1.{n}"])
def test_a_header_that_the_client_writes_does_not_make_it_another_address(
    nurse: Person, settings: Any, spoofed: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    looked_at = []
    for n in range(8):
        forwarded = f"{spoofed.format(n=n)}, 203.0.113.9"  # the proxy adds what it sees
        answer = nurse.log_in(
            Client(), f"galt passord {n}", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR="127.0.0.1"
        )
        looked_at.append(TOO_MANY not in answer.content.decode())
    assert looked_at == [True] * 5 + [False] * 3


def test_without_a_proxy_the_header_is_nothing(nurse: Person) -> None:
    looked_at = [
        TOO_MANY
        not in nurse.log_in(
            Client(), f"galt {n}", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}", REMOTE_ADDR="203.0.113.9"
        ).content.decode()
        for n in range(7)
    ]
    assert looked_at == [True] * 5 + [False] * 2


def test_codes_are_not_guessed_either(enrolled: Person, client: Client) -> None:
    enrolled.log_in(client)
    answers = [
        client.post("/konto/sikkerhet/authenticate/", {"code": f"{n:06}"}).content.decode() for n in range(7)
    ]
    assert [TOO_MANY in a for a in answers] == [False] * 5 + [True] * 2


def test_too_many_tries_where_there_is_no_form_to_say_it_in_get_a_page(inside: Client) -> None:
    answers = [inside.post("/konto/reauthenticate/", {"password": "galt passord"}) for _ in range(11)]
    assert answers[-1].status_code == 429
    assert "Det er prøvd for mange ganger" in answers[-1].content.decode()
