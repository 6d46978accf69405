"""teams_capacity, the one definition of capacity (docs/numbers.md): each term by itself, and all together."""

from __future__ import annotations

import datetime as dt

import pytest

from teams.calendar import Week, day_share
from teams.models import Absence, Duty, Member, WorkingHours
from teams.queries import capacity
from teams.timetables import weeks_of
from tests.conftest import Cast, make_member

MONDAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
CHRISTMAS_EVE, CHRISTMAS = dt.date(2026, 12, 24), dt.date(2026, 12, 25)


@pytest.fixture
def nurse(solbakken: Cast) -> Member:
    """600 minutes at work Monday to Friday, 120 of them booked."""
    member = make_member(solbakken.clinic, "Ola Ås", "nurse", minutes=600)
    WorkingHours.objects.filter(member=member).update(booked_minutes=120)
    return member


def duty(member: Member, minutes: int, rest: int = 0, **fields: object) -> None:
    Duty.objects.create(
        clinic=member.clinic, member=member, kind="on_call" if rest else "meeting", minutes=minutes, rest_minutes=rest,
        **fields,
    )  # fmt: skip


def away(member: Member, first: dt.date, last: dt.date, **fields: object) -> None:
    Absence.objects.create(
        clinic=member.clinic, member=member, starts_on=first, ends_on=last, reason="course", **fields
    )


def on(member: Member, *days: dt.date) -> list[int]:
    found = capacity(days).get(member.pk, {})
    return [found.get(day, 0) for day in days]


def test_hours_less_what_is_booked_on_the_iso_weekday(nurse: Member) -> None:
    WorkingHours.objects.filter(member=nurse, weekday=2).update(minutes=500)
    assert on(nurse, *Week.of(MONDAY).days) == [480, 380, 480, 480, 480, 0, 0]


def test_saturday_is_a_day_like_others_for_who_works_then(nurse: Member) -> None:
    WorkingHours.objects.create(clinic=nurse.clinic, member=nurse, weekday=6, minutes=90, starts_on=MONDAY)
    assert on(nurse, MONDAY - 2 * DAY, MONDAY + 5 * DAY) == [0, 90]


def test_hours_count_from_and_including_to_and_including(nurse: Member) -> None:
    WorkingHours.objects.filter(member=nurse, weekday=1).update(starts_on=MONDAY, ends_on=MONDAY + 7 * DAY)
    assert on(nurse, *(MONDAY + n * 7 * DAY for n in (-1, 0, 1, 2))) == [0, 480, 480, 0]


def test_employment_bounds_it(nurse: Member) -> None:
    Member.objects.filter(pk=nurse.pk).update(starts_on=MONDAY, ends_on=MONDAY + DAY)
    assert on(nurse, MONDAY - 3 * DAY, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY) == [0, 480, 480, 0]


def test_holidays_count_nothing_and_half_days_half(nurse: Member) -> None:
    assert on(nurse, CHRISTMAS_EVE, CHRISTMAS) == [240, 0]


def test_on_a_half_day_the_duty_is_halved_with_the_day(nurse: Member) -> None:
    duty(nurse, 80, day=CHRISTMAS_EVE)
    assert on(nurse, CHRISTMAS_EVE) == [200]


def test_a_weekly_duty_from_its_first_to_its_last_day(nurse: Member) -> None:
    duty(nurse, 60, weekday=1, starts_on=MONDAY, ends_on=MONDAY + 7 * DAY)
    assert on(nurse, *(MONDAY + n * 7 * DAY for n in (-1, 0, 1, 2))) == [480, 420, 420, 480]
    assert on(nurse, MONDAY + DAY) == [480]


def test_a_single_duty_on_its_day_alone(nurse: Member) -> None:
    duty(nurse, 60, day=MONDAY)
    assert on(nurse, MONDAY, MONDAY + DAY, MONDAY + 7 * DAY) == [420, 480, 480]


def test_duties_of_a_day_add_up_and_never_go_below_nothing(nurse: Member) -> None:
    duty(nurse, 300, day=MONDAY)
    duty(nurse, 100, weekday=1, starts_on=MONDAY)
    assert on(nurse, MONDAY) == [80]
    duty(nurse, 200, day=MONDAY)
    assert on(nurse, MONDAY) == [0]


def test_rest_is_taken_from_the_day_after(nurse: Member) -> None:
    duty(nurse, 0, rest=300, day=MONDAY)
    assert on(nurse, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY) == [480, 180, 480]


def test_rest_after_sunday_is_mondays(nurse: Member) -> None:
    duty(nurse, 0, rest=1440, weekday=7, starts_on=MONDAY - DAY, ends_on=MONDAY - DAY)
    assert on(nurse, MONDAY - 3 * DAY, MONDAY, MONDAY + DAY, MONDAY + 7 * DAY) == [480, 0, 480, 480]


def test_the_last_night_of_a_weekly_duty_still_gives_rest(nurse: Member) -> None:
    duty(nurse, 0, rest=100, weekday=1, starts_on=MONDAY, ends_on=MONDAY)
    assert on(nurse, MONDAY + DAY, MONDAY + 8 * DAY) == [380, 480]


def test_a_whole_day_away_leaves_nothing(nurse: Member) -> None:
    away(nurse, MONDAY, MONDAY + DAY)
    assert on(nurse, MONDAY - 3 * DAY, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY) == [480, 0, 0, 480]


@pytest.mark.parametrize("part", ["morning", "afternoon"])
def test_half_a_day_away_leaves_half(nurse: Member, part: str) -> None:
    away(nurse, MONDAY, MONDAY, part=part)
    assert on(nurse, MONDAY) == [240]


def test_both_halves_away_are_a_whole_day(nurse: Member) -> None:
    away(nurse, MONDAY, MONDAY, part="morning")
    away(nurse, MONDAY, MONDAY, part="afternoon")
    assert on(nurse, MONDAY) == [0]


def test_some_hours_away_take_their_share_of_the_day(nurse: Member) -> None:
    away(nurse, MONDAY, MONDAY, part="hours", minutes=150)  # a quarter of ten hours
    assert on(nurse, MONDAY) == [360]


def test_everything_at_once(nurse: Member) -> None:
    """(600 − 120 booked − 80 duty) × half a day × the half that is not away − 30 rest after the night before."""
    duty(nurse, 80, day=CHRISTMAS_EVE)
    duty(nurse, 0, rest=30, day=CHRISTMAS_EVE - DAY)
    away(nurse, CHRISTMAS_EVE, CHRISTMAS_EVE, part="afternoon")
    assert on(nurse, CHRISTMAS_EVE) == [70]


def test_nights_when_the_clock_changes_are_days_like_others(nurse: Member) -> None:
    for sunday in (dt.date(2026, 3, 29), dt.date(2026, 10, 25)):
        duty(nurse, 0, rest=60, day=sunday)
        assert on(nurse, sunday - 2 * DAY, sunday + DAY) == [480, 420]


def test_one_members_duties_are_no_other_members(solbakken: Cast, nurse: Member) -> None:
    duty(solbakken.nurse, 60, rest=60, day=MONDAY)
    away(solbakken.nurse, MONDAY, MONDAY)
    assert on(nurse, MONDAY, MONDAY + DAY) == [480, 480]


def test_the_members_page_shows_the_same_sum(nurse: Member) -> None:
    duty(nurse, 60, weekday=2, starts_on=MONDAY - 70 * DAY)
    duty(nurse, 30, rest=200, weekday=3, starts_on=MONDAY - 70 * DAY)
    duty(nurse, 0, rest=1440, weekday=7, starts_on=MONDAY - 70 * DAY)
    WorkingHours.objects.filter(member=nurse, weekday=5).update(minutes=300)
    weeks, _duties = weeks_of(nurse, MONDAY)
    days = Week.of(MONDAY).days
    assert all(day_share(day) == 1 for day in days[:5])
    assert [line.left for line in weeks[0].lines] == on(nurse, *days)
