"""Home from hospital, noted on a page: what it will open is told first, what it opened afterwards."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Discharge, Patient, PatientAccess
from tasks.actions.programmes import approve_programme
from tasks.models import Programme, Task
from teams.calendar import DAY, oslo_date, working_day_on_or_after
from teams.templatetags.fordel import short_day
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MORNING, make_patient
from tests.tasks.test_pages_patient import panel

TODAY = oslo_date(timezone.now())


@pytest.fixture
def patient(solbakken: Cast, programme: Programme) -> Patient:
    approve_programme(Programme.objects.get(slug="utskrivning").pk, by=solbakken.doctor, at=MORNING)
    return make_patient(solbakken)


def at(patient: Patient) -> str:
    return f"/pasienter/{patient.pk}/utskrivning/"


SENT = {"discharged_on": TODAY, "hospital": "Ahus", "department": "Medisinsk"}


def test_the_page_tells_what_will_open_and_then_opens_it(solbakken: Cast, patient: Patient) -> None:
    nurse = logged_in(solbakken.nurse)
    before = nurse.get(at(patient))
    words = panel(before.content.decode(), "ny")
    assert "Ringe pasienten etter utskrivning" in words
    assert "etter 2 dager" in words
    assert "godkjent av Hanne Holm" in words
    told = {(each.name, each.due) for each in before.context["opens"]}
    after = nurse.post(at(patient), SENT, follow=True).content.decode()
    opened = {
        (task.name.removeprefix("Forbered: "), task.due_on)
        for task in Task.objects.filter(part__in=["", "sign"])
    }
    assert opened == told
    assert set(Task.objects.values_list("origin", "sender")) == {("hospital", "Ahus, Medisinsk")}
    listed = panel(after, "for")
    assert "Ahus, Medisinsk registrert av Nina Nes" in listed
    assert "Ringe pasienten etter utskrivning frist" in listed


def test_another_day_tells_other_deadlines_at_once(solbakken: Cast, patient: Patient) -> None:
    nurse, day = logged_in(solbakken.nurse), TODAY - 6 * DAY
    part = nurse.get(
        at(patient), {"discharged_on": str(day)}, headers={"HX-Request": "true", "HX-Target": "apnes"}
    )
    assert part.content.decode().lstrip().startswith('<div id="apnes"')
    assert f'datetime="{working_day_on_or_after(day + 2 * DAY)}"' in part.content.decode()
    for nonsense in ("x", TODAY + DAY, TODAY - 99 * DAY):
        opens = nurse.get(at(patient), {"discharged_on": str(nonsense)}).context["opens"]
        assert min(each.due for each in opens) > TODAY


def test_without_an_approved_programme_it_is_noted_and_says_so(solbakken: Cast, patient: Patient) -> None:
    Programme.objects.filter(on_discharge=True).update(state="proposed")
    nurse = logged_in(solbakken.nurse)
    page = nurse.get(at(patient)).content.decode()
    programme = Programme.objects.get(on_discharge=True)
    assert "ingen lege har godkjent hva som skal gjøres etter utskrivning" in page
    assert f'href="/programmer/{programme.pk}/"' in page
    assert "Registrert. 0 oppgaver er åpnet." in nurse.post(at(patient), SENT, follow=True).content.decode()
    assert Discharge.objects.get().by == solbakken.nurse
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [(TODAY + DAY, "Velg en dag fra de siste 30 dagene."), (TODAY - 31 * DAY, "Velg en dag fra de siste 30 dagene."),
     ("", "Velg en dag."), ("i går", "Skriv en dato")],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused_as_it_was_typed(
    solbakken: Cast, patient: Patient, day: object, words: str
) -> None:
    answer = logged_in(solbakken.nurse).post(at(patient), {**SENT, "discharged_on": day})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Ahus"' in answer.content.decode()
    assert not Discharge.objects.exists()


def test_the_same_discharge_is_noted_once(solbakken: Cast, patient: Patient) -> None:
    nurse = logged_in(solbakken.nurse)
    nurse.post(at(patient), SENT)
    opened = Task.objects.count()
    answer = nurse.post(at(patient), SENT)
    assert answer.status_code == 422
    assert "Denne utskrivningen er alt registrert." in answer.content.decode()
    assert Task.objects.count() == opened


def test_somebody_who_is_not_followed_has_no_form(solbakken: Cast, patient: Patient) -> None:
    Patient.objects.update(institution_on=TODAY)
    nurse = logged_in(solbakken.nurse)
    assert "Registrer utskrivning" not in nurse.get(at(patient)).content.decode()
    assert nurse.post(at(patient), SENT).status_code == 422
    assert not Discharge.objects.exists()


def test_a_mistake_is_taken_back_with_what_it_opened_and_a_reason(solbakken: Cast, patient: Patient) -> None:
    nurse = logged_in(solbakken.nurse)
    nurse.post(at(patient), SENT)
    url = f"/pasienter/utskrivning/{Discharge.objects.get().pk}/feil/"
    refused = nurse.post(url, {"reason": ""})
    assert refused.status_code == 422
    assert "<details open>" in refused.content.decode()
    listed = panel(nurse.post(url, {"reason": "Feil pasient"}, follow=True).content.decode(), "for")
    assert "registrert ved en feil" in listed
    assert f"ikke lenger nødvendig {'i dag'}" in listed
    assert not Task.objects.filter(ended_at=None).exists()
    assert short_day(TODAY) not in listed


def test_a_manager_and_another_clinic_get_at_nothing(
    solbakken: Cast, furulund: Cast, patient: Patient
) -> None:
    logged_in(solbakken.nurse).post(at(patient), SENT)
    opened, looks = Task.objects.filter(ended_at=None).count(), PatientAccess.objects.count()
    mistaken = f"/pasienter/utskrivning/{Discharge.objects.get().pk}/feil/"
    for by, status in ((solbakken.manager, 403), (furulund.doctor, 404)):
        assert logged_in(by).get(at(patient)).status_code == status
        assert logged_in(by).post(at(patient), SENT).status_code == status
        assert logged_in(by).post(mistaken, {"reason": "x"}).status_code == status
    assert (Task.objects.filter(ended_at=None).count(), PatientAccess.objects.count()) == (opened, looks)


def test_the_list_takes_the_same_number_of_queries_however_long_it_is(
    solbakken: Cast, patient: Patient
) -> None:
    nurse = logged_in(solbakken.nurse)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(at(patient)).status_code == 200
        return len(captured)

    nurse.post(at(patient), SENT)
    queries()
    few = queries()
    for n in range(1, 6):
        nurse.post(at(patient), {**SENT, "discharged_on": TODAY - n * DAY})
    queries()  # what was told of the last change is taken out of the session
    assert queries() == few <= 22
    assert PatientAccess.objects.filter(what="utskrivninger").count() == 4
