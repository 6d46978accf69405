"""The cast: two clinics that must never see one another.

Solbakken has a doctor who leads, a second doctor, a nurse, a secretary and a manager; Furulund has a
doctor who must see nothing of it. Tests connect as the owner, who walks through row-level security, and
the code under test steps down by itself (teams/wall.py); `tests/teams/test_wall.py` uses the real logins.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from hypothesis import HealthCheck

from login import idle
from teams.calendar import oslo_date
from teams.models import (
    Access,
    AccessApproval,
    Clinic,
    Decision,
    Member,
    Municipality,
    Profession,
    User,
    WorkingHours,
)

STARTED = dt.date(2025, 1, 1)


def pytest_configure() -> None:
    """Static files by their plain names: nothing has to be collected before a test can show a page."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # Rows have the same ids in every run: a page kept by another run is no page of this one.
    settings.CACHES["default"]["KEY_PREFIX"] = uuid.uuid4().hex
    # A slow moment of a shared machine is no counterexample.
    hypothesis.settings.register_profile(
        "fordel", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("fordel")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database, always: pytest-django's own makes none for tests that only use `committed`.

    The roles belong to the whole cluster and must be there before it is migrated.
    """
    with django_db_blocker.unblock():
        call_command("prepare_roles")
        connection.close()
        keep = request.config.getvalue("reuse_db") and not request.config.getvalue("create_db")
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None}, keepdb=keep)
    yield
    with django_db_blocker.unblock():
        if not keep:
            teardown_databases(made, verbosity=0)


@dataclass(frozen=True)
class Cast:
    clinic: Clinic
    doctor: Member
    second_doctor: Member
    nurse: Member
    secretary: Member
    manager: Member


def make_clinic(slug: str, name: str) -> Clinic:
    municipality, _ = Municipality.objects.get_or_create(number="0301", defaults={"name": "Oslo"})
    return Clinic.objects.create(slug=slug, name=name, municipality=municipality, started_on=STARTED)


def let_in(member: Member) -> Member:
    """With an access that is approved for a year from today."""
    now = timezone.now()
    AccessApproval.objects.create(
        clinic_id=member.clinic_id, member=member, decision=Decision.GIVEN, access=member.access,
        profession=member.profession, until=oslo_date(now) + dt.timedelta(days=365), at=now,
    )  # fmt: skip
    member.access_until = oslo_date(now) + dt.timedelta(days=365)
    return member


def make_member(
    clinic: Clinic, name: str, profession: str, access: str = Access.STAFF, minutes: int = 300, **fields: Any
) -> Member:
    """A member with a login named after them, who works Monday to Friday."""
    user = User.objects.create_user(username=f"{name.lower().replace(' ', '-')}-{clinic.slug}", password=None)
    member = Member.objects.create(
        clinic=clinic, user=user, name=name, profession=profession, access=access,
        **{"starts_on": STARTED, **fields},
    )  # fmt: skip
    let_in(member)
    WorkingHours.objects.bulk_create(
        WorkingHours(clinic=clinic, member=member, weekday=day, minutes=minutes, starts_on=STARTED)
        for day in range(1, 6)
        if profession
    )
    return member


def make_cast(slug: str, name: str) -> Cast:
    clinic = make_clinic(slug, name)
    return Cast(
        clinic=clinic,
        doctor=make_member(clinic, "Hanne Holm", Profession.DOCTOR, Access.LEADER, minutes=120),
        second_doctor=make_member(clinic, "Arne Aune", Profession.DOCTOR, minutes=120),
        nurse=make_member(clinic, "Nina Nes", Profession.NURSE),
        secretary=make_member(clinic, "Siri Sand", Profession.SECRETARY),
        manager=make_member(clinic, "Mona Myhre", "", Access.MANAGER),
    )


@pytest.fixture(autouse=True)
def use_is_noted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session is written every half minute of use: what tests count must not hang on how fast the machine is."""
    monkeypatch.setattr(idle, "_grain", lambda: 1e9)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that other connections and processes see. Afterwards all clinics are gone; the catalogue stays."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        assert str(name).startswith("test_"), f"{name} is somebody's own database"
        yield
        with connection.cursor() as cursor:
            # The lines of reports hang on them by a trigger, which does not cascade.
            lines = ", ".join(f"reports_{line}line" for line in ("capacity", "work", "movable", "sender"))
            cursor.execute(f"TRUNCATE teams_municipality, teams_clinic, teams_user, {lines} CASCADE")


@pytest.fixture
def solbakken(db: None) -> Cast:
    return make_cast("solbakken", "Solbakken legesenter")


@pytest.fixture
def furulund(db: None) -> Cast:
    return make_cast("furulund", "Furulund legekontor")


def logged_in(member: Member) -> Client:
    assert member.user is not None
    return logged_in_user(member.user)


def logged_in_user(user: User, client: Client | None = None) -> Client:
    """As a login leaves it, the second factor shown."""
    client = client or Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["login.began"] = session["login.used"] = int(time.time())
    session.save()
    return client
