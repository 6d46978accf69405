"""Weeks lived through by hand: what is done, what is left, what is late, and why."""

from __future__ import annotations

import datetime as dt

from scenarios.running import run, solved
from scenarios.simulate import simulate
from scenarios.situation import Span, spans_from
from teams.calendar import DAY
from tests.scenarios.building import (
    CALL,
    CENTRIFUGE,
    CONTROL,
    DOCTOR,
    LETTER,
    MONDAY,
    NURSE,
    clinic,
    leave,
    plan,
    row,
    step,
    total,
    weeks_of,
)


def test_a_scenario_that_changes_nothing_is_today_exactly() -> None:
    found = clinic(
        [row(n, n % 4 + 1, 5 * n) for n in range(1, 30)], steps={1: step()},
        plans={n: plan(n, MONDAY + n * DAY) for n in range(1, 40)}, leaves=(leave(),),
    )  # fmt: skip
    told: list[int] = []
    result = run(found, (), told=told.append)
    assert result["today"] == result["scenario"]
    assert told == list(range(1, 9))


def test_what_has_no_room_in_a_week_is_left_for_the_next() -> None:
    """Fifteen calls of half an hour, all due today; a nurse has ten places a week."""
    first, second, *_ = weeks_of(clinic([row(n) for n in range(1, 16)]))
    assert (first.time["nurse"], first.done["nurse"], first.overdue, first.left) == (300, 300, 5, 150)
    assert (second.done["nurse"], second.overdue, second.left) == (150, 0, 0)


def test_hard_deadlines_are_missed_once_each_in_the_week_they_were_due() -> None:
    """Four calls must be made today, two can be; then they are late, but not missed again."""
    first, second, *_ = weeks_of(clinic([row(n, hard=True) for n in range(1, 5)]))
    assert (first.missed, first.overdue) == (2, 0)  # made on Tuesday
    assert second.missed == 0
    late = weeks_of(clinic([row(1, hard=True, due_on=MONDAY - DAY)]))
    assert [week.missed for week in late] == [0, 0, 0, 0]


def test_nobody_may_is_told_from_no_time() -> None:
    first, *_ = weeks_of(clinic([row(1, CENTRIFUGE, 5), row(2, LETTER, 70)]))
    assert (first.nobody_may, first.no_time) == (5, 70)  # a letter longer than any of the doctor's days
    assert first.overdue == 2


def test_a_signature_waits_for_its_preparation_and_both_are_done() -> None:
    found = clinic(
        [row(1, CONTROL, 10, part="sign", after_id=2, patient_id=1), row(2, CALL, 20, part="prepare", patient_id=1)],
    )  # fmt: skip
    first, *_ = weeks_of(found)
    assert (first.done["doctor"], first.done["nurse"], first.left) == (10, 20, 0)


def test_follow_up_comes_again_one_interval_after_it_was_done() -> None:
    """A monthly call, made on the Friday of the week it opens in: due a month after that, and open a week before."""
    found = clinic(weeks=12, steps={1: step(months=1)}, plans={7: plan(1, MONDAY + 7 * DAY)})
    assert [n for n, week in enumerate(weeks_of(found)) if week.done["nurse"]] == [0, 4, 8]
    once = clinic(weeks=12, steps={1: step(months=1, rule="once")}, plans={7: plan(1, MONDAY + 7 * DAY)})
    assert total(weeks_of(once), "nurse") == 30


def test_an_open_task_carries_its_plan_on() -> None:
    found = clinic(
        [row(5)],
        weeks=12,
        steps={1: step(months=1)},
        plans={7: plan(1, MONDAY, waiting=False)},
        carries={5: 7},
    )
    assert 7 in found.plans
    waiting = clinic([row(5)], weeks=12)
    assert total(weeks_of(found), "nurse") > total(weeks_of(waiting), "nurse") == 30


def test_what_its_window_closes_for_expires_and_its_plan_goes_on() -> None:
    """No nurse works: the call's window closes on Friday, and the next one is due a month after the first was."""
    friday = MONDAY + 4 * DAY
    found = clinic(
        [row(5, closes_on=friday)], weeks=12, minutes={NURSE: 0}, steps={1: step(months=1)},
        plans={7: plan(1, MONDAY, waiting=False)}, carries={5: 7},
    )  # fmt: skip
    weeks = weeks_of(found)
    assert [week.expired for week in weeks] == [1] + [0] * 11
    assert weeks[-1].overdue == 1  # the next one has no window that closes
    hard = weeks_of(clinic([row(5, closes_on=friday, hard=True)], minutes={NURSE: 0}))
    assert [week.expired for week in hard] == [0] * 4
    assert hard[-1].overdue == 1


def test_a_delegation_that_ends_holds_no_longer() -> None:
    """Controls come one a week; the nurse has them until the leave is over."""
    rows = [
        row(n, CONTROL, 15, opens_on=MONDAY + 7 * n * DAY, due_on=MONDAY + (7 * n + 4) * DAY)
        for n in range(4)
    ]
    weeks = weeks_of(clinic(rows, leaves=(leave(ends_on=MONDAY + 13 * DAY),)))
    assert [week.done["nurse"] for week in weeks] == [45, 45, 0, 0]
    assert [week.done["doctor"] for week in weeks] == [0, 0, 15, 15]


def test_a_week_that_has_begun_comes_before_the_whole_ones() -> None:
    wednesday = dt.date(2026, 9, 9)
    assert spans_from(wednesday, 4)[0] == Span(wednesday, MONDAY + 6 * DAY)
    assert [len(spans_from(day, 4)) for day in (MONDAY, wednesday, MONDAY + 5 * DAY)] == [4, 5, 4]
    assert weeks_of(clinic(today=wednesday))[0].time["doctor"] == 3 * 60


def test_the_same_situation_gives_the_same_weeks_and_is_not_changed() -> None:
    found = clinic([row(n, n % 3 + 1, 7 * n) for n in range(1, 25)], minutes={DOCTOR: 90})
    assert list(simulate(found, solved)) == list(simulate(found, solved))
