"""The whole main job on real input: a list is imported, plans start, five nights and working days, the week closes.

On Synthea's thousand where the shared data are, and always on the small list beside these tests.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from patients.models import Patient
from reports.actions.closing import close_weeks
from reports.models import CapacityLine, MovableLine, WeeklyReport, WorkLine
from tasks.actions.doing import complete, log_work
from tasks.actions.nightly import night
from tasks.actions.plans import start_plans
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import FollowUpPlan, PlanStep, Programme, Task, TaskEvent, TaskKind
from teams.calendar import Week, midnight, oslo_date
from teams.models import Clinic
from teams.queries import capacity
from tests.conftest import Cast
from tests.patients.conftest import SHARED

LISTS = [
    pytest.param(Path(__file__).parent / "patients/data/synthea", 1, id="own small list"),
    pytest.param(SHARED / "synthea-csv", 300, id="synthea, 1,000 patients"),
]


@pytest.mark.parametrize(("path", "plans"), LISTS)
def test_a_week(solbakken: Cast, path: Path, plans: int, capsys: pytest.CaptureFixture[str]) -> None:
    if not path.is_dir():
        pytest.skip(f"{path} is not here")
    week = Week.of(oslo_date(timezone.now())).plus(-2)
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(started_on=week.monday)
    call_command("import_csv", str(path), clinic="solbakken", good_rows=True)
    started = start_everything(solbakken, on=week.monday)
    assert started == FollowUpPlan.objects.count() >= plans
    assert not FollowUpPlan.objects.filter(patient__deceased_on__isnull=False).exists()
    # The first days are spread over a year, and a list may be small: some have waited long enough.
    first = list(PlanStep.objects.filter(step__rule="interval").order_by("due_on", "pk")[:3])
    PlanStep.objects.filter(pk__in=[each.pk for each in first]).update(
        opens_on=week.monday, due_on=week.monday + dt.timedelta(days=2)
    )
    for day in week.days[:5]:
        night(now=midnight(day) + dt.timedelta(hours=4), today=day)
        work(day)
    travel = TaskKind.objects.get(slug="pasreise_sykehus")
    noon = midnight(week.monday) + dt.timedelta(hours=12)
    log_work(travel, by=solbakken.doctor, minutes=9, origin="hospital", at=noon)
    close_weeks(now=midnight(week.sunday + dt.timedelta(days=1)) + dt.timedelta(hours=5))
    check_the_report(solbakken, week)
    with capsys.disabled():
        done = Task.objects.filter(state="done").count()
        print(
            f"\n  {path.name}: {Patient.objects.count()} patients, {started} plans, {Task.objects.count()} tasks, {done} done"
        )


def start_everything(cast: Cast, *, on: dt.date) -> int:
    propose_programmes(cast.clinic.pk)
    noon = midnight(on) + dt.timedelta(hours=3)
    started = 0
    for programme in Programme.objects.filter(clinic=cast.clinic):
        approve_programme(programme.pk, by=cast.doctor, at=noon)
        started += start_plans(programme.pk, by=cast.doctor, on=on)
    return started


def work(day: dt.date) -> None:
    """Everybody does what was planned for the day, and the plan never holds more than they have."""
    minutes = capacity([day])
    at = midnight(day) + dt.timedelta(hours=10)
    # As people would: what is prepared before it is signed.
    planned = Task.objects.open().filter(planned_on=day).select_related("assignee").order_by("part", "pk")
    booked: dict[int, int] = {}
    for task in planned:
        assert task.assignee
        booked[task.assignee.pk] = booked.get(task.assignee.pk, 0) + task.planned_minutes
        complete(task.pk, by=task.assignee, minutes=task.planned_minutes, at=at)
    for member, load in booked.items():
        assert load <= minutes[member][day]


def check_the_report(cast: Cast, week: Week) -> None:
    report = WeeklyReport.objects.get(clinic=cast.clinic, year=week.year, week=week.number)
    done = Task.objects.filter(state="done")
    spent = done.aggregate(Sum("minutes"))["minutes__sum"]
    lines = CapacityLine.objects.filter(report=report, member=None)
    assert lines.aggregate(Sum("done"), Sum("done_minutes")) == {
        "done__sum": done.count(),
        "done_minutes__sum": spent,
    }
    work_lines = WorkLine.objects.filter(report=report)
    assert work_lines.aggregate(Sum("done_minutes"))["done_minutes__sum"] == spent
    assert work_lines.aggregate(Sum("opened"))["opened__sum"] == Task.objects.count()
    returnable = MovableLine.objects.get(report=report, bucket="returnable")
    assert (returnable.kind.slug, returnable.minutes) == ("pasreise_sykehus", 9)
    assert TaskEvent.objects.filter(verb="complete").count() == done.filter(logged=False).count() > 0
    overdue = Task.objects.open().filter(due_on__lte=week.sunday).count()
    assert report.overdue == overdue
