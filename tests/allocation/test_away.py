"""Somebody who is away until it would be too late is told as away, not as full."""

from __future__ import annotations

from typing import Any

from tasks.allocation.problem import WhyNot
from tasks.allocation.reasons import reasons_of
from tests.allocation.building import FRI, MON, TUE, WED, member, problem, task


def why_not_two(due: object, **minutes: Any) -> WhyNot:
    """What stands against member 2, when member 1 has it on Monday."""
    asked = problem(member(1, mon=60), member(2, **minutes), task(7, 30, 1, 2, due=due))
    (placement,), _left = reasons_of(asked, {7: (1, MON)}, asked.tasks)
    (other,) = placement.others
    return other.why_not


def test_back_after_the_deadline_is_away() -> None:
    assert why_not_two(TUE, wed=60, thu=60) is WhyNot.AWAY
    assert why_not_two(TUE, wed=10) is WhyNot.AWAY
    assert why_not_two(FRI) is WhyNot.AWAY


def test_at_work_in_time_without_room_is_not() -> None:
    assert why_not_two(TUE, tue=10, wed=60) is WhyNot.LATER
    assert why_not_two(TUE, tue=10, wed=10) is WhyNot.FULL
    assert why_not_two(WED, wed=60) is not WhyNot.AWAY
    assert why_not_two(None, fri=60) is not WhyNot.AWAY
