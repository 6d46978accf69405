"""Patients with plans in every state, for the tests of the list and of who lacks follow-up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from patients.models import Medication, Patient
from tasks.models import FollowUpPlan, PlanStep, Programme, Step, TaskKind
from teams.calendar import DAY
from teams.models import Clinic
from tests.conftest import Cast


def make_programme(cast: Cast, name: str = "Diabetes type 2", **fields: Any) -> Programme:
    """Approved, with one step every six months that may share a visit, unless told otherwise."""
    steps = fields.pop("steps", [{}])
    made: Programme = Programme.objects.create(
        clinic=cast.clinic, name=name, slug=name.lower().replace(" ", "-"),
        **{
            "icpc2": ["T90"], "state": "approved", "approved_by": cast.doctor, "certainty": "derived",
            "approved_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), **fields,
        },
    )  # fmt: skip
    kind = TaskKind.objects.get(slug="rutinekontroll")
    for n, step in enumerate(steps):
        defaults = {"name": f"Kontroll {name.lower()}", "interval_months": 6, "shares": "visit"}
        Step.objects.create(
            clinic=cast.clinic, programme=made, slug=f"s{n}", kind=kind, certainty="derived", **(defaults | step)
        )  # fmt: skip
    return made


def make_plan(patient: Patient, programme: Programme, due: dt.date, **fields: Any) -> FollowUpPlan:
    """A plan whose every step is due then, nothing done yet; one that has ended did so by somebody's decision."""
    ended_as = {"active": "", "finished": "done"}.get(fields.get("state", "active"), "person")
    done, waiting = fields.pop("done", None), fields.pop("waiting", True)
    own = fields.pop("own", {})
    plan: FollowUpPlan = FollowUpPlan.objects.create(
        clinic_id=patient.clinic_id, patient=patient, programme=programme,
        **{"starts_on": due - 30 * DAY, "ended_as": ended_as, **fields},
    )  # fmt: skip
    for step in programme.steps.all():
        PlanStep.objects.create(
            clinic_id=patient.clinic_id, plan=plan, step=step, opens_on=due, due_on=due, last_done_on=done,
            waiting=waiting, **own,
        )  # fmt: skip
    return plan


def give_drugs(clinic: Clinic, patient: Patient, count: int, **fields: Any) -> None:
    Medication.objects.bulk_create(
        Medication(
            clinic=clinic, patient=patient, source_code=f"{len(fields)}-{n}", text=f"Middel {n}", **fields
        )
        for n in range(count)
    )
