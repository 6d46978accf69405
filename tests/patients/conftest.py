"""Small lists to take in, and the way from a file to a finished import."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patients.actions import run_import, start_import
from patients.imports.reading import recognise
from patients.models import ImportRun
from patients.personnummer import make_tenor
from tests.conftest import Cast

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared/data"

Importer = Callable[..., ImportRun]


def number(born: dt.date = dt.date(1985, 2, 1), serial: int = 0) -> str:
    return make_tenor(born, serial)


HEAD = "personnummer;fornavn;etternavn;født;fastlege;tilstander"


def list_row(n: int, name: str = "Kari", doctor: str = "Hanne Holm", codes: str = "T90") -> str:
    """Somebody of a patient list under `HEAD`; the same `n` is the same person."""
    born = dt.date(1950 + n % 50, 2, 1)
    return f"{number(born, n)};{name};Oppspinn{n};{born:%d.%m.%Y};{doctor};{codes}"


def take_in(path: Path, cast: Cast, *, good_rows: bool = False) -> ImportRun:
    """What the page and the worker do, in one go."""
    waiting = start_import(
        recognise(path),
        by=cast.doctor,
        clinic_id=cast.clinic.pk,
        file_name=path.name,
        stored_as="",
        good_rows_only=good_rows,
    )
    run = run_import(run_id=waiting.pk, clinic_id=cast.clinic.pk, path=path)
    assert run is not None
    return run


@pytest.fixture
def take_list(tmp_path: Path) -> Importer:
    """Take in rows of a patient list, written as text under our own headings."""

    def take(cast: Cast, *rows: str, head: str = "", **options: Any) -> ImportRun:
        path = tmp_path / "liste.csv"
        head = head or "personnummer;pasientnr;fornavn;etternavn;født;kjønn;fastlege;tilstander;legemidler"
        path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        return take_in(path, cast, **options)

    return take


def conserved(run: ImportRun) -> bool:
    """Every row that was read went somewhere, and to one place only."""
    kinds = [kind for kind in run.counts.values() if isinstance(kind, dict) and "read" in kind]
    assert kinds
    fates = ("new", "changed", "unchanged", "merged", "unmapped", "ended", "ignored", "refused")
    return all(kind["read"] == sum(kind[fate] for fate in fates) for kind in kinds)
