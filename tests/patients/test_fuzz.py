"""Spoilt files: nothing but rows, row errors and words. FORDEL_FUZZ=10000 asks for so many."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from patients.imports.rows import Unreadable
from patients.models import ImportRun
from tests.conftest import make_cast
from tests.patients import fuzz
from tests.patients.conftest import conserved, take_in

COUNT = int(os.environ.get("FORDEL_FUZZ", "0"))


def test_a_few_hundred_spoilt_files_are_read_or_refused_in_words() -> None:
    came = fuzz.run(COUNT or 330, seed=7)
    # Chance spoils enough, and not all: each answer is given.
    assert min(came[answer] for answer in ("rows", "refused rows", "unreadable")) > 20


def test_the_good_files_are_good(tmp_path: Path) -> None:
    for name, content in fuzz.seeds().items():
        (tmp_path / name).write_bytes(content)
        assert fuzz.read_whole(tmp_path / name) in ("rows", "refused rows")


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("seed", [11])
def test_spoilt_files_leave_every_row_somewhere_and_no_import_failed(seed: int) -> None:
    """Each import in a transaction of its own, as in life: thousands in one hold more locks than a server has room for."""
    cast = make_cast("spoilt", "Ødelagte filer legekontor")

    def into(path: Path) -> str:
        try:
            run = take_in(path, cast, good_rows=True)
        except Unreadable:
            return "unreadable"
        assert run.state in (ImportRun.State.DONE, ImportRun.State.REFUSED), run.message
        # Spoilt names of resources may leave nothing of ours to count.
        nothing = not any("read" in kind for kind in run.counts.values() if isinstance(kind, dict))
        assert run.state == ImportRun.State.REFUSED or nothing or conserved(run)
        return str(run.state)

    came = fuzz.run(COUNT or 33, seed=seed, into=into)
    assert came[ImportRun.State.DONE] > 5
