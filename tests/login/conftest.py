"""People who log in as people do: by a password, and a code that is worked out from the app's key."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client

from teams.models import Member, User
from tests.conftest import Cast

PASSWORD = "regnvær på fjorden 7"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def use_is_noted_once() -> None:
    """Here it is noted as it is for people."""


@pytest.fixture(autouse=True)
def empty_counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is counted of tries lies in the cache, which outlives a test. And a hash need not cost what it should."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)
    cache.clear()
    yield
    cache.clear()


def code(key: str = KEY, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now."""
    return str(format_hotp_value(hotp_value(key, int(time.time()) // 30 + steps)))


@dataclass
class Person:
    user: User
    recovery: list[str]

    def log_in(self, client: Client, password: str = PASSWORD, **extra: str):  # type: ignore[no-untyped-def]
        return client.post("/konto/login/", {"login": self.user.username, "password": password}, **extra)  # type: ignore[arg-type]


def with_password(member: Member) -> User:
    assert member.user is not None
    member.user.set_password(PASSWORD)
    member.user.save()
    return member.user


@pytest.fixture
def nurse(solbakken: Cast) -> Person:
    """Has a password, and no second factor."""
    return Person(with_password(solbakken.nurse), [])


@pytest.fixture
def enrolled(solbakken: Cast) -> Person:
    """A doctor with an app and recovery codes."""
    user = with_password(solbakken.second_doctor)
    TOTP.activate(user, KEY)
    codes = RecoveryCodes.activate(user)
    return Person(user, codes.get_unused_codes())


@pytest.fixture
def inside(enrolled: Person, client: Client) -> Client:
    """The doctor, in a browser, all the way in."""
    enrolled.log_in(client)
    answer = client.post("/konto/sikkerhet/authenticate/", {"code": code()})
    assert answer.status_code == 302
    assert client.get("/min-dag/").status_code == 200
    assert Authenticator.objects.get(user=enrolled.user, type="totp").data["last_step"]
    return client
