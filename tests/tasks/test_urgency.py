"""Hard deadlines are told of before they are late, by the same bounds in Python and in SQL."""

from __future__ import annotations

import datetime as dt

import pytest

from tasks.actions.nightly import open_due_tasks
from tasks.models import Task
from tasks.urgency import EVERYBODY, LEADER, NONE, Bounds
from teams.calendar import DAY, is_working_day
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_task

WEDNESDAY = MONDAY + 2 * DAY


@pytest.mark.parametrize(
    ("today", "last_day", "held", "level"),
    [
        (MONDAY, MONDAY - DAY, True, EVERYBODY),  # past
        (MONDAY, MONDAY, True, EVERYBODY),
        (MONDAY, MONDAY + DAY, True, EVERYBODY),
        (MONDAY, MONDAY + 2 * DAY, True, LEADER),
        (MONDAY, MONDAY + 3 * DAY, True, LEADER),
        (MONDAY, MONDAY + 4 * DAY, True, NONE),
        (MONDAY, MONDAY + 4 * DAY, False, LEADER),
        (MONDAY, MONDAY + 7 * DAY, False, LEADER),  # five working days left
        (MONDAY, MONDAY + 8 * DAY, False, NONE),
        (MONDAY + 4 * DAY, MONDAY + 7 * DAY, True, EVERYBODY),  # Friday: the weekend is no time to work in
        (MONDAY + 3 * DAY, MONDAY + 5 * DAY, True, EVERYBODY),  # a Saturday is the Friday before
        (dt.date(2026, 12, 23), dt.date(2026, 12, 28), True, LEADER),  # Christmas between: two days left
    ],
)
def test_how_near_is_told_to_whom(today: dt.date, last_day: dt.date, held: bool, level: int) -> None:
    assert Bounds.of(today).level(last_day, held=held) == level


def test_the_night_raises_what_is_near_once_and_says_so_in_the_story(solbakken: Cast) -> None:
    days = [MONDAY + n * DAY for n in range(-1, 12)]
    tasks = {
        (day, held): make_task(
            solbakken.clinic, "vaksine", assignee=solbakken.nurse if held else None, hard=True, due_on=day - DAY,
            closes_on=day,
        )
        for day in days
        for held in (True, False)
    }  # fmt: skip
    soft = make_task(solbakken.clinic, "vaksine", due_on=MONDAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    levels = dict(Task.objects.values_list("pk", "escalated"))
    bounds = Bounds.of(MONDAY)
    assert {key: levels[task.pk] for key, task in tasks.items()} == {
        (day, held): bounds.level(day, held=held) for day, held in tasks
    }
    assert levels[soft.pk] == 0
    versions = dict(Task.objects.values_list("pk", "version"))
    open_due_tasks(now=MORNING, today=MONDAY)
    assert dict(Task.objects.values_list("pk", "version")) == versions
    event = tasks[MONDAY, True].events.get()
    assert (event.verb, event.by, event.after) == ("escalate", None, {"escalated": 2})


def test_a_task_is_never_told_of_less_than_before(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "vaksine", hard=True, due_on=WEDNESDAY + 7 * DAY, escalated=2)
    open_due_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.escalated == 2
    assert not task.events.exists()


def test_the_days_here_are_what_they_are_taken_for() -> None:
    assert [is_working_day(MONDAY + n * DAY) for n in range(7)] == [True] * 5 + [False] * 2
