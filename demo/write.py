"""The demo's one writer: rows go in by COPY, as the tables' owner (row-level security does not stop it)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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


@contextmanager
def foreign_keys_checked_at_the_end(*tables: str) -> Iterator[None]:
    """While a year of rows goes in, these tables' foreign keys are off; then they are put back as they were.

    PostgreSQL's own advice for filling tables: putting a key back checks all rows with one join, instead of half
    a million look-ups. All of it in the caller's transaction, so that the keys can never stay away.
    """
    with connection.cursor() as cursor:
        # A table with checks still to come cannot be changed.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY 1, 2",
            [list(tables)],
        )
        keys = [
            (sql.Identifier(table), sql.Identifier(key), sql.SQL(what))
            for table, key, what in cursor.fetchall()
        ]
        for table, key, _what in keys:
            cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, key))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for key_of in keys:
            cursor.execute(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(*key_of))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


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
