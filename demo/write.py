"""The demo's one writer: rows go in by COPY, as the tables' owner (row-level security does not stop it)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from demo.rows import TABLES, Ids, Row


def reserve_ids() -> Ids:
    """Ids from where each table's sequence stands now."""
    first = {}
    with connection.cursor() as cursor:
        for table in TABLES.values():
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            first[table] = int(cursor.fetchone()[0])
    return Ids(first)


def write(*batches: Sequence[Row]) -> None:
    """COPY each batch into its table, in the order given, and move the sequence past it."""
    for rows in batches:
        if rows:
            _copy(rows)


def _copy(rows: Sequence[Row]) -> None:
    table, columns = TABLES[type(rows[0])], rows[0]._fields
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, max(row.id for row in rows)]
        )
