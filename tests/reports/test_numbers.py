"""Numbers counted by hand beside numbers counted by SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Sum

from reports.actions.closing import close_weeks
from reports.models import CapacityLine, MovableLine, WeeklyReport, WorkLine
from reports.presenters import habits_told
from tasks.actions import overrides
from tasks.actions.doing import hand_on
from tasks.models import AllocationRun, Delegation, PlanStep, Task, TaskKind, TaskState
from teams.calendar import Week
from teams.models import Absence, Clinic
from tests.conftest import STARTED, Cast, make_member
from tests.reports.conftest import WEEK, at, day, done, make_patient, make_task


def close(week: Week = WEEK) -> WeeklyReport:
    """Close that one week just after it ended; the report of Solbakken."""
    close_weeks(now=week.ends_at, week=week)
    return WeeklyReport.objects.get(clinic__slug="solbakken", year=week.year, week=week.number)


def movable(report: WeeklyReport) -> dict[tuple[str, str], tuple[int, int, int]]:
    lines = MovableLine.objects.filter(report=report)
    return {(x.bucket, x.kind.slug): (x.occasions, x.doctor_minutes, x.minutes) for x in lines}


def test_capacity_and_done_per_profession(solbakken: Cast) -> None:
    done(solbakken.doctor, "konsultasjon", 20)
    done(solbakken.second_doctor, "konsultasjon", 25, logged=True)
    done(solbakken.nurse, "sarstell", 30)
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.secretary, reason="sick",
        starts_on=day(WEEK, 2), ends_on=day(WEEK, 3),
    )  # fmt: skip
    lines = {line.profession: line for line in CapacityLine.objects.filter(report=close())}
    assert {p: (x.capacity_minutes, x.done, x.done_minutes, x.logged_minutes) for p, x in lines.items()} == {
        "doctor": (2 * 5 * 120, 2, 45, 25),
        "nurse": (5 * 300, 1, 30, 0),
        "secretary": (3 * 300, 0, 0, 0),
    }


def test_holidays_and_half_days_are_not_capacity(solbakken: Cast) -> None:
    easter = Week(2026, 14)  # Wednesday is a half day, Thursday and Friday are holidays
    nurse = CapacityLine.objects.get(report=close(easter), profession="nurse")
    assert nurse.capacity_minutes == 2 * 300 + 150


def test_work_by_kind_and_origin(solbakken: Cast) -> None:
    done(solbakken.doctor, minutes=5)
    done(solbakken.doctor, minutes=7)
    done(solbakken.secretary, minutes=3)
    done(solbakken.nurse, minutes=4, origin="municipality")
    make_task(solbakken.doctor, state=TaskState.CANCELLED, ended_at=at(day(WEEK, 5)))
    make_task(solbakken.doctor, due_on=day(WEEK, 7))
    make_task(solbakken.doctor, due_on=day(WEEK, 7), opened_at=at(day(WEEK, 1)) - dt.timedelta(days=30))
    lines = WorkLine.objects.filter(report=close())
    assert {
        (x.profession, x.origin): (x.opened, x.done, x.done_minutes, x.ended_undone, x.overdue) for x in lines
    } == {
        ("", "patient"): (5, 0, 0, 1, 2),
        ("doctor", "patient"): (0, 2, 12, 0, 0),
        ("secretary", "patient"): (0, 1, 3, 0, 0),
        ("", "municipality"): (1, 0, 0, 0, 0),
        ("nurse", "municipality"): (0, 1, 4, 0, 0),
    }


def test_overdue_is_what_was_late_when_the_week_ended(solbakken: Cast) -> None:
    doctor, sunday = solbakken.doctor, WEEK.sunday
    before: dict[str, Any] = {"opened_at": at(WEEK.monday - dt.timedelta(days=40))}
    make_task(doctor, due_on=sunday, **before)  # late
    make_task(doctor, due_on=sunday - dt.timedelta(days=14), **before)  # late, by fourteen days
    make_task(doctor, due_on=sunday - dt.timedelta(days=15), **before)  # late, by more
    make_task(doctor, due_on=sunday + dt.timedelta(days=1), **before)  # due on Monday
    make_task(doctor, due_on=None, **before)  # never late
    make_task(doctor, due_on=sunday, opened_at=WEEK.ends_at)  # opened too late to be this week's
    done(doctor, due_on=sunday, ended_at=WEEK.ends_at, **before)  # done on the stroke of Monday: late
    done(doctor, due_on=WEEK.monday, **before)  # done late, but done
    report = close()
    assert (report.overdue, report.overdue_14_days) == (4, 1)
    assert WorkLine.objects.filter(report=report).aggregate(n=Sum("overdue"))["n"] == 4


def test_a_week_closed_late_counts_as_it_stood_when_it_ended(solbakken: Cast) -> None:
    make_task(solbakken.doctor, due_on=day(WEEK, 5))
    done(solbakken.doctor, due_on=day(WEEK, 5), ended_at=at(day(WEEK.plus(1), 2)))
    close_weeks(now=WEEK.plus(3).ends_at, week=WEEK)
    assert WeeklyReport.objects.get(clinic=solbakken.clinic).overdue == 2


def test_followups_in_time(solbakken: Cast, plan_step: PlanStep) -> None:
    nurse, friday = solbakken.nurse, day(WEEK, 5)
    early: dict[str, Any] = {
        "opened_at": at(WEEK.monday - dt.timedelta(days=20)),
        "plan_step": plan_step,
        "origin": "plan",
    }

    def due(weekday: int) -> dict[str, Any]:
        return {**early, "due_on": day(WEEK, weekday)}

    done(nurse, "rutinekontroll", ended_at=at(friday, dt.time(23, 59)), **due(5))  # in time, just
    done(nurse, "rutinekontroll", ended_at=at(day(WEEK, 7), dt.time(0, 1)), **due(6))  # late, in Oslo
    done(nurse, "rutinekontroll", ended_at=at(WEEK.monday - dt.timedelta(days=9)), **due(3))  # early: in time
    make_task(nurse, "rutinekontroll", state=TaskState.EXPIRED, ended_at=at(friday), **due(2))  # missed
    make_task(
        nurse, "rutinekontroll", state=TaskState.CANCELLED, ended_at=at(friday), **due(1)
    )  # not due any more
    make_task(nurse, "rutinekontroll", **due(7))  # open
    done(nurse, "rutinekontroll", due_on=friday)  # nobody's plan
    report = close()
    assert (report.followups_due, report.followups_in_time) == (5, 2)


def test_the_three_buckets(solbakken: Cast) -> None:
    doctor = solbakken.doctor
    done(doctor, "konsultasjon", 20)  # only a doctor may: nowhere
    done(doctor, "telefonsporsmal", 6)  # others may
    done(doctor, "telefonsporsmal", 9)
    done(doctor, "nav_legeerkl", 25, origin="nav")  # ten minutes can be prepared
    done(doctor, "nav_legeerkl", 4, origin="nav")  # less than the doctor's own part: nothing of it
    done(doctor, "pasreise_sykehus", 8, origin="hospital")  # back, though a secretary may as well
    done(doctor, "attest_uten_plikt", 11, origin="other")
    done(solbakken.nurse, "telefonsporsmal", 50)  # not a doctor's time
    make_task(doctor, "telefonsporsmal")  # not done
    assert movable(close()) == {
        ("movable", "telefonsporsmal"): (2, 15, 15),
        ("preparable", "nav_legeerkl"): (2, 29, 10),
        ("returnable", "pasreise_sykehus"): (1, 8, 8),
        ("returnable", "attest_uten_plikt"): (1, 11, 11),
    }


def test_a_preparation_is_others_work_as_a_whole_and_a_signature_nobodys_but_the_signers(
    solbakken: Cast,
) -> None:
    doctor, patient = solbakken.doctor, make_patient(solbakken.doctor)
    for kind in ("resept_fornyelse", "arskontroll"):
        done(doctor, kind, 7, part="prepare", patient=patient)
        done(doctor, kind, 9, part="sign", patient=patient)
        done(solbakken.secretary, kind, 50, part="prepare", patient=patient)
        Delegation.objects.create(
            clinic=solbakken.clinic, doctor=doctor, member=solbakken.nurse, instruction="x",
            kind=TaskKind.objects.get(slug=kind), starts_on=STARTED, signed_at=at(STARTED),
        )  # fmt: skip
    done(doctor, "rekv_sykehus", 5, part="sign")  # should not have been done here at all
    report = close()
    assert movable(report) == {
        ("movable", "resept_fornyelse"): (1, 7, 7),
        ("movable", "arskontroll"): (1, 7, 7),
        ("returnable", "rekv_sykehus"): (1, 5, 5),
    }
    # Both halves are work, whoever did them.
    work = WorkLine.objects.filter(report=report).aggregate(Sum("done"), Sum("done_minutes"))
    assert work == {"done__sum": 7, "done_minutes__sum": 7 + 9 + 50 + 7 + 9 + 50 + 5}


@pytest.mark.parametrize(
    ("change", "bucket"),
    [
        ({}, "movable"),
        ({"starts_on": day(WEEK, 3)}, "movable"),
        ({"starts_on": day(WEEK, 4)}, "preparable"),
        ({"ends_on": day(WEEK, 3)}, "movable"),
        ({"ends_on": day(WEEK, 2)}, "preparable"),
        ({"revoked_on": day(WEEK, 4)}, "movable"),
        ({"revoked_on": day(WEEK, 3)}, "preparable"),
        ({"doctor": "second_doctor"}, "preparable"),
        ({"member": "secretary"}, "preparable"),  # a kind that only a nurse can be given
        ({"kind": "hjemmebesok"}, "preparable"),
    ],
)
def test_a_delegation_counts_for_the_list_doctors_patients_on_the_day(
    solbakken: Cast, change: dict[str, object], bucket: str
) -> None:
    said = {"doctor": "doctor", "member": "nurse", "kind": "arskontroll", "starts_on": STARTED, **change}
    Delegation.objects.create(
        clinic=solbakken.clinic, instruction="Etter prosedyre.", signed_at=at(STARTED),
        **{
            **said,
            "doctor": getattr(solbakken, str(said["doctor"])),
            "member": getattr(solbakken, str(said["member"])),
            "kind": TaskKind.objects.get(slug=said["kind"]),
        },
    )  # fmt: skip
    # Another doctor does the work: the patient's own decides.
    done(solbakken.second_doctor, "arskontroll", 45, patient=make_patient(solbakken.doctor))
    assert movable(close()) == {(bucket, "arskontroll"): (1, 45, 45 if bucket == "movable" else 30)}


def test_a_delegated_kind_that_cannot_be_prepared_is_the_doctors_without_a_delegation(
    solbakken: Cast,
) -> None:
    done(solbakken.doctor, "hjemmebesok", 60, patient=make_patient(solbakken.doctor))
    done(solbakken.doctor, "moter", 45)  # about nobody on a list
    report = close()
    assert movable(report) == {("delegable", "hjemmebesok"): (1, 60, 0)}
    assert MovableLine.objects.get(report=report).if_delegated == 60


def test_persons_add_up_to_professions_and_professions_to_the_clinic(solbakken: Cast, furulund: Cast) -> None:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=True)
    for who, minutes in [
        ("doctor", 11),
        ("second_doctor", 13),
        ("nurse", 17),
        ("secretary", 19),
        ("manager", 23),
    ]:
        done(getattr(solbakken, who), minutes=minutes)
        done(getattr(furulund, who), minutes=minutes)
    report = close()
    lines = CapacityLine.objects.filter(report=report)
    for profession in lines.filter(member=None):
        persons = lines.filter(profession=profession.profession).exclude(member=None)
        sums = persons.aggregate(
            Sum("capacity_minutes"), Sum("done"), Sum("done_minutes"), Sum("logged_minutes")
        )
        assert list(sums.values()) == [
            profession.capacity_minutes, profession.done, profession.done_minutes, profession.logged_minutes,
        ]  # fmt: skip
    whole = lines.filter(member=None).aggregate(n=Sum("done_minutes"))["n"]
    work = WorkLine.objects.filter(report=report).aggregate(n=Sum("done_minutes"))["n"]
    assert whole == work == 11 + 13 + 17 + 19 + 23
    other = CapacityLine.objects.filter(clinic=furulund.clinic)
    assert not other.exclude(member=None).exists()  # not switched on there
    assert other.aggregate(n=Sum("done_minutes"))["n"] == whole


def test_whoever_left_is_in_the_weeks_they_were_here(solbakken: Cast) -> None:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=True)
    gone = make_member(solbakken.clinic, "Gro Gran", "nurse", ends_on=WEEK.monday)
    names = set(
        CapacityLine.objects.filter(report=close(), member=gone).values_list("capacity_minutes", flat=True)
    )
    assert names == {300}
    later = close(WEEK.plus(1))
    assert not CapacityLine.objects.filter(report=later, member=gone).exists()


def test_how_often_a_leader_overruled_the_sharing_out(solbakken: Cast) -> None:
    leader, nurse, secretary = solbakken.doctor, solbakken.nurse, solbakken.secretary
    moment = at(day(WEEK, 2))
    tasks = [make_task(secretary, "okonomi") for _ in range(6)]
    pinned, ruled_out, given, own, colleagues, later = (task.pk for task in tasks)
    why: dict[str, Any] = {"reason": "Kjenner saken.", "at": moment}
    overrides.pin(pinned, by=leader, to=nurse, day=None, **why)
    overrides.unpin(pinned, by=leader, **why)  # letting go is no overruling
    overrides.forbid(ruled_out, nurse, by=leader, **why)
    overrides.allow(ruled_out, nurse, by=leader, **why)
    hand_on(given, by=leader, to=nurse, **why)  # from the secretary: overruled
    Task.objects.filter(pk=own).update(assignee=leader)
    hand_on(own, by=leader, to=nurse, **why)  # the leader's own
    hand_on(colleagues, by=secretary, to=nurse, **why)  # no leader
    overrides.pin(later, by=leader, to=nurse, day=None, reason="x", at=WEEK.ends_at)  # next week's
    AllocationRun.objects.create(
        clinic=solbakken.clinic, cause="night", state="undone", ran_at=moment, first_day=WEEK.monday,
        decided_at=moment, undone_by=leader, undone_at=moment,
    )  # fmt: skip
    assert close().overrides == 4
    assert close(WEEK.plus(1)).overrides == 1


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"doctor": 3, "nurse": 3, "secretary": 4}, {"doctor", "nurse", "secretary"}),
        ({"doctor": 3, "nurse": 2, "secretary": 3}, {"doctor"}),  # two nurses are what is left of the sum
        ({"doctor": 3, "nurse": 2, "secretary": 2}, {"doctor"}),  # four people: nobody's own
        ({"doctor": 3, "nurse": 2}, set()),
        ({"doctor": 2, "secretary": 1}, set()),
    ],
)
def test_evenings_are_told_of_no_profession_that_the_clinics_sum_gives_away(
    people: dict[str, int], told: set[str]
) -> None:
    assert habits_told(CapacityLine(profession=one, people=n) for one, n in people.items()) == told
