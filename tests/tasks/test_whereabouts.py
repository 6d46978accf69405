"""Dead, moved, in an institution: plans stop at once; taken back, they begin again when somebody says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from patients.actions.corrections import Stale
from patients.models import Patient, PatientChange
from tasks.actions.nightly import night
from tasks.actions.one_patient import resume_after_gone
from tasks.actions.plans import start_plans, stop_plan
from tasks.actions.whereabouts import set_whereabouts
from tasks.models import FollowUpPlan, PlanStep, Programme, Task
from tasks.replay import replay
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task


@pytest.fixture
def patient(solbakken: Cast, programme: Programme) -> Patient:
    """A diabetic with everything of the plan open, and a prescription that is no plan's."""
    made = make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY)
    night(now=MORNING, today=MONDAY)
    make_task(solbakken.clinic, "resept_fornyelse", name="Resept", patient=made)
    return made


def say(patient: Patient, cast: Cast, field: str, day: dt.date | None, **given: Any) -> int:
    told = {"was": None, "reason": "", "by": cast.nurse, "at": MORNING}
    return set_whereabouts(patient.pk, field, day, **{**told, **given})


def open_names(patient: Patient) -> list[str]:
    return sorted(Task.objects.filter(patient=patient, ended_at=None).values_list("name", flat=True))


def test_in_an_institution_the_plans_stop_and_what_is_nobodys_plan_stays(
    solbakken: Cast, patient: Patient
) -> None:
    before = len(open_names(patient))
    ended = say(patient, solbakken, "institution_on", MONDAY)
    assert ended == before - 1 > 2
    assert open_names(patient) == ["Resept"]
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.end_reason, plan.ended_on) == ("stopped", "på institusjon", MONDAY)
    event = plan.events.order_by("-pk").first()
    assert event is not None
    assert (event.verb, event.by) == ("stop", solbakken.nurse)
    for task in Task.objects.filter(patient=patient, state="cancelled"):
        assert replay(task.events.order_by("pk")).state == "cancelled"


@pytest.mark.parametrize(("field", "closing"), [("deceased_on", "dead"), ("moved_on", "moved")])
def test_dead_or_moved_everything_ends(solbakken: Cast, patient: Patient, field: str, closing: str) -> None:
    say(patient, solbakken, field, MONDAY)
    assert open_names(patient) == []
    assert set(Task.objects.filter(patient=patient).values_list("closing", flat=True)) == {closing}
    assert PatientChange.objects.get().field == field


def test_only_the_patient_in_question_is_touched(solbakken: Cast, patient: Patient) -> None:
    other = make_patient(solbakken, icpc2="T90", given_name="Kari")
    start_plans(Programme.objects.get(slug="diabetes2").pk, by=solbakken.doctor, on=MONDAY)
    task = make_task(solbakken.clinic, "resept_fornyelse", patient=other)
    say(patient, solbakken, "deceased_on", MONDAY)
    task.refresh_from_db()
    assert task.ended_at is None
    assert other.plans.get().state == "active"


def test_home_again_the_plans_begin_again_only_when_somebody_says_so(
    solbakken: Cast, patient: Patient
) -> None:
    say(patient, solbakken, "institution_on", MONDAY)
    assert say(patient, solbakken, "institution_on", None, was=MONDAY) == 0
    assert FollowUpPlan.objects.get().state == "stopped"
    assert resume_after_gone(patient.pk, by=solbakken.nurse, at=MORNING) == 1
    plan = FollowUpPlan.objects.get()
    assert plan.state == "active"
    assert plan.steps.filter(waiting=True).exists()
    assert resume_after_gone(patient.pk, by=solbakken.nurse, at=MORNING) == 0


def test_a_plan_that_somebody_stopped_for_another_reason_is_not_begun_again(
    solbakken: Cast, patient: Patient
) -> None:
    stop_plan(FollowUpPlan.objects.get().pk, by=solbakken.nurse, on=MONDAY, at=MORNING, reason="Vil ikke nå")
    say(patient, solbakken, "moved_on", MONDAY)
    say(patient, solbakken, "moved_on", None, was=MONDAY, reason="Feil pasient")
    assert resume_after_gone(patient.pk, by=solbakken.nurse, at=MORNING) == 0
    assert FollowUpPlan.objects.get().state == "stopped"


def test_as_long_as_the_patient_is_gone_nothing_begins_again(solbakken: Cast, patient: Patient) -> None:
    say(patient, solbakken, "institution_on", MONDAY)
    assert resume_after_gone(patient.pk, by=solbakken.nurse, at=MORNING) == 0


def test_others_than_the_clinics_staff_are_refused(solbakken: Cast, furulund: Cast, patient: Patient) -> None:
    for by, refusal in ((solbakken.manager, PermissionDenied), (furulund.nurse, Patient.DoesNotExist)):
        with pytest.raises(refusal):
            say(patient, solbakken, "deceased_on", MONDAY, by=by)
    with pytest.raises(PermissionDenied):
        resume_after_gone(patient.pk, by=solbakken.manager, at=MORNING)
    say(patient, solbakken, "institution_on", MONDAY)
    say(patient, solbakken, "institution_on", None, was=MONDAY)
    assert resume_after_gone(patient.pk, by=furulund.nurse, at=MORNING) == 0
    with pytest.raises(Stale):
        say(patient, solbakken, "deceased_on", MONDAY, was=MONDAY)


# --- the pages


def gone(patient: Patient, field: str = "institution_on", back: bool = False) -> str:
    return f"/pasienter/{patient.pk}/gatt/{field}/" + ("tilbake/" if back else "")


def test_set_on_the_page_it_is_told_on_the_patients_and_offered_back(
    solbakken: Cast, patient: Patient
) -> None:
    nurse, today = logged_in(solbakken.nurse), oslo_date(timezone.now())
    sent = {"day": today, "was": "", "confirmed": "on"}
    page = nurse.post(gone(patient), sent, follow=True).content.decode()
    assert "Planene er stanset, og " in page
    assert "På institusjon siden" in page
    assert "Start den igjen" not in page
    page = nurse.post(gone(patient, back=True), {"was": today, "reason": ""}, follow=True).content.decode()
    assert "1 plan ble stanset da pasienten ikke skulle følges opp her: Diabetes type 2." in page
    page = nurse.post(f"/pasienter/{patient.pk}/planer/igjen/", follow=True).content.decode()
    assert "1 plan er startet igjen." in page
    assert FollowUpPlan.objects.get().state == "active"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"day": "2026-11-20", "was": ""}, "Kryss av for «ja» først."),
        ({"day": "", "was": "", "confirmed": "on"}, "Velg en dag."),
        ({"day": "2999-01-01", "was": "", "confirmed": "on"}, "Velg en dag etter fødselen, til og med i dag."),
        ({"day": "2026-11-20", "was": "2026-01-01", "confirmed": "on"}, "Endret av andre siden du åpnet siden."),
    ],
)  # fmt: skip
def test_what_is_not_confirmed_cannot_be_or_is_out_of_date_is_refused(
    solbakken: Cast, patient: Patient, sent: dict[str, str], words: str
) -> None:
    answer = logged_in(solbakken.nurse).post(gone(patient, "deceased_on"), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Patient.objects.get().deceased_on is None
    assert FollowUpPlan.objects.get().state == "active"


def test_a_death_is_taken_back_with_a_reason_only(solbakken: Cast, patient: Patient) -> None:
    nurse, today = logged_in(solbakken.nurse), oslo_date(timezone.now())
    nurse.post(gone(patient, "deceased_on"), {"day": today, "was": "", "confirmed": "on"})
    refused = nurse.post(gone(patient, "deceased_on", back=True), {"was": today, "reason": ""})
    assert refused.status_code == 422
    assert "Skriv kort hvorfor." in refused.content.decode()
    sent = {"was": today, "reason": "Navnebror"}
    page = nurse.post(gone(patient, "deceased_on", back=True), sent, follow=True).content.decode()
    assert "«Navnebror»" in page
    assert Patient.objects.get().deceased_on is None
    again = nurse.post(gone(patient, "deceased_on", back=True), sent)
    assert again.status_code == 422
    assert "Endret av andre siden du åpnet siden." in again.content.decode()


def test_the_addresses_are_closed_to_others(solbakken: Cast, furulund: Cast, patient: Patient) -> None:
    sent = {"day": "2026-11-20", "was": "", "confirmed": "on"}
    for url in (gone(patient), gone(patient, back=True), f"/pasienter/{patient.pk}/planer/igjen/"):
        assert logged_in(solbakken.manager).post(url, sent).status_code == 403
        assert logged_in(furulund.doctor).post(url, sent).status_code == 404
        assert logged_in(solbakken.nurse).get(url).status_code == 405
    assert logged_in(solbakken.nurse).post(gone(patient, "given_name"), sent).status_code == 404
    assert FollowUpPlan.objects.get().state == "active"
