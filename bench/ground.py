"""The ground that measurements stand on: an own database, a stopwatch, counted statements, memory."""

from __future__ import annotations

import gc
import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """A fresh, migrated database of this name on the server of DATABASE_URL; gone when the block ends.

    The name should be the measurement's own (`fordel_bench_week`): what is there under it is dropped.
    Two measurements of one name at the same time are refused by the server.
    """
    settings = connection.settings_dict
    home = settings["NAME"]
    connection.close()
    _as_owner(home, "DROP DATABASE IF EXISTS {}", name)
    _as_owner(home, "CREATE DATABASE {}", name)
    settings["NAME"] = name
    try:
        call_command("prepare_roles", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connection.close()
        settings["NAME"] = home
        _drop(home, name)


def _drop(home: str, name: str) -> None:
    """Force is for connections that somebody left; it stumbles over the server's own vacuuming, which gives way."""
    try:
        _as_owner(home, "DROP DATABASE IF EXISTS {}", name)
    except psycopg.errors.ObjectInUse:
        _as_owner(home, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _as_owner(home: str, statement: str, name: str) -> None:
    """One statement outside any transaction: PostgreSQL makes and drops databases only so."""
    parameters = {**connection.get_connection_params(), "dbname": home}
    for own in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(own, None)
    with psycopg.connect(**parameters, autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))


def settle() -> None:
    """What a clinic's database has been given over weeks: statistics, and pages known to be visible.

    Index-only scans need the latter (FLOORS §6), and a measurement right after a bulk load would lack it.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@dataclass(slots=True)
class Measured:
    """What one block took. `statements` are those sent by Django, savepoints among them."""

    seconds: float = 0.0
    statements: int = 0
    texts: list[str] = field(default_factory=list)


@contextmanager
def measured() -> Iterator[Measured]:
    """Wall time and statements of a block; the result is complete when the block has ended."""
    found = Measured()

    def count(execute: Callable[..., Any], text: Any, params: Any, many: bool, context: Any) -> Any:
        found.statements += 1
        found.texts.append(str(text))
        return execute(text, params, many, context)

    gc.collect()
    with connection.execute_wrapper(count):
        start = time.perf_counter()
        yield found
        found.seconds = time.perf_counter() - start


def seconds(block: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    block()
    return time.perf_counter() - start


def peak_rss_mb() -> float:
    """The most memory this process has had so far, in MB (the database server's is not in it)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def tell(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a result: one JSON object on one line, or a line a figure for people."""
    if as_json:
        print(json.dumps(result))
        return
    width = max(map(len, result))
    for name, value in result.items():
        print(f"{name:<{width}}  {round(value, 3) if isinstance(value, float) else value}")
