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
    clinic, nurse, doctor = cast.clinic, cast.nurse, cast.doctor
    assert nurse.user
    patient = make_patient(cast, family_name=family_name, icpc2="T90")
    ours = {"clinic": clinic, "patient": patient}
    PatientIdentifier.objects.create(**ours, system=NUMBER[0], value=number)
    Medication.objects.create(**ours, source_code="A10", text="Metformin 500 mg")
    stay = Encounter.objects.create(**ours, source_id=f"e{patient.pk}", act_class="IMP", starts_at=MORNING)
    home = Discharge.objects.create(
        **ours, encounter=stay, hospital="Ullevål", discharged_on=MONDAY, by=nurse, at=MORNING
    )
    run = ImportRun.objects.create(
        clinic=clinic, source="csv", file_name="Per Hemmelig.csv", state="discarded", started_by=nurse
    )
    ImportChange.objects.create(clinic=clinic, run=run, fate="changed", patient=patient, what="fastlege")
    PatientChange.objects.create(
        **ours, field="condition:T90", after="/", at=MORNING, by=nurse, reason="sa det selv"
    )
    PatientChange.objects.create(
        **ours,
        field="list_doctor",
        before=str(cast.second_doctor.pk),
        after=str(doctor.pk),
        at=MORNING,
        run=run,
    )
    programme = Programme.objects.create(
        clinic=clinic, slug=f"p{patient.pk}", name="Diabetes", icpc2=["T90"], certainty="derived"
    )
    ended = make_task(
        clinic,
        "okonomi",
        patient=patient,
        name="Ring om sår",
        state="done",
        ended_at=MORNING,
        done_by=nurse,
        minutes=7,
    )
    waits = make_task(clinic, "okonomi", patient=patient, name="Blodprøve", assignee=nurse)
    step = Step.objects.create(
        clinic=clinic,
        programme=programme,
        slug="kontroll",
        name="Kontroll",
        kind=ended.kind,
        interval_months=12,
        opens_days_before=14,
        certainty="derived",
        position=1,
    )
    plan = FollowUpPlan.objects.create(**ours, programme=programme, starts_on=MONDAY, discharge=home)
    PlanStep.objects.create(clinic=clinic, plan=plan, step=step, opens_on=MONDAY, due_on=MONDAY)
    PlanEvent.objects.create(clinic=clinic, plan=plan, verb="start", by=nurse, at=MORNING)
    for task in (ended, waits):
        TaskEvent.objects.create(
            clinic=clinic, task=task, verb="open", to_state="open", at=MORNING, effective_at=MORNING, by=nurse,
            reason="klaget over svie",
        )  # fmt: skip
    JournalNote.objects.create(**ours, task=ended, plan=plan, text="Takket nei.", by=nurse, at=MORNING)
    SenderReturn.objects.create(
        clinic=clinic, task=ended, rule="H1", text="Dere skal gjøre dette selv.", by=nurse, at=MORNING
    )
    Rectification.objects.create(
        clinic=clinic, task=ended, about="name", text="Gjaldt hæl", by=nurse, at=MORNING
    )
    shared = AllocationRun.objects.create(
        clinic=clinic, cause="night", state="applied", ran_at=MORNING, first_day=MONDAY, decided_at=MORNING,
        left=[[waits.pk, "no_time"], [0, "nobody"]], loads={"days": [], "members": []},
    )  # fmt: skip
    AllocationChange.objects.create(
        clinic=clinic, run=shared, task=waits, version=1, from_minutes=10, to_member=nurse, to_minutes=10
    )
    bulk = BulkChange.objects.create(clinic=clinic, verb="postpone", reason="snø", by=doctor, at=MORNING)
    BulkItem.objects.create(clinic=clinic, bulk=bulk, task=waits, version=1, before={"due_on": "2026-11-23"})
    PatientAccess.objects.create(
        **ours, member=nurse, user=nurse.user, at=MORNING, ground="oppfølging", what="pasientside"
    )
    ListShown.objects.create(
        clinic=clinic, member=nurse, user=nurse.user, at=MORNING, ground="oppfølging", page="my_day", what="Min dag",
        patients=[patient.pk, 0],
    )  # fmt: skip
    Block.objects.create(
        **ours, members=[doctor.pk], starts_at=MORNING - 900 * DAY, ends_at=MORNING - 899 * DAY, note="ringte", registered_by=nurse,
        registered_at=MORNING - 900 * DAY,
    )  # fmt: skip
    BreakGlass.objects.create(
        **ours,
        member=doctor,
        user_id=doctor.user_id or 0,
        at=MORNING - 900 * DAY,
        until=MORNING - 900 * DAY,
        why="duty",
        reason="meldeplikt til noen",
    )
    AccessReview.objects.create(
        clinic=clinic,
        rule="glass",
        member=doctor,
        day=MONDAY,
        patient_id=patient.pk,
        note="i orden",
        by=nurse,
        at=MORNING,
    )
    return Known(cast, patient, ended, waits)


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
