"""Work for weeks to be made of: tasks written as they would stand after the week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.celery import app
from patients.models import Patient
from tasks.models import ENDED, FollowUpPlan, Origin, PlanStep, Programme, Step, Task, TaskKind, TaskState
from teams.calendar import OSLO, Week
from teams.models import Member

WEEK = Week(2026, 10)  # Monday 2 to Sunday 8 March
NOON = dt.time(12)
MakeTask = Callable[..., Task]


def at(day: dt.date, time: dt.time = NOON) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=OSLO)


def day(week: Week, weekday: int) -> dt.date:
    return week.monday + dt.timedelta(days=weekday - 1)


def make_task(doctor: Member, kind: str = "telefonsporsmal", **fields: Any) -> Task:
    """A task of the doctor's clinic, opened on Monday of the week; `done_by` and `ended_at` end it."""
    row = TaskKind.objects.get(slug=kind)
    opened_at = fields.pop("opened_at", at(WEEK.monday))
    done_by = fields.get("done_by")
    if "state" not in fields:
        fields["state"] = TaskState.DONE if done_by else TaskState.ASSIGNED
    if done_by:
        fields.setdefault("minutes", 10)
    if fields["state"] in ENDED:
        ended = {"cancelled": "not_needed"}
        fields.setdefault("closing", ended.get(fields["state"], fields["state"]))
    if fields["state"] == TaskState.ASSIGNED:
        fields.setdefault("assignee", doctor)
    return Task.objects.create(
        clinic=doctor.clinic, kind=row, name=row.name, origin=fields.pop("origin", Origin.PATIENT),
        opens_on=opened_at.astimezone(OSLO).date(), opened_at=opened_at, planned_minutes=10, **fields,
    )  # fmt: skip


def done(by: Member, kind: str = "telefonsporsmal", minutes: int = 10, **fields: Any) -> Task:
    """A task that this member did, on Wednesday noon if nothing else is said."""
    return make_task(by, kind, done_by=by, minutes=minutes, **{"ended_at": at(day(WEEK, 3)), **fields})


def make_patient(list_doctor: Member) -> Patient:
    patient: Patient = Patient.objects.create(
        clinic=list_doctor.clinic, given_name="Prøve", family_name="Pasient", birth_date=dt.date(1950, 1, 1),
        list_doctor=list_doctor,
    )  # fmt: skip
    return patient


@pytest.fixture
def at_once() -> Iterator[None]:
    """A job that is asked for runs there and then, so that no test leaves jobs in the broker."""
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager = app.conf.task_eager_propagates = False


@pytest.fixture
def plan_step(solbakken: Any) -> PlanStep:
    """Somebody in a programme: what a follow-up task comes from."""
    clinic = solbakken.clinic
    programme = Programme.objects.create(
        clinic=clinic, slug="diabetes2", name="Diabetes", certainty="sourced"
    )
    step = Step.objects.create(
        clinic=clinic, programme=programme, slug="rutine", name="Rutinekontroll", interval_months=6,
        kind=TaskKind.objects.get(slug="rutinekontroll"), certainty="sourced",
    )  # fmt: skip
    patient = make_patient(solbakken.doctor)
    plan = FollowUpPlan.objects.create(
        clinic=clinic, patient=patient, programme=programme, starts_on=dt.date(2025, 6, 1)
    )
    return PlanStep.objects.create(
        clinic=clinic,
        plan=plan,
        step=step,
        opens_on=dt.date(2026, 1, 1),
        due_on=dt.date(2026, 1, 1),
        waiting=False,
    )
