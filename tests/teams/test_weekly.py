"""The ordinary week and how a change is laid into it: nothing before or after is touched, and no two overlap."""

from __future__ import annotations

import datetime as dt
import random

from teams.weekly import MUNICIPAL, Bound, Span, most_municipal, painted, timetables

MONDAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


def span(starts: int, ends: int | None, minutes: int = 300, pk: int = 1) -> Span:
    return Span(pk, 1, minutes, 0, MONDAY + starts * DAY, None if ends is None else MONDAY + ends * DAY)


def minutes_on(spans: list[Span], day: dt.date) -> int:
    return sum(each.minutes for each in spans if each.holds(day))


def test_a_change_for_good_closes_what_was() -> None:
    was = [span(-100, None)]
    assert [(s.id, s.minutes, s.starts_on, s.ends_on) for s in painted(was, 1, 200, 0, MONDAY, None)] == [
        (1, 300, MONDAY - 100 * DAY, MONDAY - DAY),
        (None, 200, MONDAY, None),
    ]


def test_a_change_for_a_time_gives_back_what_was() -> None:
    laid = painted([span(-100, None)], 1, 200, 0, MONDAY, MONDAY + 6 * DAY)
    assert [minutes_on(laid, MONDAY + n * DAY) for n in (-1, 0, 6, 7)] == [300, 200, 200, 300]


def test_a_weekday_off_leaves_no_new_row() -> None:
    assert painted([], 1, 0, 0, MONDAY, None) == []
    laid = painted([span(-100, None)], 1, 0, 0, MONDAY, None)
    assert minutes_on(laid, MONDAY - DAY) == 300
    assert minutes_on(laid, MONDAY) == 0


def test_whatever_is_painted_the_rest_stands_and_no_day_counts_twice() -> None:
    chance = random.Random(4)
    for _ in range(300):
        edges = sorted(chance.sample(range(-20, 40), 6))
        was = [span(edges[n], edges[n + 1] - 1, 100 + n, pk=n + 1) for n in (0, 2, 4)]
        if chance.random() < 0.3:
            was[-1] = span(edges[4], None, 104, pk=5)
        start = chance.randrange(-20, 40)
        until = None if chance.random() < 0.3 else start + chance.randrange(0, 25)
        laid = painted(was, 1, 77, 0, MONDAY + start * DAY, None if until is None else MONDAY + until * DAY)
        for n in range(-30, 70):
            day = MONDAY + n * DAY
            inside = start <= n and (until is None or n <= until)
            assert minutes_on(laid, day) == (77 if inside else minutes_on(was, day))
            assert sum(each.holds(day) for each in laid) <= 1
        assert {s.id for s in was} == {s.id for s in laid if s.id}, "no row is ever taken away"
        assert all(s.ends_on is None or s.ends_on >= s.starts_on for s in laid)


def test_the_week_says_what_is_left_and_from_when() -> None:
    spans = [Span(n, n, 480, 180, MONDAY - 100 * DAY, None) for n in range(1, 6)]
    duties = [
        Bound("meeting", 60, weekday=2, starts_on=MONDAY),
        Bound("on_call", 120, 480, weekday=3, starts_on=MONDAY + 14 * DAY),
    ]
    now, later = timetables(spans, duties, MONDAY)
    assert [line.left for line in now.lines] == [300, 240, 300, 300, 300, 0, 0]
    assert (later.starts_on, [line.left for line in later.lines]) == (
        MONDAY + 14 * DAY,
        [300, 240, 180, 0, 300, 0, 0],
    )


def test_rest_after_sunday_is_mondays() -> None:
    spans = [Span(1, 1, 480, 0, MONDAY, None)]
    duty = Bound("on_call", 0, 240, weekday=7, starts_on=MONDAY - 30 * DAY)
    (week,) = timetables(spans, [duty], MONDAY)
    assert week.lines[0].left == 240


def test_weeks_that_are_the_same_are_told_once() -> None:
    spans = [Span(1, 1, 480, 0, MONDAY - DAY, MONDAY + 6 * DAY), Span(2, 1, 480, 0, MONDAY + 7 * DAY, None)]
    assert len(timetables(spans, [], MONDAY)) == 1


def test_municipal_work_is_counted_in_its_fullest_week() -> None:
    weekly = Bound(MUNICIPAL, 200, weekday=5, starts_on=MONDAY + 5 * DAY)  # first on Friday next week
    once = Bound(MUNICIPAL, 100, day=MONDAY + 9 * DAY)
    other = Bound("meeting", 400, weekday=1, starts_on=MONDAY)
    assert most_municipal([weekly]) == 200
    assert most_municipal([weekly, once, other]) == 300
    assert most_municipal([Bound(MUNICIPAL, 100, day=MONDAY), once]) == 100
    assert most_municipal([]) == 0
