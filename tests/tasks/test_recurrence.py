"""When the next time is: hand-reckoned cases, and properties that must hold for every date."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tasks.recurrence import (
    INTERVAL,
    ONCE,
    YEAR,
    Rhythm,
    add_months,
    first_occasion,
    lead,
    next_occasion,
    phase,
)
from teams.calendar import is_working_day

dates = st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31))
rhythms = st.builds(
    Rhythm,
    months=st.integers(1, 24),
    days=st.integers(0, 40),
    opens_days_before=st.integers(0, 60),
    closes_days_after=st.none() | st.integers(0, 60),
    hard=st.booleans(),
)


def test_a_month_from_the_31st_is_the_months_last_day() -> None:
    assert add_months(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert add_months(dt.date(2027, 8, 31), 18) == dt.date(2029, 2, 28)
    assert add_months(dt.date(2026, 11, 30), 3) == dt.date(2027, 2, 28)


def test_denosumab_falls_before_a_weekend_and_a_control_after() -> None:
    saturday_in_six_months = dt.date(2026, 11, 22)  # 22 May 2027 is a Saturday
    hard = Rhythm(6, 0, 7, 7, hard=True)
    soft = Rhythm(6, 0, 21, None)
    assert next_occasion(hard, after=saturday_in_six_months).due_on == dt.date(2027, 5, 21)
    assert next_occasion(soft, after=saturday_in_six_months).due_on == dt.date(2027, 5, 24)


@given(rhythms, dates)
def test_the_window_lies_around_a_working_day(rhythm: Rhythm, after: dt.date) -> None:
    occasion = next_occasion(rhythm, after=after)
    assert is_working_day(occasion.due_on)
    assert occasion.opens_on <= occasion.due_on
    assert occasion.closes_on is None or occasion.closes_on >= occasion.due_on


@given(rhythms, dates, dates)
def test_later_done_is_never_sooner_due(rhythm: Rhythm, one: dt.date, other: dt.date) -> None:
    early, late = sorted((one, other))
    assert next_occasion(rhythm, after=early).due_on <= next_occasion(rhythm, after=late).due_on


@given(rhythms, dates)
def test_time_always_moves_on(rhythm: Rhythm, after: dt.date) -> None:
    """However often it is repeated: the next due date comes after what it counts from."""
    day = after
    for _ in range(5):
        following = next_occasion(rhythm, after=day).due_on
        assert following > day
        day = following


@given(rhythms, dates, st.integers(0, 364))
def test_a_first_occasion_lies_within_one_interval(rhythm: Rhythm, starts_on: dt.date, phase: int) -> None:
    due = first_occasion(rhythm, starts_on=starts_on, phase=phase).due_on
    assert starts_on - dt.timedelta(days=7) <= due <= starts_on + dt.timedelta(days=rhythm.length + 7)


@given(st.integers(1, 10**12))
def test_everybody_has_a_day_of_the_year_of_their_own(patient_id: int) -> None:
    assert 0 <= phase(patient_id) < 365


def test_patients_who_come_together_are_spread_evenly_over_the_year() -> None:
    months = Counter(phase(patient_id) * 12 // 365 for patient_id in range(70_000, 71_200))
    assert set(months) == set(range(12))
    assert max(months.values()) - min(months.values()) <= 6


@given(dates, dates, st.integers(1, 10**9))
def test_all_of_one_patient_falls_on_one_day_whenever_the_plans_started(
    one: dt.date, other: dt.date, patient_id: int
) -> None:
    """Two yearly check-ups of different programmes are due on the same date, give or take a holiday and a leap day."""
    yearly = Rhythm(12, 0, 30, None)
    days = [
        first_occasion(yearly, starts_on=start, phase=phase(patient_id)).due_on.timetuple().tm_yday
        for start in (one, other)
    ]
    apart = abs(days[0] - days[1])
    assert min(apart, 365 - apart) <= 8


@given(dates, st.integers(0, 60), st.booleans())
def test_once_is_so_long_after_the_start_and_may_be_done_at_once(
    starts_on: dt.date, days: int, hard: bool
) -> None:
    rhythm = Rhythm(0, days + 1, 30, None, hard, ONCE)
    occasion = first_occasion(rhythm, starts_on=starts_on, phase=17)
    assert abs((occasion.due_on - starts_on).days - (days + 1)) <= 7
    assert occasion.opens_on >= min(starts_on, occasion.due_on)


YEARLY = Rhythm(12, 0, 30, None, rule=YEAR)


@given(dates)
def test_what_is_done_once_a_year_counts_for_its_year_and_is_due_in_the_next(done_on: dt.date) -> None:
    occasion = next_occasion(YEARLY, after=done_on)
    assert occasion.due_on.year == occasion.opens_on.year == done_on.year + 1
    assert is_working_day(occasion.due_on)


def test_a_check_done_on_new_years_eve_may_not_be_done_again_before_new_year() -> None:
    occasion = next_occasion(YEARLY, after=dt.date(2026, 1, 5))
    assert (occasion.opens_on, occasion.due_on) == (dt.date(2027, 1, 1), dt.date(2027, 1, 5))
    last_weekend = next_occasion(YEARLY, after=dt.date(2027, 12, 31))  # 31 December 2028 is a Sunday
    assert last_weekend.due_on == dt.date(2028, 12, 29)


@given(dates, st.lists(st.integers(0, 500), min_size=1, max_size=12), st.sampled_from([INTERVAL, YEAR]))
def test_no_occasion_is_skipped_and_none_comes_twice(starts_on: dt.date, late: list[int], rule: str) -> None:
    """However late each is done: the next is due within an interval of it, and never before it."""
    rhythm = Rhythm(12, 0, 30, None, rule=rule)
    occasion = first_occasion(rhythm, starts_on=starts_on, phase=100)
    years = []
    for days in late:
        done_on = occasion.due_on + dt.timedelta(days=days)
        following = next_occasion(rhythm, after=done_on)
        assert done_on < following.due_on <= done_on + dt.timedelta(days=366 + 7)
        assert following.opens_on > done_on or rule == INTERVAL
        years.append(done_on.year)
        occasion = following
    assert rule == INTERVAL or len(set(years)) == len(years)


def test_grace_is_a_twelfth_of_the_interval_and_none_where_nothing_may_slip() -> None:
    assert Rhythm(12, 0, 30, None).grace == 30
    assert Rhythm(6, 0, 30, None).grace == 15
    assert Rhythm(6, 0, 7, 7, hard=True).grace == 0


@given(rhythms, dates, st.integers(1, 30))
def test_bloods_are_taken_on_a_working_day_before(rhythm: Rhythm, after: dt.date, days: int) -> None:
    occasion = next_occasion(rhythm, after=after)
    day = lead(occasion, days)
    assert is_working_day(day)
    assert occasion.due_on - dt.timedelta(days=days + 7) < day <= occasion.due_on - dt.timedelta(days=days)
