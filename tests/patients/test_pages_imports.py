"""Taking in a list by the pages: upload, preview, confirmation, what came of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from patients.actions import rows_path, run_import
from patients.import_presenters import import_summary, row_ranges
from patients.models import ImportRun, Patient
from teams.models import Access
from tests.conftest import Cast, logged_in, make_member
from tests.patients.conftest import DATA, HEAD, Importer, take_in
from tests.patients.conftest import list_row as row

HTMX = {"HX-Request": "true"}
# Session, user, places, scope: what every page asks.
QUERIES_AROUND = 9


@pytest.fixture
def uploads(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    yield settings.UPLOAD_DIR


def upload(client: Client, content: bytes | None = None, name: str = "liste.csv", **data: str) -> Any:
    content = (DATA / "liste.csv").read_bytes() if content is None else content
    return client.post("/import/", {"upload": SimpleUploadedFile(name, content), **data})


def zipped(*names: str) -> bytes:
    """A zip with empty files of these names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return packed.getvalue()


# --- taking in a list


def worked(run: ImportRun) -> ImportRun:
    """What the worker makes of it."""
    done = run_import(run_id=run.pk, clinic_id=run.clinic_id)
    assert done is not None
    return done


def ready(cast: Cast, *rows: str, head: str = HEAD, **data: str) -> ImportRun:
    """An upload by the leader that waits to be looked through."""
    upload(logged_in(cast.doctor), "\n".join([head, *rows, ""]).encode(), **data)
    return worked(ImportRun.objects.latest("pk"))


def confirmation(run: ImportRun, **data: str) -> dict[str, str]:
    assert run.finished_at is not None
    return {"seen": run.finished_at.isoformat(), **data}


def test_a_leader_uploads_a_list_looks_it_through_and_takes_it_in(
    solbakken: Cast, uploads: Path, django_capture_on_commit_callbacks: Any
) -> None:
    doctor = logged_in(solbakken.doctor)
    current_app.conf.task_always_eager = True
    try:
        with django_capture_on_commit_callbacks(execute=True):
            response = upload(doctor)
        run = ImportRun.objects.get()
        assert response.headers["Location"] == f"/import/{run.pk}/"
        assert (run.state, run.started_by, Patient.objects.count()) == ("ready", solbakken.doctor, 0)
        page = doctor.get(f"/import/{run.pk}/")
        assert "Se igjennom før listen tas inn" in page.content.decode()
        assert "hx-trigger" not in page.content.decode().split('id="run"')[1][:200]
        with django_capture_on_commit_callbacks(execute=True):
            told = {"seen": page.context["form"]["seen"].value()}
            response = doctor.post(f"/import/{run.pk}/ta-inn/", told)
    finally:
        current_app.conf.task_always_eager = False
    run.refresh_from_db()
    assert response.headers["Location"] == f"/import/{run.pk}/"
    assert (run.state, run.confirmed_by, run.stored_as) == ("done", solbakken.doctor, "")
    assert Patient.objects.count() == 3
    assert "Hva som kom inn" in doctor.get(f"/import/{run.pk}/").content.decode()


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
        ("gammel.xls", b"\xd0\xcf", "Excel 97 kan ikke leses"),
        ("liste.zip", b"PK\x03\x04tull", "skadet"),
        ("liste.zip", zipped("../liste.csv"), "fører ut av den"),
        ("liste.zip", zipped("bilde.png"), "Filtypen kan ikke leses"),
        ("liste.zip", zipped("bilde.png", "notat.doc"), "Fant ingen fil"),
        ("liste.zip", zipped(*(f"{n:0200}.csv" for n in range(5_000))), "mer enn det som kan leses"),
    ],
)
def test_what_a_name_or_a_zips_directory_tells_is_refused_on_the_form(
    solbakken: Cast, uploads: Path, name: str, content: bytes, words: str
) -> None:
    response = upload(logged_in(solbakken.doctor), content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()
    assert not list(uploads.iterdir()) if uploads.exists() else True


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("liste.csv", b"farge\nr\xf8d\n", "Fant ingen fil"),
        ("liste.csv", b"fornavn;etternavn\n", "mangler kolonner"),
        ("liste.xlsx", b"PK\x03\x04tull", "skadet"),
        ("liste.zip", zipped("liste.csv"), "er tom"),
    ],
)
def test_a_file_that_is_no_list_is_refused_by_the_worker_and_the_page_says_why(
    solbakken: Cast,
    uploads: Path,
    django_capture_on_commit_callbacks: Any,
    name: str,
    content: bytes,
    words: str,
) -> None:
    leader = logged_in(solbakken.doctor)
    assert upload(leader, content, name).status_code == 302
    run = ImportRun.objects.get()
    assert (run.state, run.source, run.rows_total) == ("waiting", "", None)
    assert "Venter på tur" in leader.get(f"/import/{run.pk}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        refused = worked(run)
    page = leader.get(f"/import/{run.pk}/").content.decode()
    assert (refused.state, refused.stored_as) == ("refused", "")
    assert words in page
    assert not list(uploads.iterdir())


def test_nothing_is_read_of_a_file_while_somebody_waits_for_the_page(
    solbakken: Cast, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = logged_in(solbakken.doctor)
    asked = ready(solbakken, row(1, doctor="Ola Ukjent"), head=THEIRS)
    leader.post(f"/import/{asked.pk}/kolonner/", mapping(*HEAD.split(";")))
    run = worked(asked)
    opened: list[str] = []
    look_at = Path.open

    def noted(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if path.is_relative_to(uploads) and "r" in mode:
            opened.append(path.name)
        return look_at(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", noted)
    upload(leader)
    for page in ("", "kolonner/", "endret/", "avviste.csv"):
        assert leader.get(f"/import/{run.pk}/{page}").status_code == 200
    leader.post(f"/import/{run.pk}/kolonner/", mapping(*HEAD.split(";")))
    assert opened == []
    assert ImportRun.objects.filter(state="waiting").count() == 2


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("a." + "æ" * 195, 300),
        ("a." + "æ" * 195, 3_000_000),  # past what Django keeps in memory
        ("æ" * 300 + ".csv", 300),
    ],
)
def test_a_name_that_no_disk_can_hold_is_no_error_of_ours(
    solbakken: Cast, uploads: Path, caplog: pytest.LogCaptureFixture, name: str, size: int
) -> None:
    response = upload(logged_in(solbakken.doctor), b"x" * size, name)
    assert response.status_code == 422
    assert not [path for path in uploads.rglob("*") if path.is_file()]
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
    told = worked(run)
    assert (told.state, len(run.file_name), told.counts["patients"]["new"]) == ("ready", 200, 2)


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


# --- who may see and decide what


PAGES = ("", "kolonner/", "endret/", "ikke-i-filen/", "avviste.csv", "avviste/")
DECISIONS = ("kolonner/", "ta-inn/", "forkast/")


def test_nobody_without_the_permission_and_nobody_of_another_clinic_gets_anywhere(
    solbakken: Cast, furulund: Cast, uploads: Path
) -> None:
    run = ready(solbakken, row(1), row(2, doctor="Ola Ukjent"))
    for member, status in ((solbakken.nurse, 403), (solbakken.manager, 403), (furulund.doctor, 404)):
        client = logged_in(member)
        got = {client.get(f"/import/{run.pk}/{page}").status_code for page in PAGES}
        posted = {
            client.post(f"/import/{run.pk}/{page}", confirmation(run)).status_code for page in DECISIONS
        }
        assert (got, posted) == ({status}, {status})
    run.refresh_from_db()
    assert run.state == "ready"


def test_whoever_may_not_see_patients_sees_rows_and_numbers_and_no_name(
    solbakken: Cast, take_list: Importer, uploads: Path
) -> None:
    take_list(solbakken, row(1), row(2, name="Unevnelig"), head=HEAD)
    run = ready(solbakken, row(1, name="Anna"), row(3, doctor="Ola Ukjent"), whole_list="on")
    leader = logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert "Kari Oppspinn1</a>" in leader
    assert "Unevnelig Oppspinn2</a>" in leader
    administrator = logged_in(make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR))
    page = administrator.get(f"/import/{run.pk}/")
    assert "Oppspinn" not in page.content.decode()
    assert "Sett 1 som ikke står i filen, ut av listen" in page.content.decode()
    assert "1 rad er avvist" in page.content.decode()
    assert [change.row for change in page.context["changed_rows"]] == [2]
    assert "Oppspinn" not in administrator.get(f"/import/{run.pk}/endret/").content.decode()
    for page_of_rows in ("ikke-i-filen/", "avviste/"):
        assert administrator.get(f"/import/{run.pk}/{page_of_rows}").status_code == 403
    assert administrator.get(f"/import/{run.pk}/avviste.csv").status_code == 200


def test_an_administrator_has_back_the_rows_of_their_own_upload(solbakken: Cast, uploads: Path) -> None:
    administrator = logged_in(make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR))
    upload(administrator, "\n".join([HEAD, row(1, doctor="Ola Ukjent"), ""]).encode())
    run = worked(ImportRun.objects.get())
    response = administrator.get(f"/import/{run.pk}/avviste/")
    assert row(1, doctor="Ola Ukjent") in response.getvalue().decode()


# --- looking through


def test_the_preview_shows_what_is_new_changed_gone_and_refused(
    solbakken: Cast, take_list: Importer, uploads: Path
) -> None:
    take_list(solbakken, *(row(n) for n in range(30)), head=HEAD)
    rows = [row(n, name="Anna") for n in range(24)] + [row(n) for n in (40, 41, 42)]
    run = ready(solbakken, *rows, row(43, doctor="Ola Ukjent"), whole_list="on")
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/")
    assert [(s.label, s.n) for s in page.context["sums"]] == [
        ("nye", 3), ("endret", 24), ("uendret", 0), ("avvist", 1), ("ikke i filen", 6)
    ]  # fmt: skip
    assert page.context["new_rows"] == [("liste.csv", "26–28")]
    assert len(page.context["changed_rows"]) == 20
    assert len(page.context["gone_rows"]) == 6
    text = page.content.decode()
    assert "mer enn en tidel" in text
    assert "Noen av dem kan stå i en avvist rad" in text
    assert "Ta inn de gode radene" in text
    assert 'name="take_off"' in text
    assert "checked" not in text.split('name="take_off"')[1].split(">")[0]
    everybody = logged_in(solbakken.doctor).get(f"/import/{run.pk}/endret/")
    assert len(everybody.context["page"].object_list) == 24


def test_those_of_whom_only_a_condition_changes_are_all_to_be_seen(
    solbakken: Cast, take_list: Importer, uploads: Path
) -> None:
    take_list(solbakken, *(row(n) for n in range(30)), head=HEAD)
    run = ready(solbakken, *(row(n, codes="T90,K86") for n in range(30)))
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/")
    assert run.counts["patients"]["changed"] == 0
    assert len(page.context["changed_rows"]) == 20
    assert f'href="/import/{run.pk}/endret/"' in page.content.decode()


def test_nothing_is_asked_of_the_list_when_the_file_is_not_the_whole_of_it(
    solbakken: Cast, take_list: Importer, uploads: Path
) -> None:
    take_list(solbakken, row(1), row(2), head=HEAD)
    run = ready(solbakken, row(1))
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert "ikke i filen" not in page
    assert "take_off" not in page
    assert ">Ta inn<" in page


def test_a_file_without_a_good_row_can_only_be_discarded(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1, doctor="Ola Ukjent"))
    page = logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert "Ingen av radene kan tas inn" in page
    assert "ta-inn/" not in page
    assert "forkast/" in page


def test_all_changed_are_there_a_hundred_a_page_and_queries_do_not_grow(
    solbakken: Cast, take_list: Importer, uploads: Path, django_assert_max_num_queries: Any
) -> None:
    take_list(solbakken, *(row(n) for n in range(230)), head=HEAD)
    run = ready(solbakken, *(row(n, name="Anna") for n in range(230)))
    doctor = logged_in(solbakken.doctor)
    found: list[int] = []
    for page in ("1", "2", "3"):
        with django_assert_max_num_queries(QUERIES_AROUND + 4):  # with whom the page shows, written down
            response = doctor.get(f"/import/{run.pk}/endret/?side={page}")
        found += [change.row for change in response.context["page"]]
    assert found == list(range(2, 232))
    with django_assert_max_num_queries(QUERIES_AROUND + 6):
        doctor.get(f"/import/{run.pk}/")
    with django_assert_max_num_queries(QUERIES_AROUND + 1):
        doctor.get("/import/")


def test_the_poll_brings_the_preview_with_its_form_when_it_is_ready(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1))
    part = logged_in(solbakken.doctor).get(
        f"/import/{run.pk}/?sett=running", headers={**HTMX, "HX-Target": "run"}
    )
    text = part.content.decode()
    assert "<html" not in text
    assert 'name="csrfmiddlewaretoken"' in text
    assert "klar til gjennomsyn" in text


def test_earlier_imports_tell_what_they_came_to(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1), row(2), row(3, doctor="Ola Ukjent"))
    doctor = logged_in(solbakken.doctor)
    assert doctor.get("/import/").context["rows"] == [(run, "2 nye, 1 avvist")]
    assert "hvis den tas inn" in doctor.get("/import/").content.decode()
    doctor.post(f"/import/{run.pk}/ta-inn/", confirmation(run))
    worked(run)
    assert "2 nye, 1 avvist" in doctor.get("/import/").content.decode()
    assert "hvis den tas inn" not in doctor.get("/import/").content.decode()


# --- deciding


def test_a_confirmation_of_another_preview_or_of_none_takes_in_nothing(
    solbakken: Cast, uploads: Path
) -> None:
    run = ready(solbakken, row(1))
    doctor = logged_in(solbakken.doctor)
    for told in (
        {},
        {"seen": "i går"},
        {"seen": "2026-01-01T12:00:00"},
        {"seen": "2026-01-01T12:00:00+00:00"},
    ):
        response = doctor.post(f"/import/{run.pk}/ta-inn/", told, follow=True)
        assert "gjennom på nytt" in response.content.decode()
    assert worked(run).state == "ready"
    assert doctor.get(f"/import/{run.pk}/ta-inn/").status_code == 405


def test_the_second_of_two_who_confirm_is_told_and_nothing_is_done_twice(
    solbakken: Cast, uploads: Path
) -> None:
    run = ready(solbakken, row(1))
    told = confirmation(run)
    first, second = logged_in(solbakken.doctor), logged_in(solbakken.doctor)
    first.post(f"/import/{run.pk}/ta-inn/", told)
    assert (
        "Noen har alt bestemt" in second.post(f"/import/{run.pk}/ta-inn/", told, follow=True).content.decode()
    )
    assert worked(run).counts["patients"]["new"] == 1
    assert "Noen har alt bestemt" in second.post(f"/import/{run.pk}/forkast/", follow=True).content.decode()
    assert Patient.objects.count() == 1


def test_what_went_otherwise_than_the_preview_said_is_told(solbakken: Cast, uploads: Path) -> None:
    first, second = ready(solbakken, row(1), row(2)), ready(solbakken, row(1))
    doctor = logged_in(solbakken.doctor)
    for run in (second, first):
        doctor.post(f"/import/{run.pk}/ta-inn/", confirmation(run))
        worked(run)
    page = doctor.get(f"/import/{first.pk}/").content.decode()
    assert "Pasienter: 1 nye, 2 i gjennomsynet" in page
    assert "i gjennomsynet" not in doctor.get(f"/import/{second.pk}/").content.decode()


def test_a_discarded_import_says_so(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1))
    response = logged_in(solbakken.doctor).post(f"/import/{run.pk}/forkast/", follow=True)
    assert "Importen er forkastet. Ingenting er tatt inn." in response.content.decode()
    assert "forkastet" in logged_in(solbakken.doctor).get(f"/import/{run.pk}/").content.decode()
    assert not Patient.objects.exists()


def test_refused_rows_are_mended_in_their_own_file_and_sent_again(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1), row(2, doctor="Ola Ukjent"), row(3), row(4, doctor="Ola Ukjent"))
    doctor = logged_in(solbakken.doctor)
    doctor.post(f"/import/{run.pk}/ta-inn/", confirmation(run))
    worked(run)
    response = doctor.get(f"/import/{run.pk}/avviste/")
    assert 'filename="liste-avvist.csv"' in response.headers["Content-Disposition"]
    content = response.getvalue()
    assert [line.split(";")[2] for line in content.decode().splitlines()] == [
        "etternavn", "Oppspinn2", "Oppspinn4"
    ]  # fmt: skip
    assert len(list(uploads.iterdir())) == 1  # the upload, and nothing of the download
    upload(doctor, content.replace(b"Ola Ukjent", b"Hanne Holm"), "rettet.csv")
    mended = worked(ImportRun.objects.latest("pk"))
    assert (mended.counts["patients"]["new"], mended.counts["patients"]["refused"]) == (2, 0)


def test_rows_of_a_file_that_is_gone_are_not_to_be_had(solbakken: Cast, uploads: Path) -> None:
    run = ready(solbakken, row(1, doctor="Ola Ukjent"))
    rows_path(run).unlink()
    doctor = logged_in(solbakken.doctor)
    response = doctor.get(f"/import/{run.pk}/avviste/", follow=True)
    assert "Bruk filen du lastet opp" in response.content.decode()
    ImportRun.objects.update(stored_as="", rows_file="")
    assert doctor.get(f"/import/{run.pk}/avviste/").status_code == 404


# --- columns


THEIRS = "Fødselsnr.;Kallenavn;Slektsnavn;F.dato;Behandler;Koder"


def mapping(*columns: str) -> dict[str, str]:
    return {f"k{n}": column for n, column in enumerate(columns)}


def test_foreign_headings_are_mapped_on_a_page_and_remembered(solbakken: Cast, uploads: Path) -> None:
    doctor = logged_in(solbakken.doctor)
    response = upload(doctor, "\n".join([THEIRS, row(1), row(2, doctor="Ola Ukjent"), ""]).encode())
    run = worked(ImportRun.objects.get())
    assert response.headers["Location"] == f"/import/{run.pk}/"
    assert f'href="/import/{run.pk}/kolonner/"' in doctor.get(f"/import/{run.pk}/").content.decode()
    poll = doctor.get(f"/import/{run.pk}/?sett=waiting", headers={**HTMX, "HX-Target": "run"})
    assert poll.headers["HX-Redirect"] == f"/import/{run.pk}/kolonner/"
    page = doctor.get(f"/import/{run.pk}/kolonner/")
    assert [field.label for field, _cells in page.context["form"].columns()] == THEIRS.split(";")
    assert "Oppspinn1" in page.content.decode()
    right = mapping(*HEAD.split(";"))
    assert doctor.post(f"/import/{run.pk}/kolonner/", right).headers["Location"] == f"/import/{run.pk}/"
    told = worked(run)
    assert told.counts["patients"]["new"] == 1
    preview = doctor.get(f"/import/{run.pk}/").content.decode()
    assert "Slik leses kolonnene" in preview
    again = doctor.get(f"/import/{run.pk}/kolonner/")
    assert [field.initial for field, _cells in again.context["form"].columns()] == HEAD.split(";")
    content = doctor.get(f"/import/{run.pk}/avviste/").getvalue().decode("utf-8-sig")
    assert content.splitlines() == [THEIRS, row(2, doctor="Ola Ukjent")]
    upload(doctor, "\n".join([THEIRS, row(3), ""]).encode())
    assert worked(ImportRun.objects.latest("pk")).state == "ready"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("personnummer", "fornavn", "", "født", "", ""), "Det mangler en kolonne for: etternavn."),
        (("", "fornavn", "etternavn", "født", "", ""), "personnummer eller pasientnr"),
        (("personnummer", "fornavn", "fornavn", "født", "", "etternavn"), "alt valgt lenger opp"),
        (("tull", "fornavn", "etternavn", "født", "", ""), "tull"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_on_the_form(
    solbakken: Cast, uploads: Path, columns: tuple[str, ...], words: str
) -> None:
    doctor = logged_in(solbakken.doctor)
    upload(doctor, "\n".join([THEIRS, row(1), ""]).encode())
    run = worked(ImportRun.objects.get())
    response = doctor.post(f"/import/{run.pk}/kolonner/", mapping(*columns))
    assert response.status_code == 422
    assert words in response.content.decode()
    run.refresh_from_db()
    assert (run.state, run.mapping) == ("mapping", {})


def test_another_who_may_not_see_patients_is_not_shown_the_rows_to_map_and_may_discard_them(
    solbakken: Cast, uploads: Path
) -> None:
    upload(logged_in(solbakken.doctor), "\n".join([THEIRS, row(1), ""]).encode())
    run = worked(ImportRun.objects.get())
    administrator = logged_in(make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR))
    assert administrator.get(f"/import/{run.pk}/kolonner/").status_code == 403
    assert f'action="/import/{run.pk}/forkast/"' in administrator.get(f"/import/{run.pk}/").content.decode()
    administrator.post(f"/import/{run.pk}/forkast/")
    run.refresh_from_db()
    assert run.state == "discarded"


# --- words


def test_rows_are_told_in_ranges_by_file() -> None:
    rows = [("a.csv", n) for n in (2, 3, 4, 6)] + [("b.csv", n) for n in (2, 9)]
    assert row_ranges(rows) == [("a.csv", "2–4, 6"), ("b.csv", "2, 9")]
    assert row_ranges([]) == []
