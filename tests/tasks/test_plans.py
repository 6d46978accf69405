"""Plans: started, declined, stopped, begun again, with intervals of their own; one statement for any number."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Condition, Medication, Patient
from tasks.actions import doing, intervals, plans
from tasks.actions.nightly import open_due_tasks
from tasks.actions.occasions import rhythm_of
from tasks.actions.programmes import approve_programme, propose_programmes, retire_programme
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, Programme, Step, Task
from tasks.queries.lacking import Lack, lacking
from tasks.recurrence import first_occasion, next_occasion, phase
from teams.calendar import DAY
from teams.models import Member
from teams.wall import jobs_scope
from tests.conftest import Cast, make_clinic, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient


def told(by: Member) -> dict[str, Any]:
    return {"by": by, "on": MONDAY, "at": MORNING}


def everything_approved(cast: Cast) -> None:
    propose_programmes(cast.clinic.pk)
    for pk in Programme.objects.filter(clinic=cast.clinic).values_list("pk", flat=True):
        approve_programme(pk, by=cast.doctor, at=MORNING)


@pytest.mark.parametrize(
    "starts_on", [MONDAY, dt.date(2026, 12, 30), dt.date(2028, 2, 29), dt.date(2027, 3, 25)]
)
def test_the_statement_and_the_rule_give_the_same_first_occasions(
    solbakken: Cast, starts_on: dt.date
) -> None:
    """Every step of every default programme, for forty patients: hard ones, yearly ones, and what is done once."""
    everything_approved(solbakken)
    patients = [make_patient(solbakken).pk for _ in range(40)]
    for programme in Programme.objects.filter(clinic=solbakken.clinic, on_discharge=False):
        plans.enrol(programme.pk, patients, by=solbakken.doctor, on=starts_on, at=MORNING)
    found = PlanStep.objects.select_related("step", "plan")
    assert len(found) >= 40 * 25
    for row in found:
        expected = first_occasion(rhythm_of(row.step), starts_on=starts_on, phase=phase(row.plan.patient_id))
        assert (row.opens_on, row.due_on, row.closes_on) == (
            expected.opens_on, expected.due_on, expected.closes_on,
        ), row.step.name  # fmt: skip


def test_the_first_day_may_be_chosen(solbakken: Cast, programme: Programme) -> None:
    saturday = MONDAY + 12 * DAY
    plans.enrol(programme.pk, [make_patient(solbakken).pk], **told(solbakken.nurse), first_on=saturday)
    assert set(PlanStep.objects.values_list("due_on", flat=True)) == {saturday + 2 * DAY}
    with pytest.raises(ValueError, match="first_on"):
        plans.enrol(programme.pk, [], **told(solbakken.nurse), first_on=MONDAY - DAY)


def test_programmes_are_for_who_has_the_condition_or_enough_drugs(solbakken: Cast) -> None:
    everything_approved(solbakken)
    struck = make_patient(solbakken)
    Condition.objects.create(clinic=solbakken.clinic, patient=struck, icpc2="T90", struck_at=MORNING)
    make_patient(solbakken, icpc2="T90", institution_on=MONDAY)
    diabetic = make_patient(solbakken, icpc2="T90")
    many = make_patient(solbakken)
    for n in range(4):
        Medication.objects.create(
            clinic=solbakken.clinic, patient=many, source_code=f"A{n}", text=f"Legemiddel {n}"
        )
    few = make_patient(solbakken)
    for n in range(4):
        Medication.objects.create(
            clinic=solbakken.clinic, patient=few, source_code=f"B{n}", text="Avsluttet",
            ends_on=MONDAY - DAY if n else None,
        )  # fmt: skip
    with jobs_scope():
        assert plans.enrol_candidates(clinics=None, programmes=None, by=None, on=MONDAY) == 2
    running = set(FollowUpPlan.objects.values_list("patient", "programme__slug"))
    assert running == {(diabetic.pk, "diabetes2"), (many.pk, "legemidler")}


def test_starting_plans_takes_one_statement_however_many_clinics(solbakken: Cast) -> None:
    def statements(clinics: int) -> int:
        for n in range(clinics):
            clinic = make_clinic(f"k{clinics}-{n}", "Kontor")
            doctor = make_member(clinic, "Lege", "doctor", "leader")
            propose_programmes(clinic.pk)
            approve_programme(
                Programme.objects.get(clinic=clinic, slug="diabetes2").pk, by=doctor, at=MORNING
            )
            patient = Patient.objects.create(
                clinic=clinic, given_name="Per", family_name="Li", birth_date=dt.date(1960, 1, 1)
            )
            Condition.objects.create(clinic=clinic, patient=patient, icpc2="T90")
        with CaptureQueriesContext(connection) as queries, jobs_scope():
            assert plans.enrol_candidates(clinics=None, programmes=None, by=None, on=MONDAY) == clinics
        return len(queries)

    assert statements(1) == statements(4)


def test_declined_is_kept_with_and_without_a_plan_before(solbakken: Cast, programme: Programme) -> None:
    had, had_not = make_patient(solbakken, icpc2="T90"), make_patient(solbakken, icpc2="T90")
    plans.enrol(programme.pk, [had.pk], **told(solbakken.nurse))
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 5 * DAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    count = plans.decline_programme(
        programme.pk, [had.pk, had_not.pk], **told(solbakken.nurse), reason="Følges på sykehuset"
    )
    assert count == 2
    assert set(FollowUpPlan.objects.values_list("state", "end_reason")) == {
        ("declined", "Følges på sykehuset")
    }
    assert set(Task.objects.values_list("state", "closing")) == {("cancelled", "declined")}
    assert (
        PlanEvent.objects.filter(verb="decline", by=solbakken.nurse, reason="Følges på sykehuset").count()
        == 2
    )
    assert plans.start_plans(programme.pk, by=solbakken.doctor, on=MONDAY) == 0  # nobody is asked twice
    assert plans.enrol(programme.pk, [had_not.pk], **told(solbakken.nurse)) == 1  # but may come after all
    assert FollowUpPlan.objects.get(patient=had_not).state == "active"


def test_a_stopped_plan_begins_again_and_its_task_opens_again(solbakken: Cast, programme: Programme) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.nurse), first_on=MONDAY)
    opened = open_due_tasks(now=MORNING, today=MONDAY)
    plan = FollowUpPlan.objects.get()
    plans.stop_plan(plan.pk, **told(solbakken.nurse), reason="På kur i tre uker")
    assert not Task.objects.open().exists()
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0
    assert plans.resume_plan(plan.pk, **told(solbakken.nurse), reason="Hjemme igjen", first_on=MONDAY)
    assert open_due_tasks(now=MORNING, today=MONDAY) == opened  # on the same day as the ones that were ended
    assert [event.verb for event in PlanEvent.objects.order_by("pk")] == ["start", "stop", "resume"]
    assert not plans.resume_plan(plan.pk, **told(solbakken.nurse), reason="Én gang til")


def test_a_plan_begun_again_goes_on_where_it_was(solbakken: Cast, programme: Programme) -> None:
    """Also a hard deadline: stopped by mistake and begun again the same day, nothing has moved."""
    told_of = told(solbakken.nurse)
    plans.enrol(programme.pk, [make_patient(solbakken, icpc2="T90").pk for _ in range(12)], **told_of)
    Step.objects.filter(slug="oye").update(hard=True)
    for n, row in enumerate(PlanStep.objects.filter(step__slug__in=["oye", "rutine"]).select_related("step")):
        row.last_done_on = MONDAY - (20 + 12 * n) * DAY
        row.interval_months, row.interval_days = (3, 0) if n % 3 == 0 else (None, None)
        occasion = next_occasion(rhythm_of(row.step, row), after=row.last_done_on)
        row.opens_on, row.due_on, row.closes_on = occasion.opens_on, occasion.due_on, occasion.closes_on
        row.save()
    stood = {row.pk: row.due_on for row in PlanStep.objects.all()}
    for plan in FollowUpPlan.objects.all():
        plans.stop_plan(plan.pk, **told_of, reason="Feil pasient")
        plans.resume_plan(plan.pk, **told_of, reason="Nei, det var riktig")
    now_due = {row.pk: row.due_on for row in PlanStep.objects.all()}
    assert now_due == {pk: max(due, MONDAY) for pk, due in stood.items()}
    assert any(due < MONDAY for due in stood.values())


@pytest.mark.parametrize("by_hand", [False, True])
def test_whoever_is_back_after_a_plan_that_nobody_decided_to_end_lacks_one(
    solbakken: Cast, programme: Programme, by_hand: bool
) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.nurse))
    Programme.objects.filter(pk=programme.pk).update(by_condition=not by_hand)
    Patient.objects.update(moved_on=MONDAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    Patient.objects.update(moved_on=None)
    page = lacking(solbakken.nurse, Lack(), today=MONDAY)
    assert [line.id for line in page.rows] == [patient.pk]
    assert plans.start_plans(programme.pk, by=solbakken.doctor, on=MONDAY) == (0 if by_hand else 1)


def test_a_programme_taken_out_of_use_and_back_has_its_patients_again(
    solbakken: Cast, programme: Programme
) -> None:
    for _ in range(3):
        make_patient(solbakken, icpc2="T90")
    plans.start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    stopped = FollowUpPlan.objects.order_by("pk")[0]
    plans.stop_plan(stopped.pk, **told(solbakken.nurse), reason="død")  # whatever somebody writes
    retire_programme(programme.pk, reason="Vi bruker et annet", by=solbakken.doctor, at=MORNING)
    approve_programme(programme.pk, by=solbakken.doctor, at=MORNING)
    assert plans.start_plans(programme.pk, by=solbakken.doctor, on=MONDAY) == 2
    stopped.refresh_from_db()
    assert stopped.state == "stopped"


def test_a_new_version_with_the_same_intervals_moves_nobody(solbakken: Cast, programme: Programme) -> None:
    plans.enrol(
        programme.pk, [make_patient(solbakken, icpc2="T90").pk for _ in range(5)], **told(solbakken.nurse)
    )
    PlanStep.objects.update(
        last_done_on=MONDAY - 900 * DAY
    )  # declined, not reached, or agreed otherwise since
    stood = {step.pk: step for step in programme.steps.all()}
    Step.objects.update(name="Et annet navn")
    assert intervals.follow_new_version(programme.pk, stood, by=solbakken.doctor, on=MONDAY) == 0


def test_a_shorter_interval_comes_for_whoever_was_never_here_too(
    solbakken: Cast, programme: Programme
) -> None:
    plans.enrol(
        programme.pk, [make_patient(solbakken, icpc2="T90").pk for _ in range(9)], **told(solbakken.nurse)
    )
    late = PlanStep.objects.filter(step__slug="rutine").order_by("-due_on")[0]
    changed = intervals.change_interval(
        late.pk, by=solbakken.doctor, at=MORNING, today=MONDAY, months=1, days=0, reason="Ustabil"
    )
    assert changed.due_on <= MONDAY + 35 * DAY < late.due_on


def test_an_institution_takes_the_duty_over_and_other_work_stays(
    solbakken: Cast, programme: Programme
) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.nurse), first_on=MONDAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    Patient.objects.update(institution_on=MONDAY + DAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    assert FollowUpPlan.objects.get().state == "active"  # not before the day
    open_due_tasks(now=MORNING + DAY, today=MONDAY + DAY)
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.end_reason, plan.ended_on) == ("stopped", "på institusjon", MONDAY + DAY)
    assert set(Task.objects.values_list("state", "closing")) == {("cancelled", "not_needed")}


def test_a_patients_own_interval_counts_from_what_was_done_last(
    solbakken: Cast, programme: Programme
) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.nurse))
    row = PlanStep.objects.get(step__slug="rutine")
    done_on = MONDAY - 10 * DAY
    occasion = next_occasion(rhythm_of(row.step), after=done_on)
    PlanStep.objects.filter(pk=row.pk).update(last_done_on=done_on, opens_on=done_on, due_on=occasion.due_on)
    own: dict[str, Any] = {"by": solbakken.nurse, "at": MORNING, "today": MONDAY}
    changed = intervals.change_interval(row.pk, **own, months=2, days=None, reason="Nytt legemiddel")
    rhythm = rhythm_of(row.step, changed)
    assert (rhythm.months, changed.due_on) == (2, next_occasion(rhythm, after=MONDAY - 10 * DAY).due_on)
    event = PlanEvent.objects.get(verb="interval")
    assert (event.by, event.reason, event.after["months"]) == (solbakken.nurse, "Nytt legemiddel", 2)
    back = intervals.change_interval(row.pk, **own, months=None, days=None, reason="Stabil igjen")
    assert back.due_on == next_occasion(rhythm_of(row.step), after=MONDAY - 10 * DAY).due_on
    done_on = MONDAY - 170 * DAY
    due_on = next_occasion(rhythm_of(row.step), after=done_on).due_on
    PlanStep.objects.filter(pk=row.pk).update(last_done_on=done_on, opens_on=done_on, due_on=due_on)
    late = intervals.change_interval(row.pk, **own, months=1, days=0, reason="Ofte")
    assert late.due_on == MONDAY  # not before today
    for months, days in ((0, 0), (61, 0), (-1, 3), (0, 366)):
        with pytest.raises(ValueError, match="interval"):
            intervals.change_interval(row.pk, **own, months=months, days=days, reason="x")
    Step.objects.filter(pk=row.step_id).update(hard=True)
    with pytest.raises(ValueError, match="interval"):
        intervals.change_interval(
            row.pk, **own, months=0, days=6, reason="For tett for en frist som ikke kan glippe"
        )
    with pytest.raises(PermissionDenied):
        intervals.change_interval(row.pk, **(own | {"by": solbakken.secretary}), months=2, days=0, reason="x")


def test_the_next_occasion_follows_a_patients_own_interval(solbakken: Cast, programme: Programme) -> None:
    plans.enrol(
        programme.pk, [make_patient(solbakken, icpc2="T90").pk], **told(solbakken.nurse), first_on=MONDAY
    )
    row = PlanStep.objects.get(step__slug="rutine")
    intervals.change_interval(
        row.pk, by=solbakken.doctor, at=MORNING, today=MONDAY, months=0, days=21, reason="Titrering"
    )
    open_due_tasks(now=MORNING, today=MONDAY)
    doing.complete(Task.objects.get(plan_step=row).pk, by=solbakken.nurse, minutes=20, at=MORNING)
    row.refresh_from_db()
    assert (row.last_done_on, row.due_on) == (MONDAY, MONDAY + 21 * DAY)


def test_running_plans_follow_the_next_version(solbakken: Cast, programme: Programme) -> None:
    known, unknown, own = (make_patient(solbakken, icpc2="T90") for _ in range(3))
    plans.enrol(programme.pk, [known.pk, unknown.pk, own.pk], **told(solbakken.nurse))
    rutine = PlanStep.objects.filter(step__slug="rutine")
    done_on = MONDAY - 30 * DAY
    six = next_occasion(rhythm_of(rutine[0].step), after=done_on).due_on
    rutine.filter(plan__patient__in=[known, own]).update(last_done_on=done_on, opens_on=MONDAY, due_on=six)
    before = MONDAY + 170 * DAY
    rutine.filter(plan__patient=unknown).update(opens_on=MONDAY, due_on=before)
    intervals.change_interval(
        rutine.get(plan__patient=own).pk,
        by=solbakken.nurse,
        at=MORNING,
        today=MONDAY,
        months=2,
        days=0,
        reason="x",
    )
    stood = {step.pk: step for step in programme.steps.all()}
    Step.objects.filter(slug="rutine").update(interval_months=4)
    Step.objects.filter(slug="oye").update(retired=True)
    kind = Step.objects.get(slug="oye").kind
    new = Step.objects.create(
        clinic=solbakken.clinic, programme=programme, slug="fot", name="Fotundersøkelse", kind=kind,
        interval_months=12, certainty="derived",
    )  # fmt: skip
    assert intervals.follow_new_version(programme.pk, stood, by=solbakken.doctor, on=MONDAY) == 5
    due = {row.plan.patient_id: row.due_on for row in rutine.select_related("plan")}
    four, two = (
        next_occasion(rhythm_of(Step(interval_months=n)), after=MONDAY - 30 * DAY).due_on for n in (4, 2)
    )
    # Of whom nobody knows anything, the first time comes no later than one new interval from now.
    soon = next_occasion(rhythm_of(Step(interval_months=4)), after=MONDAY).due_on
    assert due == {known.pk: four, unknown.pk: soon, own.pk: two}
    assert soon < before
    assert not PlanStep.objects.filter(step__slug="oye", waiting=True).exists()
    assert PlanStep.objects.filter(step=new, waiting=True).count() == 3
    Step.objects.filter(slug="oye").update(retired=False)
    assert (
        intervals.follow_new_version(programme.pk, stood, by=solbakken.doctor, on=MONDAY) == 3
    )  # back in every plan


def test_who_may_plan_patients(solbakken: Cast, programme: Programme) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    for action in (plans.enrol, plans.decline_programme):
        with pytest.raises(PermissionDenied):
            action(programme.pk, [patient.pk], **told(solbakken.manager), reason="")
    with pytest.raises(PermissionDenied):
        plans.start_plans(programme.pk, by=solbakken.nurse, on=MONDAY)
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.secretary))
    plan = FollowUpPlan.objects.get()
    with pytest.raises(PermissionDenied):
        plans.stop_plan(plan.pk, **told(solbakken.manager), reason="x")
    with pytest.raises(ValueError, match="reason"):
        plans.stop_plan(plan.pk, **told(solbakken.nurse), reason=" ")


def test_another_clinics_programmes_patients_and_plans_are_not_there(
    solbakken: Cast, furulund: Cast, programme: Programme
) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    with pytest.raises(Programme.DoesNotExist):
        plans.enrol(programme.pk, [patient.pk], **told(furulund.doctor))
    propose_programmes(furulund.doctor.clinic_id)
    theirs = Programme.objects.get(clinic=furulund.doctor.clinic, slug="diabetes2")
    approve_programme(theirs.pk, by=furulund.doctor, at=MORNING)
    assert plans.enrol(theirs.pk, [patient.pk], **told(furulund.doctor)) == 0
    plans.enrol(programme.pk, [patient.pk], **told(solbakken.nurse))
    plan, row = FollowUpPlan.objects.get(), PlanStep.objects.all()[0]
    with pytest.raises(FollowUpPlan.DoesNotExist):
        plans.stop_plan(plan.pk, **told(furulund.doctor), reason="x")
    with pytest.raises(FollowUpPlan.DoesNotExist):
        plans.resume_plan(plan.pk, **told(furulund.doctor), reason="x")
    with pytest.raises(PlanStep.DoesNotExist):
        intervals.change_interval(
            row.pk, by=furulund.doctor, at=MORNING, today=MONDAY, months=1, days=0, reason="x"
        )
