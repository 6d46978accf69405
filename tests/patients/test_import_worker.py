"""An import by a real worker on a real broker, also when the worker is killed in the middle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from patients.actions import start_import, store_upload
from patients.imports.reading import recognise
from patients.models import Condition, ImportRun, Patient, PatientIdentifier
from tests.conftest import Cast, make_cast
from tests.patients.conftest import conserved, number
from tests.processes import forget_jobs, kill, until, worker

pytestmark = pytest.mark.worker
PEOPLE = 12_000


class Upload:
    """As much of an uploaded file as `store_upload` asks for."""

    def __init__(self, path: Path) -> None:
        self.name, self.size, self._path = path.name, path.stat().st_size, path

    def chunks(self) -> list[bytes]:
        return [self._path.read_bytes()]


@pytest.fixture
def waiting(committed: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> ImportRun:
    """A long list that a leader has uploaded, and no worker yet."""
    forget_jobs()
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setenv("FORDEL_UPLOAD_DIR", str(settings.UPLOAD_DIR))
    cast: Cast = make_cast("solbakken", "Solbakken legesenter")
    path = tmp_path / "liste.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("personnummer;fornavn;etternavn;født;fastlege;tilstander\n")
        for n in range(PEOPLE):
            born = dt.date(1950, 1, 1) + dt.timedelta(days=n)
            file.write(f"{number(born)};Kari;Oppspinn{n};{born};Hanne Holm;T90,K86\n")
    stored_as = store_upload([Upload(path)])  # type: ignore[list-item]
    return start_import(
        recognise(path), by=cast.doctor, clinic_id=cast.clinic.pk, file_name=path.name, stored_as=stored_as, good_rows_only=False
    )  # fmt: skip


def reading(run: ImportRun) -> bool:
    run.refresh_from_db()
    return run.state == "running" and run.rows_read > 0


def ended(run: ImportRun) -> bool:
    run.refresh_from_db()
    return run.state == "done"


def test_a_killed_worker_leaves_nothing_and_the_next_one_takes_the_list_in_whole(
    waiting: ImportRun, settings: Any
) -> None:
    with worker() as first:
        until(lambda: reading(waiting))
        kill(first)
    assert 0 < waiting.rows_read < PEOPLE
    assert not Patient.objects.exists()
    assert not PatientIdentifier.objects.exists()
    waiting.refresh_from_db()
    assert waiting.state == "running"

    with worker():
        until(lambda: ended(waiting))
        until(lambda: not any(settings.UPLOAD_DIR.iterdir()), seconds=10)
    assert waiting.attempts == 2
    assert conserved(waiting)
    assert Patient.objects.count() == waiting.counts["patients"]["new"] == PEOPLE
    assert Condition.objects.count() == 2 * PEOPLE
