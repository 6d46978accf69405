"""Real processes against the test database: a Celery worker as the jobs' role, on a Valkey database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import psycopg.sql
import redis
from django.conf import settings
from django.db import connection

CHECKOUT = Path(__file__).parents[1]
REDIS_DATABASE = "/9"


def environment(role: str, database: str = "") -> dict[str, str]:
    """The tests' own database (or the one named) and a broker database that nobody else uses."""
    name = database or connection.settings_dict["NAME"]
    broker = urlsplit(settings.REDIS_URL)._replace(path=REDIS_DATABASE)
    return {
        **os.environ,
        "DATABASE_URL": urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")),
        "REDIS_URL": urlunsplit(broker),
        "FORDEL_ROLE": role,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """An empty database beside the tests' own, which stays as it is; gone in the end."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        database = psycopg.sql.Identifier(name)
        drop = psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database)
        server.execute(drop)
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(database))
        try:
            yield
        finally:
            server.execute(drop)


def manage(*command: str, database: str = "") -> str:
    """What a management command prints, as the owner. Raises CalledProcessError when it fails."""
    run = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=CHECKOUT, env=environment("owner", database),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return run.stdout


def forget_jobs() -> None:
    redis.Redis.from_url(environment("jobs")["REDIS_URL"]).flushdb()


@contextmanager
def worker(database: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A worker with two processes in a group of its own; killed with the whole group in the end."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "--app",
        "config",
        "worker",
        "--queues",
        "celery,reckoning",
        "--concurrency",
        "2",
        "--loglevel",
        "WARNING",
    ]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment("jobs", database), start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL: no goodbye, no clean-up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for something that another process does; fail when it does not come."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "did not happen in time"
        time.sleep(0.02)
