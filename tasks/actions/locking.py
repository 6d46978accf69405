"""One sharing out at a time in a clinic, by a lock of the connection's that outlives transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_CLINIC = 0x0F10
_PLACING = 0x0F11


@contextmanager
def sharing_locks(clinic_ids: list[int], *, wait: bool) -> Iterator[list[int]]:
    """The clinics among these whose lock was got, in order of id; gone with the connection at the latest.

    `wait` waits for each in turn (always in the same order, so that two who wait never wait for one another);
    otherwise those that somebody else is at are left out.
    """
    take = "pg_advisory_lock(%s, c) IS NOT NULL" if wait else "pg_try_advisory_lock(%s, c)"
    with connection.cursor() as cursor:
        # The lock's number is an int: clinics are not that many.
        cursor.execute(
            f"SELECT c FROM (SELECT c FROM unnest(%s::int[]) c ORDER BY c) clinic WHERE {take}",  # noqa: S608
            [sorted(clinic_ids), _CLINIC],
        )
        got = [row[0] for row in cursor.fetchall()]
    try:
        yield got
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, c) FROM unnest(%s::int[]) c", [_CLINIC, got])


def lock_placing(*clinic_ids: int) -> None:
    """Until the transaction ends: two who put something into the day do not see the same free minutes.

    Many are taken in order of id, by one statement, so that two who wait never wait for one another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, c) FROM (SELECT c FROM unnest(%s::int[]) c ORDER BY c) clinic",
            [_PLACING, list(clinic_ids)],
        )
