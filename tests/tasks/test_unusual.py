"""After-control: each rule finds what it says, and leaves ordinary work alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Encounter, Patient, PatientAccess
from tasks.queries.unusual import RULES, Finding, unusual
from teams.calendar import DAY, OSLO
from teams.models import Absence, Duty, Member
from tests.conftest import Cast, make_member
from tests.tasks.conftest import MONDAY, make_patient, make_task

NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=OSLO)


def opened(member: Member, *patients: Patient, at: dt.datetime = NOON, what: str = "pasientside") -> None:
    PatientAccess.objects.bulk_create(
        PatientAccess(
            clinic_id=member.clinic_id, patient=patient, member=member, user_id=member.user_id or 0, at=at,
            ground="oppfølging", what=what,
        )
        for patient in patients
    )  # fmt: skip


def found(cast: Cast, rule: str = "", *, day: dt.date = MONDAY) -> list[Finding]:
    return unusual(cast.doctor, day, day, rule=rule)


def own(cast: Cast, **fields: Any) -> Patient:
    """A patient whom the nurse knows: nothing of it is unusual."""
    return make_patient(cast, **{"usual_nurse": cast.nurse, **fields})


def test_ordinary_work_is_left_alone(solbakken: Cast) -> None:
    opened(solbakken.nurse, own(solbakken), own(solbakken, family_name="Vik"))
    assert found(solbakken) == []


def test_a_patient_with_a_colleagues_name(solbakken: Cast) -> None:
    patient = own(solbakken, given_name="siri", family_name="SAND")
    opened(solbakken.nurse, patient, patient)
    (one,) = found(solbakken)
    assert (one.rule, one.member_id, one.patient_id, one.times) == (
        "colleague",
        solbakken.nurse.pk,
        patient.pk,
        2,
    )


def test_the_same_surname_unless_it_is_common_here(solbakken: Cast) -> None:
    patient = own(solbakken, family_name="Nes")
    opened(solbakken.nurse, patient)
    assert [each.rule for each in found(solbakken)] == ["surname"]
    for n in range(RULES["surname"]["common"] - 1):
        make_patient(solbakken, given_name=f"Test{n}", family_name="Nes")
    assert found(solbakken) == []


def test_no_tie_means_no_task_no_plan_no_visit_and_not_ones_own_patient(solbakken: Cast) -> None:
    def stranger(**fields: Any) -> Patient:
        return make_patient(solbakken, list_doctor=None, usual_nurse=None, **fields)

    without, with_task, with_visit = stranger(), stranger(), stranger()
    make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=with_task)
    Encounter.objects.create(
        clinic=solbakken.clinic, patient=with_visit, starts_at=NOON - dt.timedelta(days=3), act_class="AMB"
    )
    long_ago = stranger()
    make_task(
        solbakken.clinic, "sarstell", assignee=solbakken.nurse, done_by=solbakken.nurse, patient=long_ago, state="done",
        minutes=5, ended_at=NOON - dt.timedelta(days=RULES["no_tie"]["days"] + 5),
    )  # fmt: skip
    opened(solbakken.nurse, without, with_task, with_visit, long_ago)
    assert {each.patient_id for each in found(solbakken, "no_tie")} == {without.pk, long_ago.pk}


@pytest.mark.parametrize(("hour", "day", "unusual_then"), [(5, 0, True), (6, 0, False), (19, 0, False), (20, 0, True), (12, 5, True)])  # fmt: skip
def test_outside_hours_by_the_clock_and_on_a_saturday(
    solbakken: Cast, hour: int, day: int, unusual_then: bool
) -> None:
    at = NOON.replace(hour=hour) + day * DAY
    opened(solbakken.nurse, own(solbakken), at=at)
    assert bool(found(solbakken, "hours", day=MONDAY + day * DAY)) is unusual_then


def test_while_away_and_on_a_day_without_hours_but_not_on_call(solbakken: Cast) -> None:
    saturday = MONDAY + 5 * DAY
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, starts_on=MONDAY, ends_on=MONDAY, reason="sick"
    )
    opened(solbakken.nurse, own(solbakken))
    assert [each.rule for each in found(solbakken)] == ["hours"]
    newcomer = make_member(solbakken.clinic, "Uten Timer", "nurse", minutes=0)
    opened(newcomer, make_patient(solbakken, usual_nurse=newcomer))
    assert {each.member_id for each in found(solbakken, "hours")} == {solbakken.nurse.pk, newcomer.pk}
    Duty.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, kind="on_call", day=saturday, minutes=480
    )
    opened(solbakken.nurse, own(solbakken), at=NOON + 5 * DAY)
    assert found(solbakken, "hours", day=saturday) == []


def test_many_within_an_hour_against_ones_own_usual(solbakken: Cast) -> None:
    least = RULES["many"]["least"]
    patients = [own(solbakken, family_name=f"Mange{n}") for n in range(least)]
    opened(solbakken.nurse, *patients[:-1])
    assert found(solbakken, "many") == []
    opened(solbakken.nurse, patients[-1], at=NOON + dt.timedelta(minutes=59))
    (one,) = found(solbakken, "many")
    assert (one.times, one.patient_id) == (least, 0)
    for days in range(1, 6):
        opened(solbakken.nurse, *patients[: least // 2], at=NOON - days * DAY)
    assert found(solbakken, "many") == []


def test_another_clinics_looks_and_lists_taken_out_are_not_there(solbakken: Cast, furulund: Cast) -> None:
    opened(furulund.nurse, make_patient(furulund, list_doctor=None, usual_nurse=None))
    opened(
        solbakken.nurse, make_patient(solbakken, list_doctor=None, usual_nurse=None), what="eksport av liste"
    )
    assert found(solbakken) == []


def test_one_statement_however_many(solbakken: Cast) -> None:
    opened(solbakken.nurse, *(make_patient(solbakken, usual_nurse=None, list_doctor=None) for _ in range(30)))
    with CaptureQueriesContext(connection) as captured:
        assert len(found(solbakken)) == 31
    assert len(captured) == 1
