"""Tiny clinics made by hand: no database, whole numbers that can be counted on fingers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from scenarios.figures import Figures
from scenarios.running import solved
from scenarios.simulate import simulate
from scenarios.situation import Knows, Leave, Situation, Standing, StepWork, spans_from
from tasks.gathering import HORIZON, Gathered, Row
from tasks.models import TaskKind
from tasks.recurrence import Rhythm
from teams.calendar import DAY, is_working_day, working_days
from teams.models import Member

MONDAY = dt.date(2026, 9, 7)  # no holiday in the twelve weeks that follow
CLINIC, DOCTOR, NURSE, SECRETARY = 1, 11, 12, 13
PROFESSIONS = {DOCTOR: "doctor", NURSE: "nurse", SECRETARY: "secretary"}
CONTROL, BLOODS, LETTER, CALL, CENTRIFUGE = 1, 2, 3, 4, 5
KINDS = {
    # Only doctors; nurses by a personal delegation, and then it takes longer.
    CONTROL: TaskKind(
        pk=CONTROL, professions=["doctor"], delegable_to=["nurse"], minutes={"doctor": 15, "nurse": 45}
    ),
    BLOODS: TaskKind(pk=BLOODS, professions=["secretary", "nurse"], minutes={"secretary": 10}),
    LETTER: TaskKind(pk=LETTER, professions=["doctor"], minutes={"doctor": 20}),
    CALL: TaskKind(pk=CALL, professions=["nurse"], minutes={"nurse": 30}),
    CENTRIFUGE: TaskKind(pk=CENTRIFUGE, professions=["bioengineer"], minutes={"bioengineer": 5}),
}
PATIENTS = {n: Knows(DOCTOR, NURSE) for n in range(1, 200)}


def row(number: int, kind: int = CALL, minutes: int = 30, **fields: Any) -> Row:
    """An open task, due on the first Monday; of patient number one if nobody else is named."""
    patient = fields.get("patient_id", number)
    told: dict[str, Any] = {
        "clinic_id": CLINIC, "id": number, "version": 1, "kind_id": kind, "planned_minutes": minutes,
        "opens_on": MONDAY, "due_on": MONDAY, "closes_on": None, "hard": False, "assignee_id": None,
        "planned_on": None, "pinned": False, "pinned_day": False, "forbidden": [], "rule": "", "obstacle": "",
        "patient_id": patient, "list_doctor_id": DOCTOR, "usual_nurse_id": NURSE,
    }  # fmt: skip
    return Row(**{**told, **fields})


def step(kind: int = CALL, months: int = 1, **fields: Any) -> StepWork:
    rhythm = Rhythm(months, 0, 7, None, **fields)
    return StepWork(1, kind, rhythm, "", KINDS[kind].minutes_for(""))


def plan(
    patient: int, due_on: dt.date, last_done_on: dt.date | None = None, *, waiting: bool = True
) -> Standing:
    return Standing(1, patient, due_on - 7 * DAY, due_on, None, last_done_on, waiting=waiting)


def clinic(
    rows: Iterable[Row] = (),
    *,
    weeks: int = 4,
    minutes: dict[int, int] | None = None,
    today: dt.date = MONDAY,
    **fields: Any,
) -> Situation:
    """A doctor, a nurse and a secretary, so many minutes for tasks each working day (60 if nothing is said)."""
    spans = spans_from(today, weeks)
    span = [spans[0].first + n * DAY for n in range((spans[-1].last - spans[0].first).days + 1)]
    days = tuple(working_days(spans[0].first, sum(map(is_working_day, span)) + HORIZON))
    free = {who: (minutes or {}).get(who, 60) for who in PROFESSIONS}
    read = Gathered(
        spans[0].first, days, {CLINIC: list(rows)},
        {CLINIC: [Member(pk=who, clinic_id=CLINIC, profession=p, starts_on=MONDAY - 90 * DAY) for who, p in PROFESSIONS.items()]},
        KINDS, {}, {}, {who: dict.fromkeys(days, n) for who, n in free.items()},
    )  # fmt: skip
    told: dict[str, Any] = {
        "leaves": (), "steps": {}, "plans": {}, "carries": {}, "patients": PATIENTS,
        "weekly": {who: (n, n, n, n, n, 0, 0) for who, n in free.items()},
        "at_work": dict.fromkeys(PROFESSIONS, 37 * 60),
    }  # fmt: skip
    return Situation(CLINIC, spans, read, **{**told, **fields})


def leave(kind: int = CONTROL, **fields: Any) -> Leave:
    return Leave(kind, DOCTOR, NURSE, **{"starts_on": MONDAY, "ends_on": None, **fields})


def weeks_of(found: Situation) -> list[Figures]:
    return list(simulate(found, solved))


def total(figures: list[Figures], profession: str) -> int:
    return sum(each.done[profession] for each in figures)
