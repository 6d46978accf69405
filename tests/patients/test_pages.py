"""The pages: who may open them, what they show, and how few questions they ask the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import Condition, Patient, PatientAccess, PatientIdentifier
from patients.presenters import spreadsheet_safe
from tests.conftest import Cast, logged_in
from tests.patients.conftest import DATA, take_in

HTMX = {"HX-Request": "true"}


def people(cast: Cast, count: int, **fields: Any) -> list[Patient]:
    made = Patient.objects.bulk_create(
        Patient(
            clinic=cast.clinic,
            **{
                "list_doctor": cast.doctor,
                "given_name": f"Test{n}",
                "family_name": "Oppspinn",
                "birth_date": dt.date(1950, 1, 1),
                **fields,
            },
        )
        for n in range(count)
    )
    Condition.objects.bulk_create(
        Condition(clinic=cast.clinic, patient=patient, icpc2=code)
        for patient in made
        for code in ("T90", "K86")
    )
    return made


# --- who may open what


def test_a_manager_sees_no_patient_and_a_nurse_no_import(solbakken: Cast) -> None:
    (patient,) = people(solbakken, 1)
    run = take_in(DATA / "liste.csv", solbakken)
    manager, nurse = logged_in(solbakken.manager), logged_in(solbakken.nurse)
    for url in (f"/pasienter/{patient.pk}/", "/import/", f"/import/{run.pk}/"):
        assert manager.get(url).status_code == 403
    assert nurse.get(f"/pasienter/{patient.pk}/").status_code == 200
    for url in ("/import/", f"/import/{run.pk}/", f"/import/{run.pk}/avviste.csv"):
        assert nurse.get(url).status_code == 403
    assert Client().get(f"/pasienter/{patient.pk}/").status_code == 302


def test_nothing_of_another_clinic_is_ever_found(solbakken: Cast, furulund: Cast) -> None:
    theirs = take_in(DATA / "liste.csv", furulund)
    patient = Patient.objects.filter(clinic=furulund.clinic).first()
    assert patient is not None
    doctor = logged_in(solbakken.doctor)
    for url in (f"/pasienter/{patient.pk}/", f"/import/{theirs.pk}/", f"/import/{theirs.pk}/avviste.csv"):
        assert doctor.get(url).status_code == 404
    assert "liste.csv" not in doctor.get("/import/").content.decode()
    assert not PatientAccess.objects.exists()


@pytest.mark.parametrize("url", ["/import/", "/pasienter/{patient}/", "/import/{run}/"])
def test_the_number_of_queries_does_not_grow(solbakken: Cast, url: str) -> None:
    run = take_in(DATA / "fhir", solbakken)
    patient = Patient.objects.get(family_name="Oppspinn")
    doctor = logged_in(solbakken.doctor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get(url.format(patient=patient.pk, run=run.pk)).status_code == 200
        return len(captured)

    queries()
    few = queries()
    people(solbakken, 45)
    for _ in range(5):
        take_in(DATA / "synthea", solbakken)
        doctor.get(f"/pasienter/{patient.pk}/")
    assert queries() == few < 40


# --- one patient


def test_opening_a_patient_is_written_down_and_shown(solbakken: Cast) -> None:
    (patient,) = people(solbakken, 1)
    page = logged_in(solbakken.nurse).get(f"/pasienter/{patient.pk}/").content.decode()
    access = PatientAccess.objects.get()
    assert (access.member, access.user, access.patient) == (solbakken.nurse, solbakken.nurse.user, patient)
    assert access.ground == "oppfølging"
    assert access.what == "pasientside: planer, oppgaver, hendelser, tilstander, legemidler"
    assert "Nina Nes" in page.split('id="sett"')[1]


def test_identifiers_are_masked(solbakken: Cast) -> None:
    take_in(DATA / "liste.csv", solbakken)
    take_in(DATA / "synthea", solbakken)
    nurse = logged_in(solbakken.nurse)
    for identifier in PatientIdentifier.objects.all():
        page = nurse.get(f"/pasienter/{identifier.patient_id}/").content.decode()
        assert identifier.value not in page
        assert "••••" in page


def test_a_patient_page_shows_what_follow_up_needs(solbakken: Cast) -> None:
    take_in(DATA / "fhir", solbakken)
    patient = Patient.objects.get(family_name="Oppspinn")
    page = logged_in(solbakken.nurse).get(f"/pasienter/{patient.pk}/").content.decode()
    for words in (
        "Diabetes type 2",
        "Høyt blodtrykk",
        "Metformin",
        "Sykehuset, medisinsk",
        "født 15.07.1963",
    ):
        assert words in page
    dead = Patient.objects.get(family_name="Avdød")
    assert (
        "Det åpnes ingen oppfølging"
        in logged_in(solbakken.nurse).get(f"/pasienter/{dead.pk}/").content.decode()
    )


# --- what is downloaded


@pytest.mark.parametrize(
    "name", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", " ＠A1", "\tx"]
)
def test_a_spreadsheet_takes_no_cell_for_a_formula(name: str) -> None:
    assert spreadsheet_safe(name) == f"'{name}"
    assert [spreadsheet_safe(plain) for plain in ("liste.csv", " a=1", "")] == ["liste.csv", " a=1", ""]
