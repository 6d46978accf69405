# ruff: noqa: N999 — it is called what is measured: `bin/bench import`
"""bin/bench import [--patients 100000] [--shape synthea|list|both] [--rounds 3] [--seed 1] [--json]

Taking in 100,000 patients with conditions from CSV, beside bare COPY of the same rows into two plain tables
(bench/import_floor.py), in turns: each round copies, then takes the list in for a clinic that has none. `ratio` is
the median of the imports by the median of the copies. Then the last clinic's list is looked through by a preview
and taken in once more, which must change nothing.

The bare names are Synthea's patients.csv and conditions.csv: two files that COPY takes into two tables as they are.
`list_…` is our own format, one row a patient, which tells more in a fortieth of the bytes: every row is
somebody with a number, conditions and drugs to keep, where nineteen of twenty of Synthea's conditions are only
counted. Each shape is measured in a process of its own: `peak_rss_mb` is that process's, the import's. `cpu_ratio`
is the same as `ratio` in seconds of work instead of seconds on the wall, this process's and its database backend's:
on a machine that others use, those move less. It is missing where the server is elsewhere.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from bench import ground
from bench.import_floor import copy_bare, files_to_copy
from bench.import_lists import DOCTORS, Lists, our_list, synthea
from patients.actions import run_import, start_import, start_preview
from patients.imports.reading import recognise
from patients.models import Condition, ImportRun, Patient
from teams.models import Clinic, Member, Municipality, Profession

SHAPES = {"list": our_list, "synthea": synthea}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench import", description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--shape", choices=(*SHAPES, "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.shape == "both":
        listed = _apart("list", options)
        result = _apart("synthea", options) | {f"list_{name}": value for name, value in listed.items()}
    else:
        result = measure(options.shape, options.patients, options.seed, options.rounds)
    ground.tell(result, as_json=options.json)


def _apart(shape: str, options: argparse.Namespace) -> dict[str, Any]:
    """One shape's figures, from a process of its own."""
    line = [sys.executable, "-m", "bench.import", "--shape", shape, "--json"]
    line += [f"--{name}={getattr(options, name)}" for name in ("patients", "rounds", "seed")]
    found: dict[str, Any] = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)
    return found


def measure(shape: str, patients: int, seed: int, rounds: int) -> dict[str, Any]:
    """The figures of one shape. Its database and its files are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="fordel-bench-") as name,
        ground.own_database("fordel_bench_import"),
    ):
        folder = Path(name)
        (folder / "list").mkdir()
        lists = SHAPES[shape](folder / "list", patients, seed)
        copies = files_to_copy(lists, folder)
        took, bare = [], []
        for n in range(rounds):
            clinic = _clinic(n)
            bare.append(_spent(partial(copy_bare, copies)))
            took.append(_spent(partial(_take_in, clinic, lists.path)))
            _insist(clinic, lists)
        preview = _spent(partial(_look_through, clinic, lists.path))
        again = _spent(partial(_take_in, clinic, lists.path))
        _insist(clinic, lists)
    (seconds, cpu), (copy_seconds, copy_cpu) = _medians(took), _medians(bare)
    return {
        "rows": lists.rows,
        "seconds": seconds,
        "copy_seconds": copy_seconds,
        "ratio": seconds / copy_seconds,
        "peak_rss_mb": ground.peak_rss_mb(),
        "patients": lists.patients,
        "conditions": lists.conditions,
        "cpu_seconds": cpu,
        "copy_cpu_seconds": copy_cpu,
        "cpu_ratio": cpu / copy_cpu if cpu and copy_cpu else None,
        "preview_seconds": preview[0],
        "again_seconds": again[0],
    }


def _spent(work: Callable[[], object]) -> tuple[float, float | None]:
    """Seconds on the wall, and of work: this process's and its backend's, where the server is on this machine."""
    begun = _work()
    seconds = ground.seconds(work)
    ended = _work()
    return seconds, None if begun is None or ended is None else ended - begun


def _work() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not backend.exists() or "postgres" not in (told := backend.read_text(encoding="utf-8")):
        return None
    user, system = told.rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _medians(rounds: list[tuple[float, float | None]]) -> tuple[float, float | None]:
    works = [work for _seconds, work in rounds if work is not None]
    return median(seconds for seconds, _work in rounds), median(works) if works else None


def _clinic(n: int) -> Clinic:
    municipality, _ = Municipality.objects.get_or_create(number="9999", defaults={"name": "Målekommune"})
    started_on = dt.date(2020, 1, 1)
    clinic = Clinic.objects.create(
        slug=f"kontor-{n}", name=f"Kontor {n}", municipality=municipality, started_on=started_on
    )
    Member.objects.bulk_create(
        Member(clinic=clinic, name=name, profession=Profession.DOCTOR, starts_on=started_on)
        for name in DOCTORS
    )
    return clinic


def _take_in(clinic: Clinic, path: Path) -> None:
    """What a command on the server does: look at the files, then take them in whole."""
    found = recognise(path)
    run = start_import(found, good_rows_only=False, **_asked(clinic, path))
    _carry_out(run, path, ImportRun.State.DONE)


def _look_through(clinic: Clinic, path: Path) -> None:
    _carry_out(start_preview(recognise(path), **_asked(clinic, path)), path, ImportRun.State.READY)


def _asked(clinic: Clinic, path: Path) -> dict[str, Any]:
    return {"by": None, "clinic_id": clinic.pk, "file_name": path.name, "stored_as": ""}


def _carry_out(waiting: ImportRun, path: Path, wanted: str) -> None:
    run = run_import(run_id=waiting.pk, clinic_id=waiting.clinic_id, path=path)
    if run is None or run.state != wanted:
        raise RuntimeError(f"The list was not taken in: {run and run.message}")


def _insist(clinic: Clinic, lists: Lists) -> None:
    """A fast import that lost somebody would be no import."""
    found = (
        Patient.objects.filter(clinic=clinic).count(),
        Condition.objects.filter(clinic=clinic).count(),
    )
    if found != (lists.patients, lists.conditions):
        raise RuntimeError(f"Patients and conditions taken in: {found}")


if __name__ == "__main__":
    main()
