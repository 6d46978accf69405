"""How far an import has come, told while its own transaction is still open."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

from teams.wall import APP_ROLE

EVERY_SECONDS = 0.7


class Progress:
    """Writes `rows_read` through a connection of its own, as the application's role, at most every 0.7 s.

    Telling of progress is never worth an import: if it cannot, it falls silent.
    """

    def __init__(self, run_id: int, clinic_id: int) -> None:
        self._where = (run_id, clinic_id)
        self._connection: psycopg.Connection[Any] | None = None
        self._next = time.monotonic() + EVERY_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def __call__(self, rows: int, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if now < self._next and not (at_once and self._connection):
            return
        self._next = now + EVERY_SECONDS
        try:
            self._write(rows)
        except psycopg.Error:
            self._next = float("inf")

    def _write(self, rows: int) -> None:
        run_id, clinic_id = self._where
        if self._connection is None:
            self._connection = psycopg.connect(**connection.get_connection_params(), autocommit=True)
        with self._connection.transaction():
            self._connection.execute(
                "SELECT set_config('role', %s, true), set_config('fordel.clinic', %s, true),"
                " set_config('lock_timeout', '500ms', true)",
                [APP_ROLE, str(clinic_id)],
            )
            self._connection.execute(
                "UPDATE patients_importrun SET rows_read = %s WHERE id = %s AND state = 'running'",
                [rows, run_id],
            )
