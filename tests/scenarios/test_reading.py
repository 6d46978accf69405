"""What a scenario is run from is what the nights would meet, and is read by few queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scenarios.arrivals import Came, dealt
from scenarios.occasions import in_visits, tasks_of
from scenarios.queries import choices_for, situation
from scenarios.running import run
from scenarios.situation import spans_from
from tasks.actions.opening import open_due
from tasks.actions.plans import enrol_candidates
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import Delegation, Programme, Task, TaskKind
from tasks.queries.forecast import forecast
from teams.calendar import DAY, OSLO, oslo_date
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

CODES = ("T90", "K86", "K74", "R95", "K77")


def followed(cast: Cast, patients: int) -> None:
    """So many patients in every approved programme that is for them; the plans began today."""
    propose_programmes(cast.clinic.pk)
    programmes = Programme.objects.filter(clinic=cast.clinic, by_condition=True)
    for programme in programmes:
        approve_programme(programme.pk, by=cast.doctor, at=MORNING)
    for n in range(patients):
        patient = make_patient(cast, icpc2=CODES[n % 5])
        patient.conditions.create(clinic=cast.clinic, icpc2=CODES[(n + 1) % 5])
    enrol_candidates(
        clinics=[cast.clinic.pk], programmes=[p.pk for p in programmes], by=cast.doctor, on=MONDAY, at=MORNING, most=None
    )  # fmt: skip


Opened = tuple[int | None, int, str, int, dt.date | None, dt.date | None, bool]


@pytest.mark.parametrize("later", [0, 42, 91])
def test_the_tasks_of_an_occasion_are_those_that_the_night_makes(solbakken: Cast, later: int) -> None:
    """Sixty patients with two conditions each: visits shared, bloods before, preparation and signature."""
    followed(solbakken, 60)
    day = MONDAY + later * DAY
    found = situation(solbakken.doctor, today=day, weeks=4)
    ours: list[Opened] = []
    for standing in in_visits(found).values():
        if standing.opens_on <= day:
            rows = tasks_of(found.clinic_id, standing, found.steps[standing.step], found.patients, 0)
            ours += [
                (r.patient_id, r.kind_id, r.part, r.planned_minutes, r.due_on, r.closes_on, r.hard) for r in rows
            ]  # fmt: skip
    open_due(now=MORNING, today=day)
    columns = ("patient", "kind", "part", "planned_minutes", "due_on", "closes_on", "hard")
    theirs: list[Opened] = list(Task.objects.filter(clinic=solbakken.clinic).values_list(*columns))
    assert len(theirs) > 10
    key = str
    assert sorted(ours, key=key) == sorted(theirs, key=key)


def test_a_scenario_of_a_clinic_with_plans_that_changes_nothing_is_today_exactly(solbakken: Cast) -> None:
    followed(solbakken, 40)
    open_due(now=MORNING, today=MONDAY)
    result = run(situation(solbakken.doctor, today=MONDAY, weeks=4), (), told=lambda done: None)
    assert result["today"] == result["scenario"]
    assert sum(sum(week["done"].values()) for week in result["today"]) > 500


def test_it_takes_as_many_queries_for_many_patients_as_for_few(solbakken: Cast) -> None:
    counts = []
    for patients in (3, 40):
        followed(solbakken, patients)
        programmes = list(Programme.objects.filter(clinic=solbakken.clinic).values_list("pk", flat=True))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            situation(solbakken.doctor, today=MONDAY, weeks=12, programmes=programmes)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18
    with CaptureQueriesContext(connection) as queries:
        choices_for(solbakken.doctor, MONDAY)
    assert len(queries) == 4


def test_another_clinics_plans_and_people_are_not_read(solbakken: Cast, furulund: Cast) -> None:
    followed(furulund, 10)
    make_task(furulund.clinic, "sarstell", patient=make_patient(furulund))
    found = situation(solbakken.doctor, today=MONDAY, weeks=4)
    assert not found.plans and not found.steps and not found.patients and not found.read.rows
    assert {m.clinic_id for m in found.read.members[solbakken.clinic.pk]} == {solbakken.clinic.pk}
    assert set(choices_for(solbakken.doctor, MONDAY).names) == {
        m.pk for m in found.read.members[solbakken.clinic.pk]
    }


def test_a_task_somebody_has_begun_takes_its_time_and_its_plan_goes_on(solbakken: Cast) -> None:
    followed(solbakken, 30)
    today = oslo_date(timezone.now())
    open_due(now=MORNING, today=MONDAY)
    task = Task.objects.filter(plan_step__isnull=False, part="").first()
    assert task
    Task.objects.filter(pk=task.pk).update(state="started", assignee=solbakken.doctor)
    found = situation(solbakken.doctor, today=MONDAY, weeks=4)
    assert task.pk not in found.carries
    assert task.plan_step_id and found.plans[task.plan_step_id].due_on > today
    minutes = found.read.minutes[solbakken.doctor.pk]
    assert minutes[MONDAY] == minutes[MONDAY + 7 * DAY] - task.planned_minutes


def test_signed_delegations_come_with_their_days_and_drafts_do_not(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    told: dict[str, Any] = {
        "clinic": solbakken.clinic,
        "doctor": solbakken.doctor,
        "member": solbakken.nurse,
        "kind": kind,
    }
    days = [
        (MONDAY - 9 * DAY, MONDAY - DAY, None), (MONDAY, None, None), (MONDAY, None, MONDAY + 5 * DAY),
        (MONDAY + 7 * DAY, MONDAY + 20 * DAY, None),
    ]  # fmt: skip
    for starts, ends, revoked in days:
        Delegation.objects.create(
            **told, starts_on=starts, ends_on=ends, revoked_on=revoked, signed_at=MORNING
        )
    Delegation.objects.create(**told, starts_on=MONDAY)
    found = situation(solbakken.doctor, today=MONDAY, weeks=4)
    assert [(leave.starts_on, leave.ends_on) for leave in found.leaves] == [
        (MONDAY, None), (MONDAY, MONDAY + 4 * DAY), (MONDAY + 7 * DAY, MONDAY + 20 * DAY),
    ]  # fmt: skip


def test_other_work_is_what_the_forecast_counts_too(solbakken: Cast) -> None:
    """Eight weeks with a wound each, done by the nurse; follow-up, work by appointment and what ended undone are left out."""
    clinic, by = solbakken.clinic, solbakken.nurse
    for week in range(1, 9):
        came = dt.datetime.combine(MONDAY - 7 * week * DAY, dt.time(9), tzinfo=OSLO)
        done: dict[str, Any] = {
            "state": "done",
            "done_by": by,
            "ended_at": came,
            "opened_at": came,
            "closing": "done",
        }
        make_task(clinic, "sarstell", minutes=35, due_on=came.date() + 3 * DAY, **done)
        make_task(clinic, "konsultasjon", minutes=20, logged=True, **done)
        make_task(clinic, "sarstell", state="cancelled", ended_at=came, opened_at=came)
    make_task(clinic, "sarstell", opened_at=MORNING)  # this week's
    found = situation(by, today=MONDAY, weeks=4)
    came_and_due = sorted((rows[0].opens_on, rows[0].due_on) for rows in found.arrivals)
    assert came_and_due == [(MONDAY + 7 * n * DAY, MONDAY + (7 * n + 3) * DAY) for n in range(4)]
    assert {(rows[0].planned_minutes, len(rows)) for rows in found.arrivals} == {(35, 1)}
    assert forecast(clinic.pk, today=MONDAY).other == {"nurse": 35}


def came(number: int, on: dt.date, **fields: Any) -> Came:
    told: dict[str, Any] = {
        "root": number, "id": number, "after_id": None, "kind_id": 1, "part": "", "on": on, "due": 2, "closes": None,
        "hard": False, "minutes": 10, "patient_id": None, "list_doctor_id": None, "usual_nurse_id": None,
    }  # fmt: skip
    return Came(**{**told, **fields})


def test_every_week_gets_its_share_on_the_days_it_came() -> None:
    """Sixteen came on Thursdays in eight weeks: two every week ahead, on Thursdays, due on Mondays."""
    lately = [came(n, MONDAY - 7 * (1 + n % 8) * DAY + 3 * DAY) for n in range(16)]
    rows = dealt(lately, clinic_id=1, spans=spans_from(MONDAY, 12), weeks=8)
    thursdays = [MONDAY + (7 * n + 3) * DAY for n in range(12)]
    # Christmas Eve is a working day; New Year's Eve too.
    assert sorted(each.opens_on for (each,) in rows) == sorted(2 * thursdays)
    assert len({each.id for (each,) in rows}) == 24


def test_the_halves_of_a_pair_come_together() -> None:
    lately = [
        came(1, MONDAY - 7 * DAY, root=1, part="prepare"),
        came(2, MONDAY - 7 * DAY, root=1, part="sign", after_id=1),
    ]
    ((prepare, sign),) = dealt(lately, clinic_id=1, spans=spans_from(MONDAY, 4)[:1], weeks=1)
    assert sign.after_id == prepare.id
    assert (prepare.part, sign.part) == ("prepare", "sign")


def test_a_new_clinic_has_no_other_work_yet() -> None:
    assert dealt([], clinic_id=1, spans=spans_from(MONDAY, 4), weeks=0) == ()
