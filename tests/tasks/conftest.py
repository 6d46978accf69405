"""Patients, programmes and tasks for the cast of tests/conftest.py."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from patients.models import Condition, Patient
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import ENDED, Programme, Task, TaskKind
from teams.calendar import OSLO
from teams.models import Clinic, Member
from tests.conftest import Cast

MONDAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 23, 8, 0, tzinfo=OSLO)


def make_patient(cast: Cast, *, icpc2: str = "", **fields: Any) -> Patient:
    patient = Patient.objects.create(
        clinic=cast.clinic,
        **{
            "given_name": "Per", "family_name": "Lunde", "birth_date": dt.date(1960, 3, 1),
            "list_doctor": cast.doctor, "usual_nurse": cast.nurse, **fields,
        },
    )  # fmt: skip
    if icpc2:
        Condition.objects.create(clinic=cast.clinic, patient=patient, icpc2=icpc2)
    return patient


def make_task(clinic: Clinic, kind: str, *, assignee: Member | None = None, **fields: Any) -> Task:
    found = TaskKind.objects.get(slug=kind)
    state = fields.get("state", "")
    closing = {"cancelled": "not_needed"}.get(state, state) if state in ENDED else ""
    return Task.objects.create(
        clinic=clinic,
        kind=found,
        assignee=assignee,
        **{
            "name": found.name, "origin": found.origin, "state": "assigned" if assignee else "open",
            "opens_on": MONDAY, "due_on": MONDAY, "planned_minutes": 10, "opened_at": timezone.now(), "closing": closing, **fields,
        },
    )  # fmt: skip


@pytest.fixture
def programme(solbakken: Cast) -> Programme:
    """Diabetes type 2, approved by the leading doctor."""
    propose_programmes(solbakken.clinic.pk)
    found = Programme.objects.get(clinic=solbakken.clinic, slug="diabetes2")
    return approve_programme(found.pk, by=solbakken.doctor, at=MORNING)
