"""The night and the weekly close through a real worker on a real broker, also killed in the middle."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from patients.models import Patient
from reports.models import WeeklyReport
from tasks.models import AllocationChange, AllocationRun, Delegation, PlanStep, Task, TaskEvent, TaskKind
from teams.calendar import Week, oslo_date
from teams.models import Clinic, Member
from tests.processes import CHECKOUT, forget_jobs, kill, until, worker

pytestmark = pytest.mark.worker
CLINICS = 5
JOB = re.compile(r"^@shared_task\b.*\n(?:@.*\n)*def (\w+)\((.*)\) -> None:$", re.MULTILINE)
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
    """Is a worker's statement that begins with these words (the server keeps its first 1,024) running now?"""
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
    runs = AllocationRun.objects.filter(cause="night")
    assert sorted(runs.values_list("clinic", flat=True)) == sorted(
        Clinic.objects.values_list("pk", flat=True)
    )
    assert set(runs.values_list("state", flat=True)) == {"applied"}
    # Whoever holds a task that was given tonight got it by exactly one event, and it stands in one change.
    given = TaskEvent.objects.filter(verb__in=["assign", "plan", "release"]).values_list("task", flat=True)
    assert len(given) == len(set(given)) == AllocationChange.objects.filter(applied=True).count()
    assert not AllocationChange.objects.filter(applied=False).exists()


def assert_the_weeks_are_whole() -> None:
    last = Week.of(oslo_date(timezone.now())).plus(-1)
    weeks = {(w.year, w.number) for w in (last.plus(-n) for n in range(5))}
    for clinic in Clinic.objects.all():
        found = list(WeeklyReport.objects.filter(clinic=clinic).values_list("year", "week"))
        assert len(found) == len(set(found))
        assert weeks <= set(found)


def shared_out() -> bool:
    """Has every clinic had its night, one way or the other?"""
    return AllocationRun.objects.filter(state__in=["applied", "failed"]).count() >= CLINICS


def test_a_worker_that_starts_does_what_was_missed(clinics: None) -> None:
    with worker():
        until(shared_out)
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_night_is_whole()
    assert_the_weeks_are_whole()


@contextmanager
def slowed(written: str) -> Iterator[None]:
    """Each statement that writes this (`INSERT ON tasks_task`) takes three seconds: long enough to be met at work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(3); RETURN NULL; END $$"
        )
        cursor.execute(f"CREATE TRIGGER slowly BEFORE {written} EXECUTE FUNCTION slowly()")
        try:
            yield
        finally:
            cursor.execute(f"DROP TRIGGER slowly ON {written.rsplit(maxsplit=1)[-1]}")
            cursor.execute("DROP FUNCTION slowly()")


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ("Opens the task of every occasion", "INSERT ON tasks_task"),
        ("Puts down that tonight's sharing out", "INSERT ON tasks_allocationrun"),
        ("INSERT INTO tasks_allocationchange", "INSERT ON tasks_allocationchange"),
        ("Carries out the changes", "UPDATE ON tasks_allocationchange"),
        ("INSERT INTO reports_", "INSERT ON reports_weeklyreport"),
    ],
)
def test_killed_in_the_middle_nothing_is_twice_and_nothing_missing(
    clinics: None, moment: str, written: str
) -> None:
    with slowed(written), worker() as first:
        until(lambda: at_work(moment))
        kill(first)
    with worker():
        until(shared_out)
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_night_is_whole()
    assert_the_weeks_are_whole()


def test_killed_while_the_solver_thinks_the_batch_is_begun_again(clinics: None) -> None:
    running = AllocationRun.objects.filter(state="running")
    with worker() as first:
        until(lambda: running.count() == CLINICS, seconds=30)
        kill(first)
    assert running.count() == CLINICS
    assert not AllocationChange.objects.exists()
    with worker():
        until(shared_out)
    assert_the_night_is_whole()
    assert set(AllocationRun.objects.values_list("attempts", flat=True)) == {2}


def test_the_database_closes_the_connection_while_the_solver_thinks(clinics: None) -> None:
    """The lock goes with the connection, nothing can be written; the job is tried again and does it all."""
    running = AllocationRun.objects.filter(state="running")
    with worker():
        until(lambda: running.count() == CLINICS, seconds=30)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'fordel_jobs' AND datname = current_database()"
            )
            assert cursor.fetchone()[0] > 0
        until(shared_out)
    assert_the_night_is_whole()


def test_the_database_closes_the_connection_while_a_week_is_closed(clinics: None) -> None:
    """Nothing of that week is there, and the job is tried again by itself."""
    with slowed("INSERT ON reports_weeklyreport"), worker():
        until(lambda: at_work("INSERT INTO reports_"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'fordel_jobs' AND datname = current_database() AND query LIKE '%reports_%'"
            )
            assert cursor.fetchone()[0] > 0
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_weeks_are_whole()


def test_two_workers_at_once_do_everything_once(clinics: None) -> None:
    with worker(), worker():
        until(shared_out)
        until(lambda: WeeklyReport.objects.count() >= CLINICS * 5)
    assert_the_night_is_whole()
    assert_the_weeks_are_whole()
    assert set(AllocationRun.objects.values_list("attempts", flat=True)) == {1}


def test_one_clinic_whose_model_fails_among_the_others(clinics: None) -> None:
    broken = Clinic.objects.order_by("pk")[2]
    doctor, nurse = (Member.objects.filter(clinic=broken, profession=p)[0] for p in ("doctor", "nurse"))
    kind = TaskKind.objects.get(slug="arskontroll")
    Delegation.objects.create(
        clinic=broken, doctor=doctor, member=nurse, kind=kind, instruction="x", starts_on=dt.date(2025, 1, 1),
        signed_at=timezone.now(),
    )  # fmt: skip
    Task.objects.create(
        clinic=broken, kind=kind, name="x", origin="plan", state="open", planned_minutes=15, opened_at=timezone.now(),
        opens_on=oslo_date(timezone.now()), patient=Patient.objects.filter(clinic=broken, list_doctor=doctor)[0],
    )  # fmt: skip
    try:
        TaskKind.objects.filter(pk=kind.pk).update(minutes={"nurse": "mange"})
        with worker():
            until(shared_out)
    finally:
        TaskKind.objects.filter(pk=kind.pk).update(minutes=kind.minutes)
    states = dict(AllocationRun.objects.values_list("clinic", "state"))
    assert states.pop(broken.pk) == "failed"
    assert set(states.values()) == {"applied"}
    assert not TaskEvent.objects.filter(clinic=broken, verb__in=["assign", "plan"]).exists()
    assert not AllocationChange.objects.filter(clinic=broken).exists()


def test_a_proposal_whose_message_was_lost_is_worked_out_by_the_next_worker(clinics: None) -> None:
    leader = Member.objects.filter(profession="doctor")[0]
    run = AllocationRun.objects.create(
        clinic=leader.clinic, cause="asked", asked_by=leader, first_day=oslo_date(timezone.now()),
        ran_at=timezone.now() - dt.timedelta(minutes=5),
    )  # fmt: skip

    def state() -> str:
        run.refresh_from_db()
        return run.state

    with worker():
        until(lambda: state() == "proposed")
    assert run.changes.exists()
    assert not run.changes.filter(applied=True).exists()


def test_no_job_carries_anything_but_numbers() -> None:
    """Job arguments lie in the broker in the clear: ids only."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(CHECKOUT).glob("*/jobs.py"))
    found = JOB.findall(text)
    assert len(found) == text.count("@shared_task") > 0
    for name, arguments in found:
        kinds = {part.split(":")[-1].strip() for part in arguments.split(",")}
        assert kinds <= {"", "int", "list[int]"}, name
