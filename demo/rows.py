"""The rows the demo makes, one type per table: fields are the columns, in any order PostgreSQL likes.

Plain tuples, because a hundred thousand of them go in by COPY (demo/write.py). `Ids` hands out primary keys,
so that the generators can tie rows together without asking the database.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class MemberRow(NamedTuple):
    id: int
    clinic_id: int
    user_id: int | None
    name: str
    profession: str
    access: str
    starts_on: dt.date
    ends_on: dt.date | None


class HoursRow(NamedTuple):
    id: int
    clinic_id: int
    member_id: int
    weekday: int
    minutes: int
    booked_minutes: int
    starts_on: dt.date
    ends_on: dt.date | None


class AbsenceRow(NamedTuple):
    id: int
    clinic_id: int
    member_id: int
    starts_on: dt.date
    ends_on: dt.date
    reason: str
    cover_id: int | None


class DelegationRow(NamedTuple):
    id: int
    clinic_id: int
    doctor_id: int
    member_id: int
    kind_id: int
    instruction: str
    starts_on: dt.date
    ends_on: dt.date | None
    revoked_on: dt.date | None
    signed_at: dt.datetime


class PatientRow(NamedTuple):
    id: int
    clinic_id: int
    given_name: str
    family_name: str
    birth_date: dt.date
    sex: str
    list_doctor_id: int
    usual_nurse_id: int | None
    home_care: bool
    deceased_on: dt.date | None
    moved_on: dt.date | None
    created_at: dt.datetime


class IdentifierRow(NamedTuple):
    id: int
    clinic_id: int
    patient_id: int
    system: str
    value: str


class ConditionRow(NamedTuple):
    id: int
    clinic_id: int
    patient_id: int
    icpc2: str
    source_system: str
    source_code: str
    source_text: str
    starts_on: dt.date


class MedicationRow(NamedTuple):
    id: int
    clinic_id: int
    patient_id: int
    source_system: str
    source_code: str
    text: str
    starts_on: dt.date
    ends_on: dt.date | None


class EncounterRow(NamedTuple):
    id: int
    clinic_id: int
    patient_id: int
    source_id: str
    act_class: str
    department: str
    starts_at: dt.datetime
    ends_at: dt.datetime


class PlanRow(NamedTuple):
    id: int
    clinic_id: int
    patient_id: int
    programme_id: int
    state: str
    starts_on: dt.date
    ended_on: dt.date | None
    end_reason: str
    ended_as: str


class PlanStepRow(NamedTuple):
    id: int
    clinic_id: int
    plan_id: int
    step_id: int
    last_done_on: dt.date | None
    opens_on: dt.date
    due_on: dt.date
    closes_on: dt.date | None
    waiting: bool


class TaskRow(NamedTuple):
    id: int
    clinic_id: int
    kind_id: int
    name: str
    patient_id: int | None
    plan_step_id: int | None
    origin: str
    sender: str
    state: str
    opens_on: dt.date
    due_on: dt.date | None
    closes_on: dt.date | None
    hard: bool
    logged: bool
    planned_minutes: int
    planned_on: dt.date | None
    assignee_id: int | None
    why: str
    pinned: bool
    opened_at: dt.datetime
    ended_at: dt.datetime | None
    done_by_id: int | None
    minutes: int | None
    version: int
    closing: str
    channel: str
    attempts: int
    part: str
    after_id: int | None


class ReturnRow(NamedTuple):
    id: int
    clinic_id: int
    task_id: int
    rule: str
    sender: str
    text: str
    by_id: int
    at: dt.datetime
    answer_due_on: dt.date | None
    answer: str
    answered_by_id: int | None
    answered_at: dt.datetime | None
    answer_note: str


class NoteRow(NamedTuple):
    id: int
    clinic_id: int
    task_id: int
    patient_id: int
    plan_id: int
    text: str
    by_id: int
    at: dt.datetime


class EventRow(NamedTuple):
    id: int
    clinic_id: int
    task_id: int
    verb: str
    from_state: str
    to_state: str
    from_member_id: int | None
    to_member_id: int | None
    by_id: int | None
    at: dt.datetime
    effective_at: dt.datetime
    reason: str
    after: str


Row = (
    MemberRow
    | HoursRow
    | AbsenceRow
    | DelegationRow
    | PatientRow
    | IdentifierRow
    | ConditionRow
    | MedicationRow
    | EncounterRow
    | PlanRow
    | PlanStepRow
    | TaskRow
    | EventRow
    | ReturnRow
    | NoteRow
)

TABLES: dict[type[Row], str] = {
    MemberRow: "teams_member",
    HoursRow: "teams_workinghours",
    AbsenceRow: "teams_absence",
    DelegationRow: "tasks_delegation",
    PatientRow: "patients_patient",
    IdentifierRow: "patients_patientidentifier",
    ConditionRow: "patients_condition",
    MedicationRow: "patients_medication",
    EncounterRow: "patients_encounter",
    PlanRow: "tasks_followupplan",
    PlanStepRow: "tasks_planstep",
    TaskRow: "tasks_task",
    EventRow: "tasks_taskevent",
    ReturnRow: "tasks_senderreturn",
    NoteRow: "tasks_journalnote",
}


class Ids:
    """Primary keys per table, from where the table's sequence stands."""

    def __init__(self, first: Mapping[str, int]) -> None:
        self._counters: dict[str, Iterator[int]] = {table: itertools.count(n) for table, n in first.items()}

    def next(self, row_type: type[Row]) -> int:
        return next(self._counters[TABLES[row_type]])
