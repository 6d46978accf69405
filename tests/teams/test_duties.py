"""Other duties: what the law lets, whose they are, and when they end."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from teams.actions.duties import add_duty, end_duty
from teams.calendar import OSLO
from teams.models import Duty, Member, Training
from teams.queries import capacity
from teams.weekly import Bound
from tests.conftest import Cast, make_member

WEDNESDAY = dt.datetime(2026, 11, 25, 9, 0, tzinfo=OSLO)
TODAY = WEDNESDAY.date()
DAY = dt.timedelta(days=1)


def weekly(kind: str = "meeting", minutes: int = 60, weekday: int = 3, **fields: object) -> Bound:
    return Bound(kind, minutes, weekday=weekday, **{"starts_on": TODAY, **fields})  # type: ignore[arg-type]


def add(cast: Cast, duty: Bound, member: Member | None = None, **fields: object) -> Duty:
    return add_duty((member or cast.doctor).pk, duty, by=cast.doctor, at=WEDNESDAY, **fields)  # type: ignore[arg-type]


def minutes(member: Member, day: dt.date) -> int:
    return capacity([day]).get(member.pk, {}).get(day, 0)


def test_a_duty_takes_from_the_day_every_week(solbakken: Cast) -> None:
    add(solbakken, weekly(minutes=45), solbakken.nurse)
    assert [minutes(solbakken.nurse, TODAY + n * DAY) for n in (-7, 0, 1, 7)] == [300, 255, 300, 255]


def test_a_night_on_call_once_takes_the_rest_from_the_day_after(solbakken: Cast) -> None:
    add(solbakken, Bound("on_call", 0, 90, day=TODAY), solbakken.doctor)
    assert [minutes(solbakken.doctor, TODAY + n * DAY) for n in (0, 1, 2)] == [120, 30, 120]


def test_seven_and_a_half_hours_of_municipal_work_and_no_minute_more(solbakken: Cast) -> None:
    add(solbakken, weekly("municipal", 240, 1))
    add(solbakken, weekly("municipal", 210, 5))
    with pytest.raises(ValueError, match=r"^municipal$"):
        add(solbakken, Bound("municipal", 1, day=TODAY + 6 * DAY))
    add(solbakken, weekly("municipal", 450, 2), solbakken.second_doctor)


def test_municipal_work_that_has_ended_gives_room_for_other(solbakken: Cast) -> None:
    add(solbakken, weekly("municipal", 450, 1, ends_on=TODAY + 11 * DAY))
    with pytest.raises(ValueError, match="municipal"):
        add(solbakken, weekly("municipal", 60, 3, starts_on=TODAY + 7 * DAY))
    add(solbakken, weekly("municipal", 60, 3, starts_on=TODAY + 14 * DAY))


@pytest.mark.parametrize(
    ("duty", "refused"),
    [
        (weekly("golf"), "kind"),
        (weekly(minutes=0), "minutes"),
        (weekly(minutes=1441), "minutes"),
        (weekly("meeting", rest=60), "rest"),
        (weekly(weekday=8), "weekday"),
        (weekly(starts_on=None), "starts_on"),
        (weekly(starts_on=TODAY - 7 * DAY), "starts_on"),
        (weekly(starts_on=TODAY - DAY), "confirmed"),
        (weekly(ends_on=TODAY - DAY), "ends_on"),
        (Bound("meeting", 60, day=TODAY - 7 * DAY), "day"),
        (Bound("meeting", 60, day=TODAY, weekday=3), "day"),
    ],
)
def test_what_is_refused(solbakken: Cast, duty: Bound, refused: str) -> None:
    with pytest.raises(ValueError, match=rf"^{refused}$"):
        add(solbakken, duty)
    assert not Duty.objects.exists()


@pytest.mark.parametrize("kind", ["municipal", "supervision"])
def test_what_only_doctors_are_bound_to(solbakken: Cast, kind: str) -> None:
    with pytest.raises(ValueError, match=r"^doctor$"):
        add(solbakken, weekly(kind), solbakken.nurse)
    add(solbakken, weekly(kind), solbakken.second_doctor)


def test_who_is_in_training_supervises_nobody(solbakken: Cast) -> None:
    trainee = make_member(solbakken.clinic, "Liv Lie", "doctor", training=Training.ALIS)
    with pytest.raises(ValueError, match=r"^supervision$"):
        add(solbakken, weekly("supervision"), trainee)


def test_a_weekly_duty_ends_and_what_it_took_before_stands(solbakken: Cast) -> None:
    duty = add(solbakken, weekly(minutes=45), solbakken.nurse)
    end_duty(duty.pk, on=TODAY, by=solbakken.doctor, at=WEDNESDAY)
    assert [minutes(solbakken.nurse, TODAY + n * DAY) for n in (0, 7)] == [255, 300]
    with pytest.raises(ValueError, match=r"^on$"):
        end_duty(duty.pk, on=TODAY + 7 * DAY, by=solbakken.doctor, at=WEDNESDAY)
    with pytest.raises(ValueError, match=r"^on$"):
        end_duty(duty.pk, on=TODAY - 7 * DAY, by=solbakken.doctor, at=WEDNESDAY)


def test_a_duty_does_not_end_at_the_end_of_time(solbakken: Cast) -> None:
    duty = add(solbakken, weekly(), solbakken.nurse)
    for far in (dt.date.max, TODAY + 400 * DAY):
        with pytest.raises(ValueError, match=r"^on$"):
            end_duty(duty.pk, on=far, by=solbakken.doctor, at=WEDNESDAY)


def test_what_has_not_begun_is_taken_away(solbakken: Cast) -> None:
    single = add(solbakken, Bound("teaching", 60, day=TODAY + DAY), solbakken.nurse)
    coming = add(solbakken, weekly(starts_on=TODAY + 7 * DAY), solbakken.nurse)
    for duty in (single, coming):
        assert end_duty(duty.pk, on=TODAY, by=solbakken.doctor, at=WEDNESDAY) is None
    assert not Duty.objects.exists()


def test_only_who_manages_members_and_only_of_the_own_clinic(solbakken: Cast, furulund: Cast) -> None:
    duty = add(solbakken, weekly())
    with pytest.raises(PermissionDenied):
        add_duty(solbakken.nurse.pk, weekly(), by=solbakken.nurse, at=WEDNESDAY)
    with pytest.raises(PermissionDenied):
        end_duty(duty.pk, on=TODAY, by=solbakken.secretary, at=WEDNESDAY)
    with pytest.raises(Member.DoesNotExist):
        add_duty(solbakken.nurse.pk, weekly(), by=furulund.doctor, at=WEDNESDAY)
    with pytest.raises(Duty.DoesNotExist):
        end_duty(duty.pk, on=TODAY, by=furulund.doctor, at=WEDNESDAY)
