"""The pages: who may open them, what they show, and how few questions they ask the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.actions import run_import
from patients.models import Condition, ImportRun, Patient, PatientAccess, PatientIdentifier
from patients.personnummer import FNR_SYSTEM
from patients.presenters import import_summary, spreadsheet_safe
from teams.models import Access
from tests.conftest import Cast, logged_in, make_member
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


@pytest.fixture
def uploads(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    yield settings.UPLOAD_DIR


def upload(client: Client, content: bytes | None = None, name: str = "liste.csv", **data: str) -> Any:
    content = (DATA / "liste.csv").read_bytes() if content is None else content
    return client.post("/import/", {"upload": SimpleUploadedFile(name, content), **data})


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


# --- taking in a list


def test_a_leader_uploads_a_list_and_the_worker_takes_it_in(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    from celery import current_app

    current_app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            response = upload(logged_in(solbakken.doctor))
    finally:
        current_app.conf.task_always_eager = False
    run = ImportRun.objects.get()
    assert response.headers["Location"] == f"/import/{run.pk}/"
    assert (run.state, run.started_by, run.stored_as) == ("done", solbakken.doctor, "")
    assert Patient.objects.count() == 3
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert "Hva som kom inn" in page
    assert "hx-trigger" not in page.split('id="run"')[1][:200]


def test_the_upload_waits_privately_and_is_gone_when_taken_in(solbakken: Cast, uploads: Path) -> None:
    upload(logged_in(solbakken.doctor))
    run = ImportRun.objects.get()
    folder = uploads / run.stored_as
    assert [file.name for file in folder.iterdir()] == ["liste.csv"]
    assert folder.stat().st_mode & 0o077 == 0
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert f'href="/import/{run.pk}/"' in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tom.csv", b"", "Filen er tom"),
        ("bilde.png", b"\x89PNG", "Filtypen kan ikke leses"),
        ("liste.csv", b"farge;antall\nr\xf8d;1\n", "Fant ingen fil"),
        ("liste.csv", b"fornavn;etternavn\n", "mangler kolonner"),
        ("liste.zip", b"PK\x03\x04tull", "skadet"),
    ],
)
def test_a_file_that_is_no_list_is_refused_on_the_form(
    solbakken: Cast, uploads: Path, name: str, content: bytes, words: str
) -> None:
    response = upload(logged_in(solbakken.doctor), content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()
    assert not list(uploads.iterdir()) if uploads.exists() else True


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("æ" * 195 + ".csv", 300),
        ("æ" * 195 + ".csv", 3_000_000),  # past what Django keeps in memory
        ("a." + "æ" * 195, 300),
        ("a." + "æ" * 195, 3_000_000),
        ("æ" * 300 + ".csv", 300),
    ],
)
def test_a_name_that_no_disk_can_hold_is_no_error_of_ours(
    solbakken: Cast, uploads: Path, caplog: pytest.LogCaptureFixture, name: str, size: int
) -> None:
    response = upload(logged_in(solbakken.doctor), b"x" * size, name)
    assert response.status_code == 422
    assert not uploads.exists() or not list(uploads.iterdir())
    assert "ææ" not in caplog.text


def test_long_names_are_kept_cut_and_apart(solbakken: Cast, uploads: Path) -> None:
    patients, conditions = (
        (DATA / "synthea" / f"{kind}.csv").read_bytes() for kind in ("patients", "conditions")
    )
    files = [
        SimpleUploadedFile("å" * 150 + "1.csv", patients),
        SimpleUploadedFile("å" * 150 + "2.csv", conditions),
    ]
    assert logged_in(solbakken.doctor).post("/import/", {"upload": files}).status_code == 302
    run = ImportRun.objects.get()
    assert run_import(run_id=run.pk, clinic_id=solbakken.clinic.pk).state == "done"  # type: ignore[union-attr]
    assert (len(run.file_name), Patient.objects.count()) == (200, 2)


def test_a_disk_that_will_not_have_the_upload_is_told_of_and_names_no_file(
    solbakken: Cast, uploads: Path, caplog: pytest.LogCaptureFixture
) -> None:
    uploads.write_text("a file where the folder should be")
    response = upload(logged_in(solbakken.doctor), name="Kari Oppspinn.csv")
    assert response.status_code == 422
    assert "kunne ikke lagres" in response.content.decode()
    assert "ENOTDIR" in caplog.text
    assert "Oppspinn" not in caplog.text


def test_too_large_an_upload_is_refused(solbakken: Cast, uploads: Path, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    response = upload(logged_in(solbakken.doctor))
    assert response.status_code == 422
    assert "større enn" in response.content.decode()
    assert not uploads.exists()


def test_no_file_is_a_word_at_the_field(solbakken: Cast) -> None:
    response = logged_in(solbakken.doctor).post("/import/", {})
    assert response.status_code == 422
    assert "Velg en fil." in response.content.decode()


def test_refused_rows_are_shown_to_a_hundred_and_downloaded_in_full(solbakken: Cast, tmp_path: Path) -> None:
    path = tmp_path / "=1+1.csv"
    rows = [f"{n};Kari;Oppspinn;01.02.1985" for n in range(120)]
    path.write_text("\n".join(["personnummer;fornavn;etternavn;født", *rows, ""]), encoding="utf-8")
    run = take_in(path, solbakken)
    doctor = logged_in(solbakken.doctor)
    page = doctor.get(f"/import/{run.pk}/")
    assert len(page.context["problems"]) == 100
    assert "120 rader er avvist" in page.content.decode()
    lines = doctor.get(f"/import/{run.pk}/avviste.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 121
    assert lines[1] == "'=1+1.csv;2;personnummer;Et personnummer har elleve siffer."
    assert "Kari" not in "".join(lines)


@pytest.mark.parametrize(
    "name", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", " ＠A1", "\tx"]
)
def test_a_spreadsheet_takes_no_cell_for_a_formula(name: str) -> None:
    assert spreadsheet_safe(name) == f"'{name}"
    assert [spreadsheet_safe(plain) for plain in ("liste.csv", " a=1", "")] == ["liste.csv", " a=1", ""]


def test_a_code_that_few_have_is_not_counted_out_to_one_who_may_not_see_patients(
    solbakken: Cast, tmp_path: Path
) -> None:
    administrator = make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR)
    heading, *rows = (DATA / "synthea" / "conditions.csv").read_text(encoding="utf-8").splitlines()
    patient, encounter = rows[0].split(",")[2:4]
    rows += [f"2020-01-01,,{patient},{encounter},314529007,Medication review due"] * 5
    (tmp_path / "conditions.csv").write_text("\n".join([heading, *rows, ""]), encoding="utf-8")
    (tmp_path / "patients.csv").write_bytes((DATA / "synthea" / "patients.csv").read_bytes())
    run = take_in(tmp_path, solbakken)
    assert [n for *_code, n in run.unmapped] == [5, 1]
    for reader, few in ((administrator, None), (solbakken.doctor, 1)):
        page = logged_in(reader).get(f"/import/{run.pk}/")
        assert [row.count for row in page.context["summary"].codes] == [5, few]
        assert ("færre enn 5" in page.content.decode()) is (few is None)


def test_the_rest_of_the_codes_are_not_counted_out_either() -> None:
    codes = [["s", str(n), "", 9] for n in range(100)] + [["s", "x", "", 3], ["s", "y", "", 1]]
    told = [import_summary({}, codes, 0, 0, exact=exact).more_rows for exact in (True, False)]
    assert told == [4, None]


def test_an_import_that_waits_for_another_says_so(solbakken: Cast, furulund: Cast, uploads: Path) -> None:
    doctor = logged_in(solbakken.doctor)
    upload(doctor)
    run = ImportRun.objects.get()
    others = {"clinic": furulund.clinic, "state": "running", "source": "csv"}
    other = ImportRun.objects.create(**others)
    assert "en annen import i gang" not in doctor.get(f"/import/{run.pk}/").content.decode()
    other.delete()
    ImportRun.objects.create(**{**others, "clinic": solbakken.clinic})
    assert "en annen import i gang" in doctor.get(f"/import/{run.pk}/").content.decode()


@pytest.mark.parametrize(
    "url", ["/pasienter/", "/pasienter/{patient}/", "/import/", "/import/{run}/", "/import/{run}/avviste.csv"]
)
def test_a_page_that_can_be_got_answers_head(solbakken: Cast, url: str) -> None:
    run = take_in(DATA / "liste.csv", solbakken)
    patient = Patient.objects.first()
    assert patient is not None
    response = logged_in(solbakken.doctor).head(url.format(patient=patient.pk, run=run.pk))
    assert (response.status_code, response.content) == (200, b"")


def test_the_poll_answers_with_the_fragment_only(solbakken: Cast) -> None:
    run = take_in(DATA / "liste.csv", solbakken)
    doctor = logged_in(solbakken.doctor)
    part = doctor.get(f"/import/{run.pk}/", headers={**HTMX, "HX-Target": "run"}).content.decode()
    assert "<html" not in part
    assert 'hx-swap-oob="innerHTML:#run-state"' in part
    assert (
        "<html" in doctor.get(f"/import/{run.pk}/", headers={**HTMX, "HX-Boosted": "true"}).content.decode()
    )


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
