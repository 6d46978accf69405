"""The access log: one row a look, one row a list, nothing rewritten, read by leaders, handed out to the patient."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from io import BytesIO
from typing import Any

import psycopg
import pytest
import typst
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.actions.access import record_shown
from patients.models import AccessReview, BreakGlass, ListShown, Patient, PatientAccess
from tests.conftest import Cast, logged_in, make_cast
from tests.tasks.conftest import make_patient, make_task
from tests.teams.test_wall import connect

HOUR = dt.timedelta(hours=1)


def looked(cast: Cast, patients: list[Patient], *, ago: dt.timedelta = HOUR, **fields: Any) -> ListShown:
    return ListShown.objects.create(
        clinic=cast.clinic,
        **{
            "member": cast.nurse, "user": cast.nurse.user, "at": timezone.now() - ago, "ground": "oppfølging",
            "page": "patients", "what": "pasientliste", "patients": [each.pk for each in patients], **fields,
        },
    )  # fmt: skip


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def test_a_list_is_one_row_with_everybody_on_it(solbakken: Cast, furulund: Cast) -> None:
    shown = [make_patient(solbakken, family_name=f"Liste{n}") for n in range(3)]
    make_patient(furulund)
    logged_in(solbakken.nurse).get("/pasienter/")
    row = ListShown.objects.get()
    assert row.patients == [each.pk for each in shown]
    assert (row.member, row.user, row.page) == (solbakken.nurse, solbakken.nurse.user, "patients")
    assert (row.ground, row.what.split(":")[0]) == ("oppfølging", "pasientliste eller søk")
    assert not PatientAccess.objects.exists()


def test_the_same_list_again_is_the_same_look_until_somebody_new_stands_on_it(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    make_patient(solbakken)
    for _ in range(3):
        nurse.get("/pasienter/")
    assert ListShown.objects.count() == 1
    newcomer = make_patient(solbakken, family_name="Ny")
    nurse.get("/pasienter/")
    assert ListShown.objects.count() == 2
    assert newcomer.pk in ListShown.objects.latest("pk").patients
    logged_in(solbakken.secretary).get("/pasienter/")
    assert ListShown.objects.count() == 3


def test_after_ten_minutes_it_is_another_look(solbakken: Cast) -> None:
    patient = make_patient(solbakken)
    told: dict[str, str] = {"ground": "oppfølging", "page": "patients", "what": "pasientliste"}
    looked(solbakken, [patient], ago=dt.timedelta(minutes=9))
    record_shown([patient.pk], by=solbakken.nurse, **told)
    assert ListShown.objects.count() == 1
    other = make_patient(solbakken)
    looked(solbakken, [other], ago=dt.timedelta(minutes=11))
    record_shown([other.pk], by=solbakken.nurse, **told)
    assert ListShown.objects.count() == 3


def test_what_cannot_be_written_down_is_not_shown(solbakken: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_patient(solbakken, family_name="Hemmelig")
    nurse = logged_in(solbakken.nurse)
    nurse.raise_request_exception = False

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("config.shown.record_shown", broken)
    answer = nurse.get("/pasienter/")
    assert answer.status_code == 500
    assert "Hemmelig" not in answer.content.decode()


def test_whoever_may_see_no_patient_is_shown_none_by_accident(solbakken: Cast) -> None:
    with pytest.raises(PermissionDenied):
        record_shown([1], by=solbakken.manager, ground="oppfølging", page="x", what="x")


def test_a_page_that_forgets_shows_a_manager_no_name(
    solbakken: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = make_patient(solbakken, family_name="Glemt")

    def forgetful(*_: object, **__: object) -> HttpResponse:
        return HttpResponse(f"<p>{patient}</p>")

    monkeypatch.setattr("teams.views.members.render", forgetful)
    answer = logged_in(solbakken.manager).get("/team/medlemmer/")
    assert answer.status_code == 403
    assert "Glemt" not in answer.content.decode()
    assert logged_in(solbakken.nurse).get("/team/medlemmer/").status_code == 200
    assert ListShown.objects.get().patients == [patient.pk]


def test_many_patients_cost_one_statement(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)

    def written() -> int:
        with CaptureQueriesContext(connection) as captured:
            nurse.get("/pasienter/")
        return sum("patients_listshown" in each["sql"] for each in captured)

    make_patient(solbakken)
    assert written() == 1
    for n in range(40):
        make_patient(solbakken, family_name=f"Ny{n}")
    assert written() == 1


@pytest.mark.parametrize("table", ["patients_listshown", "patients_breakglass", "patients_accessreview"])
@pytest.mark.parametrize("login", ["fordel_app", "fordel_jobs"])
def test_no_role_changes_or_deletes_a_row(committed: None, table: str, login: str) -> None:
    cast = make_cast("solbakken", "Solbakken")
    fill(cast)
    with connect(login) as role:
        for sql in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
            with pytest.raises(psycopg.errors.InsufficientPrivilege), role.transaction():
                role.execute("SELECT set_config('fordel.clinic', %s, true)", [str(cast.clinic.pk)])
                role.execute(sql)
    for sql in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}"):  # noqa: S608
        with (
            pytest.raises(ProgrammingError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(sql)


def fill(cast: Cast) -> None:
    patient, now = make_patient(cast), timezone.now()
    looked(cast, [patient])
    BreakGlass.objects.create(
        clinic=cast.clinic, patient=patient, member=cast.doctor, user_id=cast.doctor.user_id or 0, at=now, until=now + HOUR,
        why="emergency", reason="Falt om på venterommet",
    )  # fmt: skip
    AccessReview.objects.create(
        clinic=cast.clinic,
        rule="hours",
        member=cast.nurse,
        day=now.date(),
        note="Sett på",
        by=cast.doctor,
        at=now,
    )


def test_the_log_is_filtered_by_who_patient_day_ground_and_words(solbakken: Cast, leader: Client) -> None:
    one, two = make_patient(solbakken, family_name="Ensom"), make_patient(solbakken, family_name="Tosom")
    looked(solbakken, [one, two], ago=dt.timedelta(days=3))
    looked(solbakken, [two], member=solbakken.secretary, ground="fordeling av arbeid", what="oppgaveliste")
    logged_in(solbakken.nurse).get(f"/pasienter/{one.pk}/")

    def lines(query: str) -> list[tuple[str, str]]:
        page = leader.get(f"/innsyn/logg/?{query}")
        assert page.status_code == 200
        return [(line.who, line.what.split(":")[0]) for line in page.context["lines"]]

    assert lines("") == [
        ("Nina Nes", "pasientside"),
        ("Siri Sand", "oppgaveliste"),
        ("Nina Nes", "pasientliste"),
    ]
    assert len(lines(f"hvem={solbakken.secretary.pk}")) == 1
    assert lines(f"pasient={one.pk}")[-2:] == [("Nina Nes", "pasientside"), ("Nina Nes", "pasientliste")]
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert ("Nina Nes", "pasientliste") not in lines(f"fra={today}")
    assert ("Nina Nes", "pasientliste") in lines(
        f"til={timezone.localdate() - dt.timedelta(days=3):%Y-%m-%d}"
    )
    assert lines("grunnlag=fordeling+av+arbeid") == [("Siri Sand", "oppgaveliste")]
    assert lines("hva=GAVELISTE") == [("Siri Sand", "oppgaveliste")]
    assert lines("hva=%25") == []
    assert leader.get("/innsyn/logg/?fra=tull").status_code == 422


def test_reading_the_log_is_in_the_log(solbakken: Cast, leader: Client) -> None:
    patient = make_patient(solbakken)
    looked(solbakken, [patient])
    leader.get("/innsyn/logg/")
    mine = ListShown.objects.get(member=solbakken.doctor)
    assert (mine.page, mine.patients, mine.ground) == ("access_log", [patient.pk], "internkontroll")


def test_page_after_page_tells_every_row_once(solbakken: Cast, leader: Client) -> None:
    patient, at = make_patient(solbakken), timezone.now() - HOUR
    for n in range(60):
        looked(solbakken, [patient], at=at - dt.timedelta(minutes=n // 5), what=f"liste {n}")
    PatientAccess.objects.bulk_create(
        PatientAccess(
            clinic=solbakken.clinic, patient=patient, member=solbakken.nurse, user=solbakken.nurse.user,
            at=at - dt.timedelta(minutes=n // 5), ground="oppfølging", what=f"side {n}",
        )
        for n in range(60)
    )  # fmt: skip
    seen: list[str] = []
    after = ""
    while True:
        page = leader.get("/innsyn/logg/", {"hvem": str(solbakken.nurse.pk), "etter": after})
        seen += [line.what for line in page.context["lines"]]
        after = page.context["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


def test_a_list_opens_with_everybody_and_nobody_of_another_clinic(
    solbakken: Cast, furulund: Cast, leader: Client
) -> None:
    mine, theirs = make_patient(solbakken), make_patient(furulund, family_name="Andre")
    own, other = looked(solbakken, [mine, theirs]), looked(furulund, [theirs])
    text = leader.get(f"/innsyn/logg/{own.pk}/").content.decode()
    assert "1 pasient på listen" in text
    assert "Andre" not in text
    assert leader.get(f"/innsyn/logg/{other.pk}/").status_code == 404
    assert leader.get(f"/innsyn/logg/?pasient={theirs.pk}").status_code == 404


def test_the_file_has_a_row_for_each_patient_and_is_itself_in_the_log(
    solbakken: Cast, leader: Client
) -> None:
    patients = [make_patient(solbakken, family_name=f"Fil{n}") for n in range(3)]
    looked(solbakken, patients)
    answer: Any = leader.post("/innsyn/logg/fil/", {"format": "csv"})
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(rows) == 4
    assert all(f"Fil{n}" in "\n".join(rows) for n in range(3))
    assert ListShown.objects.get(page="access_log_file").patients == [each.pk for each in patients]
    sheet: Any = leader.post("/innsyn/logg/fil/", {"format": "xlsx"})
    with zipfile.ZipFile(BytesIO(b"".join(sheet.streaming_content))) as book:
        assert "Fil2" in book.read("xl/worksheets/sheet1.xml").decode()


def test_a_patients_own_log_names_who_looked_and_no_other_patient(
    solbakken: Cast, leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, other = make_patient(solbakken), make_patient(solbakken, family_name="Fremmed")
    looked(solbakken, [patient, other])
    looked(solbakken, [other], what="ikke om pasienten")
    told: list[dict[str, Any]] = []
    made = typst.compile

    def kept(*args: Any, **options: Any) -> Any:
        told.append(json.loads(options["sys_inputs"]["told"]))
        return made(*args, **options)

    monkeypatch.setattr(typst, "compile", kept)
    answer: Any = leader.post(f"/pasienter/{patient.pk}/innsyn/utskrift/", {"format": "pdf"})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert [row[1:3] for row in told[0]["rows"]] == [
        ["Hanne Holm", "lege, teamleder"],
        ["Nina Nes", "sykepleier"],
    ]
    assert "Fremmed" not in json.dumps(told)
    assert "ikke om pasienten" not in json.dumps(told)
    assert PatientAccess.objects.get(patient=patient).ground == "innsyn for pasienten"
    sheet: Any = leader.post(
        f"/pasienter/{patient.pk}/innsyn/utskrift/", {"format": "xlsx", "fra": "2020-01-01"}
    )
    assert b"".join(sheet.streaming_content)[:2] == b"PK"


@pytest.mark.parametrize(
    ("who", "log", "control"), [("doctor", 200, 200), ("manager", 403, 200), ("nurse", 403, 403)]
)
def test_leaders_read_the_log_and_a_manager_controls_without_names(
    solbakken: Cast, who: str, log: int, control: int
) -> None:
    patient = make_patient(solbakken, family_name="Navnløs")
    logged_in(solbakken.secretary).get(f"/pasienter/{patient.pk}/")
    client = logged_in(getattr(solbakken, who))
    assert client.get("/innsyn/logg/").status_code == log
    assert client.post("/innsyn/logg/fil/", {}).status_code == log
    assert client.post(f"/pasienter/{patient.pk}/innsyn/utskrift/", {"format": "xlsx"}).status_code == log
    page = client.get("/innsyn/")
    assert page.status_code == control
    if control == 200:
        assert ("Navnløs" in page.content.decode()) == (log == 200)
        assert "Siri Sand" in page.content.decode()


def test_another_clinics_rows_are_not_there_by_raw_sql(committed: None) -> None:
    mine, theirs = make_cast("solbakken", "Solbakken"), make_cast("furulund", "Furulund")
    fill(mine)
    fill(theirs)
    with connect("fordel_app") as app:
        for table in ("patients_listshown", "patients_breakglass", "patients_accessreview"):
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
            with app.transaction():
                app.execute("SELECT set_config('fordel.clinic', %s, true)", [str(mine.clinic.pk)])
                seen = app.execute(f"SELECT DISTINCT clinic_id FROM {table}").fetchall()  # noqa: S608
                assert seen == [(mine.clinic.pk,)]
    with connect("fordel_jobs") as jobs:
        for table in ("patients_listshown", "patients_breakglass", "patients_accessreview"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                jobs.execute(f"SELECT * FROM {table}")  # noqa: S608


def test_a_fragment_of_a_page_is_a_look_at_its_patient(solbakken: Cast) -> None:
    patient = make_patient(solbakken)
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=patient)
    logged_in(solbakken.nurse).get(f"/oppgave/{task.pk}/rad/", headers={"HX-Request": "true"})
    assert ListShown.objects.get().patients == [patient.pk]
