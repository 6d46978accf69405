"""Nothing that is held on a patient can be forgotten: every table and field is walked."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from patients.models import PatientAccess
from rights.held import LEFT_OUT, LOOSE, TITLES, UNTOLD, tables
from rights.presenters import WORDS, heading
from rights.queries.held import everything
from tests.conftest import Cast, logged_in
from tests.rights.conftest import NUMBER, Known, make_known

ROOMS = {"teams", "login", "patients", "tasks", "reports", "scenarios", "rights"}
COULD_HOLD = (models.JSONField, ArrayField, models.TextField, models.BinaryField, models.BigIntegerField)


def test_every_table_that_leads_to_a_patient_has_a_title() -> None:
    """A new one is taken out all the same; this asks for its title here, and for its rows in carry_out.sql."""
    assert {table.label for table in tables()} == set(TITLES)


def test_the_trace_of_a_deletion_is_left_out_knowingly() -> None:
    assert not LEFT_OUT.keys() & {table.label for table in tables()}


def test_every_field_that_could_hold_a_patient_without_a_key_is_thought_about() -> None:
    reached = {table.label for table in tables()} | LEFT_OUT.keys()
    loose = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in ROOMS and model._meta.label not in reached
        for field in model._meta.concrete_fields
        if isinstance(field, COULD_HOLD) and not field.is_relation and not field.primary_key
    }
    thought_about = {name for name in LOOSE if name.rpartition(".")[0] not in LEFT_OUT}
    assert loose == thought_about


def test_every_column_has_a_norwegian_heading() -> None:
    assert not [
        f"{table.label}.{field.name}"
        for table in tables()
        for field in table.model._meta.concrete_fields
        if field.name not in UNTOLD
        and heading(field) == field.name.replace("_", " ")
        and field.name not in WORDS
    ]


@pytest.mark.django_db
def test_every_table_gives_its_rows(known: Known) -> None:
    told = everything(known.patient)
    empty = {held.table.label for held in told.tables if not held.rows}
    assert empty == {"rights.DeletionRequest", "rights.Tombstone"}
    assert [row[2] for row in told.left] == [known.open.pk]


@pytest.mark.django_db
def test_nothing_of_others_is_in_it(known: Known, furulund: Cast) -> None:
    others = [
        make_known(known.cast, family_name="Annen", number="0"),
        make_known(furulund, family_name="Fremmed"),
    ]
    text = json.dumps([held.rows for held in everything(known.patient).tables], default=str)
    assert "Annen" not in text
    assert "Fremmed" not in text
    assert len(everything(known.patient).tables) == len(everything(others[0].patient).tables)


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_rows(known: Known) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            everything(known.patient)
        return len(caught)

    few = queries()
    event = known.ended.events.get()
    for _ in range(20):
        event.pk = None
        event.save(force_insert=True)
    assert queries() == few <= len(tables()) + 10


def unpacked(client: Client, known: Known) -> tuple[Any, dict[str, bytes]]:
    answer: Any = client.post(f"/pasienter/{known.patient.pk}/rettigheter/alt/")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        return answer, {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.django_db
def test_a_leader_takes_out_all_of_it(known: Known) -> None:
    answer, files = unpacked(logged_in(known.cast.doctor), known)
    assert set(files) == {"alt.pdf", "alt.xlsx", "alt.json"}
    assert files["alt.pdf"].startswith(b"%PDF")
    told = json.loads(files["alt.json"])
    by_table = {each["table"]: each["rows"] for each in told["tables"]}
    assert by_table["patients.Patient"][0]["family_name"] == "Hemmelig"
    assert by_table["patients.PatientIdentifier"][0]["value"] == NUMBER[1]
    assert by_table["tasks.JournalNote"][0]["text"] == "Takket nei."
    assert by_table["tasks.TaskEvent"][0]["by"] == {"id": known.cast.nurse.pk, "name": "Nina Nes"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["alt.xlsx"]))
    cells = {
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    }
    assert {"Metformin 500 mg", "Ring om sår", "klaget over svie", "Arne Aune", "Gjaldt hæl"} <= cells
    assert "Per Hemmelig.csv" not in cells  # files are named after others too
    assert not {"user", "once", "clinic"} & by_table["patients.PatientAccess"][0].keys()
    assert "Hemmelig" not in answer["Content-Disposition"]
    seen = PatientAccess.objects.filter(patient=known.patient, member=known.cast.doctor).latest("pk")
    assert (seen.ground, seen.what) == ("pasientens innsyn", "alt som er lagret, som fil")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status"), [("nurse", 403), ("manager", 403), ("second_doctor", 403), ("doctor", 200)]
)
def test_only_who_leads(known: Known, who: str, status: int) -> None:
    client = logged_in(getattr(known.cast, who))
    for answer in (
        client.get(f"/pasienter/{known.patient.pk}/rettigheter/"),
        client.post(f"/pasienter/{known.patient.pk}/rettigheter/alt/"),
    ):
        assert answer.status_code == status


@pytest.mark.django_db
def test_another_clinics_patient_is_not_found(known: Known, furulund: Cast) -> None:
    client = logged_in(furulund.doctor)
    for way in ("get", "post"):
        for address in ("", "alt/", "sletting/"):
            answer = getattr(client, way)(f"/pasienter/{known.patient.pk}/rettigheter/{address}")
            assert answer.status_code in (404, 405)
    assert not PatientAccess.objects.filter(member=furulund.doctor).exists()
