"""What an import decides of every row, told by a preview and done by a write; who is gone, and what is kept of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.actions import run_import, start_import, start_preview
from patients.imports.reading import recognise
from patients.models import (
    Condition,
    Encounter,
    ImportChange,
    ImportRun,
    Medication,
    Patient,
    PatientChange,
    PatientIdentifier,
)
from tests.conftest import Cast
from tests.patients.conftest import DATA, conserved, number

HEAD = "personnummer;pasientnr;fornavn;etternavn;født;kjønn;fastlege;tilstander;legemidler"
KARI, OLA, EVA = number(), number(dt.date(1971, 11, 2)), number(dt.date(1990, 5, 17))
KARI_ROW = f"{KARI};;Kari;Oppspinn;01.02.1985;K;Hanne Holm;T90,K86;A10BA02 Metformin|Paracet"
OLA_ROW = f"{OLA};;Ola;Påfunn;02.11.1971;M;;R95;"
EVA_ROW = f"{EVA};;Eva;Innfall;17.05.1990;K;Arne Aune;;"
TABLES = (Patient, PatientIdentifier, Condition, Medication, Encounter, PatientChange)

# Path or rows, and whether they are the whole list: the import, and the preview of it.
TakeIn = Callable[..., ImportRun]


@pytest.fixture
def of_list(tmp_path: Path) -> TakeIn:
    def run(
        cast: Cast,
        *rows: str,
        path: Path | None = None,
        preview: bool = False,
        whole: bool = False,
        head: str = HEAD,
    ) -> ImportRun:
        if path is None:
            path = tmp_path / "liste.csv"
            path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        asked: dict[str, Any] = {
            "by": cast.doctor, "clinic_id": cast.clinic.pk, "file_name": "x", "stored_as": "", "whole_list": whole,
        }  # fmt: skip
        found = recognise(path)
        begun = (
            start_preview(found, **asked) if preview else start_import(found, good_rows_only=True, **asked)
        )
        ended = run_import(run_id=begun.pk, clinic_id=cast.clinic.pk, path=path)
        assert ended is not None
        assert ended.state == ("ready" if preview else "done"), ended.message
        return ended

    return run


def everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def changes(run: ImportRun, fate: str) -> list[tuple[str, int | None, str]]:
    rows = ImportChange.objects.filter(run=run, fate=fate).order_by("row", "pk")
    return [(c.patient.given_name if c.patient else "", c.row, c.what) for c in rows]


def kept(patient: Patient) -> list[tuple[str, str, str, int | None, int | None]]:
    rows = PatientChange.objects.filter(patient=patient).order_by("field")
    return [(c.field, c.before, c.after, c.by_id, c.run_id) for c in rows]


# --- the preview and the write


@pytest.mark.parametrize("name", ["liste.csv", "synthea", "fhir"])
@pytest.mark.parametrize("whole", [False, True])
def test_a_preview_counts_what_the_write_then_does_and_writes_nothing(
    solbakken: Cast, of_list: TakeIn, name: str, whole: bool
) -> None:
    of_list(solbakken, KARI_ROW, OLA_ROW)
    for again in (False, True):
        before = everything()
        preview = of_list(solbakken, path=DATA / name, preview=True, whole=whole)
        assert everything() == before
        written = of_list(solbakken, path=DATA / name, whole=whole)
        assert preview.counts == written.counts
        assert conserved(preview)
        assert (everything() == before) == again


def test_the_preview_counts_as_the_write_where_rows_change_merge_end_return_and_are_refused(
    solbakken: Cast, of_list: TakeIn
) -> None:
    of_list(solbakken, KARI_ROW, OLA_ROW, EVA_ROW)
    Condition.objects.filter(icpc2="K86").update(struck_at=timezone.now())
    rows = (
        f"{KARI};7;Kari;Nygift;01.02.1985;K;Arne Aune;T90,K86,R96;A10BA02 Metformin XR",
        f"{KARI};;Kari;Nygift;01.02.1985;;;T90;A10BA02 Metformin XR",
        f"{number(dt.date(1999, 1, 1))};;Ny;Person;01.01.1999;K;;K74;Paracet",
        f"{number(dt.date(1999, 1, 2))};;For;Ung;02.01.2999;K;;K74;Paracet",
        f"{OLA};;Helt;Annen;03.03.1933;M;;R95;",
    )
    preview = of_list(solbakken, *rows, preview=True, whole=True)
    written = of_list(solbakken, *rows, whole=True)
    assert preview.counts == written.counts
    assert conserved(preview)
    told = {fate: n for fate, n in preview.counts["patients"].items() if n}
    assert told == {"read": 5, "new": 1, "changed": 1, "merged": 1, "refused": 2, "gone": 1}
    assert preview.counts["medications"]["stopped"] == 1
    assert preview.counts["problems"] == 2


def test_a_preview_says_which_rows_and_fields_and_never_what_they_hold(
    solbakken: Cast, of_list: TakeIn
) -> None:
    of_list(solbakken, KARI_ROW, OLA_ROW, EVA_ROW)
    run = of_list(
        solbakken,
        f"{KARI};;Kari;Nygift;01.02.1985;K;Arne Aune;T90,K86,R96;A10BA02 Metformin",
        f"{number(dt.date(1999, 1, 1))};;Ny;Person;01.01.1999;K;;K74;Paracet",
        EVA_ROW,
        preview=True,
        whole=True,
    )
    assert changes(run, "new") == [("", 3, "")]
    assert changes(run, "changed") == [("Kari", 2, "fastlege, legemidler, navn, tilstander")]
    assert changes(run, "gone") == [("Ola", None, "")]
    # Made anew, it tells of the same once.
    assert ImportChange.objects.filter(run=run).count() == 3


def test_facts_without_their_patients_file_are_told_of_by_their_own_row(
    solbakken: Cast, of_list: TakeIn
) -> None:
    of_list(solbakken, path=DATA / "synthea" / "patients.csv")
    run = of_list(solbakken, path=DATA / "synthea" / "conditions.csv", preview=True)
    changed = ImportChange.objects.filter(run=run)
    assert {(c.fate, c.file_name, c.what) for c in changed} == {("changed", "conditions.csv", "tilstander")}
    assert all(c.row and c.patient_id for c in changed)


def test_what_a_preview_keeps_row_by_row_is_bounded(
    solbakken: Cast, of_list: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patients.actions.staging.CHANGES_KEPT", 2)
    of_list(solbakken, KARI_ROW, OLA_ROW, EVA_ROW)
    moved = [
        row.replace("Oppspinn", "X").replace("Påfunn", "Y").replace("Innfall", "Z")
        for row in (KARI_ROW, OLA_ROW, EVA_ROW)
    ]
    run = of_list(solbakken, *moved, preview=True)
    assert (run.counts["patients"]["changed"], len(changes(run, "changed"))) == (3, 2)


# --- gone, and back


def test_whom_a_whole_list_lacks_is_off_it_and_back_with_the_next_that_has_them(
    solbakken: Cast, of_list: TakeIn
) -> None:
    of_list(solbakken, KARI_ROW, OLA_ROW)
    ola = Patient.objects.get(given_name="Ola")
    gone = of_list(solbakken, KARI_ROW, whole=True)
    ola.refresh_from_db()
    today = timezone.localdate()
    assert (gone.counts["patients"]["gone"], ola.moved_on) == (1, today)
    assert kept(ola) == [("moved_on", "", today.isoformat(), None, gone.pk)]
    assert of_list(solbakken, KARI_ROW, whole=True).counts["patients"]["gone"] == 0
    back = of_list(solbakken, OLA_ROW)
    ola.refresh_from_db()
    assert (back.counts["patients"]["changed"], ola.moved_on) == (1, None)
    assert ("moved_on", today.isoformat(), "", None, back.pk) in kept(ola)


def test_whom_somebody_here_took_off_the_list_is_not_brought_back_by_a_file(
    solbakken: Cast, of_list: TakeIn
) -> None:
    of_list(solbakken, KARI_ROW)
    Patient.objects.update(moved_on=dt.date(2026, 1, 5))
    assert of_list(solbakken, KARI_ROW).counts["patients"]["changed"] == 0
    assert Patient.objects.get().moved_on == dt.date(2026, 1, 5)
    kari = Patient.objects.get()
    PatientChange.objects.create(
        clinic=solbakken.clinic, patient=kari, field="moved_on", after="2026-01-05", by=solbakken.doctor,
        at=timezone.now(),
    )  # fmt: skip
    of_list(solbakken, KARI_ROW)
    assert Patient.objects.get().moved_on == dt.date(2026, 1, 5)


def test_an_import_that_is_not_the_whole_list_takes_nobody_off_it(solbakken: Cast, of_list: TakeIn) -> None:
    of_list(solbakken, KARI_ROW, OLA_ROW)
    assert of_list(solbakken, KARI_ROW).counts["patients"]["gone"] == 0
    assert not Patient.objects.exclude(moved_on=None).exists()


def test_the_dead_the_moved_the_refused_and_those_the_file_cannot_name_are_not_gone(
    solbakken: Cast, furulund: Cast, of_list: TakeIn
) -> None:
    of_list(furulund, KARI_ROW)
    of_list(solbakken, KARI_ROW, OLA_ROW, EVA_ROW, ";77;Bare;Nummer;01.01.1980;K;;;")
    Patient.objects.filter(clinic=solbakken.clinic, given_name="Eva").update(deceased_on=dt.date(2026, 1, 1))
    Patient.objects.filter(clinic=solbakken.clinic, given_name="Ola").update(moved_on=dt.date(2026, 1, 1))
    # Kari's row is refused; nobody in this file has a number of the clinic's own, as «Bare Nummer» has.
    refused = KARI_ROW.replace("01.02.1985", "01.02.2985")
    run = of_list(solbakken, refused, f"{number(serial=3)};;Ny;Person;01.02.1985;K;;;", whole=True)
    assert run.counts["patients"]["gone"] == 0
    assert Patient.objects.get(clinic=furulund.clinic).moved_on is None
    assert Patient.objects.filter(moved_on=dt.date(2026, 1, 1)).count() == 1


# --- what is kept of a change


def test_each_change_to_a_patient_is_kept_with_its_import(solbakken: Cast, of_list: TakeIn) -> None:
    first = of_list(solbakken, KARI_ROW)
    kari = Patient.objects.get()
    assert first.counts["patients"]["new"] == 1
    assert kept(kari) == []
    run = of_list(
        solbakken,
        f"{KARI};Kari;Nygift;02.02.1985;M;Arne Aune;03.03.2026",
        head="personnummer;fornavn;etternavn;født;kjønn;fastlege;død",
    )
    doctors = (str(solbakken.doctor.pk), str(solbakken.second_doctor.pk))
    assert [(field, before, after) for field, before, after, _by, _run in kept(kari)] == [
        ("birth_date", "1985-02-01", "1985-02-02"),
        ("deceased_on", "", "2026-03-03"),
        ("family_name", "Oppspinn", "Nygift"),
        ("list_doctor", *doctors),
        ("sex", "female", "male"),
    ]
    assert {(by, from_run) for *_told, by, from_run in kept(kari)} == {(None, run.pk)}
    kari.refresh_from_db()
    assert (kari.family_name, kari.sex, kari.list_doctor) == ("Nygift", "male", solbakken.second_doctor)


def test_a_condition_struck_out_by_hand_is_not_revived(solbakken: Cast, of_list: TakeIn) -> None:
    of_list(solbakken, KARI_ROW)
    at = timezone.now()
    Condition.objects.filter(icpc2="T90").update(struck_at=at, ends_on=dt.date(2026, 1, 1))
    run = of_list(solbakken, KARI_ROW)
    assert {fate: n for fate, n in run.counts["conditions"].items() if n} == {"read": 2, "unchanged": 2}
    struck = Condition.objects.get(icpc2="T90")
    assert (struck.struck_at, struck.ends_on) == (at, dt.date(2026, 1, 1))


# --- who is who


def test_a_chain_of_a_thousand_rows_is_one_patient_in_a_few_steps(solbakken: Cast, of_list: TakeIn) -> None:
    numbers = [number(serial=n) for n in range(400)]
    # Each row ties a number to the clinic's own, and the next row that one to another number; in no order.
    rows = [f"{numbers[n // 2]};{(n + 1) // 2 + 1};Kari;Oppspinn;01.02.1985;K;;;" for n in range(798)]
    rows = [rows[n * 559 % 798] for n in range(798)]
    with CaptureQueriesContext(connection) as seen:
        run = of_list(solbakken, *rows)
    assert {fate: n for fate, n in run.counts["patients"].items() if n} == {
        "read": 798,
        "new": 1,
        "merged": 797,
    }
    assert Patient.objects.count() == 1
    assert sum("UPDATE stage_shared" in query["sql"] for query in seen.captured_queries) < 60


def test_statements_do_not_grow_with_the_rows(solbakken: Cast, of_list: TakeIn) -> None:
    def statements(patients: int) -> int:
        rows = [f"{number(serial=n)};;Kari{n};O;01.02.1985;K;;T90;Paracet" for n in range(patients)]
        with CaptureQueriesContext(connection) as seen:
            of_list(solbakken, *rows)
        return len(seen)

    few = statements(5)
    assert statements(300) == few
