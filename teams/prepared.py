"""Statements that pages ask again and again: planned once for each connection, not each time they run.

Planning a join of nine walled tables takes several times as long as running it. Django binds parameters on the client,
so that PostgreSQL never sees the same text twice; here they are bound on the server. Roles, settings and policies hold
as for any other statement: a plan reads them when it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]
from django.db.backends.utils import CursorWrapper


class _Prepared(ServerBindingCursor):  # type: ignore[misc]  # Django's types know psycopg 2 alone
    def execute(self, query: Any, params: Any = None) -> Any:
        return super().execute(query, params, prepare=True)


@contextmanager
def prepared() -> Iterator[CursorWrapper]:
    """A cursor whose statements stay prepared; counted and wrapped like every other of Django's."""
    connection.ensure_connection()
    own = _Prepared(connection.connection)
    with connection._prepare_cursor(own) as cursor:  # type: ignore[attr-defined]  # Django's way to wrap one
        yield cursor
