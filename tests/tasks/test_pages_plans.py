"""One patient's plans, decided on the patient's page: started, declined, stopped, another interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from patients.models import Patient, PatientAccess
from tasks.actions import one_patient as actions
from tasks.actions.changing import Changed
from tasks.actions.plans import start_plans, stop_plan
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, Programme, Task
from tasks.queries.patient import latest_event
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MORNING, make_patient

TODAY = oslo_date(timezone.now())
SHEET = {"HX-Request": "true", "HX-Target": "ark"}


@pytest.fixture
def patient(solbakken: Cast, programme: Programme) -> Patient:
    return make_patient(solbakken, icpc2="T90")


@pytest.fixture
def plan(solbakken: Cast, patient: Patient, programme: Programme) -> FollowUpPlan:
    start_plans(programme.pk, by=solbakken.doctor, on=TODAY)
    return FollowUpPlan.objects.get()


def start_at(patient: Patient, programme: Programme) -> str:
    return f"/pasienter/{patient.pk}/planer/{programme.pk}/start/"


def decline_at(patient: Patient, programme: Programme) -> str:
    return f"/pasienter/{patient.pk}/planer/{programme.pk}/takket-nei/"


def stop_at(plan: FollowUpPlan) -> str:
    return f"/pasienter/plan/{plan.pk}/stans/"


def routine(plan: FollowUpPlan) -> PlanStep:
    return plan.steps.get(step__slug="rutine")


def interval_at(plan: FollowUpPlan) -> str:
    return f"/pasienter/plan/steg/{routine(plan).pk}/intervall/"


# --- starting


def test_a_nurse_starts_a_plan_and_comes_back_to_the_patient(
    solbakken: Cast, patient: Patient, programme: Programme
) -> None:
    nurse, url = logged_in(solbakken.nurse), start_at(patient, programme)
    page = nurse.get(url).content.decode()
    for words in (
        "godkjent av Hanne Holm",
        "Rutinekontroll diabetes",
        "hver 6. måned",
        "diabetes.no, rutinekontroller",
    ):
        assert words in page
    answer = nurse.post(url, {"first": "spread", "seen": 0, "reason": ""}, follow=True)
    assert answer.redirect_chain == [(f"/pasienter/{patient.pk}/", 302)]
    assert "Planen er startet: Diabetes type 2." in answer.content.decode()
    assert FollowUpPlan.objects.get().state == "active"
    assert not Task.objects.exists()


def test_as_soon_as_possible_opens_at_once_and_a_day_is_the_day(
    solbakken: Cast, patient: Patient, programme: Programme
) -> None:
    nurse, url = logged_in(solbakken.nurse), start_at(patient, programme)
    nurse.post(url, {"first": "now", "seen": 0})
    assert Task.objects.filter(patient=patient, name="Rutinekontroll diabetes", ended_at=None).exists()
    other, day = make_patient(solbakken, icpc2="T90"), TODAY + 100 * DAY
    nurse.post(start_at(other, programme), {"first": "day", "first_on": day, "seen": 0})
    dues = PlanStep.objects.filter(plan__patient=other).values_list("due_on", flat=True)
    assert dues
    assert all(day - 4 * DAY <= due <= day + 7 * DAY for due in dues)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"first": "day", "first_on": ""}, "Velg en dag."),
        ({"first": "day", "first_on": "2020-01-01"}, "Velg en dag fra i dag, innen to år."),
        ({"first": ""}, "Velg når."),
        ({"first": "now", "reason": "x" * 121}, "Skriv det kortere, høyst 120 tegn."),
    ],
)
def test_a_start_that_cannot_be_is_refused_as_it_was_typed(
    solbakken: Cast, patient: Patient, programme: Programme, sent: dict[str, str], words: str
) -> None:
    answer = logged_in(solbakken.nurse).post(start_at(patient, programme), {"seen": 0, **sent}, headers=SHEET)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert answer.content.decode().lstrip().startswith('<div class="sheet')
    assert not FollowUpPlan.objects.exists()


def test_a_programme_that_no_doctor_has_approved_starts_nothing(solbakken: Cast, patient: Patient) -> None:
    nurse, lungs = logged_in(solbakken.nurse), Programme.objects.get(slug="kols")
    page = nurse.get(start_at(patient, lungs)).content.decode()
    assert "En lege ved kontoret må godkjenne programmet" in page
    assert '<form method="post"' not in page.split('class="sheet')[1]
    answer = nurse.post(start_at(patient, lungs), {"first": "now", "seen": 0})
    assert answer.status_code == 422
    assert not FollowUpPlan.objects.exists()
    Programme.objects.filter(pk=lungs.pk).update(state="retired")
    assert nurse.get(start_at(patient, lungs)).status_code == 404


def test_a_plan_that_was_stopped_begins_again_with_a_reason(
    solbakken: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    nurse = logged_in(solbakken.nurse)
    plan.steps.filter(step__slug="rutine").update(interval_months=3, interval_days=0)
    nurse.post(stop_at(plan), {"reason": "Reist bort", "seen": latest_event(plan)})
    # It goes on by the patient's own interval, and says so beforehand.
    assert "hver 3. måned (programmet: " in nurse.get(start_at(patient, programme)).content.decode()
    sent = {"first": "spread", "seen": latest_event(plan), "reason": ""}
    assert nurse.post(start_at(patient, programme), sent).status_code == 422
    assert nurse.post(start_at(patient, programme), {**sent, "reason": "Hjemme igjen"}).status_code == 302
    plan.refresh_from_db()
    told = list(plan.events.order_by("pk").values_list("verb", "reason"))
    assert (plan.state, told) == (
        "active",
        [("start", ""), ("stop", "Reist bort"), ("resume", "Hjemme igjen")],
    )


# --- declining and stopping


def test_no_thank_you_is_kept_without_a_plan_before(
    solbakken: Cast, patient: Patient, programme: Programme
) -> None:
    nurse = logged_in(solbakken.nurse)
    page = nurse.post(
        decline_at(patient, programme), {"seen": 0, "reason": "Går hos privat"}, follow=True
    ).content.decode()
    assert "takket nei til Diabetes type 2" in page
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.end_reason) == ("declined", "Går hos privat")


def test_stopping_ends_what_is_open_of_the_plan(
    solbakken: Cast, patient: Patient, programme: Programme
) -> None:
    nurse = logged_in(solbakken.nurse)
    nurse.post(start_at(patient, programme), {"first": "now", "seen": 0})
    plan = FollowUpPlan.objects.get()
    assert "Det som er åpent av planen, avsluttes" in nurse.get(stop_at(plan)).content.decode()
    refused = nurse.post(stop_at(plan), {"seen": latest_event(plan), "reason": " "})
    assert (refused.status_code, Task.objects.filter(ended_at=None).exists()) == (422, True)
    answer = nurse.post(stop_at(plan), {"seen": latest_event(plan), "reason": "Reist bort"}, headers=SHEET)
    assert answer.headers["HX-Redirect"] == f"/pasienter/{patient.pk}/"
    assert not Task.objects.filter(ended_at=None).exists()


# --- another interval


def test_a_nurse_gives_a_patient_an_interval_and_the_page_says_who_and_why(
    solbakken: Cast, patient: Patient, plan: FollowUpPlan
) -> None:
    nurse = logged_in(solbakken.nurse)
    sent = {"months": 3, "days": "", "reason": "Ny insulin", "seen": latest_event(plan)}
    page = nurse.post(interval_at(plan), sent, follow=True).content.decode()
    assert "<b>hver 3. måned</b>" in page
    assert "(programmet: hver 6. måned)" in page
    assert f"Nina Nes {TODAY:%d.%m.%Y}: Ny insulin" in page
    assert "Intervall endret: Diabetes type 2" in page
    form = nurse.get(interval_at(plan)).content.decode()
    assert "Tilbake til programmets" in form
    assert "hver 3. måned. Ny insulin" in form
    back = {"back": "1", "reason": "Stabil", "seen": latest_event(plan)}
    assert nurse.post(interval_at(plan), back).status_code == 302
    assert (routine(plan).interval_months, routine(plan).interval_days) == (None, None)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"months": "0", "days": "0", "reason": "x"}, "Skriv hvor mange måneder eller dager"),
        ({"months": "", "days": "", "reason": "x"}, "Skriv hvor mange måneder eller dager"),
        ({"months": "61", "reason": "x"}, "Høyst fem år."),
        ({"months": "3", "reason": ""}, "Skriv kort hvorfor."),
        ({"months": "tre", "reason": "x"}, "Skriv et tall."),
    ],
)
def test_an_interval_that_is_none_is_refused(
    solbakken: Cast, plan: FollowUpPlan, sent: dict[str, str], words: str
) -> None:
    answer = logged_in(solbakken.doctor).post(interval_at(plan), {"seen": latest_event(plan), **sent})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert routine(plan).interval_months is None


def test_a_secretary_reads_that_a_doctor_or_nurse_decides_the_interval(
    solbakken: Cast, plan: FollowUpPlan
) -> None:
    secretary = logged_in(solbakken.secretary)
    assert (
        "En lege eller sykepleier bestemmer intervallet." in secretary.get(interval_at(plan)).content.decode()
    )
    sent = {"months": 3, "reason": "x", "seen": latest_event(plan)}
    assert secretary.post(interval_at(plan), sent).status_code == 422
    assert routine(plan).interval_months is None


# --- two people at one plan


def test_whoever_comes_second_is_told_what_happened_and_can_send_it_again(
    solbakken: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    seen = latest_event(plan)
    stop_plan(plan.pk, by=solbakken.doctor, on=TODAY, at=timezone.now(), reason="Flyttet inn hos sønnen")
    sent = {"seen": seen, "reason": "Vil ikke mer"}
    nurse = logged_in(solbakken.nurse)
    answer = nurse.post(decline_at(patient, programme), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hanne Holm: stanset. Flyttet inn hos sønnen" in page
    assert 'value="Vil ikke mer"' in page
    assert f'name="seen" value="{latest_event(plan)}"' in page
    assert nurse.post(decline_at(patient, programme), {**sent, "seen": latest_event(plan)}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "declined"


def test_a_plan_that_somebody_started_meanwhile_is_not_started_twice(
    solbakken: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    answer = logged_in(solbakken.nurse).post(start_at(patient, programme), {"first": "now", "seen": 0})
    assert answer.status_code == 422
    assert "Hanne Holm: startet" in answer.content.decode()
    assert "Planen går alt." in answer.content.decode()
    assert not Task.objects.exists()


def test_the_actions_refuse_what_is_out_of_date(
    solbakken: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    who: dict[str, Any] = {"by": solbakken.nurse, "at": MORNING, "seen": 0, "reason": "x"}
    with pytest.raises(Changed):
        actions.stop_one(plan.pk, **who)
    with pytest.raises(Changed):
        actions.decline_one(patient.pk, programme.pk, **who)
    with pytest.raises(Changed):
        actions.start_one(patient.pk, programme.pk, first_on=None, **who)
    with pytest.raises(Changed):
        actions.change_interval_of_one(routine(plan), months=3, days=0, **who)
    assert PlanEvent.objects.count() == 1


# --- who may


def test_the_actions_refuse_a_manager_and_find_nothing_of_another_clinic(
    solbakken: Cast, furulund: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    seen: dict[str, Any] = {"seen": latest_event(plan), "reason": "x", "at": MORNING}
    with pytest.raises(PermissionDenied):
        actions.stop_one(plan.pk, by=solbakken.manager, **seen)
    with pytest.raises(PermissionDenied):
        actions.decline_one(patient.pk, programme.pk, by=solbakken.manager, **seen)
    with pytest.raises(PermissionDenied):
        actions.start_one(patient.pk, programme.pk, by=solbakken.manager, first_on=None, **seen)
    with pytest.raises(PermissionDenied):
        actions.change_interval_of_one(routine(plan), by=solbakken.manager, months=1, days=0, **seen)
    with pytest.raises(FollowUpPlan.DoesNotExist):
        actions.stop_one(plan.pk, by=furulund.nurse, **seen)
    with pytest.raises(Programme.DoesNotExist):
        actions.decline_one(patient.pk, programme.pk, by=furulund.nurse, **{**seen, "seen": 0})
    with pytest.raises(FollowUpPlan.DoesNotExist):
        actions.change_interval_of_one(routine(plan), by=furulund.nurse, months=1, days=0, **seen)


def test_the_pages_are_closed_to_a_manager_and_to_another_clinic(
    solbakken: Cast, furulund: Cast, patient: Patient, programme: Programme, plan: FollowUpPlan
) -> None:
    sent = {"seen": latest_event(plan), "reason": "x", "first": "now", "months": 1}
    for url in (
        start_at(patient, programme),
        decline_at(patient, programme),
        stop_at(plan),
        interval_at(plan),
    ):
        for by, status in ((solbakken.manager, 403), (furulund.doctor, 404)):
            assert logged_in(by).get(url).status_code == status
            assert logged_in(by).post(url, sent).status_code == status
    assert PlanEvent.objects.count() == 1
    assert not PatientAccess.objects.exists()


def test_a_look_at_a_plan_is_written_down(solbakken: Cast, plan: FollowUpPlan) -> None:
    logged_in(solbakken.nurse).get(interval_at(plan))
    assert PatientAccess.objects.get().what == "plan: Diabetes type 2"


def test_a_plan_that_does_not_run_cannot_be_stopped(solbakken: Cast, plan: FollowUpPlan) -> None:
    stop_plan(plan.pk, by=solbakken.doctor, on=TODAY, at=timezone.now(), reason="Flyttet")
    nurse, sent = logged_in(solbakken.nurse), {"reason": "x", "seen": latest_event(plan)}
    assert "Planen går ikke nå." in nurse.get(stop_at(plan)).content.decode()
    assert nurse.post(stop_at(plan), sent).status_code == 422
    assert plan.events.count() == 2


def test_an_ended_plan_has_no_interval_to_change(solbakken: Cast, plan: FollowUpPlan) -> None:
    url = interval_at(plan)
    FollowUpPlan.objects.update(state="stopped", ended_as="person", ended_on=dt.date(2026, 11, 1))
    assert logged_in(solbakken.nurse).get(url).status_code == 404
