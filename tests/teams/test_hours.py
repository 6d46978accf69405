"""Hours are dated: a change closes what was, and nothing that is over is rewritten."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from teams.actions.hours import set_hours
from teams.calendar import OSLO
from teams.models import Access, Member, WorkingHours
from teams.queries import capacity
from tests.conftest import Cast, make_member

WEDNESDAY = dt.datetime(2026, 11, 25, 9, 0, tzinfo=OSLO)
TODAY = WEDNESDAY.date()
DAY = dt.timedelta(days=1)
HALF = dict.fromkeys(range(1, 6), (200, 50))


def minutes(member: Member, day: dt.date) -> int:
    return capacity([day]).get(member.pk, {}).get(day, 0)


def test_a_change_from_today_leaves_the_past(solbakken: Cast) -> None:
    set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY, by=solbakken.doctor, at=WEDNESDAY)
    assert minutes(solbakken.nurse, TODAY - DAY) == 300
    assert minutes(solbakken.nurse, TODAY - 28 * DAY) == 300
    assert minutes(solbakken.nurse, TODAY) == 150
    assert minutes(solbakken.nurse, TODAY + 700 * DAY) == 150


def test_a_change_for_a_time_ends_by_itself(solbakken: Cast) -> None:
    until = set_hours(
        solbakken.nurse.pk, {1: (100, 0)}, starts_on=TODAY + 5 * DAY, ends_on=TODAY + 11 * DAY, by=solbakken.doctor, at=WEDNESDAY
    )  # fmt: skip
    assert until == TODAY + 11 * DAY
    monday = TODAY + 5 * DAY
    assert [minutes(solbakken.nurse, monday + n * DAY) for n in (0, 1, 7)] == [100, 0, 300]


def test_a_change_holds_until_the_next_that_is_written(solbakken: Cast) -> None:
    set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY + 12 * DAY, by=solbakken.doctor, at=WEDNESDAY)
    until = set_hours(solbakken.nurse.pk, {3: (60, 0)}, starts_on=TODAY, by=solbakken.doctor, at=WEDNESDAY)
    assert until == TODAY + 11 * DAY
    assert [minutes(solbakken.nurse, TODAY + n * DAY) for n in (0, 1, 7, 14)] == [60, 0, 60, 150]


def test_a_change_to_come_can_be_written_over(solbakken: Cast) -> None:
    for week in (HALF, dict.fromkeys(range(1, 6), (300, 0))):
        set_hours(solbakken.nurse.pk, week, starts_on=TODAY + 7 * DAY, by=solbakken.doctor, at=WEDNESDAY)
    assert minutes(solbakken.nurse, TODAY + 7 * DAY) == 300


def test_earlier_this_week_only_when_somebody_says_yes(solbakken: Cast) -> None:
    monday = TODAY - 2 * DAY
    with pytest.raises(ValueError, match="confirmed"):
        set_hours(solbakken.nurse.pk, HALF, starts_on=monday, by=solbakken.doctor, at=WEDNESDAY)
    set_hours(solbakken.nurse.pk, HALF, starts_on=monday, confirmed=True, by=solbakken.doctor, at=WEDNESDAY)
    assert minutes(solbakken.nurse, monday) == 150
    assert minutes(solbakken.nurse, monday - 3 * DAY) == 300


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"starts_on": TODAY - 3 * DAY, "confirmed": True}, "starts_on"),  # last week is over
        ({"starts_on": TODAY + 400 * DAY}, "starts_on"),
        ({"starts_on": TODAY, "ends_on": TODAY - DAY}, "ends_on"),
        ({"starts_on": TODAY, "ends_on": dt.date.max}, "ends_on"),
        ({"starts_on": TODAY, "hours": {1: (1441, 0)}}, "minutes"),
        ({"starts_on": TODAY, "hours": {8: (60, 0)}}, "minutes"),
        ({"starts_on": TODAY, "hours": {1: (60, 61)}}, "booked"),
    ],
)
def test_what_is_refused(solbakken: Cast, fields: dict[str, object], refused: str) -> None:
    hours = fields.pop("hours", HALF)
    with pytest.raises(ValueError, match=rf"^{refused}$"):
        set_hours(solbakken.nurse.pk, hours, **fields, by=solbakken.doctor, at=WEDNESDAY)  # type: ignore[arg-type]
    assert WorkingHours.objects.filter(member=solbakken.nurse).count() == 5


def test_after_somebody_has_left_there_is_nothing_to_change(solbakken: Cast) -> None:
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=TODAY + DAY)
    with pytest.raises(ValueError, match="starts_on"):
        set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY + 2 * DAY, by=solbakken.doctor, at=WEDNESDAY)


def test_only_who_manages_members_and_only_of_the_own_clinic(solbakken: Cast, furulund: Cast) -> None:
    with pytest.raises(PermissionDenied):
        set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY, by=solbakken.nurse, at=WEDNESDAY)
    with pytest.raises(Member.DoesNotExist):
        set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY, by=furulund.doctor, at=WEDNESDAY)


def test_an_administrator_may_who_sees_no_patient(solbakken: Cast) -> None:
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    set_hours(solbakken.nurse.pk, HALF, starts_on=TODAY, by=administrator, at=WEDNESDAY)
    assert minutes(solbakken.nurse, TODAY) == 150


def test_the_database_lets_no_two_hours_overlap(solbakken: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingHours.objects.create(
            clinic=solbakken.clinic, member=solbakken.nurse, weekday=1, minutes=60, starts_on=TODAY
        )
