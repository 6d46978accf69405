"""Min dag, a task's sheet and the programmes, through the web: as full pages and as fragments."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import Task, TaskKind
from teams.calendar import oslo_date
from teams.models import Member
from tests.conftest import Cast, let_in, logged_in
from tests.tasks.conftest import make_patient, make_task

ON_MY_DAY = {"HX-Request": "true", "HX-Current-URL": "http://testserver/min-dag/"}


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def test_sections_by_urgency_and_what_they_hold(solbakken: Cast, nurse: Client) -> None:
    patient = make_patient(solbakken)
    days = {"Hardt": 0, "Forfalt sår": -3, "I dag sår": 0, "Siden": 60}
    for name, offset in days.items():
        make_task(
            solbakken.clinic, "sarstell", assignee=solbakken.nurse, name=name, patient=patient,
            hard=name == "Hardt", due_on=today() + dt.timedelta(days=offset), opens_on=today() - dt.timedelta(days=9),
            planned_minutes=25,
        )  # fmt: skip
    page = nurse.get("/min-dag/")
    found = {s.key: [line.name for line in s.lines] for s in page.context["sections"]}
    assert found["hard"] == ["Hardt"]
    assert found["overdue"] == ["Forfalt sår"] or "Forfalt sår" in found["overdue"]
    assert found["later"] == []  # read when it is opened
    assert [s.count for s in page.context["sections"] if s.key == "later"] == [1]
    assert "Siden" in nurse.get("/min-dag/del/later/").content.decode()
    assert "Per Lunde, 66" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_the_page_takes_as_many_queries_with_one_task_as_with_eighty(solbakken: Cast, nurse: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get("/min-dag/").status_code == 200
        return len(captured)

    make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=make_patient(solbakken))
    queries()
    one = queries()
    for _ in range(80):
        make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=make_patient(solbakken))
    assert queries() == one <= 25


def complete(client: Client, task: Task, minutes: str = "20", **headers: str) -> object:
    return client.post(
        f"/oppgave/{task.pk}/utfort/", {"minutes": minutes, "version": task.version}, headers=headers or None
    )


def test_done_with_htmx_answers_with_the_row_and_the_days_load(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "20", "version": "1"}, headers=ON_MY_DAY)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Angre" in text
    assert 'id="dagens-tid"' in text
    assert "<html" not in text
    assert nurse.post(f"/oppgave/{task.pk}/angre/", headers={"HX-Request": "true"}).status_code == 200
    task.refresh_from_db()
    assert task.state == "assigned"


def test_every_sum_that_an_answer_brings_has_a_place_on_the_page(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    page = nurse.get("/min-dag/").content.decode()
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "20", "version": "1"}, headers=ON_MY_DAY)
    brought = re.findall(r'id="(sum-\w+)" hx-swap-oob', answer.content.decode())
    assert len(brought) == 7
    for name in brought:
        assert page.count(f'id="{name}"') == 1, name


def test_done_without_script_goes_back_to_the_page(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "20", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/min-dag/#oppgave-{task.pk}")


@pytest.mark.parametrize("minutes", ["", "abc", "0", "-5", "721", "1e9"])
def test_wrong_minutes_are_refused_in_words_and_nothing_is_done(
    solbakken: Cast, nurse: Client, minutes: str
) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": minutes, "version": "1"})
    assert answer.status_code == 422
    assert "Skriv" in answer.content.decode()
    task.refresh_from_db()
    assert task.state == "assigned"


def test_a_page_that_is_out_of_date_is_told_so(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, version=3)
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "20", "version": "2"})
    assert answer.status_code == 422
    assert "endret av andre" in answer.content.decode()


def test_logged_in_one_press(solbakken: Cast, nurse: Client) -> None:
    kind = TaskKind.objects.get(slug="telefonsporsmal")
    answer = nurse.post("/min-dag/logg/", {"kind": kind.pk}, follow=True)
    task = Task.objects.get()
    assert "Logget" in answer.content.decode()
    assert (task.kind, task.minutes, task.origin, task.done_by) == (kind, 5, "patient", solbakken.nurse)
    assert nurse.post("/min-dag/logg/", {"kind": "99999"}).status_code == 422


def test_put_off_with_a_reason_or_not_at_all(solbakken: Cast, nurse: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    url = f"/oppgave/{task.pk}/utsett/"
    until = (today() + dt.timedelta(days=2)).isoformat()
    assert nurse.post(url, {"until": until, "reason": "", "version": "1"}).status_code == 422
    assert nurse.post(url, {"until": "2020-01-01", "reason": "x", "version": "1"}).status_code == 422
    assert nurse.post(url, {"until": until, "reason": "Bortreist", "version": "1"}).status_code == 302
    task.refresh_from_db()
    assert task.opens_on.isoformat() == until


def test_hand_on_only_to_somebody_who_may(solbakken: Cast) -> None:
    doctor = logged_in(solbakken.doctor)
    task = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor)
    url = f"/oppgave/{task.pk}/gi-videre/"
    wrong = {"to": solbakken.secretary.pk, "reason": "x", "version": "1"}
    assert doctor.post(url, wrong).status_code == 422
    assert doctor.post(url, {**wrong, "to": solbakken.second_doctor.pk}).status_code == 302
    task.refresh_from_db()
    assert task.assignee == solbakken.second_doctor


def test_every_address_of_a_task_is_unknown_to_another_clinic(solbakken: Cast, furulund: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=make_patient(solbakken))
    stranger = logged_in(furulund.doctor)
    assert stranger.get(f"/oppgave/{task.pk}/").status_code == 404
    assert stranger.get(f"/pasienter/{task.patient_id}/hendelser/").status_code == 404
    data = {"minutes": "5", "version": "1", "until": "2030-01-01", "reason": "x", "to": ""}
    for verb in ("utfort", "angre", "utsett", "gi-videre", "avbryt"):
        assert stranger.post(f"/oppgave/{task.pk}/{verb}/", data).status_code == 404, verb
    task.refresh_from_db()
    assert task.version == 1


def test_a_colleague_of_another_clinic_is_nobody_to_hand_on_to(solbakken: Cast, furulund: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    answer = nurse.post(
        f"/oppgave/{task.pk}/gi-videre/", {"to": furulund.nurse.pk, "reason": "x", "version": "1"}
    )
    assert answer.status_code == 422


def test_a_manager_sees_no_patients_and_does_no_tasks(solbakken: Cast) -> None:
    manager = logged_in(solbakken.manager)
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    assert manager.get("/min-dag/").status_code == 403
    assert manager.get(f"/oppgave/{task.pk}/").status_code == 403
    assert manager.get("/programmer/").status_code == 200


def test_nobody_gets_in_without_logging_in(solbakken: Cast) -> None:
    for url in ("/", "/min-dag/", "/programmer/", "/team/", "/ingen/"):
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/konto/login/"), url


def test_a_user_with_two_places_chooses_and_never_mixes(solbakken: Cast, furulund: Cast) -> None:
    user = solbakken.nurse.user
    there = let_in(
        Member.objects.create(
            clinic=furulund.clinic,
            user=user,
            name="Nina Nes",
            profession="nurse",
            starts_on=dt.date(2025, 1, 1),
        )
    )
    make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, name="Bare her")
    make_task(furulund.clinic, "sarstell", assignee=there, name="Bare der")
    client = logged_in(solbakken.nurse)
    client.post("/plass/", {"member": there.pk})
    away = client.get("/min-dag/").content.decode()
    client.post("/plass/", {"member": solbakken.nurse.pk})
    home = client.get("/min-dag/").content.decode()
    assert "Bare der" in away
    assert "Bare her" not in away
    assert "Bare her" in home
    assert client.post("/plass/", {"member": furulund.doctor.pk}).status_code == 404
