"""When weeks close, which, and that they close once: also at midnight, on DST nights, and after a kill."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import IntegerField, Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.actions.closing import BATCHES, LEAST, LOCK, WeekNotOverError, _batches, close_batch, close_weeks
from reports.actions.correcting import remade
from reports.charts import NAMES
from reports.jobs import close_weeks as close_weeks_job
from reports.models import CapacityLine, MovableLine, MoveLine, SenderLine, WeeklyReport, WorkLine
from tasks.actions.recording import log_work
from tasks.models import TaskKind
from teams.calendar import OSLO, Week, oslo_date
from teams.models import Clinic
from tests.conftest import Cast
from tests.processes import CHECKOUT, environment, until
from tests.reports.conftest import WEEK, at, day, done

MONDAY = WEEK.ends_at
SPRING, AUTUMN = Week(2026, 13), Week(2026, 43)  # weeks of 167 and 169 hours
TABLES = (
    "reports_weeklyreport", "reports_capacityline", "reports_workline", "reports_movableline", "reports_senderline",
)  # fmt: skip


def started(clinic: Clinic, on: dt.date) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(started_on=on)


def weeks_of(clinic: Clinic) -> list[str]:
    return [str(report) for report in WeeklyReport.objects.filter(clinic=clinic).order_by("year", "week")]


def done_in(clinic: Clinic) -> dict[int, int]:
    """Done tasks by week number."""
    found: dict[int, int] = {}
    for line in WorkLine.objects.filter(clinic=clinic, done__gt=0).select_related("report"):
        found[line.report.week] = found.get(line.report.week, 0) + line.done
    return found


def weeks_with(lines: QuerySet[Any]) -> list[int]:
    return list(lines.values_list("report__week", flat=True))


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        # Monday 00:30 in Oslo is Sunday 23:30 in UTC: the new week's.
        (dt.datetime(2026, 3, 9, 0, 30, tzinfo=OSLO), 11),
        (dt.datetime(2026, 3, 9, 0, 0, tzinfo=OSLO), 11),
        (dt.datetime(2026, 3, 8, 23, 59, 59, tzinfo=OSLO), 10),
        # The night of Sunday 29 March has no hour from two to three; the week still ends at midnight in Oslo,
        # which is 22:00 UTC from then on and was 23:00 before.
        (dt.datetime(2026, 3, 29, 22, 30, tzinfo=dt.UTC), 14),
        (dt.datetime(2026, 3, 29, 21, 30, tzinfo=dt.UTC), 13),
        (dt.datetime(2026, 3, 22, 22, 30, tzinfo=dt.UTC), 12),
        # The night of Sunday 25 October has that hour twice.
        (dt.datetime(2026, 10, 25, 22, 30, tzinfo=dt.UTC), 43),
        (dt.datetime(2026, 10, 25, 23, 30, tzinfo=dt.UTC), 44),
        (dt.datetime(2026, 10, 18, 22, 30, tzinfo=dt.UTC), 43),
    ],
)
def test_a_task_belongs_to_the_week_on_the_wall_in_oslo(
    solbakken: Cast, moment: dt.datetime, number: int
) -> None:
    first = Week.of(oslo_date(moment)).plus(-2)
    started(solbakken.clinic, first.monday)
    done(solbakken.doctor, ended_at=moment, opened_at=moment)
    close_weeks(now=first.plus(5).ends_at)
    assert done_in(solbakken.clinic) == {number: 1}
    assert weeks_with(WorkLine.objects.filter(opened=1)) == [number]
    assert weeks_with(CapacityLine.objects.filter(done=1)) == [number]
    assert weeks_with(MovableLine.objects.filter(occasions=1)) == [number]


@pytest.mark.parametrize(("week", "hours"), [(SPRING, 167), (AUTUMN, 169), (WEEK, 168)])
def test_a_week_is_over_at_midnight_in_oslo(solbakken: Cast, week: Week, hours: int) -> None:
    started(solbakken.clinic, week.monday)
    ends = week.starts_at.astimezone(dt.UTC) + dt.timedelta(hours=hours)
    assert close_weeks(now=ends - dt.timedelta(seconds=1)).weeks == ()
    assert close_weeks(now=ends).weeks == (week,)


def test_every_missed_week_is_closed_also_the_empty_ones(solbakken: Cast, furulund: Cast) -> None:
    started(solbakken.clinic, dt.date(2025, 12, 10))  # a Wednesday, of the year's last weeks
    started(furulund.clinic, dt.date(2026, 2, 2))
    done(solbakken.nurse)
    closed = close_weeks(now=at(day(WEEK.plus(1), 1), dt.time(5)))
    expected = [str(Week(2025, 50).plus(n)) for n in range(13)]
    assert expected[2:5] == ["2025-W52", "2026-W01", "2026-W02"]
    assert weeks_of(solbakken.clinic) == [str(week) for week in closed.weeks] == expected
    assert weeks_of(furulund.clinic) == [str(Week(2026, 6).plus(n)) for n in range(5)]
    assert closed.reports == 13 + 5
    assert done_in(solbakken.clinic) == {10: 1}
    empty = WeeklyReport.objects.get(clinic=solbakken.clinic, year=2026, week=1)
    assert (empty.overdue, empty.followups_due) == (0, 0)
    assert not WorkLine.objects.filter(report=empty).exists()
    assert CapacityLine.objects.filter(report=empty).count() == 3  # the people were there


def test_a_week_missed_in_between_is_filled_in(solbakken: Cast) -> None:
    started(solbakken.clinic, WEEK.plus(-2).monday)
    close_weeks(now=WEEK.plus(3).ends_at, week=WEEK)
    close_weeks(now=WEEK.plus(3).ends_at, week=WEEK.plus(2))
    assert close_weeks(now=WEEK.plus(2).ends_at).weeks == (WEEK.plus(-2), WEEK.plus(-1), WEEK.plus(1))


def test_closing_again_changes_nothing(solbakken: Cast) -> None:
    started(solbakken.clinic, WEEK.monday)
    done(solbakken.doctor)
    close_weeks(now=WEEK.ends_at)
    before = everything()
    done(solbakken.doctor)  # somebody enters in the closed week
    again = close_weeks(now=WEEK.ends_at + dt.timedelta(hours=1))
    assert (again.weeks, again.reports) == ((), 0)
    close_weeks(now=WEEK.ends_at + dt.timedelta(hours=1), week=WEEK)
    assert everything() == before


def test_a_clinic_that_joins_gets_its_weeks_though_the_others_have_theirs(
    solbakken: Cast, furulund: Cast
) -> None:
    started(solbakken.clinic, WEEK.monday)
    started(furulund.clinic, WEEK.plus(1).monday)
    done(furulund.doctor)
    close_weeks(now=WEEK.ends_at)
    assert weeks_of(furulund.clinic) == []
    started(furulund.clinic, WEEK.monday)
    assert close_weeks(now=WEEK.ends_at).reports == 1
    assert done_in(furulund.clinic) == {10: 1}


def test_the_number_of_statements_does_not_grow_with_clinics(
    solbakken: Cast, request: pytest.FixtureRequest
) -> None:
    started(solbakken.clinic, WEEK.monday)
    with CaptureQueriesContext(connection) as one:
        close_weeks(now=WEEK.ends_at)
    furulund: Cast = request.getfixturevalue("furulund")
    started(furulund.clinic, WEEK.plus(1).monday)
    with CaptureQueriesContext(connection) as two:
        close_weeks(now=WEEK.plus(1).ends_at)
    assert WeeklyReport.objects.count() == 3
    assert len(two) == len(one) <= 40


def test_a_country_is_closed_in_few_batches_and_a_handful_in_one() -> None:
    for clinics in (1, LEAST, LEAST + 1, 200, 201, 1550):
        found = list(_batches(list(range(clinics))))
        assert [clinic for batch in found for clinic in batch] == list(range(clinics))
        assert len(found) <= BATCHES
        assert len(found) == 1 or all(len(batch) >= LEAST for batch in found[:-1])
    assert len(list(_batches(list(range(LEAST))))) == 1


def test_batches_of_other_clinics_do_not_wait_for_each_other_and_those_that_share_one_do(
    solbakken: Cast, furulund: Cast
) -> None:
    for cast in (solbakken, furulund):
        started(cast.clinic, WEEK.monday)
    with psycopg.connect(
        **{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor, "context": None}
    ) as other, connection.cursor() as cursor:  # fmt: skip
        other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, furulund.clinic.pk])
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        assert close_batch(WEEK, [solbakken.clinic.pk], now=MONDAY) == 1
        with pytest.raises(OperationalError), transaction.atomic():
            close_batch(WEEK, [solbakken.clinic.pk, furulund.clinic.pk], now=MONDAY)
        other.rollback()
        assert close_batch(WEEK, [solbakken.clinic.pk, furulund.clinic.pk], now=MONDAY) == 1


def test_a_running_week_is_refused(solbakken: Cast) -> None:
    with pytest.raises(WeekNotOverError, match=r"2026-W10 er ikke over.*09\.03\.2026"):
        close_weeks(now=WEEK.ends_at - dt.timedelta(seconds=1), week=WEEK)


@pytest.mark.parametrize("text", ["2026-W54", "2026-13", "uke 3", "2025-W53"])
def test_the_command_refuses_what_is_no_week(db: None, text: str) -> None:
    with pytest.raises(CommandError, match=r"er ikke en uke\. Skriv for eksempel 2026-W47"):
        call_command("close_week", week=text)


def test_the_command_refuses_the_running_week_and_names_what_it_closed(
    solbakken: Cast, at_once: None
) -> None:
    today = oslo_date(timezone.now())
    last = Week.of(today).plus(-1)
    started(solbakken.clinic, last.monday)
    log_work(
        TaskKind.objects.get(slug="okonomi"), by=solbakken.doctor, minutes=30, origin="internal",
        at=timezone.now(), ended_at=at(day(last, 5)),
    )  # fmt: skip
    with pytest.raises(CommandError, match="er ikke over"):
        call_command("close_week", week=str(Week.of(today)))
    out = StringIO()
    call_command("close_week", week=str(last), stdout=out, stderr=out)
    assert str(last) in out.getvalue()
    assert MoveLine.objects.filter(clinic=solbakken.clinic).exists()  # what follows from a closed week, too
    out = StringIO()
    call_command("close_week", stdout=out)
    assert out.getvalue() == "Ingen uker å lukke.\n"


def test_the_job_closes_and_has_the_charts_drawn_also_those_that_were_missed(
    solbakken: Cast, at_once: None
) -> None:
    started(solbakken.clinic, Week.of(oslo_date(timezone.now())).plus(-2).monday)
    close_weeks(now=timezone.now() - dt.timedelta(weeks=1))  # and then the worker died
    close_weeks_job()
    reports = WeeklyReport.objects.filter(clinic=solbakken.clinic)
    assert [report.reportcharts.count() for report in reports] == [2 * len(NAMES)] * 2


@pytest.mark.parametrize("model", [CapacityLine, WorkLine, MovableLine, SenderLine])
def test_a_line_is_of_a_report_of_its_own_clinic(solbakken: Cast, furulund: Cast, model: type[Model]) -> None:
    close_weeks(now=MONDAY)
    mine, theirs = (
        WeeklyReport.objects.get(clinic=cast.clinic, year=WEEK.year, week=WEEK.number) for cast in (solbakken, furulund)
    )  # fmt: skip
    line: dict[str, Any] = {
        field.name: 0 for field in model._meta.fields if isinstance(field, IntegerField) and not field.primary_key
    } | {"clinic": solbakken.clinic}  # fmt: skip
    if model is not CapacityLine:
        line["kind"] = TaskKind.objects.get(slug="okonomi")
    made = model._default_manager.create(**line, report=mine)
    for report in (theirs.pk, 999_999_999):  # the same is said of theirs and of none
        with pytest.raises(IntegrityError, match="is of no report of its clinic"), transaction.atomic():
            model._default_manager.create(**line, report_id=report)
        with pytest.raises(IntegrityError, match="is of no report of its clinic"), transaction.atomic():
            model._default_manager.filter(pk=made.pk).update(report_id=report)


# --- killed in the middle: real processes, committed rows


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every reported row without its row number and its time of writing."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            join = "" if table == TABLES[0] else "JOIN reports_weeklyreport r ON r.id = t.report_id"
            week = "t.year, t.week" if table == TABLES[0] else "r.year, r.week"
            cursor.execute(
                f"SELECT {week}, (to_jsonb(t) - '{{id,report_id,closed_at}}'::text[])::text FROM {table} t {join}"  # noqa: S608
            )
            found[table] = sorted(cursor.fetchall())
    return found


@pytest.fixture
def many_clinics(committed: None) -> Week:
    """Twenty clinics with four weeks of work that nobody has closed; their first week."""
    from bench.filling import fill_people, fill_work
    from bench.ground import settle

    first = Week.of(oslo_date(timezone.now())).plus(-4)
    fill_people(20, first=first.monday, patients=100)
    fill_work(first, 4, seed=7, until=first.plus(3).ends_at, tasks=300, patients=100)
    settle()  # without statistics the same closing takes 8 or 48 seconds, as the planner happens to guess
    return first


def closing() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "close_week"], cwd=CHECKOUT, env=environment("jobs"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def backends(*, waiting: bool = False) -> int:
    """Connections of the jobs' role; only those that wait for a table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'fordel_jobs'"
            " AND (NOT %s OR wait_event_type = 'Lock')",
            [waiting],
        )
        return int(cursor.fetchone()[0])


def test_a_late_close_by_events_alone_says_what_the_rows_did(many_clinics: Week) -> None:
    close_weeks(now=many_clinics.plus(3).ends_at)
    assert WorkLine.objects.filter(done__gt=0).values("clinic").distinct().count() == 20
    assert remade() == []


@pytest.mark.worker
def test_killed_at_any_statement_and_run_again_it_is_as_if_undisturbed(many_clinics: Week) -> None:
    close_weeks(now=many_clinics.plus(3).ends_at)
    undisturbed = everything()
    assert len(undisturbed["reports_weeklyreport"]) == 20 * 4
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    for table in ("tasks_task", *TABLES):
        with transaction.atomic(), connection.cursor() as cursor:
            # Nobody gets further than this table while it is locked: a process is killed at its first statement there.
            cursor.execute(
                f"LOCK TABLE {table} IN {'ACCESS ' if table == 'tasks_task' else ''}EXCLUSIVE MODE"
            )
            process = closing()
            until(lambda: backends(waiting=True), seconds=30)
            process.kill()
            process.wait()
        until(lambda: not backends(), seconds=30)
        assert everything() == {name: [] for name in TABLES}, f"killed at {table}"
    for pause in (0.5, 1.5):  # wherever that is
        process = closing()
        time.sleep(pause)
        process.kill()
        process.wait()
        until(lambda: not backends(), seconds=30)
    assert closing().wait(timeout=180) == 0
    assert everything() == undisturbed


@pytest.mark.worker
def test_two_at_once_close_each_week_once(many_clinics: Week) -> None:
    both = [closing(), closing()]
    assert [process.wait(timeout=180) for process in both] == [0, 0]
    assert WeeklyReport.objects.count() == 20 * 4
    together = everything()
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    close_weeks(now=many_clinics.plus(3).ends_at)
    assert everything() == together
    assert MovableLine.objects.exists()
