"""An import by a real worker on a real broker, also when the worker is killed in the middle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import connection

from patients.actions import confirm_import, receive_upload
from patients.models import Condition, ImportChange, ImportRun, Patient, PatientIdentifier
from tests.conftest import Cast, make_cast
from tests.patients.conftest import conserved, number
from tests.processes import environment, forget_jobs, kill, until, worker

pytestmark = pytest.mark.worker
PEOPLE = 12_000


class Upload:
    """As much of an uploaded file as `receive_upload` asks for."""

    def __init__(self, path: Path) -> None:
        self.name, self.size, self._path = path.name, path.stat().st_size, path

    def chunks(self) -> list[bytes]:
        return [self._path.read_bytes()]


@pytest.fixture
def cast(committed: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Cast:
    forget_jobs()
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setenv("FORDEL_UPLOAD_DIR", str(settings.UPLOAD_DIR))
    return make_cast("solbakken", "Solbakken legesenter")


@pytest.fixture
def waiting(cast: Cast, tmp_path: Path) -> ImportRun:
    """A long list that a leader has uploaded, and no worker yet."""
    path = tmp_path / "liste.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("personnummer;fornavn;etternavn;født;fastlege;tilstander\n")
        for n in range(PEOPLE):
            born = dt.date(1930, 1, 1) + dt.timedelta(days=n)
            file.write(f"{number(born)};Kari;Oppspinn{n};{born};Hanne Holm;T90,K86\n")
    files: Any = [Upload(path)]
    return receive_upload(files, by=cast.doctor, whole_list=False)


def writing() -> bool:
    """Has an import begun on the patients, and not ended?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'patients_patient'::regclass"
            " AND mode = 'RowExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])


def has_come_to(run: ImportRun, state: str) -> bool:
    run.refresh_from_db()
    return run.state == state


def test_a_worker_killed_twice_leaves_nothing_and_what_was_confirmed_is_taken_in_whole(
    waiting: ImportRun, cast: Cast, settings: Any
) -> None:
    with worker() as first:  # killed while it makes the preview
        until(lambda: has_come_to(waiting, "running"))
        kill(first)
    assert has_come_to(waiting, "running")
    assert not ImportChange.objects.exists()

    with worker() as second:  # makes the preview, and is killed while it takes in
        until(lambda: has_come_to(waiting, "ready"))
        assert waiting.attempts == 2
        assert (waiting.counts["patients"]["new"], ImportChange.objects.count()) == (PEOPLE, 10_000)
        assert not Patient.objects.exists()
        assert waiting.finished_at is not None
        confirm_import(waiting, by=cast.doctor, seen=waiting.finished_at, take_off=False)
        ask_again()
        until(writing)
        kill(second)
    assert has_come_to(waiting, "running")
    assert not Patient.objects.exists()
    assert not PatientIdentifier.objects.exists()

    with worker():
        until(lambda: has_come_to(waiting, "done"))
        until(lambda: not any(settings.UPLOAD_DIR.iterdir()), seconds=10)
    assert waiting.attempts == 2
    assert conserved(waiting)
    assert waiting.counts == waiting.preview
    assert Patient.objects.count() == waiting.counts["patients"]["new"] == PEOPLE
    assert Condition.objects.count() == 2 * PEOPLE


def ask_again() -> None:
    """What the clock does every five minutes."""
    config = environment("jobs")
    redis_app = Celery(broker=config["REDIS_URL"])
    redis_app.send_task("patients.jobs.resume_imports")
    redis_app.close()
