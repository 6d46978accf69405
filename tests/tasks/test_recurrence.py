"""When the next time is: hand-reckoned cases, and properties that must hold for every date."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tasks.recurrence import Rhythm, add_months, first_occasion, next_occasion
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


@given(rhythms, dates, st.floats(0, 0.999))
def test_a_first_occasion_lies_within_one_interval(rhythm: Rhythm, starts_on: dt.date, share: float) -> None:
    due = first_occasion(rhythm, starts_on=starts_on, share=share).due_on
    latest = next_occasion(rhythm, after=starts_on).due_on + dt.timedelta(days=7)
    assert starts_on - dt.timedelta(days=7) <= due <= latest
