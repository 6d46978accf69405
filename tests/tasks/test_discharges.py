"""Home from hospital: what opens, by hand and from an import, and that it is done once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from patients.models import Discharge, Encounter, Patient
from tasks.actions import discharges, doing
from tasks.actions.nightly import open_due_tasks
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import FollowUpPlan, Programme, Task
from teams.calendar import DAY
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient

PLACE = {"hospital": "Oslo universitetssykehus", "department": "Hjerteavdelingen"}


@pytest.fixture
def approved(solbakken: Cast) -> Programme:
    propose_programmes(solbakken.clinic.pk)
    found = Programme.objects.get(clinic=solbakken.clinic, slug="utskrivning")
    return approve_programme(found.pk, by=solbakken.doctor, at=MORNING)


def stay(patient: Patient, ended: dt.datetime | None, act_class: str = "IMP", n: int = 1) -> Encounter:
    return Encounter.objects.create(
        clinic=patient.clinic, patient=patient, source_id=f"{patient.pk}-{n}", act_class=act_class,
        department="Medisinsk", starts_at=MORNING - 9 * DAY, ends_at=ended,
    )  # fmt: skip


def note(cast: Cast, patient: Patient, **fields: object) -> Discharge:
    told = {"by": cast.secretary, "at": MORNING, "discharged_on": MONDAY, **PLACE, **fields}
    return discharges.note_discharge(patient.pk, **told)  # type: ignore[arg-type]


def test_a_discharge_opens_its_tasks_with_deadlines_origin_and_department(
    solbakken: Cast, approved: Programme
) -> None:
    note(solbakken, make_patient(solbakken), discharged_on=MONDAY - DAY)
    found = Task.objects.filter(plan_step__isnull=False).order_by("due_on")
    assert [(task.kind.slug, task.due_on) for task in found] == [
        ("telefonsporsmal", MONDAY + DAY), ("legemiddelliste", MONDAY + 7 * DAY), ("epikrise_oppg", MONDAY + 14 * DAY),
    ]  # fmt: skip
    assert {(task.origin, task.sender) for task in Task.objects.all()} == {
        ("hospital", "Oslo universitetssykehus, Hjerteavdelingen")
    }


def test_when_all_is_done_the_plan_is_finished_and_an_undo_begins_it_again(
    solbakken: Cast, approved: Programme
) -> None:
    note(solbakken, make_patient(solbakken))
    for task in Task.objects.order_by("part", "pk"):
        task.refresh_from_db()
        if task.ended_at is None:
            doing.complete(task.pk, by=solbakken.doctor, minutes=5, at=MORNING)
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.ended_on) == ("finished", MONDAY)
    assert list(plan.events.order_by("pk").values_list("verb", flat=True)) == ["start", "finish"]
    last = Task.objects.filter(plan_step__isnull=False, state="done").order_by("-pk")[0]
    doing.undo(last.pk, by=solbakken.doctor, at=MORNING)
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == ("active", None)
    assert open_due_tasks(now=MORNING + 40 * DAY, today=MONDAY + 40 * DAY) == 0  # once is once


def test_two_discharges_have_a_plan_each(solbakken: Cast, approved: Programme) -> None:
    patient = make_patient(solbakken)
    note(solbakken, patient, discharged_on=MONDAY - 20 * DAY)
    note(solbakken, patient)
    assert FollowUpPlan.objects.filter(state="active").count() == 2
    with pytest.raises(discharges.AlreadyNoted):
        note(solbakken, patient)
    assert FollowUpPlan.objects.count() == 2


def test_without_an_approved_programme_it_is_noted_and_opens_nothing(solbakken: Cast) -> None:
    propose_programmes(solbakken.clinic.pk)
    note(solbakken, make_patient(solbakken))
    assert Discharge.objects.count() == 1
    assert not Task.objects.exists()


def test_what_was_noted_before_a_doctor_approved_opens_when_one_has(solbakken: Cast) -> None:
    propose_programmes(solbakken.clinic.pk)
    note(solbakken, make_patient(solbakken), discharged_on=MONDAY - DAY)
    wrong = note(solbakken, make_patient(solbakken))
    discharges.take_back_discharge(wrong.pk, by=solbakken.nurse, at=MORNING, reason="Feil pasient")
    found = Programme.objects.get(clinic=solbakken.clinic, slug="utskrivning")
    approve_programme(found.pk, by=solbakken.doctor, at=MORNING)
    assert discharges.follow_discharges(now=MORNING + dt.timedelta(hours=2)) == 1
    assert discharges.follow_discharges(now=MORNING + dt.timedelta(hours=3)) == 0
    assert Task.objects.filter(plan_step__isnull=False).count() == 3


def test_a_step_two_years_ahead_is_there(solbakken: Cast, approved: Programme) -> None:
    approved.steps.filter(slug="kontroll").update(interval_months=24, interval_days=0)
    note(solbakken, make_patient(solbakken))
    assert FollowUpPlan.objects.get().steps.filter(waiting=True, due_on__year=2028).count() == 1


def test_stays_that_an_import_told_of_are_followed_once(solbakken: Cast, approved: Programme) -> None:
    home = make_patient(solbakken)
    stay(home, MORNING - 2 * DAY)
    stay(home, MORNING - 2 * DAY + dt.timedelta(hours=1), n=2)  # two wards on one day
    stay(home, MORNING - 60 * DAY, n=3)
    stay(make_patient(solbakken), MORNING - DAY, act_class="AMB")
    stay(make_patient(solbakken), None)
    stay(make_patient(solbakken, institution_on=MONDAY - 5 * DAY), MORNING - DAY)
    assert discharges.follow_discharges(now=MORNING) == 1
    assert discharges.follow_discharges(now=MORNING) == 0
    found = Discharge.objects.get()
    assert (found.patient, found.department, found.discharged_on, found.by) == (
        home, "Medisinsk", MONDAY - 2 * DAY, None,
    )  # fmt: skip
    assert set(Task.objects.values_list("origin", "sender")) == {("hospital", "Medisinsk")}


def test_one_noted_by_hand_is_not_opened_again_by_the_import(solbakken: Cast, approved: Programme) -> None:
    patient = make_patient(solbakken)
    note(solbakken, patient, discharged_on=MONDAY - DAY)
    stay(patient, MORNING - DAY)
    assert discharges.follow_discharges(now=MORNING) == 0


def test_a_mistake_is_taken_back_with_its_open_tasks_and_stays_told(
    solbakken: Cast, approved: Programme
) -> None:
    patient = make_patient(solbakken)
    stay(patient, MORNING - DAY)
    wrong = note(solbakken, patient, discharged_on=MONDAY - DAY)
    done = Task.objects.get(kind__slug="telefonsporsmal")
    doing.complete(done.pk, by=solbakken.nurse, minutes=5, at=MORNING)
    for _ in range(2):
        discharges.take_back_discharge(wrong.pk, by=solbakken.nurse, at=MORNING, reason="Feil pasient")
    assert set(Task.objects.exclude(pk=done.pk).values_list("state", "closing")) == {
        ("cancelled", "not_needed")
    }
    assert FollowUpPlan.objects.get().end_reason == "Feil pasient"
    assert discharges.follow_discharges(now=MORNING) == 0  # somebody has said that it is wrong


def test_what_may_not_be_noted(solbakken: Cast, furulund: Cast, approved: Programme) -> None:
    patient = make_patient(solbakken)
    for fields, wrong in (
        ({"discharged_on": MONDAY + DAY}, "discharged_on"),
        ({"discharged_on": MONDAY - 31 * DAY}, "discharged_on"),
        ({"department": "x" * 121}, "department"),
    ):
        with pytest.raises(ValueError, match=wrong):
            note(solbakken, patient, **fields)
    with pytest.raises(PermissionDenied):
        note(solbakken, patient, by=solbakken.manager)
    with pytest.raises(Patient.DoesNotExist):
        note(solbakken, patient, by=furulund.doctor)
    with pytest.raises(Patient.DoesNotExist):
        note(solbakken, make_patient(solbakken, deceased_on=MONDAY))
    mine = note(solbakken, patient)
    with pytest.raises(Discharge.DoesNotExist):
        discharges.take_back_discharge(mine.pk, by=furulund.doctor, at=MORNING, reason="x")
