"""How long a session lasts, what counts as use, and where one is logged in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from tests.conftest import Cast, logged_in
from tests.login.conftest import Person, code

pytestmark = pytest.mark.django_db
MINUTE = 60
Wait = Callable[[float], None]
POLL = {"HX-Request": "true", "X-Fordel-Background": "1"}


@pytest.fixture
def wait(monkeypatch: Any) -> Wait:
    """`wait(19 * MINUTE)`: the clock goes on, and nothing else happens."""
    clock = [time.time()]
    monkeypatch.setattr(time, "time", lambda: clock[0])

    def on(seconds: float) -> None:
        clock[0] += seconds

    return on


def is_in(client: Client) -> bool:
    return client.get("/min-dag/").status_code == 200


def test_a_session_ends_twenty_minutes_after_its_last_use(solbakken: Cast, wait: Wait) -> None:
    client = logged_in(solbakken.nurse)
    for _ in range(5):
        assert is_in(client)
        wait(19 * MINUTE)
    assert is_in(client)
    wait(21 * MINUTE)
    key = client.session.session_key
    assert client.get("/min-dag/")["Location"] == "/konto/login/?next=/min-dag/"
    assert not Session.objects.filter(session_key=key).exists()
    assert "ikke var i bruk" in client.get("/konto/login/").content.decode()


def test_and_after_ten_hours_whatever_is_done(solbakken: Cast, wait: Wait) -> None:
    client = logged_in(solbakken.nurse)
    tens = 0
    while is_in(client):
        wait(10 * MINUTE)
        tens += 1
    assert tens in (60, 61)


def test_what_a_page_asks_by_itself_is_no_use(solbakken: Cast, wait: Wait) -> None:
    client = logged_in(solbakken.nurse)
    assert is_in(client)
    for _ in range(20):
        wait(MINUTE)
        assert client.get("/min-dag/", headers=POLL).status_code == 200
        assert client.get("/konto/okt/").json()["left"] > 0
    wait(MINUTE)
    answer = client.get("/min-dag/", headers=POLL)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/konto/login/?next=/")
    assert client.get("/konto/okt/").json() == {"left": 0}


def test_the_state_counts_down_and_going_on_puts_it_off(solbakken: Cast, wait: Wait) -> None:
    client = logged_in(solbakken.nurse)
    is_in(client)
    wait(15 * MINUTE)
    state = client.get("/konto/okt/").json()
    assert 4 * MINUTE <= state["left"] <= 6 * MINUTE
    assert (state["user"], state["place"]) == (str(solbakken.nurse.user_id), str(solbakken.nurse.pk))
    assert client.post("/konto/okt/").json()["left"] >= 20 * MINUTE
    wait(19 * MINUTE)
    assert is_in(client)


def test_near_the_end_of_the_ten_hours_use_puts_nothing_off(solbakken: Cast, wait: Wait) -> None:
    client = logged_in(solbakken.nurse)
    for _ in range(595 // 7):
        is_in(client)
        wait(7 * MINUTE)
    state = client.post("/konto/okt/").json()
    assert state["final"] and state["left"] <= 6 * MINUTE


def test_going_on_wants_a_token(solbakken: Cast) -> None:
    client = logged_in(solbakken.nurse)
    client.handler.enforce_csrf_checks = True
    assert client.post("/konto/okt/").status_code == 403
    token = client.get("/konto/okt/").json()["csrf"]
    assert client.post("/konto/okt/", headers={"X-CSRFToken": token}).status_code == 200


def test_nobody_is_told_anything_by_the_state(client: Client) -> None:
    answer = client.get("/konto/okt/")
    assert answer.json() == {"left": 0}
    assert "no-store" in answer["Cache-Control"]


def test_a_planted_session_is_not_the_one_that_is_logged_in(enrolled: Person, client: Client) -> None:
    """Session fixation: whoever knew the key before the login has nothing after it."""
    client.get("/konto/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    planted = str(session.session_key)
    client.cookies["sessionid"] = planted
    enrolled.log_in(client)
    client.post("/konto/sikkerhet/authenticate/", {"code": code()})
    assert is_in(client)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_a_session_that_passes_to_another_user_keeps_nothing(
    nurse: Person, inside: Client, settings: Any
) -> None:
    settings.DEMO = True
    inside.get("/min-dag/")
    session = inside.session
    session["mine"] = "only"
    session.save()
    inside.post("/konto/logout/")
    nurse.log_in(inside)
    assert "mine" not in inside.session


def test_one_sees_ones_own_sessions_and_ends_one_or_all_others(enrolled: Person, inside: Client) -> None:
    others = [
        Client(headers={"User-Agent": agent})
        for agent in ("Mozilla/5.0 (Windows NT 10.0) Firefox/120.0", "iPhone Safari/605")
    ]
    for n, other in enumerate(others, 1):
        enrolled.log_in(other)
        other.post("/konto/sikkerhet/authenticate/", {"code": enrolled.recovery[n]})
        assert is_in(other)
    page = inside.get("/konto/okter/").content.decode()
    assert "Firefox på Windows" in page and "Safari på iPhone" in page
    firefox = UserSession.objects.get(user_agent__contains="Firefox")
    inside.post(f"/konto/okter/{firefox.pk}/avslutt/")
    assert [is_in(each) for each in (*others, inside)] == [False, True, True]
    inside.post("/konto/okter/")
    assert [is_in(each) for each in (*others, inside)] == [False, False, True]


def test_somebody_elses_session_is_not_found(nurse: Person, inside: Client, client: Client) -> None:
    other = Client()
    nurse.log_in(other)
    theirs = UserSession.objects.get(user=nurse.user)
    assert inside.post(f"/konto/okter/{theirs.pk}/avslutt/").status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


def test_cookies_are_for_this_site_and_no_script(inside: Client) -> None:
    cookie = inside.cookies["sessionid"]
    assert (
        cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/" and not cookie["domain"]
    )
    assert not cookie["max-age"]  # gone with the browser


def test_pages_carry_whose_they_are_and_no_names_are_kept_by_the_script(solbakken: Cast) -> None:
    page = logged_in(solbakken.nurse).get("/min-dag/").content.decode()
    assert f'data-user="{solbakken.nurse.user_id}" data-place="{solbakken.nurse.pk}"' in page
    assert 'id="okt' not in Client().get("/konto/login/").content.decode()
