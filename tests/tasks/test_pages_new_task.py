"""«Ny oppgave» and «Finn noen nå»: what is urgent goes to somebody at once, and it is said to whom and why."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import PatientAccess, PatientIdentifier
from patients.personnummer import FNR_SYSTEM
from tasks.models import AllocationRun, Task, TaskKind
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_patient, make_task

DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return oslo_date(timezone.now())


def kind(slug: str) -> TaskKind:
    return TaskKind.objects.get(slug=slug)


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def filled(slug: str = "sarstell", **fields: object) -> dict[str, object]:
    return {"kind": kind(slug).pk, "due_on": (today() + 9 * DAY).isoformat(), **fields}


def test_made_for_a_patient_with_the_catalogues_minutes(solbakken: Cast, nurse: Client) -> None:
    patient = make_patient(solbakken)
    page = nurse.get(f"/oppgaver/ny/?pasient={patient.pk}").content.decode()
    assert "Per Lunde" in page
    assert PatientAccess.objects.get().what == "ny oppgave"
    answer = nurse.post(
        "/oppgaver/ny/", filled(patient=patient.pk, name="Sår på leggen", hard="on"), follow=True
    )
    task = Task.objects.get()
    assert "Neste fordeling gir den til noen." in answer.content.decode()
    assert (task.patient, task.name, task.state) == (patient, "Sår på leggen", "open")
    assert (task.planned_minutes, task.origin) == (
        kind("sarstell").minutes_for(""),
        kind("sarstell").origin,
    )
    assert task.hard
    assert task.closes_on == task.due_on == today() + 9 * DAY
    assert not AllocationRun.objects.exists()


def test_what_is_urgent_is_given_to_somebody_at_once_and_it_is_said_why(
    solbakken: Cast, nurse: Client
) -> None:
    patient = make_patient(solbakken)
    page = nurse.post("/oppgaver/ny/", filled(urgent="on", patient=patient.pk), follow=True)
    task = Task.objects.get()
    assert task.assignee is not None
    assert task.planned_on is not None
    text = page.content.decode()
    assert page.request["PATH_INFO"] == f"/oppgave/{task.pk}/hvorfor/"
    assert "Sårstell er gitt til" in text
    assert page.context["why"].sentences[0] in text


def test_what_nobody_may_do_is_said_at_once(solbakken: Cast, nurse: Client) -> None:
    page = nurse.post("/oppgaver/ny/", filled("sykmelding", urgent="on", minutes="700"), follow=True)
    text = page.content.decode()
    assert "Ingen fikk" in text
    assert "Den tar lengre tid enn noen av dem som kan" in text
    assert Task.objects.get().assignee is None


def test_put_in_from_those_that_nobody_holds(solbakken: Cast) -> None:
    leader = logged_in(solbakken.doctor)
    task = make_task(solbakken.clinic, "sarstell", opens_on=today(), due_on=today() + 9 * DAY)
    assert f"/oppgave/{task.pk}/sett-inn/" in leader.get("/ingen/").content.decode()
    text = leader.post(f"/oppgave/{task.pk}/sett-inn/", follow=True).content.decode()
    assert "Sårstell er gitt til" in text
    task.refresh_from_db()
    assert task.assignee is not None
    assert task.events.get().verb == "place"


def test_what_no_longer_holds_in_the_plan_stands_in_nobodys_way(solbakken: Cast, nurse: Client) -> None:
    """Somebody is away, somebody has left, a delegation is over: just then something is urgent."""
    patient, days = make_patient(solbakken), working_days(today(), 3)
    for member, slug in (
        (solbakken.second_doctor, "okonomi"), (solbakken.secretary, "okonomi"), (solbakken.nurse, "arskontroll"),
    ):  # fmt: skip
        for day in days:
            make_task(
                solbakken.clinic, slug, assignee=member, patient=patient, planned_on=day, opens_on=today(),
                due_on=today() + 9 * DAY,
            )  # fmt: skip
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.secretary, reason="sick", starts_on=today(),
        ends_on=today() + 30 * DAY,
    )  # fmt: skip
    Member.objects.filter(pk=solbakken.second_doctor.pk).update(ends_on=today() - DAY)
    page = nurse.post("/oppgaver/ny/", filled(urgent="on", patient=patient.pk), follow=True)
    assert "Sårstell er gitt til" in page.content.decode()
    assert Task.objects.latest("pk").assignee in (solbakken.nurse, solbakken.doctor)


def test_what_is_begun_is_not_put_in(solbakken: Cast, furulund: Cast) -> None:
    leader = logged_in(solbakken.doctor)
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, state="started")
    assert "Det går ikke lenger" in leader.post(f"/oppgave/{task.pk}/sett-inn/", follow=True).content.decode()
    assert logged_in(furulund.doctor).post(f"/oppgave/{task.pk}/sett-inn/").status_code == 404
    assert logged_in(solbakken.manager).post(f"/oppgave/{task.pk}/sett-inn/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Velg hva det er."),
        ({"kind": "0"}, "Velg fra listen."),
        ({"due_on": ""}, "Velg en frist."),
        ({"due_on": "2020-01-01"}, "Velg en frist fra i dag, innen et år."),
        ({"due_on": "snart"}, "Skriv en dato"),
        ({"minutes": "0"}, "Skriv minst 1 minutt."),
        ({"minutes": "721"}, "Skriv høyst 720 minutter."),
        ({"patient": "0"}, "Velg fra listen, eller søk på nytt."),
        ({"patient": "9" * 30}, "Velg fra listen, eller søk på nytt."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stands(
    solbakken: Cast, nurse: Client, wrong: dict[str, str], words: str
) -> None:
    answer = nurse.post("/oppgaver/ny/", filled(name="Husk legitimasjon", **wrong))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Husk legitimasjon" in text
    assert not Task.objects.exists()


def test_a_patient_is_found_by_name_day_or_number_and_never_in_the_address(
    solbakken: Cast, nurse: Client
) -> None:
    patient = make_patient(solbakken)
    make_patient(solbakken, given_name="Eva", family_name="Aas", birth_date=dt.date(1950, 1, 2))
    PatientIdentifier.objects.create(
        clinic=solbakken.clinic, patient=patient, system=FNR_SYSTEM, value="01836099999"
    )
    for q in ("lunde", "Per", "01.03.1960", "018360 99999"):
        page = nurse.post("/oppgaver/ny/", {**filled(name="Husk"), "q": q, "find": "1"})
        assert [words for _pk, words, _chosen in page.context["found"]] == ["Per Lunde, født 01.03.1960"], q
        assert "Husk" in page.content.decode()
        assert q not in page.request["PATH_INFO"] + page.request["QUERY_STRING"]
    page = nurse.post("/oppgaver/ny/", {**filled(), "q": "Nobody", "find": "1"})
    assert "Ingen pasient her passer." in page.content.decode()
    assert nurse.post("/oppgaver/ny/", {**filled(), "q": "", "find": "1"}).context["found"] == []
    assert not Task.objects.exists()


def test_a_search_is_bounded(solbakken: Cast, nurse: Client) -> None:
    for n in range(30):
        make_patient(solbakken, given_name=f"Per {n}")
    with CaptureQueriesContext(connection) as captured:
        page = nurse.post("/oppgaver/ny/", {"q": "lunde", "find": "1"})
    assert len(page.context["found"]) == 10
    assert "De 10 første." in page.content.decode()
    assert len(captured) <= 15


def test_another_clinics_patient_is_unknown(solbakken: Cast, furulund: Cast, nurse: Client) -> None:
    theirs = make_patient(furulund)
    assert nurse.get(f"/oppgaver/ny/?pasient={theirs.pk}").status_code == 404
    assert nurse.post("/oppgaver/ny/", filled(patient=theirs.pk)).status_code == 422
    assert nurse.post("/oppgaver/ny/", {"q": "lunde", "find": "1"}).context["found"] == []
    assert nurse.get("/oppgaver/ny/?pasient=abc").status_code == 404


def test_whoever_does_no_tasks_makes_none(solbakken: Cast) -> None:
    assert logged_in(solbakken.manager).get("/oppgaver/ny/").status_code == 403


def test_it_is_asked_for_from_the_patients_page(solbakken: Cast, nurse: Client) -> None:
    patient = make_patient(solbakken)
    page = nurse.get(f"/pasienter/{patient.pk}/").content.decode()
    assert f"/oppgaver/ny/?pasient={patient.pk}" in page
