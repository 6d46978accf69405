"""A patient of whom every table holds something."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import connection

from patients.models import (
    AccessReview,
    Block,
    BreakGlass,
    Discharge,
    Encounter,
    ImportChange,
    ImportRun,
    ListShown,
    Medication,
    Patient,
    PatientAccess,
    PatientChange,
    PatientIdentifier,
)
from rights.models import DeletionRequest, Rectification
from tasks.models import (
    AllocationChange,
    AllocationRun,
    BulkChange,
    BulkItem,
    FollowUpPlan,
    JournalNote,
    PlanEvent,
    PlanStep,
    Programme,
    SenderReturn,
    Step,
    Task,
    TaskEvent,
)
from teams.models import Access, Profession
from tests.conftest import Cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

NUMBER = ("urn:oid:2.16.578.1.12.4.1.4.1", "01826049999")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """`ended` is a task that is done, `open` one that is not."""

    cast: Cast
    patient: Patient
    ended: Task
    open: Task


def make_known(cast: Cast, *, family_name: str = "Hemmelig", number: str = NUMBER[1]) -> Known:
    """Something in every table that leads to a patient, but for what only a deletion writes."""
    patient = make_patient(cast, family_name=family_name, icpc2="T90")
    home = _registered(cast, patient, number)
    _imported(cast, patient)
    ended, waits = _tasks(cast, patient)
    plan = _planned(cast, patient, ended, home)
    _written(cast, patient, ended, plan)
    _shared_out(cast, waits)
    _looked_at(cast, patient)
    _blocked(cast, patient)
    return Known(cast, patient, ended, waits)


def _registered(cast: Cast, patient: Patient, number: str) -> Discharge:
    ours = {"clinic": cast.clinic, "patient": patient}
    PatientIdentifier.objects.create(**ours, system=NUMBER[0], value=number)
    Medication.objects.create(**ours, source_code="A10", text="Metformin 500 mg")
    stay = Encounter.objects.create(**ours, source_id=f"e{patient.pk}", act_class="IMP", starts_at=MORNING)
    return Discharge.objects.create(
        **ours, encounter=stay, hospital="Ullevål", discharged_on=MONDAY, by=cast.nurse, at=MORNING
    )


def _imported(cast: Cast, patient: Patient) -> None:
    ours = {"clinic": cast.clinic, "patient": patient, "at": MORNING}
    run = ImportRun.objects.create(
        clinic=cast.clinic,
        source="csv",
        file_name="Per Hemmelig.csv",
        state="discarded",
        started_by=cast.nurse,
    )
    ImportChange.objects.create(clinic=cast.clinic, run=run, fate="changed", patient=patient, what="fastlege")
    PatientChange.objects.create(
        **ours, field="condition:T90", after="/", by=cast.nurse, reason="sa det selv"
    )
    before, after = str(cast.second_doctor.pk), str(cast.doctor.pk)
    PatientChange.objects.create(**ours, field="list_doctor", before=before, after=after, run=run)


def _tasks(cast: Cast, patient: Patient) -> tuple[Task, Task]:
    ended = make_task(
        cast.clinic, "okonomi", patient=patient, name="Ring om sår", state="done", ended_at=MORNING,
        done_by=cast.nurse, minutes=7,
    )  # fmt: skip
    waits = make_task(cast.clinic, "okonomi", patient=patient, name="Blodprøve", assignee=cast.nurse)
    for task in (ended, waits):
        TaskEvent.objects.create(
            clinic=cast.clinic, task=task, verb="open", to_state="open", at=MORNING, effective_at=MORNING,
            by=cast.nurse, reason="klaget over svie",
        )  # fmt: skip
    return ended, waits


def _planned(cast: Cast, patient: Patient, ended: Task, home: Discharge) -> FollowUpPlan:
    ours = {"clinic": cast.clinic}
    programme = Programme.objects.create(
        **ours, slug=f"p{patient.pk}", name="Diabetes", icpc2=["T90"], certainty="derived"
    )
    step = Step.objects.create(
        **ours, programme=programme, slug="kontroll", name="Kontroll", kind=ended.kind, interval_months=12,
        opens_days_before=14, certainty="derived", position=1,
    )  # fmt: skip
    plan = FollowUpPlan.objects.create(
        **ours, patient=patient, programme=programme, starts_on=MONDAY, discharge=home
    )
    PlanStep.objects.create(**ours, plan=plan, step=step, opens_on=MONDAY, due_on=MONDAY)
    PlanEvent.objects.create(**ours, plan=plan, verb="start", by=cast.nurse, at=MORNING)
    return plan


def _written(cast: Cast, patient: Patient, ended: Task, plan: FollowUpPlan) -> None:
    ours = {"clinic": cast.clinic, "task": ended, "by": cast.nurse, "at": MORNING}
    JournalNote.objects.create(**ours, patient=patient, plan=plan, text="Takket nei.")
    SenderReturn.objects.create(**ours, rule="H1", text="Dere skal gjøre dette selv.")
    Rectification.objects.create(**ours, about="name", text="Gjaldt hæl")


def _shared_out(cast: Cast, waits: Task) -> None:
    ours, nurse = {"clinic": cast.clinic}, cast.nurse
    shared = AllocationRun.objects.create(
        **ours, cause="night", state="applied", ran_at=MORNING, first_day=MONDAY, decided_at=MORNING,
        left=[[waits.pk, "no_time"], [0, "nobody"]], loads={"days": [], "members": []},
    )  # fmt: skip
    AllocationChange.objects.create(
        **ours, run=shared, task=waits, version=1, from_minutes=10, to_member=nurse, to_minutes=10
    )
    bulk = BulkChange.objects.create(**ours, verb="postpone", reason="snø", by=cast.doctor, at=MORNING)
    BulkItem.objects.create(**ours, bulk=bulk, task=waits, version=1, before={"due_on": "2026-11-23"})


def _looked_at(cast: Cast, patient: Patient) -> None:
    nurse = cast.nurse
    assert nurse.user
    look = {"clinic": cast.clinic, "member": nurse, "user": nurse.user, "at": MORNING, "ground": "oppfølging"}
    PatientAccess.objects.create(**look, patient=patient, what="pasientside")
    ListShown.objects.create(**look, page="my_day", what="Min dag", patients=[patient.pk, 0])


def _blocked(cast: Cast, patient: Patient) -> None:
    doctor, then = cast.doctor, MORNING - 900 * DAY
    ours = {"clinic": cast.clinic, "patient": patient}
    Block.objects.create(
        **ours, members=[doctor.pk], starts_at=then, ends_at=then + DAY, note="ringte", registered_by=cast.nurse,
        registered_at=then,
    )  # fmt: skip
    BreakGlass.objects.create(
        **ours, member=doctor, user_id=doctor.user_id or 0, at=then, until=then, why="duty",
        reason="meldeplikt til noen",
    )  # fmt: skip
    AccessReview.objects.create(
        clinic=cast.clinic, rule="glass", member=doctor, day=MONDAY, patient_id=patient.pk, note="i orden",
        by=cast.nurse, at=MORNING,
    )  # fmt: skip


@pytest.fixture
def known(solbakken: Cast) -> Known:
    return make_known(solbakken)


@pytest.fixture
def leader(solbakken: Cast):  # type: ignore[no-untyped-def]
    """A nurse who leads too, so that one asks and another decides."""
    return make_member(solbakken.clinic, "Lise Lie", Profession.NURSE, Access.LEADER)


def wait_a_week(asked: DeletionRequest) -> None:
    """As if it had been decided eight days ago: only the owner can, by what the database lets nobody else say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fordel.deletion', txid_current()::text, true)")
        cursor.execute(
            "UPDATE rights_deletionrequest SET decided_at = now() - interval '8 days' WHERE id = %s",
            [asked.pk],
        )
        cursor.execute("SELECT set_config('fordel.deletion', '', true)")
