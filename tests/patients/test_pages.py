"""The pages: who may open them, what they show, and how few questions they ask the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import Condition, Patient, PatientAccess, PatientIdentifier
from patients.personnummer import FNR_SYSTEM
from patients.presenters import spreadsheet_safe
from tests.conftest import Cast, logged_in
from tests.patients.conftest import DATA, number, take_in

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
    for url in ("/pasienter/", f"/pasienter/{patient.pk}/", "/import/", f"/import/{run.pk}/"):
        assert manager.get(url).status_code == 403
    assert nurse.get(f"/pasienter/{patient.pk}/").status_code == 200
    for url in ("/import/", f"/import/{run.pk}/", f"/import/{run.pk}/avviste.csv"):
        assert nurse.get(url).status_code == 403
    assert Client().get("/pasienter/").status_code == 302


def test_nothing_of_another_clinic_is_ever_found(solbakken: Cast, furulund: Cast) -> None:
    theirs = take_in(DATA / "liste.csv", furulund)
    patient = Patient.objects.filter(clinic=furulund.clinic).first()
    assert patient is not None
    doctor = logged_in(solbakken.doctor)
    for url in (f"/pasienter/{patient.pk}/", f"/import/{theirs.pk}/", f"/import/{theirs.pk}/avviste.csv"):
        assert doctor.get(url).status_code == 404
    assert "Prøvesen" not in doctor.get("/pasienter/").content.decode()
    assert doctor.post("/pasienter/", {"q": "Prøvesen"}).context["page"].total == 0
    assert doctor.post("/pasienter/", {"q": number(dt.date(1958, 3, 14))}).status_code == 422
    assert doctor.get(f"/pasienter/?etter={patient.pk}").context["page"].patients == []
    assert "liste.csv" not in doctor.get("/import/").content.decode()
    assert not PatientAccess.objects.exists()


# --- finding patients


def test_pages_of_fifty_show_everybody_once_in_norwegian_order(solbakken: Cast) -> None:
    people(solbakken, 70)
    for name in ("Ås", "Zorn", "Øye", "Ærø", "aagard", "de Vries", "Dahl"):
        people(solbakken, 1, family_name=name)
    doctor = logged_in(solbakken.doctor)
    seen: list[Patient] = []
    query = ""
    while True:
        page = doctor.get(f"/pasienter/{query}").context
        seen += page["page"].patients
        if not page["next"]:
            break
        query = f"?{page['next']}"
    assert len(seen) == len({p.pk for p in seen}) == 77 == page["page"].total
    names = [p.family_name for p in seen if p.family_name != "Oppspinn"]
    assert names == ["aagard", "Dahl", "de Vries", "Zorn", "Ærø", "Øye", "Ås"]


def test_a_search_finds_by_the_beginning_of_any_name_and_by_birth_date(solbakken: Cast) -> None:
    people(solbakken, 1, given_name="Kari Ann", family_name="Oppspinn", birth_date=dt.date(1985, 2, 1))
    people(solbakken, 1, given_name="Makari", family_name="Annsen")
    people(solbakken, 1, given_name="Kari", family_name="Død", deceased_on=dt.date(2020, 1, 1))
    doctor = logged_in(solbakken.doctor)

    def found(q: str, **more: str) -> list[str]:
        return [str(p) for p in doctor.post("/pasienter/", {"q": q, **more}).context["page"].patients]

    assert found("kari") == ["Kari Død", "Kari Ann Oppspinn"]
    assert found("opp ann") == ["Kari Ann Oppspinn"]
    assert found("01.02.1985") == found("010285") == found("1985-02-01 kari") == ["Kari Ann Oppspinn"]
    assert found("%") == found("_") == []
    assert [str(p) for p in doctor.get("/pasienter/").context["page"].patients] == [
        "Makari Annsen",
        "Kari Ann Oppspinn",
    ]


def test_names_in_the_query_string_are_not_searched_for(solbakken: Cast) -> None:
    people(solbakken, 2)
    assert logged_in(solbakken.doctor).get("/pasienter/?q=finnesikke").context["page"].total == 2


def test_a_person_number_leads_to_its_patient_and_stands_in_no_url(solbakken: Cast) -> None:
    (patient,) = people(solbakken, 1)
    PatientIdentifier.objects.create(
        clinic=solbakken.clinic, patient=patient, system=FNR_SYSTEM, value=number()
    )
    doctor = logged_in(solbakken.doctor)
    response = doctor.post("/pasienter/", {"q": f"{number()[:6]} {number()[6:]}"})
    assert response.headers["Location"] == f"/pasienter/{patient.pk}/"
    quiet = doctor.post("/pasienter/", {"q": number()}, headers={**HTMX, "HX-Target": "list"})
    assert quiet.headers["HX-Redirect"] == f"/pasienter/{patient.pk}/"
    missed = doctor.post("/pasienter/", {"q": number(serial=1)})
    assert missed.status_code == 422
    assert "Ingen pasient her" in missed.content.decode()
    half = doctor.post("/pasienter/", {"q": number()[:7]})
    assert half.status_code == 422
    assert "11 siffer" in half.content.decode()


def test_filters_by_condition_programme_codes_and_doctor(solbakken: Cast) -> None:
    people(solbakken, 2)
    (lungs,) = people(solbakken, 1, list_doctor=solbakken.second_doctor)
    lungs.conditions.all().delete()
    Condition.objects.create(clinic=solbakken.clinic, patient=lungs, icpc2="R95")
    doctor = logged_in(solbakken.doctor)

    def total(query: str) -> int:
        return int(doctor.get(f"/pasienter/?{query}").context["page"].total)

    assert [total("tilstand=T90"), total("tilstand=T90,R95"), total("tilstand=L95")] == [2, 3, 0]
    assert [
        total(f"lege={solbakken.second_doctor.pk}"),
        total(f"lege={solbakken.doctor.pk}&tilstand=R95"),
    ] == [1, 0]
    for bad in ("tilstand=x", "lege=x", "etter=x", f"lege={solbakken.nurse.pk}"):
        assert doctor.get(f"/pasienter/?{bad}").status_code == 422


def test_a_searched_list_goes_on_by_post(solbakken: Cast) -> None:
    people(solbakken, 60)
    doctor = logged_in(solbakken.doctor)
    first = doctor.post("/pasienter/", {"q": "oppspinn"})
    assert first.context["next"] == ""
    after = first.context["page"].after
    assert f'value="{after}"' in first.content.decode()
    second = doctor.post("/pasienter/", {"q": "oppspinn", "etter": after})
    assert len(second.context["page"].patients) == 10
    assert not set(first.context["page"].patients) & set(second.context["page"].patients)


@pytest.mark.parametrize("url", ["/pasienter/", "/import/", "/pasienter/{patient}/", "/import/{run}/"])
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
    assert queries() == few < 30


# --- one patient


def test_opening_a_patient_is_written_down_and_shown(solbakken: Cast) -> None:
    (patient,) = people(solbakken, 1)
    page = logged_in(solbakken.nurse).get(f"/pasienter/{patient.pk}/").content.decode()
    access = PatientAccess.objects.get()
    assert (access.member, access.user, access.patient) == (solbakken.nurse, solbakken.nurse.user, patient)
    assert (access.ground, access.what) == ("oppfølging", "pasientside")
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
