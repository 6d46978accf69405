"""The second wall, tried with raw SQL as the real logins: no clinic, the other clinic, every walled table."""

from __future__ import annotations

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from patients.models import Patient, PatientAccess
from tasks.models import Task, TaskEvent
from teams.models import Clinic, Member, Municipality, User
from teams.wall import clinic_scope, jobs_scope
from tests.conftest import Cast, make_cast
from tests.tasks.conftest import MORNING, make_patient, make_task

CLINIC_TABLES = sorted(
    model._meta.db_table
    for model in apps.get_models()
    if any(field.name == "clinic" for field in model._meta.get_fields() if getattr(field, "concrete", False))
)


def connect(login: str) -> psycopg.Connection:
    database = connection.settings_dict
    return psycopg.connect(
        host=database["HOST"], port=database["PORT"], dbname=database["NAME"], user=login,
        password=settings.ROLE_PASSWORDS[login], autocommit=True,
    )  # fmt: skip


def test_every_table_with_a_clinic_is_walled() -> None:
    """Found by introspection, so that a new table cannot be forgotten."""
    assert len(CLINIC_TABLES) >= 24


@pytest.mark.django_db
@pytest.mark.parametrize("table", [*CLINIC_TABLES, "teams_clinic"])
def test_row_level_security_is_on(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, pg_get_userbyid(relowner) FROM pg_class WHERE relname = %s", [table]
        )
        secured, owner = cursor.fetchone()
        cursor.execute(
            "SELECT roles::text FROM pg_policies WHERE tablename = %s ORDER BY policyname", [table]
        )
        policies = [row[0] for row in cursor.fetchall()]
    assert secured
    assert owner not in ("fordel_app", "fordel_jobs")
    assert "{fordel_app}" in policies


@pytest.mark.django_db
def test_the_roles_own_nothing_and_bypass_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname IN ('fordel_app', 'fordel_jobs') ORDER BY 1"
        )
        assert cursor.fetchall() == [("fordel_app", *[False] * 4), ("fordel_jobs", *[False] * 4)]
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) IN ('fordel_app', 'fordel_jobs')"
        )
        assert cursor.fetchone() == (0,)


@pytest.fixture
def two_clinics(committed: None) -> tuple[Cast, Cast]:
    """Committed rows, so that other connections see them."""
    casts = make_cast("solbakken", "Solbakken"), make_cast("furulund", "Furulund")
    for cast in casts:
        assert cast.nurse.user
        patient = make_patient(cast, icpc2="T90")
        task = make_task(cast.clinic, "okonomi", patient=patient)
        TaskEvent.objects.create(
            clinic=cast.clinic, task=task, verb="open", to_state="open", at=MORNING, effective_at=MORNING
        )
        PatientAccess.objects.create(
            clinic=cast.clinic, patient=patient, member=cast.nurse, user=cast.nurse.user, at=MORNING,
            ground="oppfølging", what="pasientside",
        )  # fmt: skip
    return casts


FILLED = ("patients_patient", "patients_condition", "tasks_task", "tasks_taskevent", "teams_workinghours",
          "patients_patientaccess", "teams_member", "teams_clinic")  # fmt: skip


def test_real_logins_see_their_clinic_and_nothing_else(two_clinics: tuple[Cast, Cast]) -> None:
    mine, theirs = two_clinics
    with connect("fordel_app") as app:
        for table in FILLED:
            column = "id" if table == "teams_clinic" else "clinic_id"
            nobody = app.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            assert nobody == (0,), table
            with app.transaction():
                app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(mine.clinic.pk)])
                seen = app.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()  # noqa: S608
                assert seen == [(mine.clinic.pk,)], table
                written = app.execute(
                    "UPDATE tasks_task SET name = 'x' WHERE clinic_id = %s", [theirs.clinic.pk]
                ).rowcount
                assert written == 0
            # The setting went with its transaction.
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608


def test_the_application_cannot_become_the_jobs_or_drop_the_wall(two_clinics: tuple[Cast, Cast]) -> None:
    with connect("fordel_app") as app:
        for sql in (
            "SET ROLE fordel_jobs",
            "ALTER TABLE tasks_task DISABLE ROW LEVEL SECURITY",
            "DROP POLICY clinic ON tasks_task",
            "DELETE FROM tasks_task",
            "DELETE FROM patients_patient",
            "TRUNCATE tasks_taskevent",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql)


def test_jobs_see_all_clinics_but_not_who_the_patients_numbers_are(two_clinics: tuple[Cast, Cast]) -> None:
    with connect("fordel_jobs") as jobs:
        assert jobs.execute("SELECT count(DISTINCT clinic_id) FROM tasks_task").fetchone() == (2,)
        for table in ("patients_patientidentifier", "patients_patientaccess", "teams_user", "django_session"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                jobs.execute(f"SELECT * FROM {table}")  # noqa: S608


@pytest.mark.parametrize("table", ["tasks_taskevent", "patients_patientaccess"])
def test_the_story_cannot_be_rewritten_even_by_the_owner(two_clinics: tuple[Cast, Cast], table: str) -> None:
    for sql in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(ProgrammingError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(sql)


def test_a_row_cannot_point_into_another_clinic(two_clinics: tuple[Cast, Cast]) -> None:
    mine, theirs = two_clinics
    patient = Patient.objects.get(clinic=theirs.clinic)
    with (
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        connect("fordel_app") as app,
        app.transaction(),
    ):
        app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(mine.clinic.pk)])
        app.execute("UPDATE tasks_task SET patient_id = %s", [patient.pk])


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO teams_member (clinic_id, user_id, name, profession, access, starts_on)"
        " VALUES ({theirs}, {user}, 'x', 'doctor', 'leader', '2026-01-01')",
        "UPDATE teams_member SET clinic_id = {theirs} WHERE user_id = {user}",
        "UPDATE teams_user SET is_superuser = true",
    ],
)
def test_nobody_makes_themselves_a_place_elsewhere(two_clinics: tuple[Cast, Cast], sql: str) -> None:
    """Reading one's own places is allowed before a clinic is chosen; writing them is not."""
    mine, theirs = two_clinics
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        connect("fordel_app") as app,
        app.transaction(),
    ):
        app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(mine.clinic.pk)])
        app.execute("SELECT set_config('fordel.user', %s, true)", [str(mine.nurse.user_id)])
        app.execute(sql.format(theirs=theirs.clinic.pk, user=mine.nurse.user_id))


@pytest.mark.django_db
def test_scopes_nest_and_put_back_what_was(solbakken: Cast, furulund: Cast) -> None:
    make_task(solbakken.clinic, "okonomi")
    make_task(furulund.clinic, "okonomi")
    with clinic_scope(solbakken.clinic.pk):
        assert Task.objects.count() == 1
        with clinic_scope(furulund.clinic.pk):
            assert Task.objects.get().clinic == furulund.clinic
        assert Task.objects.get().clinic == solbakken.clinic
        with clinic_scope(None):
            assert Task.objects.count() == 0
            assert Member.objects.count() == 0
    with jobs_scope():
        assert Task.objects.count() == 2
    with clinic_scope(None, user_id=solbakken.nurse.user_id):
        assert Member.objects.get() == solbakken.nurse
        assert Clinic.objects.get() == solbakken.clinic


@pytest.mark.django_db
def test_a_scope_that_ends_in_an_error_leaks_nothing(solbakken: Cast) -> None:
    with pytest.raises(RuntimeError), clinic_scope(solbakken.clinic.pk):
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fordel.clinic', true), current_setting('role')")
        clinic, role = cursor.fetchone()
    assert (clinic or "", role) == ("", "none")


@pytest.mark.usefixtures("committed")
def test_a_connection_that_is_lent_out_again_carries_nothing_of_the_last_scope() -> None:
    """The outermost scope puts nothing back by itself: its transaction does."""
    with clinic_scope(7, user_id=9), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fordel.clinic'), current_setting('fordel.user')")
        assert cursor.fetchone() == ("7", "9")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'), current_setting('fordel.clinic'), current_setting('fordel.user')"
        )
        assert cursor.fetchone() == ("none", "", "")


@pytest.mark.django_db
def test_shared_tables_hold_no_clinic_data() -> None:
    """Tables without a wall are few and known: a new one must be thought about."""
    unwalled = {m._meta.db_table for m in apps.get_models()} - set(CLINIC_TABLES) - {"teams_clinic"}
    assert unwalled == {
        Municipality._meta.db_table, User._meta.db_table, "tasks_taskkind", "auth_permission", "auth_group",
        "django_content_type", "django_session", "account_emailaddress", "account_emailconfirmation",
        "teams_municipallead", "mfa_authenticator", "usersessions_usersession",  # walled by the user instead
        "reports_lookback",  # only a time
        "oidc_externalidentity",  # no reading it at all: a function answers for one person
        "rights_retentionrun",  # how many rows a rule took in all clinics
    }  # fmt: skip
