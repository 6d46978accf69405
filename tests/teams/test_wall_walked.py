"""Every table that carries a clinic, as PostgreSQL itself knows them, walked by raw SQL: as another clinic, as nobody,
by both logins, with every way to read, write, copy and look around that the server has.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import errors, sql
from psycopg_pool import ConnectionPool

from tests.conftest import Cast, make_cast
from tests.tasks.conftest import make_patient, make_task
from tests.teams.test_wall import connect

REFUSED = (
    errors.InsufficientPrivilege,
    errors.ReadOnlySqlTransaction,
    errors.UndefinedFile,
    errors.InvalidParameterValue,
)


@pytest.fixture
def two(committed: None) -> tuple[Cast, Cast]:
    casts = make_cast("solbakken", "Solbakken"), make_cast("furulund", "Furulund")
    for cast in casts:
        make_task(cast.clinic, "okonomi", patient=make_patient(cast, icpc2="T90"))
    return casts


def tables() -> list[str]:
    """Ordinary and partitioned tables with a clinic_id, also those that no Django model is for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE a.attname = 'clinic_id' AND NOT a.attisdropped"
            " AND c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def enter(app: psycopg.Connection[Any], clinic: int, user: int | None = None) -> None:
    app.execute(
        "SELECT set_config('fordel.clinic', %s, true), set_config('fordel.user', %s, true)",
        [str(clinic), str(user or "")],
    )


def attempt(app: psycopg.Connection[Any], statement: sql.Composed | str, *told: object) -> int | str:
    """How many rows it came to, or the kind of its refusal; nothing of it stays."""
    found: int | str = 0
    with contextlib.suppress(psycopg.Rollback), app.transaction() as attempted:
        try:
            found = app.execute(statement, told).rowcount
        except psycopg.Error as error:
            found = type(error).__name__
        raise psycopg.Rollback(attempted)
    return found


def statements(table: str, other: int) -> Iterator[tuple[str, sql.Composed]]:
    name = sql.Identifier(table)
    for verb, text in {
        "select": "SELECT 1 FROM {t} WHERE clinic_id = {c}",
        "lock": "SELECT 1 FROM {t} WHERE clinic_id = {c} FOR UPDATE",
        "update": "UPDATE {t} SET clinic_id = clinic_id WHERE clinic_id = {c}",
        "delete": "DELETE FROM {t} WHERE clinic_id = {c}",
        "steal": "UPDATE {t} SET clinic_id = {c}",
        "insert": "INSERT INTO {t} SELECT * FROM {t} WHERE clinic_id = {c}",
    }.items():
        yield verb, sql.SQL(text).format(t=name, c=sql.Literal(other))


def test_every_table_as_another_clinic_and_as_nobody(two: tuple[Cast, Cast]) -> None:
    mine, theirs = two
    tried, empty, refused, leaks = 0, 0, 0, []
    with connect("fordel_app") as app:
        for table in tables():
            for who in (mine.clinic.pk, None):
                for verb, statement in statements(table, theirs.clinic.pk):
                    with app.transaction():
                        if who:
                            enter(app, who, mine.nurse.user_id)
                        found = attempt(app, statement)
                    tried += 1
                    empty += found == 0
                    refused += found in ("InsufficientPrivilege", "RaiseException")
                    if found not in (0, "InsufficientPrivilege", "RaiseException"):
                        leaks.append(f"{verb} {table} as {who}: {found}")
    print(
        f"\n{len(tables())} tables × 6 statements × another clinic and nobody = {tried}: {empty} saw no row, {refused} refused"
    )
    assert leaks == []
    assert tried == len(tables()) * 12


@pytest.mark.parametrize("login", ["fordel_app", "fordel_jobs"])
def test_no_table_is_emptied_copied_or_altered(two: tuple[Cast, Cast], login: str) -> None:
    """TRUNCATE and COPY walk past policies or read whole tables: neither is granted, or it obeys them."""
    counts = {"refused": 0, "empty": 0}
    with connect(login) as database:
        for table in tables():
            name = sql.Identifier(table)
            for text in (
                "TRUNCATE {}", "ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
                "DROP TABLE {}", "CREATE POLICY mine ON {} USING (true)", "ALTER TABLE {} DISABLE TRIGGER ALL",
                "CREATE TRIGGER t BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "CREATE INDEX ON {} (clinic_id)", "GRANT SELECT ON {} TO PUBLIC", "COMMENT ON TABLE {} IS 'x'",
                "COPY {} TO PROGRAM 'cat'", "COPY {} FROM '/etc/passwd'", "COPY {} TO '/tmp/x'", "ANALYZE {}",
                "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
            ):  # fmt: skip
                found = attempt(database, sql.SQL(text).format(name))
                if text.startswith(("ANALYZE", "GRANT")):
                    continue  # only warned about, and nothing done: looked at below
                assert found == "InsufficientPrivilege" or (text.startswith("LOCK") and found != 0), (
                    text,
                    table,
                    found,
                )
                counts["refused"] += 1
            if login == "fordel_app":
                assert _copied(database, table) in (0, None), table
                counts["empty"] += 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 0"
            " AND c.relnamespace = 'public'::regnamespace"
        )
        assert cursor.fetchone() == (0,)
    print(f"\n{login}: {counts}")


def _copied(database: psycopg.Connection[Any], table: str) -> int | None:
    """Rows that COPY … TO STDOUT hands out to nobody; None when it may not at all."""
    try:
        with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
            return sum(1 for _ in copy.rows())
    except errors.InsufficientPrivilege:
        return None


ELSEWHERE = (
    "SET ROLE fordel_jobs", "SET ROLE postgres", "SET SESSION AUTHORIZATION fordel_jobs", "SET ROLE {owner}",
    "CREATE TABLE mine (a int)", "CREATE SCHEMA mine", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW v AS SELECT * FROM tasks_task", "CREATE EXTENSION dblink", "CREATE ROLE mine", "CREATE DATABASE mine",
    "ALTER ROLE fordel_app BYPASSRLS", "ALTER ROLE fordel_jobs PASSWORD 'x'", "GRANT fordel_jobs TO fordel_app",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('.')", "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')", "COPY (SELECT 1) TO PROGRAM 'id'", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename IN ('fordel_jobs', '{owner}') AND usename <> current_user", "SELECT * FROM pg_authid", "SELECT * FROM pg_shadow",
    "ALTER SYSTEM SET log_statement = 'all'", "SET log_statement = 'all'", "SET session_replication_role = replica",
    "CREATE PUBLICATION p FOR ALL TABLES", "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw", "DO LANGUAGE plpython3u ''",
    "LOAD 'auto_explain'", "SELECT * FROM pg_statistic",
)  # fmt: skip


@pytest.mark.parametrize("login", ["fordel_app", "fordel_jobs"])
def test_no_login_gets_further_than_its_tables(two: tuple[Cast, Cast], login: str) -> None:
    owner, refused = connection.settings_dict["USER"], 0
    with connect(login) as database, connect("fordel_jobs"):
        for text in ELSEWHERE:
            statement = text.format(owner=owner)
            if statement in {
                f"SET ROLE {login}",
                f"SET SESSION AUTHORIZATION {login}",
                f"ALTER ROLE {login} PASSWORD 'x'",
            }:
                continue  # one may be who one is, and choose one's own password
            found = attempt(database, statement)
            assert isinstance(found, str) or (found == 0 and "pg_stat_activity" in text), (
                login,
                statement,
                found,
            )
            refused += 1
    print(f"\n{login}: {refused} ways out, all refused")


def test_no_policy_is_turned_off_by_a_setting(two: tuple[Cast, Cast]) -> None:
    """`row_security = off` does not show rows, it refuses: that is for backups that must not be partial in silence."""
    mine, _ = two
    with connect("fordel_app") as app, pytest.raises(errors.InsufficientPrivilege), app.transaction():
        enter(app, mine.clinic.pk)
        app.execute("SET LOCAL row_security = off")
        app.execute("SELECT * FROM patients_patient")


# Who may call each, and why it must see or do more than the caller: a new one must be thought about.
LENDING = {
    "fordel_blocked": "fordel_app",  # whom the looker may not see: the blocks themselves are behind the wall
    "fordel_blocked_patient": "fordel_app",  # break-glass: exactly one, by all that is known of them
    "fordel_blocked_tasks": "fordel_app",
    "oidc_user_of": "fordel_app",  # one person whom a provider has named
    "rights_carry_out": "fordel_jobs",  # the one way to delete: it looks at the decision itself
    "rights_came_back": "fordel_jobs",  # compares digests that nobody may read
    "teams_access_decided": "",  # a trigger: carries a decision to the member's row
}


@pytest.mark.django_db
def test_only_what_is_known_lends_its_owners_rights() -> None:
    """Functions that run as the owner: each to one role, in a path where nobody can put anything before ours. No views."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, has_function_privilege('fordel_app', oid, 'EXECUTE'),"
            " has_function_privilege('fordel_jobs', oid, 'EXECUTE'), proconfig, prorettype = 'trigger'::regtype"
            " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        found = cursor.fetchall()
    assert {name for name, *_ in found} == LENDING.keys()
    for name, app, jobs, config, trigger in found:
        assert trigger or (app, jobs) == (LENDING[name] == "fordel_app", LENDING[name] == "fordel_jobs"), name
        assert [each for each in config if each.startswith("search_path=") and each.endswith("pg_temp")], name


@pytest.mark.django_db
def test_nothing_else_lends_its_owners_rights() -> None:
    """Views run as who made them unless said otherwise: there are none that do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
            " AND NOT coalesce('security_invoker=true' = ANY(reloptions), false)"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
            " AND (has_sequence_privilege('fordel_app', oid, 'UPDATE') OR has_sequence_privilege('fordel_jobs', oid, 'UPDATE'))"
        )
        assert cursor.fetchall() == []  # nobody winds a number back
        cursor.execute("SELECT count(*) FROM pg_largeobject_metadata")
        assert cursor.fetchone() == (0,)


ORACLES = {
    # A foreign key is checked past the wall; that it is a pair (clinic, id) makes a foreign row and none the same.
    "a patient of theirs, or of nobody": (
        "INSERT INTO patients_condition (clinic_id, patient_id, icpc2, onset_on, source, recorded_as)"
        " VALUES ({mine}, {row}, 'T90', NULL, 'x', 'x')", "patients_patient",
    ),
    "a task's patient": ("UPDATE tasks_task SET patient_id = {row} WHERE clinic_id = {mine}", "patients_patient"),
    "a task's assignee": ("UPDATE tasks_task SET assignee_id = {row} WHERE clinic_id = {mine}", "teams_member"),
}  # fmt: skip


@pytest.mark.parametrize("what", ORACLES)
def test_a_key_does_not_tell_whether_another_clinics_row_is_there(two: tuple[Cast, Cast], what: str) -> None:
    mine, theirs = two
    text, table = ORACLES[what]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table} WHERE clinic_id = %s", [theirs.clinic.pk])  # noqa: S608
        (there,) = cursor.fetchone()
    answers = []
    with connect("fordel_app") as app:
        for row in (there, 999_999_999):
            try:
                with app.transaction():
                    enter(app, mine.clinic.pk)
                    app.execute(text.format(mine=mine.clinic.pk, row=row))
                    app.execute("SET CONSTRAINTS ALL IMMEDIATE")
                answers.append("taken")
            except psycopg.Error as error:
                answers.append(f"{type(error).__name__} {error.diag.constraint_name}")
    assert answers[0] == answers[1]
    assert answers[0] != "taken"


OPEN_KEYS = ["oidc_clinicorganisation ['number']", "tasks_task ['once']", "teams_invitation ['token_hash']"]


@pytest.mark.django_db
def test_every_unique_key_begins_with_a_clinic_or_hangs_on_what_is_one_clinics() -> None:
    """A unique key over several clinics would tell one that another has the value: a number, a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indrelid::regclass::text, array_agg(a.attname ORDER BY k.n) FROM pg_index i"
            " CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, n)"
            " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
            " WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid::regclass::text = ANY(%s) GROUP BY i.indexrelid, 1",
            [tables()],
        )
        keys = cursor.fetchall()
    # A row's own id, or one that only a row of the same clinic can point at, says nothing of others.
    open_keys = [f"{table} {columns}" for table, columns in keys if not any(
        column and (column.endswith("_id") or column == "id") for column in columns
    )]  # fmt: skip
    print(f"\n{len(keys)} unique keys on {len(tables())} tables")
    # A public number in Enhetsregisteret that only the owner writes; a page's and a link's random numbers.
    assert sorted(open_keys) == OPEN_KEYS


def app_pool(**options: Any) -> ConnectionPool[psycopg.Connection[Any]]:
    database = connection.settings_dict
    return ConnectionPool(
        psycopg.conninfo.make_conninfo(
            host=database["HOST"], port=database["PORT"], dbname=database["NAME"], user="fordel_app",
            password=settings.ROLE_PASSWORDS["fordel_app"],
        ),
        min_size=1, max_size=1, open=True, **options,
    )  # fmt: skip


def _error(app: psycopg.Connection[Any]) -> None:
    app.execute("SELECT 1/0")


def _timeout(app: psycopg.Connection[Any]) -> None:
    app.execute("SET LOCAL statement_timeout = 20")
    app.execute("SELECT pg_sleep(5)")


def _cancel_soon(app: psycopg.Connection[Any]) -> None:
    time.sleep(0.2)
    app.cancel()


def _cancel(app: psycopg.Connection[Any]) -> None:
    with ThreadPoolExecutor(1) as other:
        other.submit(_cancel_soon, app)
        app.execute("SELECT pg_sleep(5)")


def _deferred(app: psycopg.Connection[Any]) -> None:
    app.execute("UPDATE tasks_task SET patient_id = 999999999")  # refused at COMMIT


@pytest.mark.parametrize("spoil", [_error, _timeout, _cancel, _deferred])
def test_a_pooled_connection_forgets_the_clinic_after_whatever_went_wrong(
    two: tuple[Cast, Cast], spoil: Callable[[psycopg.Connection[Any]], None]
) -> None:
    mine, _ = two
    with app_pool() as pool:
        with pytest.raises(psycopg.Error), pool.connection() as app:
            enter(app, mine.clinic.pk, mine.nurse.user_id)
            app.execute(
                "CREATE TEMP TABLE left_behind ON COMMIT DROP AS SELECT * FROM patients_patient"
            ) if _may_temp(app) else None
            assert app.execute("SELECT count(*) FROM patients_patient").fetchone() == (1,)
            spoil(app)
        with pool.connection() as app:
            row = app.execute(
                "SELECT current_setting('fordel.clinic', true), current_setting('fordel.user', true), current_setting('role')"
            ).fetchone()
            assert [value or "" for value in row or ()] == ["", "", "none"]
            assert app.execute("SELECT count(*) FROM patients_patient").fetchone() == (0,)
            assert app.execute("SELECT to_regclass('pg_temp.left_behind')").fetchone() == (None,)


def _may_temp(app: psycopg.Connection[Any]) -> bool:
    row = app.execute("SELECT has_database_privilege(current_database(), 'TEMP')").fetchone()
    return bool(row and row[0])


def test_a_prepared_statement_of_one_clinic_is_anothers_own(two: tuple[Cast, Cast]) -> None:
    """A plan kept on the connection reads the setting when it runs, not when it was made."""
    mine, theirs = two
    with app_pool() as pool:
        for cast in (mine, theirs, mine):
            for _ in range(7):  # past the five after which PostgreSQL may keep one plan for all
                with pool.connection() as app:
                    enter(app, cast.clinic.pk)
                    rows = app.execute(
                        "SELECT DISTINCT clinic_id FROM patients_patient", prepare=True
                    ).fetchall()
                    assert rows == [(cast.clinic.pk,)]
        with pool.connection() as app:
            assert (
                app.execute("SELECT DISTINCT clinic_id FROM patients_patient", prepare=True).fetchall() == []
            )


def test_what_the_wall_does_not_hold_against(two: tuple[Cast, Cast]) -> None:
    """Whoever can make web run SQL of their own can name another clinic: the setting is web's word for who asks.

    The wall is against a forgotten filter, not against an injection; that there is none is what tests/attacks is for. It
    still keeps out the jobs' rights, identifiers of people's logins that web cannot write, and the whole of what is not granted.
    """
    _, theirs = two
    with connect("fordel_app") as app, app.transaction():
        enter(app, theirs.clinic.pk)
        assert app.execute("SELECT count(*) FROM patients_patient").fetchone() == (1,)
