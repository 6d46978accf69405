"""Weeks are closed though the database or the queue is away for ten seconds in the middle: nothing lost, nothing twice.

On servers of its own, that nobody else's tests stand on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import ModuleType

import psycopg
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from config.services import place, postgres, valkey
from config.services.programs import ensure_user, succeeds
from teams.calendar import Week, oslo_date
from tests.processes import CHECKOUT, environment, until, worker

pytestmark = pytest.mark.worker
CLINICS, WEEKS, AWAY = 30, 3, 10  # two batches a week; seconds
FILL = """
from bench.filling import fill_people, fill_work
from teams.calendar import Week
first = Week({year}, {week})
fill_people({clinics}, first=first.monday, patients=30)
fill_work(first, {weeks}, seed=3, until=first.plus({weeks} - 1).ends_at, tasks=60, patients=30)
"""
# Three seconds, once a statement: long enough to be met at work.
SLOWLY = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3); RETURN NULL; END $$;
CREATE TRIGGER slowly BEFORE INSERT ON {table} EXECUTE FUNCTION slowly()
"""


@pytest.fixture
def own_valkey(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Valkey of its own; tests/processes.py finds it by the settings."""
    home = tmp_path_factory.mktemp("servers")
    monkeypatch.setattr(place, "CHECKOUT", home)
    monkeypatch.setattr(place, "LOCAL", home / ".local")
    data = place.data_home()  # perhaps outside of the tests' folder: somebody's from before may lie there
    shutil.rmtree(data, ignore_errors=True)
    place.make_home()
    ensure_user()
    valkey.start()
    try:
        monkeypatch.setattr(settings, "REDIS_URL", place.redis_url())
        yield
    finally:
        if valkey.runs():
            valkey.stop()
        shutil.rmtree(data)


@pytest.fixture
def servers(own_valkey: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PostgreSQL beside it with clinics in it; found by the environment."""
    postgres.start()
    try:
        monkeypatch.setenv("DATABASE_URL", place.database_url())
        for command in (["prepare_roles"], ["migrate", "--verbosity", "0"]):
            run("manage.py", *command)
        first = Week.of(oslo_date(timezone.now())).plus(-WEEKS)
        told = {"year": first.year, "week": first.number, "clinics": CLINICS, "weeks": WEEKS}
        run("-c", FILL.format(**told))
        yield
    finally:
        if postgres.runs():
            postgres.stop()


def run(*command: str) -> None:
    subprocess.run(
        [sys.executable, *command], cwd=CHECKOUT, env={**os.environ, "FORDEL_ROLE": "owner", "PYTHONPATH": str(CHECKOUT)},
        check=True, capture_output=True,
    )  # fmt: skip


def ask(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(place.database_url(), autocommit=True) as database:
        cursor = database.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description is not None else []


def reports() -> int:
    with suppress(psycopg.OperationalError):
        return len(ask("SELECT FROM reports_weeklyreport"))
    return 0


def meets(table: str) -> Callable[[], bool]:
    query = (
        "SELECT FROM pg_stat_activity WHERE usename = 'fordel_jobs' AND query ILIKE %s AND state = 'active'"
    )
    return lambda: bool(ask(query, f"%INTO%{table}%"))


def crashes() -> None:
    data = postgres.data()
    assert succeeds(
        postgres.program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "-s", "stop", folder=data
    )


ASKS = """
from config.celery import app, be_patient
be_patient()
with app.producer_pool.acquire(block=True) as producer:
    assert producer.channel  # a line that works, and has carried nothing yet
print("connected", flush=True)
input()
app.send_task("reports.jobs.draw_charts", [[1]])
"""


def test_the_first_job_on_a_line_that_breaks_is_asked_for_once(own_valkey: None) -> None:
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKS], cwd=CHECKOUT, env={**environment("jobs"), "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert asking.stdin is not None
    assert asking.stdout is not None
    assert asking.stdout.readline() == "connected\n"
    valkey.stop()
    asking.stdin.write("go on\n")
    asking.stdin.flush()
    time.sleep(2)
    assert asking.poll() is None  # it waits
    valkey.start()
    assert asking.wait(timeout=60) == 0
    assert redis.Redis.from_url(environment("jobs")["REDIS_URL"]).llen("drawing") == 1


@pytest.mark.parametrize(
    ("server", "goes", "moment"),
    [
        # While batches are about to be asked for, and while one is being closed.
        (valkey, valkey.stop, "reports_lookback"),
        (valkey, valkey.stop, "reports_weeklyreport"),
        (postgres, crashes, "reports_weeklyreport"),
    ],
    ids=["the queue, before batches", "the queue, in a batch", "the database, in a batch"],
)
def test_away_for_ten_seconds(
    servers: None, server: ModuleType, goes: Callable[[], None], moment: str
) -> None:
    ask(SLOWLY.format(table=moment))
    with worker("fordel"):
        until(meets(moment))
        goes()
        assert not server.runs()
        time.sleep(AWAY)
        server.start()
        ask("DROP FUNCTION slowly() CASCADE")
        until(lambda: reports() >= CLINICS * WEEKS, seconds=120)
        until(lambda: not ask("SELECT FROM reports_weeklyreport r WHERE NOT EXISTS"
                              " (SELECT FROM reports_moveline l WHERE l.report_id = r.id)"), seconds=120)  # fmt: skip
    assert reports() == CLINICS * WEEKS
    ends = Week.of(oslo_date(timezone.now())).plus(-1).ends_at
    [(told, done)] = ask(
        "SELECT (SELECT sum(done) FROM reports_workline),"
        " (SELECT count(*) FROM tasks_task WHERE state = 'done' AND ended_at < %s)",
        ends,
    )
    assert told == done
    assert not ask(
        "SELECT FROM reports_capacityline WHERE member_id IS NULL GROUP BY report_id, profession HAVING count(*) > 1"
    )
