"""Each change does what it says, counted by hand; and nothing that no form writes is taken for a change."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from scenarios.applying import NoLonger, applied
from scenarios.changes import (
    Away,
    Change,
    Delegate,
    LessTime,
    ListLength,
    MorePeople,
    NewInterval,
    StartProgramme,
    WrongChange,
    read,
    stored,
)
from scenarios.situation import MADE_UP
from teams.calendar import DAY
from tests.scenarios.building import (
    BLOODS,
    CALL,
    CONTROL,
    DOCTOR,
    MONDAY,
    NURSE,
    SECRETARY,
    clinic,
    plan,
    row,
    step,
    total,
    weeks_of,
)

ALL: list[Change] = [
    MorePeople("nurse", 50, MONDAY),
    LessTime(NURSE, 20, MONDAY),
    Away(DOCTOR, MONDAY, MONDAY + 20 * DAY),
    Delegate(CONTROL, (), None, "nurse", MONDAY),
    Delegate(CONTROL, (DOCTOR,), NURSE, "", MONDAY),
    NewInterval(1, 2),
    StartProgramme(1),
    ListLength(-10),
]


@pytest.mark.parametrize("change", ALL, ids=lambda change: type(change).__name__)
def test_a_change_comes_back_as_it_was_stored(change: Change) -> None:
    assert read(stored([change])) == (change,)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"what": "fire"},
        {"what": "list", "percent": 0},
        {"what": "list", "percent": "10"},
        {"what": "list", "percent": True},
        {"what": "list", "percent": 101},
        {"what": "list", "percent": 10, "doctor": 1},
        {"what": "interval", "step": 1, "months": 61},
        {"what": "more", "profession": "nurse", "percent": 1, "starts_on": "2026-09-07"},
        {"what": "more", "profession": "nurse", "percent": 50, "starts_on": "i går"},
        {"what": "away", "member": 1, "starts_on": "2026-09-07", "ends_on": "2026-09-06"},
        {"what": "delegate", "task_kind": 1, "doctors": [], "member": 1, "profession": "nurse", "starts_on": "2026-09-07"},
        {"what": "delegate", "task_kind": 1, "doctors": ["x"], "member": 1, "profession": "", "starts_on": "2026-09-07"},
    ],
)  # fmt: skip
def test_what_no_form_writes_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(WrongChange):
        read([found])


def test_there_may_be_eight_of_them() -> None:
    assert len(read(stored(ALL))) == 8
    with pytest.raises(WrongChange):
        read(stored([*ALL, ListLength(5)]))


def test_a_new_colleague_has_a_share_of_a_typical_ones_hours_on_open_days() -> None:
    """Half of sixty minutes a day; nobody works on Christmas Eve's afternoon, and on Christmas Day nobody at all."""
    december = dt.date(2026, 12, 21)
    found = applied(clinic(today=december), [MorePeople("nurse", 50, december + DAY)])
    (minutes,) = [m for who, m in found.read.minutes.items() if who >= MADE_UP]
    week = {day: n for day, n in minutes.items() if day < december + 7 * DAY}
    assert week == {december + DAY: 30, december + 2 * DAY: 30, december + 3 * DAY: 15}


def test_more_than_a_full_position_is_more_than_one_person() -> None:
    first, *_ = weeks_of(applied(clinic(), [MorePeople("nurse", 150, MONDAY)]))
    assert first.time["nurse"] == 5 * (60 + 60 + 30)


def test_the_typical_colleague_works_full_time() -> None:
    """The nurse who is there one day a week is not what a position is."""
    found = clinic()
    people = [
        *found.read.members[1],
        type(found.read.members[1][0])(pk=14, clinic_id=1, profession="nurse", starts_on=MONDAY),
    ]
    found = replace(
        found, read=replace(found.read, members={1: people}), weekly={**found.weekly, 14: (300, 0, 0, 0, 0, 0, 0)},
        at_work={**found.at_work, 14: 450},
    )  # fmt: skip
    first, *_ = weeks_of(applied(found, [MorePeople("nurse", 100, MONDAY)]))
    assert first.time["nurse"] == 2 * 300


def test_a_new_nurse_does_what_waited() -> None:
    found = clinic([row(n) for n in range(1, 16)])
    assert weeks_of(found)[0].overdue == 5
    assert weeks_of(applied(found, [MorePeople("nurse", 50, MONDAY)]))[0].overdue == 0


def test_away_takes_exactly_those_days() -> None:
    weeks = weeks_of(applied(clinic(), [Away(DOCTOR, MONDAY + DAY, MONDAY + 9 * DAY)]))
    assert [week.time["doctor"] for week in weeks] == [60, 2 * 60, 300, 300]
    assert [week.time["nurse"] for week in weeks] == [300] * 4


def test_less_time_takes_its_share_from_its_day() -> None:
    weeks = weeks_of(applied(clinic(), [LessTime(NURSE, 25, MONDAY + 7 * DAY)]))
    assert [week.time["nurse"] for week in weeks] == [300, 225, 225, 225]


@pytest.mark.parametrize("to", [(NURSE, ""), (None, "nurse")])
def test_a_delegation_moves_minutes_from_the_doctor_to_the_nurse(to: tuple[int | None, str]) -> None:
    """Four controls: fifteen minutes of the doctor's each, forty-five of the nurse's."""
    found = clinic([row(n, CONTROL, 15, due_on=MONDAY + 4 * DAY) for n in range(1, 5)])
    today, then = weeks_of(found), weeks_of(applied(found, [Delegate(CONTROL, (), *to, MONDAY)]))
    assert (total(today, "doctor"), total(today, "nurse")) == (60, 0)
    assert (total(then, "doctor"), total(then, "nurse")) == (0, 180)


def test_what_the_catalogue_lets_nobody_delegate_to_a_profession_stays() -> None:
    found = clinic([row(1, CONTROL, 15)])
    then = weeks_of(applied(found, [Delegate(CONTROL, (), SECRETARY, "", MONDAY)]))
    assert (total(then, "doctor"), total(then, "secretary")) == (15, 0)


def test_half_the_interval_is_about_twice_the_tasks() -> None:
    """Forty patients, every second month, last done evenly over the two months behind."""
    plans = {n: plan(n, MONDAY + (1 + 3 * n // 2) * DAY, MONDAY + (3 * n // 2 - 60) * DAY) for n in range(40)}
    found = clinic(weeks=12, steps={1: step(BLOODS, months=2)}, plans=plans, minutes={SECRETARY: 120})
    today = total(weeks_of(found), "secretary")
    then = total(weeks_of(applied(found, [NewInterval(1, 1)])), "secretary")
    assert 1.7 < then / today < 2.3


def test_an_own_interval_stands() -> None:
    own = replace(plan(1, MONDAY + 40 * DAY, MONDAY - 20 * DAY), own=step(months=2).rhythm)
    found = clinic(weeks=12, steps={1: step(months=2)}, plans={1: own})
    assert applied(found, [NewInterval(1, 1)]).plans == found.plans


def test_a_programme_starts_for_everybody_it_is_for() -> None:
    """Twelve patients, one call each within a month of their own: twelve first calls, and their next ones."""
    found = clinic(weeks=12, steps={1: step(months=12)}, candidates={1: tuple(range(1, 74))})
    then = applied(found, [StartProgramme(1)])
    assert len(then.plans) == 73
    # Evenly over the year: of 73 patients about a fifth is due in the weeks that are looked at.
    assert 12 <= total(weeks_of(then), "nurse") / 30 <= 22
    assert total(weeks_of(found), "nurse") == 0


@pytest.mark.parametrize(("percent", "tasks"), [(10, 44), (-10, 36), (100, 80), (-50, 20)])
def test_a_longer_list_has_so_much_more_work(percent: int, tasks: int) -> None:
    arrivals = tuple((row(900 + n, opens_on=MONDAY + DAY, due_on=MONDAY + 4 * DAY),) for n in range(20))
    plans = {n: plan(n, MONDAY + 14 * DAY) for n in range(1, 21)}
    found = clinic(steps={1: step(CALL, months=12)}, plans=plans, arrivals=arrivals, minutes={NURSE: 300})
    assert total(weeks_of(found), "nurse") == 40 * 30
    assert total(weeks_of(applied(found, [ListLength(percent)])), "nurse") == tasks * 30


def test_a_list_may_be_lengthened_twice() -> None:
    arrivals = tuple((row(900 + n, opens_on=MONDAY, due_on=MONDAY + 4 * DAY),) for n in range(10))
    plans = {n: plan(n, MONDAY + 14 * DAY) for n in range(1, 11)}
    found = clinic(steps={1: step(CALL, months=12)}, plans=plans, arrivals=arrivals, minutes={NURSE: 600})
    assert total(weeks_of(applied(found, [ListLength(100), ListLength(50)])), "nurse") == 60 * 30


def test_pairs_are_copied_as_pairs_and_what_is_open_is_left_alone() -> None:
    pair = (row(900, CONTROL, 5, part="sign", after_id=901), row(901, CALL, 10, part="prepare"))
    found = applied(clinic([row(1)], arrivals=(pair,)), [ListLength(100)])
    again = found.arrivals[1]
    assert again[0].after_id == again[1].id != 901
    assert found.read.rows[1] == [row(1)]


def test_what_is_not_there_any_more_is_said() -> None:
    gone: list[Change] = [
        Away(99, MONDAY, MONDAY), LessTime(99, 50, MONDAY), MorePeople("psychologist", 50, MONDAY),
        Delegate(99, (), NURSE, "", MONDAY), Delegate(CONTROL, (), 99, "", MONDAY),
        Delegate(CONTROL, (NURSE,), NURSE, "", MONDAY), NewInterval(99, 3), StartProgramme(99),
    ]  # fmt: skip
    for change in gone:
        with pytest.raises(NoLonger):
            applied(clinic(), [change])


def test_the_order_they_come_in_decides_nothing() -> None:
    found = clinic(
        [row(1, CONTROL, 15)], steps={1: step()}, plans={1: plan(1, MONDAY)}, candidates={1: (2, 3)}
    )
    changes: list[Change] = [
        Delegate(CONTROL, (), None, "nurse", MONDAY),
        MorePeople("nurse", 100, MONDAY),
        StartProgramme(1),
        ListLength(20),
    ]
    there, back = applied(found, changes), applied(found, changes[::-1])
    assert (there.leaves, there.plans, list(there.read.minutes)) == (
        back.leaves,
        back.plans,
        list(back.read.minutes),
    )
    assert {each.member_id for each in there.leaves} == {
        NURSE,
        *(w for w in there.read.minutes if w >= MADE_UP),
    }
