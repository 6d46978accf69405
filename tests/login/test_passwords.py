"""Which passwords are refused, and that nobody is asked about them outside the machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from login.passwords import is_breached, is_in_sorted
from teams.models import User
from tests.login.conftest import PASSWORD, Person


@pytest.mark.parametrize(
    "password",
    [
        "kort", "elleve tegn", "x" * 129, "1q2w3e4r5t6y", "Unbelievable", "123QWEASDZXC", "Sommeren2026!", "Fordel 2026!!",
        "Legekontoret1", "Passord123456", "abababababab", "!!!!!!!!!!!!", "sykepleier!!!!",
    ],
)  # fmt: skip
def test_a_bad_password_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "hest batteri stift riktig", "tolvtegnerok", "Ørret/Myggmiddel", "x1" + "æøå€" * 31],
)
def test_a_good_password_is_taken(password: str) -> None:
    validate_password(password)


def test_a_password_like_ones_name_is_refused() -> None:
    with pytest.raises(ValidationError):
        validate_password("hannesolbakken1", User(username="hanne.solbakken"))


@pytest.fixture
def pwned(tmp_path: Path, settings: Any) -> Path:
    """Have I Been Pwned as its downloader writes it, with two hundred breached passwords."""
    path = tmp_path / "pwned.txt"
    hashes = sorted(
        hashlib.sha1(f"lekket passord {n}".encode(), usedforsecurity=False).hexdigest().upper()
        for n in range(200)
    )
    path.write_text("".join(f"{each}:{n}\r\n" for n, each in enumerate(hashes, 1)))
    settings.BREACHED_PASSWORDS = str(path)
    return path


def test_every_line_of_have_i_been_pwned_is_found_and_no_other(pwned: Path) -> None:
    assert all(is_breached(f"lekket passord {n}") for n in range(200))
    assert not any(is_breached(f"ikke lekket passord {n}") for n in range(200))
    with pytest.raises(ValidationError):
        validate_password("lekket passord 17")


@pytest.mark.parametrize("cut", [0, 1])
def test_shortened_hashes_and_a_last_line_without_an_end(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "prefixes.txt"
    hashes = sorted(
        hashlib.sha1(f"p{n}".encode(), usedforsecurity=False).hexdigest().upper()[:20] for n in range(50)
    )
    path.write_text("\n".join(hashes) + "\n" * cut)
    assert all(is_in_sorted(path, f"p{n}") for n in range(50))
    assert not is_in_sorted(path, "q1")


@pytest.mark.django_db
def test_passwords_are_kept_with_argon2(nurse: Person) -> None:
    assert identify_hasher(nurse.user.password).algorithm == "argon2"


@pytest.mark.django_db
def test_changing_it_ends_the_other_sessions_and_no_bad_one_is_taken(
    enrolled: Person, inside: Client
) -> None:
    from tests.login.conftest import code

    other = Client()
    enrolled.log_in(other)
    assert other.post("/konto/sikkerhet/authenticate/", {"code": code(steps=1)}).status_code == 302
    assert other.get("/min-dag/").status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "Sommeren2026!", "password2": "Sommeren2026!"}
    assert "lett å gjette" in inside.post("/konto/password/change/", new).content.decode()
    new |= {"password1": "snøfnugg over tre hus", "password2": "snøfnugg over tre hus"}
    assert inside.post("/konto/password/change/", new).status_code == 302
    assert inside.get("/min-dag/").status_code == 200
    assert other.get("/min-dag/").status_code == 302
    enrolled.user.refresh_from_db()
    assert enrolled.user.check_password("snøfnugg over tre hus")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["nurse", "nobody", "NURSE", "e-mail", "unusable"])
def test_a_login_costs_one_hash_whoever_it_is_for(
    nurse: Person, client: Client, typed: str, monkeypatch: Any
) -> None:
    """By count, not by clock: what takes as long for everybody tells nothing of who has an account."""
    User.objects.filter(pk=nurse.user.pk).update(email="nina@example.no")
    if typed == "unusable":
        nurse.user.set_unusable_password()
        nurse.user.save()
    own = nurse.user.username
    login = {"nobody": "ingen", "NURSE": own.upper(), "e-mail": "nina@example.no"}.get(typed, own)
    made = []

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            made.append(1)
            return real(*args)

        return call

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(getattr(Argon2PasswordHasher, name)))
    answer = client.post("/konto/login/", {"login": login, "password": "feil passord her"})
    assert "Brukernavnet eller passordet er feil." in answer.content.decode()
    assert made == [1]


def test_logging_in_with_the_e_mail_address_works(nurse: Person, client: Client) -> None:
    User.objects.filter(pk=nurse.user.pk).update(email="nina@example.no")
    client.post("/konto/login/", {"login": "nina@example.no", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(nurse.user.pk)
