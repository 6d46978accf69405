"""Taking a list in: merged by set, whole or not at all, and nothing the second time."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.core.exceptions import PermissionDenied
from django.db import connection

from patients.actions import run_import, start_import
from patients.actions.importing import _CLINIC_LOCK
from patients.imports.reading import recognise
from patients.jobs import import_list
from patients.models import (
    Condition,
    Encounter,
    ImportProblem,
    ImportRun,
    Medication,
    Patient,
    PatientIdentifier,
)
from patients.personnummer import FNR_SYSTEM
from tests.conftest import Cast
from tests.patients.conftest import DATA, Importer, conserved, number, take_in

KARI, OLA = number(), number(dt.date(1971, 11, 2))
KARI_ROW = f"{KARI};;Kari;Oppspinn;01.02.1985;K;Hanne Holm;T90,K86;A10BA02 Metformin|Paracet"
OLA_ROW = f"{OLA};;Ola;Påfunn;02.11.1971;M;;R95;"


def problems(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.message) for p in run.problems.all()]


def fates(run: ImportRun, kind: str) -> dict[str, int]:
    return {fate: n for fate, n in run.counts[kind].items() if n and fate != "read"}


def test_a_list_is_taken_in_with_doctors_conditions_and_drugs(solbakken: Cast) -> None:
    run = take_in(DATA / "liste.csv", solbakken)
    assert (run.state, run.source, run.rows_read, run.message) == ("done", "csv", run.rows_total, "")
    assert conserved(run)
    fiktiv, oppdiktet, dead = Patient.objects.order_by("pk")
    assert fiktiv.list_doctor == solbakken.doctor
    assert oppdiktet.list_doctor == solbakken.second_doctor
    assert [c.icpc2 for c in fiktiv.conditions.order_by("icpc2")] == ["K86", "T90"]
    assert fiktiv.identifiers.get().system == FNR_SYSTEM
    assert dead.deceased_on == dt.date(2026, 1, 12)
    assert set(Patient.objects.followed()) == {fiktiv, oppdiktet}
    assert run.unmapped == [["http://hl7.org/fhir/sid/icpc-2", "A04", "", 1]]
    assert sorted(Medication.objects.values_list("source_code", flat=True)) == ["A10BA02", "C09AA05"]


@pytest.mark.parametrize("name", ["liste.csv", "synthea", "fhir"])
def test_a_second_import_changes_nothing(solbakken: Cast, name: str) -> None:
    tables = (Patient, PatientIdentifier, Condition, Medication, Encounter)
    first = take_in(DATA / name, solbakken)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    second = take_in(DATA / name, solbakken)
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    assert conserved(first)
    assert conserved(second)
    for kind in ("patients", "conditions", "medications"):
        assert second.counts[kind]["new"] == second.counts[kind]["changed"] == 0
        assert second.counts[kind]["unchanged"] == first.counts[kind]["new"]


def test_fhir_duplicates_merge_and_everybody_keeps_a_lasting_identifier(solbakken: Cast) -> None:
    run = take_in(DATA / "fhir", solbakken)
    assert (run.state, problems(run)) == ("done", [])
    assert fates(run, "patients") == {"new": 3, "merged": 1}
    kari = Patient.objects.get(family_name="Oppspinn")
    assert sorted(kari.identifiers.values_list("system", "value")) == [
        ("urn:oid:1.2.3.4", "778"),
        (FNR_SYSTEM, number(dt.date(1963, 7, 15))),
    ]
    assert {c.icpc2: c.ends_on for c in kari.conditions.all()} == {"T90": None, "K86": dt.date(2012, 1, 1)}
    assert fates(run, "medications") == {"new": 2, "ended": 1}
    assert fates(run, "encounters") == {"new": 1, "ignored": 1}
    assert run.counts["other"] == {"Observation": 1}
    assert Encounter.objects.get().department == "Sykehuset, medisinsk"
    assert Patient.objects.get(family_name="Avdød").deceased_on is not None
    assert not PatientIdentifier.objects.filter(system__startswith="#").exists()
    assert not PatientIdentifier.objects.filter(value__startswith="999-").exists()


def test_several_codes_of_one_disease_are_one_condition_from_the_first_day(solbakken: Cast) -> None:
    run = take_in(DATA / "synthea", solbakken)
    diabetes = Condition.objects.get(icpc2="T90")
    assert (diabetes.starts_on, diabetes.ends_on) == (dt.date(2010, 1, 1), None)
    assert Condition.objects.get(icpc2="R96").ends_on == dt.date(1970, 1, 1)
    assert fates(run, "conditions") == {"new": 3, "merged": 1, "unmapped": 1}
    assert run.unmapped == [["http://snomed.info/sct", "15777000", "Prediabetes", 1]]


def test_one_bad_row_and_nothing_is_taken_in(solbakken: Cast, take_list: Importer) -> None:
    run = take_list(solbakken, KARI_ROW, OLA_ROW.replace("02.11.1971", "02.11.2971"))
    assert (run.state, run.message) == (
        "refused",
        "Ingen rader er tatt inn, fordi noen har feil. Rett dem, eller ta inn de gode radene.",
    )
    assert problems(run) == [(3, "født", "Fødselsdatoen er i framtiden.")]
    assert not Patient.objects.exists()
    assert not Condition.objects.exists()
    assert run.counts["patients"]["read"] == 2


def test_the_good_rows_are_taken_in_when_asked_and_never_half_a_row(
    solbakken: Cast, take_list: Importer
) -> None:
    run = take_list(solbakken, KARI_ROW, OLA_ROW.replace("R95", "R95, sukkersyke"), good_rows=True)
    assert run.state == "done"
    assert conserved(run)
    assert Patient.objects.get().given_name == "Kari"
    assert problems(run) == [
        (3, "tilstander", "Inneholder noe annet enn koder (ICPC-2 eller ICD-10) med komma mellom.")
    ]


def test_a_refused_patients_conditions_are_refused_with_the_patient(solbakken: Cast, tmp_path: Path) -> None:
    for name in ("patients", "conditions", "medications"):
        text = (DATA / "synthea" / f"{name}.csv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text(text.replace("1950-05-05", "2950-05-05"), encoding="utf-8")
    run = take_in(tmp_path, solbakken, good_rows=True)
    assert conserved(run)
    assert [p.given_name for p in Patient.objects.all()] == ["Bob2"]
    assert {message for _, _, message in problems(run)} == {
        "Fødselsdatoen er i framtiden.",
        "Pasienten er avvist.",
    }
    assert [c.icpc2 for c in Condition.objects.all()] == ["K76"]
    # Also when the patient is known from before: what the list says of somebody it garbles is not taken in.
    take_in(DATA / "synthea", solbakken)
    Condition.objects.all().delete()
    take_in(tmp_path, solbakken, good_rows=True)
    assert [c.icpc2 for c in Condition.objects.all()] == ["K76"]


def test_conditions_alone_find_the_patients_of_an_earlier_import(solbakken: Cast) -> None:
    take_in(DATA / "synthea" / "patients.csv", solbakken)
    run = take_in(DATA / "synthea" / "conditions.csv", solbakken)
    assert fates(run, "conditions") == {"new": 3, "merged": 1, "unmapped": 1}


def test_conditions_of_nobody_are_refused(solbakken: Cast) -> None:
    run = take_in(DATA / "synthea" / "conditions.csv", solbakken)
    assert run.state == "refused"
    assert {message for _, _, message in problems(run)} == {"Pasienten finnes verken i importen eller her."}


def test_an_unknown_doctor_is_a_row_error_and_a_shared_name_another(
    solbakken: Cast, take_list: Importer
) -> None:
    run = take_list(solbakken, KARI_ROW.replace("Hanne Holm", "Dr. Ukjent"))
    assert problems(run) == [(2, "fastlege", "Ingen lege på kontoret heter dette.")]
    solbakken.second_doctor.name = "Hanne Holm"
    solbakken.second_doctor.save()
    run = take_list(solbakken, KARI_ROW)
    assert problems(run) == [(2, "fastlege", "Flere leger på kontoret heter dette.")]


def test_a_nurse_is_nobodys_list_doctor(solbakken: Cast, take_list: Importer) -> None:
    assert take_list(solbakken, KARI_ROW.replace("Hanne Holm", "Nina Nes")).state == "refused"


def test_rows_that_share_an_identifier_in_a_chain_are_one_patient(
    solbakken: Cast, take_list: Importer
) -> None:
    third = number(serial=1)
    run = take_list(
        solbakken,
        f"{third};;Kari;Oppspinn;01.02.1985;;;K86;",
        f"{third};7;Kari;Oppspinn;01.02.1985;K;;T90;",
        f"{KARI};7;Kari Ann;Oppspinn;01.02.1985;;Hanne Holm;T90;",
    )
    assert fates(run, "patients") == {"new": 1, "merged": 2}
    kari = Patient.objects.get()
    # The last row has the last word, but nothing known is made unknown.
    assert (kari.given_name, kari.sex, kari.list_doctor) == ("Kari Ann", "female", solbakken.doctor)
    assert kari.identifiers.count() == 3
    assert kari.conditions.count() == 2


def test_one_identifier_with_two_birth_dates_is_nobody(solbakken: Cast, take_list: Importer) -> None:
    run = take_list(
        solbakken,
        f"{KARI};;Kari;A;01.02.1985;K;;;",
        f"{KARI};;Kari;A;01.03.1985;K;;T90;",
        OLA_ROW,
        good_rows=True,
    )
    assert conserved(run)
    assert [p.given_name for p in Patient.objects.all()] == ["Ola"]
    assert [(row, message) for row, _, message in problems(run)] == [
        (2, "Samme identifikator står på rader med ulik fødselsdato."),
        (3, "Samme identifikator står på rader med ulik fødselsdato."),
    ]


def test_identifiers_of_two_known_patients_do_not_make_them_one(solbakken: Cast, take_list: Importer) -> None:
    take_list(solbakken, f"{KARI};;Kari;A;01.02.1985;K;;;", f"{OLA};7;Ola;B;02.11.1971;M;;;")
    run = take_list(solbakken, f"{KARI};7;Kari;A;01.02.1985;K;;T90;")
    assert problems(run) == [(2, "", "Identifikatorene tilhører to ulike pasienter.")]
    assert run.counts["conditions"]["refused"] == 1
    assert not Condition.objects.exists()


def test_a_known_number_with_another_name_and_birth_date_is_refused(
    solbakken: Cast, take_list: Importer
) -> None:
    take_list(solbakken, KARI_ROW)
    run = take_list(solbakken, f"{KARI};;Ola;Annen;02.11.1971;M;;;")
    assert problems(run) == [
        (2, "", "Identifikatoren tilhører en pasient med annet navn og annen fødselsdato.")
    ]
    # Two of a family whose numbers have been mixed up.
    run = take_list(solbakken, f"{KARI};;Ola;Oppspinn;02.11.1971;M;;;")
    assert len(problems(run)) == 1
    # A corrected birth date, or a new surname, is a change.
    assert fates(take_list(solbakken, f"{KARI};;Kari;Nygift;02.02.1985;K;;;"), "patients") == {"changed": 1}
    assert Patient.objects.get().family_name == "Nygift"


def test_changes_are_counted_and_what_is_not_told_stays(solbakken: Cast, take_list: Importer) -> None:
    take_list(solbakken, KARI_ROW)
    run = take_list(solbakken, f"{KARI};;Kari;Oppspinn;01.02.1985;;;K86;A10BA02 Metformin XR|Ibux")
    assert fates(run, "patients") == {"unchanged": 1}
    kari = Patient.objects.get()
    assert (kari.sex, kari.list_doctor) == ("female", solbakken.doctor)
    assert kari.conditions.count() == 2
    # A list tells of all drugs in use: Paracet has ended, and comes back with the next list that has it.
    assert fates(run, "medications") == {"new": 1, "changed": 1, "stopped": 1}
    assert Medication.objects.get(text="Paracet").ends_on is not None
    run = take_list(solbakken, KARI_ROW)
    assert Medication.objects.get(text="Paracet").ends_on is None
    assert conserved(run)


def test_a_list_without_a_column_of_drugs_ends_none(solbakken: Cast, take_list: Importer) -> None:
    take_list(solbakken, KARI_ROW)
    take_list(solbakken, f"{KARI};Kari;Oppspinn;01.02.1985", head="personnummer;fornavn;etternavn;født")
    assert Medication.objects.filter(ends_on__isnull=True).count() == 2


def test_the_dead_stay_dead(solbakken: Cast, take_list: Importer) -> None:
    head = "personnummer;fornavn;etternavn;født;død"
    take_list(solbakken, f"{KARI};Kari;Oppspinn;01.02.1985;03.03.2020", head=head)
    run = take_list(solbakken, f"{KARI};Kari;Oppspinn;01.02.1985;", head=head)
    assert fates(run, "patients") == {"unchanged": 1}
    assert Patient.objects.get().deceased_on == dt.date(2020, 3, 3)


def test_the_same_contact_is_not_moved_to_another_patient(solbakken: Cast, tmp_path: Path) -> None:
    take_in(DATA / "fhir", solbakken)
    for file in (DATA / "fhir").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "Encounter.ndjson":
            text = text.replace("Patient/p1", "Patient/d1")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    run = take_in(tmp_path, solbakken, good_rows=True)
    assert [(p.file_name, p.message) for p in run.problems.all()] == [
        ("Encounter.ndjson", "Kontakten hører til en annen pasient.")
    ]
    assert Encounter.objects.get().patient.family_name == "Oppspinn"
    assert conserved(run)


def test_two_clinics_with_the_same_patient_have_one_each(
    solbakken: Cast, furulund: Cast, take_list: Importer
) -> None:
    take_list(solbakken, KARI_ROW)
    run = take_list(furulund, KARI_ROW)
    assert fates(run, "patients") == {"new": 1}
    assert list(Patient.objects.order_by("pk").values_list("clinic_id", flat=True)) == [
        solbakken.clinic.pk,
        furulund.clinic.pk,
    ]
    assert Patient.objects.last().list_doctor == furulund.doctor  # type: ignore[union-attr]


def test_a_finished_import_is_left_alone_when_its_job_comes_again(
    solbakken: Cast, take_list: Importer
) -> None:
    run = take_list(solbakken, KARI_ROW)
    Patient.objects.update(given_name="Endret")
    again = run_import(run_id=run.pk, clinic_id=solbakken.clinic.pk)
    assert again is not None
    assert (again.finished_at, again.counts) == (run.finished_at, run.counts)
    assert Patient.objects.get().given_name == "Endret"


def test_an_error_nobody_foresaw_fails_the_import_and_says_nothing_of_anybody(
    solbakken: Cast, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(
        f"personnummer;fornavn;etternavn;født\n{KARI};Kari;Oppspinn;01.02.1985\n", encoding="utf-8"
    )
    # A database rule that the import knows nothing of: the error's text would quote the row.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE patients_patient ADD CONSTRAINT later_rule CHECK (given_name <> 'Kari')")
    run = take_in(path, solbakken)
    assert run.state == "failed"
    assert "ingenting er tatt inn" in run.message
    assert not Patient.objects.exists()
    assert "IntegrityError" in caplog.text
    assert not {"Kari", "Oppspinn", KARI} & set(caplog.text.replace(",", " ").split())


def test_a_count_that_cannot_be_written_down_still_ends_the_import(
    solbakken: Cast, take_list: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE patients_importproblem ADD CONSTRAINT later_rule CHECK (\"column\" <> 'født')"
        )
    run = take_list(solbakken, KARI_ROW.replace("01.02.1985", "01.02.2985"))
    assert (run.state, run.counts) == ("failed", {"other": {}, "problems": 0})
    assert run.finished_at is not None
    assert "IntegrityError" in caplog.text


def test_what_no_text_can_hold_is_counted_and_taken_in_without(solbakken: Cast, tmp_path: Path) -> None:
    for file in (DATA / "fhir").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "Condition.ndjson").open("a", encoding="utf-8") as more:
        more.write(
            '{"resourceType":"A\\u0000B"}\n{"resourceType":"Condition","subject":{"reference":"Patient/p1"},'
            '"code":{"coding":[{"system":"x\\ud800","code":"y\\u0000","display":"z\\udfff"}]}}\n'
        )
    run = take_in(tmp_path, solbakken)
    assert run.state == "done"
    assert run.counts["other"] == {"AB": 1, "Observation": 1}
    assert ["x", "y", "z", 1] in run.unmapped
    with (tmp_path / "Condition.ndjson").open("a", encoding="utf-8") as more:
        more.write('{"resourceType":"Condition","subject":{"reference":"Patient/p1\\u0000"}}\n')
    run = take_in(tmp_path, solbakken, good_rows=True)
    assert (run.state, run.counts["problems"]) == ("done", 1)


def test_an_import_that_keeps_taking_its_worker_down_is_given_up(
    solbakken: Cast, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    run = uploaded(solbakken, tmp_path, settings)
    run.state, run.attempts = ImportRun.State.RUNNING, 3
    run.save()
    with django_capture_on_commit_callbacks(execute=True):
        ended = run_import(run_id=run.pk, clinic_id=run.clinic_id)
    assert ended is not None
    assert (ended.state, ended.stored_as) == ("failed", "")
    assert "tre ganger" in ended.message
    assert not list(settings.UPLOAD_DIR.iterdir())
    assert not Patient.objects.exists()


def test_a_command_that_was_killed_is_not_looked_for_among_the_uploads(
    solbakken: Cast, tmp_path: Path, settings: Any
) -> None:
    run = uploaded(solbakken, tmp_path, settings)
    (settings.UPLOAD_DIR / "liste.csv").write_bytes((DATA / "liste.csv").read_bytes())
    ImportRun.objects.update(stored_as="", state="running")
    ended = run_import(run_id=run.pk, clinic_id=run.clinic_id)
    assert ended is not None
    assert (ended.state, ended.message) == ("refused", "Kommandoen ble avbrutt, og ingenting er tatt inn.")


# --- one at a time in a clinic


def uploaded(cast: Cast, folder: Path, settings: Any, name: str = "a") -> ImportRun:
    """An upload that waits for a worker."""
    settings.UPLOAD_DIR = folder / "uploads"
    (settings.UPLOAD_DIR / name).mkdir(parents=True)
    (settings.UPLOAD_DIR / name / "liste.csv").write_bytes((DATA / "liste.csv").read_bytes())
    return start_import(
        recognise(settings.UPLOAD_DIR / name), by=cast.doctor, clinic_id=cast.clinic.pk,
        file_name="liste.csv", stored_as=name, good_rows_only=False,
    )  # fmt: skip


@pytest.fixture
def another_import(solbakken: Cast) -> Iterator[psycopg.Connection[Any]]:
    """Another worker, at another import of the clinic; done when its connection is closed."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [_CLINIC_LOCK, solbakken.clinic.pk])
        yield other


@pytest.fixture
def at_once() -> Iterator[None]:
    """Jobs that are asked for are done there and then."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def test_an_import_waits_without_holding_a_worker_while_another_of_the_clinic_is_at_work(
    solbakken: Cast, furulund: Cast, tmp_path: Path, settings: Any, another_import: psycopg.Connection[Any]
) -> None:
    run = uploaded(solbakken, tmp_path, settings)
    ImportRun.objects.update(state="running", rows_read=2)  # its worker was killed
    for _ in range(5):
        import_list(run.pk, run.clinic_id)
    run.refresh_from_db()
    assert (run.state, run.rows_read, run.attempts) == ("waiting", 0, 0)
    elsewhere = uploaded(furulund, tmp_path, settings, "b")
    import_list(elsewhere.pk, elsewhere.clinic_id)
    elsewhere.refresh_from_db()
    assert elsewhere.state == "done"
    # Not by closing: the server notices that in its own time.
    another_import.execute("SELECT pg_advisory_unlock_all()")
    import_list(run.pk, run.clinic_id)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 1)


def test_an_import_that_ends_asks_for_the_next_of_its_clinic(
    solbakken: Cast, furulund: Cast, tmp_path: Path, settings: Any, at_once: None
) -> None:
    runs = [uploaded(solbakken, tmp_path, settings, name) for name in "abc"]
    theirs = uploaded(furulund, tmp_path, settings, "d")
    import_list(runs[1].pk, solbakken.clinic.pk)
    assert [run.state for run in ImportRun.objects.filter(clinic=solbakken.clinic)] == ["done"] * 3
    assert ImportRun.objects.get(pk=theirs.pk).state == "waiting"


def test_a_command_stands_in_line(
    solbakken: Cast, take_list: Importer, another_import: psycopg.Connection[Any]
) -> None:
    Timer(0.5, another_import.close).start()
    began = time.monotonic()
    assert take_list(solbakken, KARI_ROW).state == "done"
    assert time.monotonic() - began > 0.4


def test_only_those_with_the_permission_may_import(solbakken: Cast) -> None:
    found = recognise(DATA / "liste.csv")
    for member in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        with pytest.raises(PermissionDenied):
            start_import(
                found,
                by=member,
                clinic_id=solbakken.clinic.pk,
                file_name="x",
                stored_as="",
                good_rows_only=False,
            )
    assert not ImportRun.objects.exists()


def test_problems_kept_are_bounded_and_counted_in_full(solbakken: Cast, take_list: Importer) -> None:
    run = take_list(solbakken, *(f"{n};;Kari;Oppspinn;01.02.1985;K;;;" for n in range(10_050)))
    assert run.counts["problems"] == 10_050
    assert ImportProblem.objects.count() == 10_000
