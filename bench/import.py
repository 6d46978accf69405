"""bin/bench import [--patients 100000] [--shape list|synthea|both] [--rounds 3] [--seed 1] [--json]

Taking in a list of 100,000 patients with conditions from CSV, beside bare COPY of the same rows into two plain
tables (bench/import_floor.py), in turns: each round copies, then takes the list in for a clinic that has none.
`ratio` is the median of the imports by the median of the copies. In the end the last clinic takes the same list in
once more, which must change nothing. Each shape is measured in a process of its own: `peak_rss_mb` is that
process's, the import's, whatever the number of rows; the bare names are our own list's, `synthea_…` Synthea's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench import ground
from bench.import_floor import copy_bare, files_to_copy
from bench.import_lists import DOCTORS, Lists, our_list, synthea
from patients.actions import run_import, start_import
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
        result = {**_apart("list", options), **_prefixed("synthea", _apart("synthea", options))}
    else:
        result = measure(options.shape, options.patients, options.seed, options.rounds)
    ground.tell(result, as_json=options.json)


def _apart(shape: str, options: argparse.Namespace) -> dict[str, Any]:
    """One shape's figures, from a process of its own."""
    line = [sys.executable, "-m", "bench.import", "--shape", shape, "--json"]
    line += [f"--{name}={getattr(options, name)}" for name in ("patients", "rounds", "seed")]
    found: dict[str, Any] = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)
    return found


def _prefixed(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{key}": value for key, value in figures.items()}


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
            bare.append(copy_bare(copies))
            took.append(ground.seconds(lambda clinic=clinic: _take_in(clinic, lists.path)))
            _insist(clinic, lists)
        again = ground.seconds(lambda: _take_in(clinic, lists.path))
        _insist(clinic, lists)
    return {
        "rows": lists.rows,
        "seconds": median(took),
        "copy_seconds": median(bare),
        "ratio": median(took) / median(bare),
        "peak_rss_mb": ground.peak_rss_mb(),
        "patients": lists.patients,
        "conditions": lists.conditions,
        "again_seconds": again,
    }


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
    waiting = start_import(
        recognise(path), by=None, clinic_id=clinic.pk, file_name=path.name, stored_as="", good_rows_only=False
    )
    run = run_import(run_id=waiting.pk, clinic_id=clinic.pk, path=path)
    assert run is not None and run.state == ImportRun.State.DONE, run and (run.state, run.message)


def _insist(clinic: Clinic, lists: Lists) -> None:
    """A fast import that lost somebody would be no import."""
    found = (
        Patient.objects.filter(clinic=clinic).count(),
        Condition.objects.filter(clinic=clinic).count(),
    )
    assert found == (lists.patients, lists.conditions), found


if __name__ == "__main__":
    main()
