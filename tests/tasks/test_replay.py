"""Every verb in turn: after each, the task's row is what its events alone say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

import pytest

from tasks.actions import closing, doing, overrides, pairs, returns
from tasks.actions.creating import create_task
from tasks.actions.nightly import allocate_tasks, open_due_tasks
from tasks.actions.urgent import place_now
from tasks.models import Answer, Closing, Task, TaskEvent, TaskKind, Verb
from tasks.replay import BrokenStory, Standing, age, hand_offs, overdue_at, replay, turnaround
from teams.calendar import DAY, OSLO
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient

NAMES = [field.name for field in fields(Standing)]


def story(task: Task) -> list[TaskEvent]:
    return list(task.events.order_by("id"))


def agrees(task: Task) -> Standing:
    """The task as replayed; it must be the row."""
    row = Task.objects.get(pk=task.pk)
    told = replay(story(row))
    assert asdict(told) == {name: getattr(row, name) for name in NAMES} | {"forbidden": tuple(row.forbidden)}
    return told


def at(minutes: int) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


def make(cast: Cast, kind: str, **given: Any) -> Task:
    said = {
        "by": cast.secretary, "kind": TaskKind.objects.get(slug=kind), "patient": make_patient(cast),
        "due_on": MONDAY + 3 * DAY, "hard": False, "origin": "patient", "urgent": False, "at": MORNING, **given,
    }  # fmt: skip
    return create_task(**said)


def test_every_verb_in_turn(solbakken: Cast) -> None:
    """Whatever the table knows of happens here, and nothing happens that the events do not hold."""
    doctor, nurse, secretary = solbakken.doctor, solbakken.nurse, solbakken.secretary
    call, hard = make(solbakken, "telefonsporsmal"), make(solbakken, "vaksine", hard=True)
    prescription = make(solbakken, "resept_fornyelse")
    preparation = prescription.after
    assert preparation is not None
    letter = make(solbakken, "rekv_sykehus", origin="hospital")
    why: dict[str, Any] = {"reason": "Derfor"}
    logged: list[Task] = []
    sent: list[int] = []

    def log(t: dt.datetime) -> None:
        kind = TaskKind.objects.get(slug="okonomi")
        logged.append(doing.log_work(kind, by=nurse, minutes=4, origin="internal", at=t, ended_at=t - DAY))

    def send(t: dt.datetime) -> None:
        found = returns.return_to_sender(letter.pk, by=doctor, rule="H2", text="Brev", at=t)
        sent.append(found.pk)

    until = MONDAY + DAY
    steps: list[Callable[[dt.datetime], object]] = [
        lambda t: open_due_tasks(now=t, today=MONDAY + 2 * DAY),  # escalate
        lambda t: allocate_tasks(now=t, today=MONDAY),  # assign, plan
        lambda t: overrides.forbid(call.pk, secretary, by=doctor, at=t, **why),
        lambda t: overrides.allow(call.pk, secretary, by=doctor, at=t, **why),
        lambda t: overrides.pin(call.pk, by=doctor, to=secretary, day=MONDAY + DAY, at=t, **why),
        lambda t: overrides.unpin(call.pk, by=doctor, at=t, **why),
        lambda t: doing.start(call.pk, by=secretary, at=t, timer=True),
        lambda t: doing.stop(call.pk, by=secretary, at=t),
        lambda t: doing.hand_on(call.pk, by=secretary, to=nurse, at=t, **why),
        lambda t: doing.reject(call.pk, by=nurse, at=t, **why),
        lambda t: doing.hand_on(call.pk, by=secretary, to=None, at=t, **why),  # release
        lambda t: doing.postpone(call.pk, by=secretary, until=until, at=t, **why),  # scheduled
        lambda t: open_due_tasks(now=t + DAY, today=until),  # open
        lambda t: place_now(call.pk, by=doctor, at=t + DAY),
        lambda t: closing.attempt(call.pk, by=secretary, channel="phone", note="", at=t + DAY),
        lambda t: doing.complete(call.pk, by=secretary, minutes=6, channel="phone", at=t + DAY),
        lambda t: doing.correct(call.pk, by=secretary, minutes=5, at=t + DAY),
        lambda t: doing.cancel(hard.pk, by=nurse, at=t + DAY, **why),
        lambda t: doing.undo(hard.pk, by=nurse, at=t + DAY),
        lambda t: doing.complete(preparation.pk, by=secretary, minutes=2, at=t + DAY),  # ready
        lambda t: pairs.send_back(prescription.pk, by=doctor, at=t + DAY, **why),
        lambda t: doing.complete(prescription.pk, by=doctor, minutes=2, at=t + DAY),
        lambda t: send(t + DAY),
        lambda t: returns.answer(sent[0], by=doctor, answer=Answer.KEPT, note="", at=t + DAY),  # reopen
        lambda t: log(t + DAY),
        lambda t: doing.undo(logged[0].pk, by=nurse, at=t + DAY),
    ]
    for minute, step in enumerate(steps):
        step(at(minute))
        for task in Task.objects.all():
            agrees(task)
    happened = set(TaskEvent.objects.values_list("verb", flat=True))
    assert happened == set(Verb) - {Verb.EXPIRE, Verb.PLAN}


def test_what_expires_and_what_is_only_planned_anew(solbakken: Cast) -> None:
    task = make(solbakken, "sarstell", hard=True)  # the only way to give a closing day by hand
    Task.objects.filter(pk=task.pk).update(hard=False)
    allocate_tasks(now=MORNING, today=MONDAY)
    allocate_tasks(now=MORNING + 3 * DAY, today=MONDAY + 3 * DAY)
    open_due_tasks(now=MORNING + 4 * DAY, today=MONDAY + 4 * DAY)
    assert agrees(task).closing == "expired"
    assert [e.verb for e in story(task)] == ["open", "assign", "plan", "expire"]


def test_closed_in_whatever_way_the_events_hold_it(solbakken: Cast) -> None:
    for how in (Closing.DECLINED, Closing.ELSEWHERE, Closing.MOVED, Closing.DEAD):
        task = make(solbakken, "lmg")
        closing.close(
            task.pk, by=solbakken.doctor, closing=how, reason="", at=at(1), confirmed=True, on=MONDAY
        )
        assert agrees(task).closing == how
        assert task.after is not None
        assert agrees(task.after).closing == how


# --- what only the events tell


def test_age_and_turnaround_count_from_when_it_came(solbakken: Cast) -> None:
    task = make(solbakken, "telefonsporsmal")
    doing.postpone(task.pk, by=solbakken.secretary, until=MONDAY + DAY, reason="", at=at(5))
    assert age(story(task), at(60)) == dt.timedelta(minutes=60)
    assert turnaround(story(task)) is None
    doing.complete(task.pk, by=solbakken.secretary, minutes=5, at=at(90))
    assert age(story(task), at(600)) == turnaround(story(task)) == dt.timedelta(minutes=90)


def test_hand_offs_are_counted_by_whom_it_comes_to(solbakken: Cast) -> None:
    task = make(solbakken, "okonomi")
    assert hand_offs(story(task)) == 0
    for who in (solbakken.secretary, solbakken.nurse, None, solbakken.nurse, solbakken.secretary):
        doing.hand_on(task.pk, by=solbakken.doctor, to=who, reason="", at=at(1))
    assert hand_offs(story(task)) == 2


def test_overdue_from_midnight_after_the_due_date(solbakken: Cast) -> None:
    task = make(solbakken, "okonomi")
    late = dt.datetime(2026, 11, 27, tzinfo=OSLO)
    assert overdue_at(story(task)) == late
    doing.complete(task.pk, by=solbakken.secretary, minutes=5, at=late - dt.timedelta(minutes=1))
    assert overdue_at(story(task)) is None


def test_a_story_with_a_piece_missing_is_found_out(solbakken: Cast) -> None:
    task = make(solbakken, "okonomi")
    doing.hand_on(task.pk, by=solbakken.doctor, to=solbakken.nurse, reason="", at=at(1))
    doing.complete(task.pk, by=solbakken.nurse, minutes=5, at=at(2))
    events = story(task)
    with pytest.raises(BrokenStory):
        replay([events[0], events[2]])
    with pytest.raises(BrokenStory):
        replay([])
    assert replace(replay(events[:1])).state == "open"
