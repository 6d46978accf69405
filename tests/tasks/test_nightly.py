"""The night: what falls due is opened once, and given to somebody who may, has time and knows the patient."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from tasks.actions.nightly import allocate_tasks, night, open_due_tasks
from tasks.actions.plans import NotApproved, start_plans
from tasks.actions.programmes import propose_programmes
from tasks.models import (
    AllocationRun,
    Delegation,
    FollowUpPlan,
    PlanStep,
    Programme,
    Task,
    TaskEvent,
    TaskKind,
)
from teams.models import Absence
from tests.conftest import Cast, make_cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task


def due_now(programme: Programme) -> None:
    PlanStep.objects.filter(plan__programme=programme).update(
        opens_on=MONDAY, due_on=MONDAY + dt.timedelta(days=7)
    )


def test_plans_start_for_those_with_the_condition_and_nobody_else(
    solbakken: Cast, programme: Programme
) -> None:
    diabetic = make_patient(solbakken, icpc2="T90")
    make_patient(solbakken, icpc2="K86")
    make_patient(solbakken, icpc2="T90", deceased_on=dt.date(2026, 1, 1))
    make_patient(solbakken, icpc2="T90", moved_on=dt.date(2026, 1, 1))
    assert start_plans(programme.pk, by=solbakken.doctor, on=MONDAY) == 1
    assert FollowUpPlan.objects.get().patient == diabetic
    assert start_plans(programme.pk, by=solbakken.doctor, on=MONDAY) == 0


def test_plans_do_not_start_in_a_programme_nobody_has_approved(solbakken: Cast) -> None:
    propose_programmes(solbakken.clinic.pk)
    proposed = Programme.objects.get(clinic=solbakken.clinic, slug="diabetes2")
    with pytest.raises(NotApproved):
        start_plans(proposed.pk, by=solbakken.doctor, on=MONDAY)


def test_first_occasions_are_spread_over_the_interval(solbakken: Cast, programme: Programme) -> None:
    for _ in range(50):
        make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    yearly = PlanStep.objects.filter(step__slug="ars").values_list("due_on", flat=True)
    by_quarter = [sum(1 for due in yearly if (due - MONDAY).days // 92 == quarter) for quarter in range(4)]
    assert min(by_quarter) >= 10


def test_an_occasion_is_opened_once_however_often_the_night_runs(
    solbakken: Cast, programme: Programme
) -> None:
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    due_now(programme)
    # The yearly check is three: bloods, a preparation and a signature.
    assert open_due_tasks(now=MORNING, today=MONDAY) == 5
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0
    # Even if the plan's own note of it were lost: one that is open is not opened.
    PlanStep.objects.update(waiting=True)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0
    assert Task.objects.count() == 5
    assert TaskEvent.objects.filter(verb="open").count() == 5


def test_the_window_decides_when_a_task_opens(solbakken: Cast, programme: Programme) -> None:
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY + dt.timedelta(days=1), due_on=MONDAY + dt.timedelta(days=30))
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0
    assert open_due_tasks(now=MORNING, today=MONDAY + dt.timedelta(days=1)) == 5


def test_death_stops_plans_and_cancels_what_was_open(solbakken: Cast, programme: Programme) -> None:
    patient = make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    due_now(programme)
    night(now=MORNING, today=MONDAY)
    Patient.objects.filter(pk=patient.pk).update(deceased_on=MONDAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    assert set(Task.objects.values_list("state", flat=True)) == {"cancelled"}
    assert FollowUpPlan.objects.get().state == "stopped"
    assert TaskEvent.objects.filter(verb="cancel", reason="død").count() == 5


def test_number_of_statements_does_not_grow_with_clinics(solbakken: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            night(now=MORNING, today=MONDAY)
        return len(queries)

    make_task(solbakken.clinic, "okonomi")
    one = statements()
    for number in range(4):
        make_task(make_cast(f"k{number}", f"Kontor {number}").clinic, "okonomi")
    assert statements() == one
    assert Task.objects.filter(assignee__isnull=True).count() == 0


def test_lowest_sufficient_level_gets_it(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee == solbakken.secretary
    assert task.planned_on == MONDAY


def test_list_doctor_before_another_doctor(solbakken: Cast) -> None:
    patient = make_patient(solbakken, list_doctor=solbakken.second_doctor)
    task = make_task(solbakken.clinic, "ekonsultasjon", patient=patient)
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee == solbakken.second_doctor
    assert task.why["rule"] == "list_doctor"


def test_a_delegation_counts_only_for_the_delegating_doctors_patients(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind,
        instruction="Etter prosedyre.", starts_on=MONDAY, signed_at=MORNING,
    )  # fmt: skip
    mine = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    theirs = make_task(
        solbakken.clinic, "arskontroll", patient=make_patient(solbakken, list_doctor=solbakken.second_doctor)
    )
    allocate_tasks(now=MORNING, today=MONDAY)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.assignee, mine.why["ground"]) == (solbakken.nurse, "delegation")
    assert mine.planned_minutes == 45
    assert theirs.assignee == solbakken.second_doctor


def test_a_delegation_that_has_ended_counts_for_nothing(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind, instruction="x",
        starts_on=dt.date(2026, 1, 1), ends_on=MONDAY - dt.timedelta(days=1), signed_at=MORNING,
    )  # fmt: skip
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee == solbakken.doctor


def test_nobody_absent_gets_anything(solbakken: Cast) -> None:
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.secretary, reason="holiday",
        starts_on=MONDAY, ends_on=MONDAY + dt.timedelta(days=20),
    )  # fmt: skip
    task = make_task(solbakken.clinic, "okonomi")
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee == solbakken.nurse


def test_what_a_person_gave_away_stays_where_it_was_given(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic,
        "okonomi",
        assignee=solbakken.nurse,
        why={"rule": "handed_on", "by": "Siri"},
        pinned=True,
    )
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert (task.assignee, task.why["rule"]) == (solbakken.nurse, "handed_on")
    assert task.planned_on == MONDAY


def test_a_second_night_changes_nothing(solbakken: Cast) -> None:
    for _ in range(40):
        make_task(solbakken.clinic, "okonomi", planned_minutes=20, due_on=MONDAY + dt.timedelta(days=10))
    allocate_tasks(now=MORNING, today=MONDAY)
    before = list(Task.objects.order_by("pk").values_list("assignee", "planned_on", "version"))
    events = TaskEvent.objects.count()
    allocate_tasks(now=MORNING, today=MONDAY)
    after = list(Task.objects.order_by("pk").values_list("assignee", "planned_on", "version"))
    assert after == before
    assert TaskEvent.objects.count() == events
    assert AllocationRun.objects.filter(clinic=solbakken.clinic, unplaced=0).count() == 2


def test_no_day_holds_more_than_it_has(solbakken: Cast) -> None:
    for _ in range(200):
        make_task(solbakken.clinic, "ekonsultasjon", planned_minutes=25, due_on=MONDAY + dt.timedelta(days=7))
    allocate_tasks(now=MORNING, today=MONDAY)
    booked: dict[tuple[int, dt.date], int] = {}
    for who, day, minutes in Task.objects.exclude(planned_on=None).values_list(
        "assignee", "planned_on", "planned_minutes"
    ):
        booked[who, day] = booked.get((who, day), 0) + minutes
    assert max(booked.values()) <= 120
    left = Task.objects.filter(planned_on=None)
    assert left.exists()
    assert {task.why["obstacle"] for task in left} == {"nobody_has_time"}
