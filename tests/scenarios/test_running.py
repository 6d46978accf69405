"""A scenario is worked out once, by whoever gets to it, writes nothing but itself, and says so when it fails."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from scenarios import actions, running
from scenarios.changes import Away, Delegate, ListLength, MorePeople, StartProgramme, WrongChange
from scenarios.jobs import resume_scenarios
from scenarios.models import Scenario
from tasks.allocation.problem import Plan, Problem
from tasks.models import Programme, Task, TaskEvent, TaskKind
from teams.calendar import DAY
from teams.models import Access
from tests.conftest import Cast, make_cast, make_member
from tests.scenarios.conftest import made, worked_out
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

LATER = MORNING + dt.timedelta(minutes=2)


def test_it_is_worked_out_week_by_week_for_both(work: Cast) -> None:
    found = worked_out(made(work.doctor))
    assert (found.state, found.ran_at, found.reckoned, found.attempts) == ("done", MORNING, 8, 1)
    assert [week["first"] for week in found.result["today"]] == [
        (MONDAY + 7 * n * DAY).isoformat() for n in range(4)
    ]
    # Two doctors with two hours a day; one of them is away the first three weeks, but for a weekend.
    assert [week["time"]["doctor"] for week in found.result["today"]] == [1200] * 4
    assert [week["time"]["doctor"] for week in found.result["scenario"]] == [600] * 3 + [1200]


def test_nothing_of_the_clinic_is_written_and_nobody_is_named(work: Cast) -> None:
    before = list(Task.objects.order_by("pk").values())
    found = worked_out(made(work.doctor, MorePeople("nurse", 50, MONDAY), ListLength(10)))
    assert list(Task.objects.order_by("pk").values()) == before
    assert not TaskEvent.objects.exists()
    assert found.state == "done"
    assert "Lunde" not in json.dumps(found.result)
    assert set(found.result["today"][0]) == {
        "first", "last", "time", "done", "overdue", "missed", "expired", "left", "no_time", "nobody_may",
    }  # fmt: skip


def test_a_delegation_moves_what_only_doctors_did(work: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    make_task(work.clinic, "arskontroll", patient=make_patient(work), planned_minutes=15, opened_at=MORNING)
    found = worked_out(made(work.doctor, Delegate(kind.pk, (), work.nurse.pk, "", MONDAY)))
    today, then = (
        sum(w["done"].get("doctor", 0) for w in found.result[name]) for name in ("today", "scenario")
    )
    assert today - then == 15


def test_a_job_that_comes_twice_does_it_once(work: Cast) -> None:
    scenario = made(work.doctor)
    first = worked_out(scenario)
    again = worked_out(scenario, at=LATER)
    assert (again.ran_at, again.attempts, again.result) == (first.ran_at, 1, first.result)


def test_while_somebody_is_at_it_nobody_else_begins(work: Cast) -> None:
    scenario = made(work.doctor)
    Scenario.objects.update(state="running", beat_at=LATER, attempts=1)
    assert worked_out(scenario, at=LATER).attempts == 1
    assert scenario.state == "running"


def test_a_run_whose_worker_died_is_asked_for_again_and_done(work: Cast) -> None:
    scenario = made(work.doctor)
    Scenario.objects.update(state="running", beat_at=MORNING, attempts=1, reckoned=5)
    asked = scenario.pk, work.clinic.pk
    assert actions.unfinished(now=MORNING + dt.timedelta(seconds=30)) == []
    assert actions.unfinished(now=LATER) == [asked]
    found = worked_out(scenario, at=LATER)
    assert (found.state, found.attempts) == ("done", 2)
    assert actions.unfinished(now=LATER + dt.timedelta(hours=1)) == []


def test_one_whose_message_was_lost_is_asked_for_again(work: Cast, at_once: None) -> None:
    now = timezone.now()
    scenario = made(work.doctor, at=now - dt.timedelta(minutes=5))
    assert actions.unfinished(now=now) == [(scenario.pk, work.clinic.pk)]
    resume_scenarios()
    scenario.refresh_from_db()
    assert scenario.state == "done"


def test_what_takes_its_worker_down_every_time_is_given_up(work: Cast) -> None:
    scenario = made(work.doctor)
    Scenario.objects.update(attempts=actions.ATTEMPTS_MAX)
    found = worked_out(scenario)
    assert (found.state, bool(found.reference), found.result) == ("failed", True, {})


def test_a_failure_keeps_the_figures_and_has_a_reference_without_words(
    work: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = worked_out(made(work.doctor))
    figures = scenario.result

    def broken(problem: Problem) -> Plan:
        raise RuntimeError("Per Lunde")

    monkeypatch.setattr(running, "solved", broken)
    actions.run_again(scenario.pk, by=work.doctor, at=LATER)
    with caplog.at_level(logging.ERROR):
        found = worked_out(scenario, at=LATER)
    assert (found.state, found.result) == ("failed", figures)
    assert found.reference and found.reference in caplog.text
    assert "Lunde" not in caplog.text


def test_what_is_gone_is_said(work: Cast) -> None:
    found = worked_out(made(work.doctor, Away(999_999, MONDAY, MONDAY)))
    assert (found.state, found.reference) == ("failed", "")
    assert "finnes ikke lenger" in found.message


def test_a_programme_of_another_clinic_starts_nothing(work: Cast, furulund: Cast) -> None:
    theirs = Programme.objects.create(clinic=furulund.clinic, slug="x", name="X", certainty="derived")
    assert "finnes ikke lenger" in worked_out(made(work.doctor, StartProgramme(theirs.pk))).message


def test_no_transaction_is_open_while_it_is_solved(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = make_cast("solbakken", "Solbakken")
    make_task(cast.clinic, "sarstell", patient=make_patient(cast))
    scenario, open_ones, solved = made(cast.doctor), [], running.solved

    def watched(problem: Problem) -> Plan:
        open_ones.append(connection.in_atomic_block)
        return solved(problem)

    monkeypatch.setattr(running, "solved", watched)
    assert worked_out(scenario).state == "done"
    assert open_ones == [False] * 8


def test_only_who_sees_reports_makes_one_and_only_its_owner_changes_it(work: Cast) -> None:
    administrator = make_member(work.clinic, "Ada Admin", "", Access.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        made(administrator)
    scenario = made(work.manager, ListLength(10))
    actions.share(scenario.pk, shared=True, by=work.manager)
    told: list[tuple[Any, dict[str, Any]]] = [
        (actions.share, {"shared": False}), (actions.rename, {"name": "Ny"}), (actions.delete, {}),
        (actions.run_again, {"at": LATER}),
    ]  # fmt: skip
    for action, rest in told:
        with pytest.raises(Scenario.DoesNotExist):
            action(scenario.pk, by=work.doctor, **rest)
    with pytest.raises(WrongChange):
        actions.make(by=work.doctor, name="Tom", weeks=4, changes=[], at=MORNING)
    for name in ("  ", "x" * 81):
        with pytest.raises(ValueError, match="name"):
            actions.rename(scenario.pk, name=name, by=work.manager)
