"""Absence: what can be registered and by whom, set right, ended early and taken out; what it takes; who is told why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from teams.absences import absences_in, away_too, colleagues_in, minutes_taken
from teams.actions.absence import (
    Away,
    Overlap,
    TooLate,
    cancel_absence,
    change_absence,
    come_back,
    register_absence,
)
from teams.calendar import OSLO
from teams.models import Absence, AbsenceReason, DayPart, Duty, Member, WorkingHours
from teams.queries import capacity
from tests.conftest import Cast, make_member

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 23, 7, 30, tzinfo=OSLO)
WEEK: dict[str, Any] = {"starts_on": MONDAY, "ends_on": MONDAY + 4 * DAY, "reason": "sick"}


def register(member: Member, by: Member, **fields: Any) -> Absence:
    return register_absence(member, Away(**{**WEEK, **fields}), by=by, at=MORNING)


def test_a_leader_registers_for_anybody_and_everybody_for_themselves(solbakken: Cast) -> None:
    found = register(solbakken.nurse, solbakken.doctor, cover=solbakken.secretary)
    assert (found.member, found.by, found.at) == (solbakken.nurse, solbakken.doctor, MORNING)
    assert (found.cover, found.part, found.minutes) == (solbakken.secretary, DayPart.WHOLE, None)
    assert register(solbakken.manager, solbakken.manager).by == solbakken.manager
    with pytest.raises(PermissionDenied):
        register(solbakken.secretary, solbakken.nurse)


def test_nobody_of_another_clinic_is_registered(solbakken: Cast, furulund: Cast) -> None:
    with pytest.raises(PermissionDenied):
        register(furulund.nurse, solbakken.doctor)
    found = register(solbakken.nurse, solbakken.doctor)
    with pytest.raises(Absence.DoesNotExist):
        change_absence(found.pk, Away(**WEEK), by=furulund.doctor, at=MORNING)
    with pytest.raises(Absence.DoesNotExist):
        come_back(found.pk, MONDAY + DAY, by=furulund.doctor, at=MORNING)
    with pytest.raises(Absence.DoesNotExist):
        cancel_absence(found.pk, by=furulund.doctor, at=MORNING)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_on": MONDAY - DAY}, "ends_on"),
        ({"ends_on": MONDAY + 367 * DAY}, "too_long"),
        ({"starts_on": MONDAY - 32 * DAY}, "starts_on"),
        ({"starts_on": MONDAY + 367 * DAY, "ends_on": MONDAY + 367 * DAY}, "starts_on"),
        ({"reason": "boredom"}, "reason"),
        ({"part": "evening"}, "part"),
        ({"part": "hours"}, "minutes"),
        ({"part": "hours", "minutes": 0}, "minutes"),
        ({"part": "hours", "minutes": 721}, "minutes"),
        ({"minutes": 60}, "minutes"),
    ],
)
def test_what_cannot_be_is_refused(solbakken: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        register(solbakken.nurse, solbakken.doctor, **wrong)
    assert not Absence.objects.exists()


def test_a_year_and_a_month_back_can_be(solbakken: Cast) -> None:
    register(solbakken.nurse, solbakken.doctor, ends_on=MONDAY + 366 * DAY)
    register(solbakken.secretary, solbakken.doctor, starts_on=MONDAY - 31 * DAY, ends_on=MONDAY - 30 * DAY)
    assert Absence.objects.count() == 2


def test_only_whoever_is_employed_all_the_days_is_away_or_stands_in(solbakken: Cast) -> None:
    leaves = make_member(solbakken.clinic, "Sist Dag", "nurse", ends_on=MONDAY + 2 * DAY)
    begins = make_member(solbakken.clinic, "Ny Her", "nurse", starts_on=MONDAY + DAY)
    for member in (leaves, begins):
        with pytest.raises(ValueError, match="employment"):
            register(member, solbakken.doctor)
        with pytest.raises(ValueError, match="cover"):
            register(solbakken.nurse, solbakken.doctor, cover=member)
    register(leaves, solbakken.doctor, ends_on=MONDAY + 2 * DAY)


def test_the_cover_is_another_of_the_clinic_who_does_tasks(solbakken: Cast, furulund: Cast) -> None:
    for cover in (solbakken.nurse, furulund.nurse, solbakken.manager):
        with pytest.raises(ValueError, match="cover"):
            register(solbakken.nurse, solbakken.doctor, cover=cover)


def test_two_absences_do_not_take_the_same_part_of_a_day(solbakken: Cast) -> None:
    nurse, leader = solbakken.nurse, solbakken.doctor
    first = register(nurse, leader, part="morning")
    for part, minutes in (("whole", None), ("morning", None), ("hours", 60)):
        with pytest.raises(Overlap) as found:
            register(nurse, leader, part=part, minutes=minutes, starts_on=MONDAY + 4 * DAY)
        assert found.value.other == first
    register(nurse, leader, part="afternoon", reason="course")
    register(nurse, leader, starts_on=MONDAY + 5 * DAY, ends_on=MONDAY + 6 * DAY)
    register(solbakken.secretary, leader)
    assert Absence.objects.count() == 4


def test_it_is_set_right_with_who_and_when(solbakken: Cast) -> None:
    found = register(solbakken.nurse, solbakken.nurse)
    later = MORNING + dt.timedelta(hours=3)
    new = Away(**{**WEEK, "ends_on": MONDAY + 11 * DAY, "reason": "leave", "part": "hours", "minutes": 120})
    changed = change_absence(found.pk, new, by=solbakken.doctor, at=later)
    changed.refresh_from_db()
    assert (changed.ends_on, changed.reason, changed.minutes) == (MONDAY + 11 * DAY, "leave", 120)
    assert (changed.by, changed.at) == (solbakken.doctor, later)
    with pytest.raises(PermissionDenied):
        change_absence(found.pk, new, by=solbakken.secretary, at=later)


def test_what_has_long_begun_can_still_be_set_right_but_not_what_is_long_over(solbakken: Cast) -> None:
    long_ago = MONDAY - 90 * DAY
    found = Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, starts_on=long_ago, ends_on=MONDAY, reason="leave"
    )
    new = Away(long_ago, MONDAY + DAY, "leave")
    assert change_absence(found.pk, new, by=solbakken.doctor, at=MORNING).ends_on == MONDAY + DAY
    with pytest.raises(ValueError, match="starts_on"):
        change_absence(found.pk, Away(long_ago - DAY, MONDAY, "leave"), by=solbakken.doctor, at=MORNING)
    with pytest.raises(TooLate):
        change_absence(
            found.pk, new, by=solbakken.doctor, at=MORNING + dt.timedelta(days=40)
        )  # fmt: skip


def test_back_early_it_ends_the_day_before(solbakken: Cast) -> None:
    found = register(solbakken.nurse, solbakken.doctor)
    wednesday = MORNING + 2 * DAY
    back = come_back(found.pk, MONDAY + 2 * DAY, by=solbakken.nurse, at=wednesday)
    assert (back.ends_on, back.by, back.at) == (MONDAY + DAY, solbakken.nurse, wednesday)
    assert sorted(capacity([MONDAY + n * DAY for n in range(5)])[solbakken.nurse.pk]) == [
        MONDAY + n * DAY for n in (2, 3, 4)
    ]
    with pytest.raises(TooLate):
        come_back(found.pk, MONDAY + 3 * DAY, by=solbakken.doctor, at=wednesday)


def test_nobody_comes_back_before_today_or_on_the_first_day(solbakken: Cast) -> None:
    found = register(solbakken.nurse, solbakken.doctor)
    for day, at in ((MONDAY, MORNING), (MONDAY + DAY, MORNING + 2 * DAY)):
        with pytest.raises(ValueError, match="day"):
            come_back(found.pk, day, by=solbakken.doctor, at=at)


def test_it_is_taken_out_before_it_begins_or_as_todays_slip(solbakken: Cast) -> None:
    coming = register(solbakken.nurse, solbakken.doctor, starts_on=MONDAY + DAY)
    slip = register(solbakken.secretary, solbakken.doctor)
    old = register(solbakken.second_doctor, solbakken.doctor, starts_on=MONDAY - DAY)
    assert cancel_absence(coming.pk, by=solbakken.nurse, at=MORNING).member == solbakken.nurse
    cancel_absence(slip.pk, by=solbakken.doctor, at=MORNING)
    with pytest.raises(TooLate):
        cancel_absence(old.pk, by=solbakken.doctor, at=MORNING)
    assert list(Absence.objects.all()) == [old]


def test_begun_yesterday_it_is_no_slip(solbakken: Cast) -> None:
    found = register(solbakken.nurse, solbakken.doctor)
    with pytest.raises(TooLate):
        cancel_absence(found.pk, by=solbakken.doctor, at=MORNING + DAY)


def test_what_it_takes_is_the_capacity_there_would_be_without_it_and_no_other(solbakken: Cast) -> None:
    """300 minutes; a meeting of 30 on Monday; away another morning already on Tuesday; half of Wednesday is a course."""
    nurse = solbakken.nurse
    Duty.objects.create(clinic=nurse.clinic, member=nurse, kind="meeting", minutes=30, day=MONDAY)
    register(nurse, solbakken.doctor, starts_on=MONDAY + DAY, ends_on=MONDAY + DAY, part="morning")
    found = Absence.objects.create(
        clinic=nurse.clinic, member=nurse, starts_on=MONDAY, ends_on=MONDAY + 6 * DAY, reason="leave",
        part="hours", minutes=60,
    )  # fmt: skip
    WorkingHours.objects.filter(member=nurse, weekday=4).delete()
    assert minutes_taken(found, MONDAY, MONDAY + 6 * DAY) == {
        MONDAY: (270, 216),
        MONDAY + DAY: (150, 90),
        MONDAY + 2 * DAY: (300, 240),
        MONDAY + 4 * DAY: (300, 240),
    }
    found.part, found.minutes = DayPart.WHOLE, None
    found.save()
    assert minutes_taken(found, MONDAY, MONDAY) == {MONDAY: (270, 0)}


def test_why_is_told_to_leaders_and_to_oneself_alone(solbakken: Cast, furulund: Cast) -> None:
    register(solbakken.nurse, solbakken.doctor)
    register(solbakken.secretary, solbakken.doctor, reason="holiday")
    span = MONDAY, MONDAY + 30 * DAY

    def told(by: Member) -> dict[str, bool]:
        return {each.row.member.name: each.why for each in absences_in(by, *span)}

    assert told(solbakken.doctor) == {"Nina Nes": True, "Siri Sand": True}
    assert told(solbakken.nurse) == {"Nina Nes": True, "Siri Sand": False}
    assert told(solbakken.second_doctor) == told(solbakken.manager) == {"Nina Nes": False, "Siri Sand": False}
    assert told(furulund.doctor) == {}
    assert absences_in(solbakken.doctor, MONDAY + 5 * DAY, MONDAY + 9 * DAY) == []


def test_who_works_here_in_the_weeks_ahead(solbakken: Cast) -> None:
    make_member(solbakken.clinic, "Gikk Ut", "nurse", ends_on=MONDAY - DAY)
    make_member(solbakken.clinic, "Kommer Senere", "nurse", starts_on=MONDAY + 9 * DAY)
    names = [m.name for m in colleagues_in(solbakken.doctor, MONDAY, MONDAY + 6 * DAY)]
    assert names == ["Arne Aune", "Hanne Holm", "Nina Nes", "Siri Sand", "Mona Myhre"]


def test_a_cover_who_is_away_too_is_found(solbakken: Cast) -> None:
    both = register(solbakken.secretary, solbakken.doctor, starts_on=MONDAY + 4 * DAY, reason="holiday")
    assert away_too(solbakken.secretary, MONDAY, MONDAY + 4 * DAY) == [both]
    assert away_too(solbakken.secretary, MONDAY, MONDAY + 3 * DAY) == []
    assert both.reason == AbsenceReason.HOLIDAY
