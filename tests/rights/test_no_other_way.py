"""Raw SQL as the real logins: nothing of a patient can be deleted but by the one way, and nobody can forge it quickly."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from patients.models import Patient
from rights.actions.deleting import ask, carry_out_due, decide
from rights.held import tables
from rights.models import DeletionRequest
from teams.models import Access, Member, Profession
from teams.wall import clinic_scope
from tests.conftest import Cast, make_cast, make_member
from tests.rights.conftest import Known, make_known, wait_a_week
from tests.teams.test_wall import connect

REFUSED = psycopg.errors.InsufficientPrivilege
# What the jobs may take away of working data: rights/data/retention.toml, and a night's old proposals.
WORKING = {"patients.ImportChange", "tasks.BulkItem", "tasks.AllocationChange"}


@pytest.fixture
def two(committed: None) -> tuple[Known, Cast]:
    return make_known(make_cast("solbakken", "Solbakken")), make_cast("furulund", "Furulund")


def as_app(app: psycopg.Connection, clinic_id: int) -> None:
    app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(clinic_id)])


@pytest.fixture
def request_of(two: tuple[Known, Cast]) -> DeletionRequest:
    known, _other = two
    by = make_member(known.cast.clinic, "Lise Lie", Profession.NURSE, Access.LEADER)
    with clinic_scope(known.cast.clinic.pk):
        return ask(known.patient.pk, scope="patient", row=None, asker="patient", wish="x", by=by)


def test_neither_login_deletes_a_record(two: tuple[Known, Cast]) -> None:
    known, _other = two
    for login in ("fordel_app", "fordel_jobs"):
        for table in tables():
            if login == "fordel_jobs" and table.label in WORKING:
                continue
            if login == "fordel_app" and table.label == "patients.ImportChange":
                continue  # a preview is written anew
            with connect(login) as role, pytest.raises(REFUSED), role.transaction():
                as_app(role, known.cast.clinic.pk)
                role.execute("SELECT set_config('fordel.deletion', txid_current()::text, true)")
                role.execute(f"DELETE FROM {table.model._meta.db_table}")  # noqa: S608


def test_the_application_cannot_call_it(two: tuple[Known, Cast]) -> None:
    with connect("fordel_app") as app:
        for sql in ("SELECT rights_carry_out(1)", "SELECT rights_came_back()"):
            with pytest.raises(REFUSED):
                app.execute(sql)


def test_the_owner_needs_more_than_a_wish(two: tuple[Known, Cast]) -> None:
    """Tables that are only added to refuse their owner too, unless it says that it deletes, in this very transaction."""
    for said in ("", "1", "on"):
        with (
            pytest.raises(ProgrammingError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute("SELECT set_config('fordel.deletion', %s, true)", [said])
            c.execute("DELETE FROM tasks_taskevent")


def test_a_forged_decision_has_to_wait(two: tuple[Known, Cast]) -> None:
    """Whoever writes as the application can forge what a leader writes, but no time: it stands a week for all to see."""
    known, _other = two
    clinic, doctor, nurse = known.cast.clinic.pk, known.cast.doctor.pk, known.cast.nurse.pk
    with connect("fordel_app") as app, app.transaction():
        as_app(app, clinic)
        app.execute(
            "INSERT INTO rights_deletionrequest (clinic_id, patient_id, scope, asker, wish, state, asked_by_id, asked_at,"
            " ground, reason, decided_by_id, decided_at, problem)"
            " VALUES (%s, %s, 'patient', 'patient', 'x', 'granted', %s, '2020-01-01', 'wrong', 'x', %s, '2020-01-01', '')",
            [clinic, known.patient.pk, nurse, doctor],
        )
        app.execute(
            "UPDATE rights_deletionrequest SET state = 'granted', ground = 'wrong', reason = 'x', decided_by_id = %s,"
            " decided_at = '2020-01-01'",
            [doctor],
        )
    asked = DeletionRequest.objects.get()
    assert asked.decided_at
    assert asked.decided_at.year > 2020
    with connect("fordel_jobs") as jobs, pytest.raises(REFUSED, match="early"):
        jobs.execute("SELECT rights_carry_out(%s)", [asked.pk])
    assert Patient.objects.filter(pk=known.patient.pk).exists()


@pytest.mark.parametrize(
    "change",
    ["patient_id = NULL", "scope = 'task'", "row = 1", "asked_at = '2020-01-01'", "asked_by_id = {other}", "wish = 'y'",
     "state = 'done'", "problem = ''"],
)  # fmt: skip
def test_what_was_asked_never_changes(request_of: DeletionRequest, change: str) -> None:
    with connect("fordel_app") as app, pytest.raises(REFUSED), app.transaction():
        as_app(app, request_of.clinic_id)
        app.execute(f"UPDATE rights_deletionrequest SET {change.format(other=request_of.asked_by_id)}")  # noqa: S608


@pytest.mark.parametrize(
    "change",
    ["state = 'asked'", "state = 'refused'", "decided_at = '2020-01-01'", "ground = 'wrong'", "reason = 'y'"],
)
def test_a_decision_never_changes(request_of: DeletionRequest, change: str) -> None:
    with clinic_scope(request_of.clinic_id):
        decide(
            request_of.pk, grant=True, ground="mistaken", reason="x", by=Member.objects.get(name="Hanne Holm")
        )
    with connect("fordel_app") as app, pytest.raises(REFUSED), app.transaction():
        as_app(app, request_of.clinic_id)
        app.execute(f"UPDATE rights_deletionrequest SET {change}")  # noqa: S608


def test_the_jobs_cannot_decide_or_read_what_was_asked(request_of: DeletionRequest) -> None:
    with connect("fordel_jobs") as jobs:
        for sql in (
            "UPDATE rights_deletionrequest SET state = 'granted'",
            "SELECT wish FROM rights_deletionrequest",
            "SELECT patient_id FROM rights_deletionrequest",
            "INSERT INTO rights_deletion (clinic_id) VALUES (1)",
            "SELECT session_key FROM django_session",
        ):
            with pytest.raises(REFUSED):
                jobs.execute(sql)


def test_nobody_else_reads_a_tombstones_digest(two: tuple[Known, Cast]) -> None:
    for login in ("fordel_app", "fordel_jobs"):
        with connect(login) as role, pytest.raises(REFUSED):
            role.execute("SELECT salt, digest FROM rights_tombstone")


def test_the_trace_stays(request_of: DeletionRequest) -> None:
    """Done through the real role of the jobs; then its trace is there for good, and for its own clinic alone."""
    with clinic_scope(request_of.clinic_id):
        decide(
            request_of.pk, grant=True, ground="mistaken", reason="x", by=Member.objects.get(name="Hanne Holm")
        )
    with transaction.atomic():
        wait_a_week(request_of)
    with connect("fordel_jobs") as jobs:
        (counts,) = jobs.execute("SELECT rights_carry_out(%s)", [request_of.pk]).fetchone() or (None,)
        assert counts["tasks_task"] == 2
        assert jobs.execute("SELECT rights_carry_out(%s)", [request_of.pk]).fetchone() == (None,)
        # What it said while it deleted went with it.
        with pytest.raises(REFUSED):
            jobs.execute("DELETE FROM tasks_taskevent")
    assert not Patient.objects.exists()
    for table, rows in (("rights_deletion", 1), ("rights_keptaccess", 3)):
        with (
            pytest.raises(ProgrammingError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(f"DELETE FROM {table}")  # noqa: S608
        with connect("fordel_app") as app, app.transaction():
            as_app(app, request_of.clinic_id + 1)
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
            as_app(app, request_of.clinic_id)
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows,)  # noqa: S608


def test_killed_in_the_middle_by_the_real_job(request_of: DeletionRequest) -> None:
    """The worker's connection is cut while it deletes: everything stands, and the next night does it."""
    with clinic_scope(request_of.clinic_id):
        decide(
            request_of.pk, grant=True, ground="mistaken", reason="x", by=Member.objects.get(name="Hanne Holm")
        )
    with transaction.atomic():
        wait_a_week(request_of)
    before = {table.label: table.model._base_manager.count() for table in tables()}
    with connect("fordel_jobs") as jobs, pytest.raises(psycopg.OperationalError):
        jobs.execute("BEGIN")
        jobs.execute("SELECT rights_carry_out(%s)", [request_of.pk])
        jobs.execute("SELECT 1")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [jobs.info.backend_pid])
        jobs.execute("COMMIT")
    assert {table.label: table.model._base_manager.count() for table in tables()} == before
    assert carry_out_due(now=request_of.asked_at.replace(year=2100)) == 1
