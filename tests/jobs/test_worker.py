"""The night and the weekly close through a real worker on a real broker, also killed in the middle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from reports.models import WeeklyReport
from tasks.models import AllocationRun, PlanStep, Task, TaskEvent
from teams.calendar import Week, oslo_date
from teams.models import Clinic
from tests.processes import CHECKOUT, forget_jobs, kill, until, worker

pytestmark = pytest.mark.worker
CLINICS = 5
FILL = (CHECKOUT / "bench/night_fill.sql").read_text(encoding="utf-8")


@pytest.fixture
def clinics(committed: None) -> None:
    """Five clinics with 1,000 plans and 400 open tasks each, started five weeks ago."""
    forget_jobs()
    today = oslo_date(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"clinics": CLINICS, "today": today})
    Clinic.objects.update(started_on=today - dt.timedelta(weeks=5))


def at_work(text: str) -> bool:
    """Is a worker's statement with these words running now?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'fordel_jobs' AND datname = current_database()"
            " AND state <> 'idle' AND query ILIKE %s",
            [f"%{text}%"],
        )
        return bool(cursor.fetchone()[0])


def assert_the_night_is_whole() -> None:
    due = PlanStep.objects.filter(opens_on__lte=oslo_date(timezone.now()))
    assert due.count() == CLINICS * 60
    assert not due.filter(waiting=True).exists()
    opened = Task.objects.filter(plan_step__isnull=False)
    assert opened.count() == opened.values("plan_step").distinct().count() == CLINICS * 60
    assert TaskEvent.objects.filter(verb="open").count() == CLINICS * 60
    assert set(AllocationRun.objects.values_list("clinic", flat=True)) == set(
        Clinic.objects.values_list("pk", flat=True)
    )
    # Whoever holds a task that was given tonight got it by exactly one event.
    given = TaskEvent.objects.filter(verb="assign").values_list("task", flat=True)
    assert len(given) == len(set(given))


def assert_the_weeks_are_whole() -> None:
    last = Week.of(oslo_date(timezone.now())).plus(-1)
    weeks = {(w.year, w.number) for w in (last.plus(-n) for n in range(5))}
    for clinic in Clinic.objects.all():
        found = list(WeeklyReport.objects.filter(clinic=clinic).values_list("year", "week"))
        assert len(found) == len(set(found))
        assert weeks <= set(found)


def test_a_worker_that_starts_does_what_was_missed(clinics: None) -> None:
    with worker():
        until(lambda: AllocationRun.objects.count() >= CLINICS)
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_night_is_whole()
    assert_the_weeks_are_whole()


@pytest.mark.parametrize("moment", ["INSERT INTO tasks_task", "FROM tasks_task", "INSERT INTO reports_"])
def test_killed_in_the_middle_nothing_is_twice_and_nothing_missing(clinics: None, moment: str) -> None:
    with worker() as first:
        until(lambda: at_work(moment), seconds=30)
        kill(first)
    with worker():
        until(lambda: AllocationRun.objects.count() >= CLINICS)
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_night_is_whole()
    assert_the_weeks_are_whole()


def test_no_job_carries_anything_but_numbers() -> None:
    """Job arguments lie in the broker in the clear: ids only."""
    for path in Path(CHECKOUT).glob("*/jobs.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("def ") and "(" in line:
                arguments = line.split("(", 1)[1].rsplit(")", 1)[0]
                assert all(
                    part.split(":")[-1].strip() in {"", "int", "list[int]"} for part in arguments.split(",")
                ), line
