"""Who somebody is, and which clinic a number means: said by whoever runs Fordel, read by nobody who need not."""

from __future__ import annotations

import io
from typing import Any, LiteralString

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from login.oidc.actions import forget_organisation, name_organisation, tie_identity, untie_identity
from login.oidc.models import ClinicOrganisation, ExternalIdentity
from login.oidc.orgnumbers import is_organisation_number
from login.oidc.providers import Provider
from login.oidc.queries import user_of
from tests.conftest import Cast, make_cast
from tests.login.oidc.rogue import HPR, ORGANISATION
from tests.teams.test_wall import connect


@pytest.mark.parametrize("number", ["974760673", "999601391", "810034882"])
def test_numbers_that_are(number: str) -> None:
    assert is_organisation_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "974760674",
        "97476067",
        "9747606733",
        "",
        "abcdefghi",
        "123456785",
        "974 760 673",
        "٩٧٤٧٦٠٦٧٣",
        "994760673",
    ],
)
def test_numbers_that_are_not(number: str) -> None:
    assert not is_organisation_number(number)


def test_where_the_control_digit_would_be_ten_there_is_no_number() -> None:
    assert not any(is_organisation_number(f"80000005{digit}") for digit in range(10))


def tell(monkeypatch: pytest.MonkeyPatch, value: str, *command: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(value))
    asked = io.StringIO()
    call_command(*command, stderr=asked)
    return asked.getvalue()


def test_who_somebody_is_is_told_and_taken_back(
    solbakken: Cast, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = solbakken.nurse.user
    assert user
    asked = tell(monkeypatch, f" {HPR}\n", "external_identity", user.username, "helseid")
    assert asked == "helseid://claims/hpr/hpr_number: "
    assert user_of(provider.issuer, HPR) == user
    tell(monkeypatch, "7654321\n", "external_identity", user.username, "helseid")
    assert user_of(provider.issuer, HPR) is None
    assert user_of(provider.issuer, "7654321") == user
    tell(monkeypatch, "", "external_identity", user.username, "helseid", "--end")
    assert not ExternalIdentity.objects.exists()


def test_what_cannot_be_told(solbakken: Cast, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    nurse, doctor = solbakken.nurse.user, solbakken.doctor.user
    assert nurse and doctor
    tie_identity(nurse, provider=provider, value=HPR, at=timezone.now())
    for said, command in (
        (HPR, [doctor.username, "helseid"]),
        ("", [doctor.username, "helseid"]),
        ("1" * 256, [doctor.username, "helseid"]),
        ("1", ["finnes-ikke", "helseid"]),
        ("1", [doctor.username, "finnes-ikke"]),
    ):
        with pytest.raises(CommandError):
            tell(monkeypatch, said, "external_identity", *command)
    untie_identity(doctor, provider=provider)
    assert ExternalIdentity.objects.get().user == nurse


def test_the_number_of_a_clinic(solbakken: Cast, furulund: Cast) -> None:
    call_command("clinic_organisation", "solbakken", "974 760 673")
    call_command("clinic_organisation", "solbakken", ORGANISATION)
    call_command("clinic_organisation", "solbakken", "999601391")
    assert ClinicOrganisation.objects.filter(clinic=solbakken.clinic).count() == 2
    for slug, number in (
        ("furulund", ORGANISATION),
        ("solbakken", "974760674"),
        ("finnes-ikke", "810034882"),
    ):
        with pytest.raises(CommandError):
            call_command("clinic_organisation", slug, number)
    call_command("clinic_organisation", "furulund", ORGANISATION, "--end")  # not its own: nothing happens
    assert ClinicOrganisation.objects.filter(clinic=solbakken.clinic).count() == 2
    forget_organisation(solbakken.clinic, number=ORGANISATION)
    name_organisation(furulund.clinic, number=ORGANISATION)


def test_the_database_keeps_them_apart(solbakken: Cast, furulund: Cast, provider: Provider) -> None:
    now = timezone.now()
    rows: list[Any] = [
        ClinicOrganisation(clinic=solbakken.clinic, number=ORGANISATION),
        ExternalIdentity(user=solbakken.nurse.user, issuer="i", value="1", since=now),
    ]
    for row in rows:
        row.save()
    for twice in (
        ClinicOrganisation(clinic=furulund.clinic, number=ORGANISATION),
        ClinicOrganisation(clinic=furulund.clinic, number="123456789"),
        ClinicOrganisation(clinic=furulund.clinic, number="97476067x"),
        ExternalIdentity(user=solbakken.doctor.user, issuer="i", value="1", since=now),
        ExternalIdentity(user=solbakken.nurse.user, issuer="i", value="2", since=now),
        ExternalIdentity(user=solbakken.doctor.user, issuer="i", value="", since=now),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            twice.save()


def test_the_application_asks_and_never_lists_or_writes(committed: None, provider: Provider) -> None:
    """By raw SQL as the real logins."""
    mine, theirs = make_cast("solbakken", "Solbakken"), make_cast("furulund", "Furulund")
    user, other = mine.nurse.user, theirs.doctor.user
    assert user and other
    tie_identity(user, provider=provider, value=HPR, at=timezone.now())
    name_organisation(mine.clinic, number=ORGANISATION)
    name_organisation(theirs.clinic, number="999601391")
    numbers = "SELECT number FROM oidc_clinicorganisation ORDER BY number"
    with connect("fordel_app") as app:
        assert app.execute("SELECT oidc_user_of(%s, %s)", [provider.issuer, HPR]).fetchone() == (user.pk,)
        for issuer, value in (("https://annen", HPR), (provider.issuer, "%"), (provider.issuer, None)):
            assert app.execute("SELECT oidc_user_of(%s, %s)", [issuer, value]).fetchone() == (None,)
        assert app.execute(numbers).fetchall() == []
        with app.transaction():
            app.execute("SELECT set_config('fordel.user', %s, true)", [str(user.pk)])
            assert app.execute(numbers).fetchall() == [(ORGANISATION,)]
        with app.transaction():
            app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(theirs.clinic.pk)])
            assert app.execute(numbers).fetchall() == [("999601391",)]
    changes: list[tuple[LiteralString, list[object]]] = [
        ("SELECT * FROM oidc_externalidentity", []),
        (
            "INSERT INTO oidc_externalidentity (user_id, issuer, value, since) VALUES (%s, 'x', 'y', now())",
            [other.pk],
        ),
        ("UPDATE oidc_externalidentity SET user_id = %s", [other.pk]),
        ("DELETE FROM oidc_externalidentity", []),
        (
            "INSERT INTO oidc_clinicorganisation (clinic_id, number) VALUES (%s, '810034882')",
            [theirs.clinic.pk],
        ),
        ("UPDATE oidc_clinicorganisation SET clinic_id = %s", [theirs.clinic.pk]),
        ("DELETE FROM oidc_clinicorganisation", []),
    ]
    for login in ("fordel_app", "fordel_jobs"):
        for sql, values in changes:
            with connect(login) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql, values)
    with connect("fordel_jobs") as jobs:
        for asked in ("SELECT oidc_user_of('x', 'y')", "SELECT * FROM oidc_clinicorganisation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                jobs.execute(asked)
