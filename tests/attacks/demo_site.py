"""A small demo clinic of its own, served by the Procfile's line as if behind a TLS proxy; made once for all attacks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.attacks.serving import Web, web
from tests.processes import manage

MADE = "fordel_attacked"
BEHIND_TLS = {"FORDEL_DEMO": "1", "FORDEL_HTTPS": "1", "FORDEL_ALLOWED_HOSTS": "127.0.0.1,localhost"}


def make() -> None:
    """The clinics as the attacks meet them, kept as a pattern to copy."""
    _execute(f"DROP DATABASE IF EXISTS {MADE} WITH (FORCE)", f"CREATE DATABASE {MADE}")
    for command in (
        ["prepare_roles"], ["migrate", "--verbosity", "0"], ["seed_demo", "--patients", "60"],
    ):  # fmt: skip
        manage(*command, database=MADE)


def gone() -> None:
    _execute(f"DROP DATABASE IF EXISTS {MADE} WITH (FORCE)")


@contextmanager
def copy(name: str) -> Iterator[str]:
    """A database of its own, to be spoilt."""
    _execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {MADE}")
    try:
        yield name
    finally:
        _execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def site(database: str = MADE, **env: str) -> Iterator[Web]:
    with web(database, **{**BEHIND_TLS, **env}) as served:
        yield served


def owner(database: str) -> psycopg.Connection:
    """A connection that walks through the walls."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return psycopg.connect(f"{base}/{database}", autocommit=True)


def _execute(*statements: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        for statement in statements:
            server.execute(sql.SQL(statement))
