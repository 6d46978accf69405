"""The second wall: which database role a transaction runs as, and for which clinic.

Row-level security policies (teams/migrations, made by teams/walling.py) let `fordel_app` see only rows
of the clinic named in the setting `fordel.clinic`; without it, none. `fordel_jobs` is for work that runs
for all clinics at once. Both settings live for one transaction and are put back when a scope ends, so
neither a pooled connection nor a nested scope can leak them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection, transaction

# The database was away, or closed the connection: a job that is safe to run twice is done again.
AWAY = (OperationalError, InterfaceError)
APP_ROLE = "fordel_app"
JOBS_ROLE = "fordel_jobs"


@contextmanager
def clinic_scope(clinic_id: int | None, *, user_id: int | None = None) -> Iterator[None]:
    """One transaction as the application's role, seeing this clinic (None: no clinic at all).

    `user_id` lets somebody who has just logged in find their own places before a clinic is chosen.
    """
    with _scope(APP_ROLE, clinic_id, user_id):
        yield


@contextmanager
def invitation_scope(token_hash: str) -> Iterator[None]:
    """Nobody yet, in no clinic: sees the one invitation that has this hash, and may make the login it is for."""
    with clinic_scope(None), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fordel.invitation', %s, true)", [token_hash])
        yield
        cursor.execute("SELECT set_config('fordel.invitation', '', true)")


@contextmanager
def jobs_scope() -> Iterator[None]:
    """One transaction as the role of the clinic-crossing jobs. Refused by the database in a web process."""
    with _scope(JOBS_ROLE, None, None):
        yield


def enter_clinic(clinic_id: int) -> None:
    """Choose the clinic inside a scope that was opened for a user alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fordel.clinic', %s, true)", [str(clinic_id)])


@contextmanager
def _scope(role: str, clinic_id: int | None, user_id: int | None) -> Iterator[None]:
    wanted = (role, str(clinic_id or ""), str(user_id or ""))
    inside_another = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        before = _settings(cursor) if inside_another else None
        _apply(cursor, wanted)
        yield
        # The outermost scope's settings end with its transaction. And not in a finally: after an error the
        # transaction (or savepoint) is rolled back, and that puts the settings back by itself.
        if before:
            _apply(cursor, before)


def _settings(cursor) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT current_setting('role'), current_setting('fordel.clinic', true),"
        " current_setting('fordel.user', true)"
    )
    return tuple(value or "" for value in cursor.fetchone())


def _apply(cursor, settings: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT set_config('role', %s, true), set_config('fordel.clinic', %s, true),"
        " set_config('fordel.user', %s, true)",
        settings,
    )
