"""`bin/bench pages`: the clinic it fills, the floors it compares with, and figures of what it says."""

from __future__ import annotations

import pytest
from django.db import connection

from bench.load_check import check, last_event
from bench.pages import CHANGES, PAGES, clinic, measure, measure_page, percentile, serving
from bench.pages_fill import Shape, fill
from bench.pages_web import web_line
from tasks.models import Task, TaskState

SMALL = (
    Shape(1, members=7, patients=120, open_tasks=400, done_tasks=140),
    Shape(2, members=5, patients=60, open_tasks=100, done_tasks=50),
)
# What whoever compares with others' figures reads, in this order; more may come after.
PROMISED = ["page", "rows", "queries", "p50_ms", "p95_ms", "floor_empty_p95_ms", "floor_rows_p95_ms"]


def test_a_percentile_is_the_value_that_so_many_are_not_above() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.0
    assert percentile([7.0], 95) == 7.0


@pytest.mark.usefixtures("committed")
def test_the_filled_clinics_are_as_large_as_asked_and_every_task_has_its_story() -> None:
    fill(SMALL, seed=1)
    tasks = Task.objects.filter(clinic__slug="kontor-1")
    assert tasks.open().count() == 400
    assert tasks.filter(state=TaskState.DONE).count() == 140
    assert tasks.filter(part="sign", after__part="prepare").count() == 20
    states = set(tasks.open().values_list("state", flat=True))
    assert states == {TaskState.SCHEDULED, TaskState.OPEN, TaskState.ASSIGNED, TaskState.STARTED}
    assert check([], since=last_event()).agrees


@pytest.mark.usefixtures("committed")
def test_pages_and_changes_are_measured_beside_two_floors_and_leave_the_tasks_as_they_were() -> None:
    found = measure(SMALL, requests=2, seed=1, only=set(), warm_up=0)
    assert [each["page"] for each in found["pages"]] == [*(page.name for page in PAGES), *CHANGES]
    for each in found["pages"]:
        assert list(each)[:7] == PROMISED
        assert each["rows"] > 0
        assert each["queries"] > 5
        assert 0 < each["p50_ms"] <= each["p95_ms"]
        assert min(each["floor_empty_p95_ms"], each["floor_rows_p95_ms"]) > 0
    assert set(
        Task.objects.filter(pk__in=clinic("kontor-1").to_complete).values_list("state", flat=True)
    ) == {TaskState.ASSIGNED}


@pytest.mark.usefixtures("committed")
def test_what_is_served_logs_in_behind_the_walls_and_floors_stand_behind_them_too() -> None:
    assert "FORDEL_ROLE=app" in web_line()
    with serving(SMALL, seed=1) as (visitors, about):
        mine = visitors["nurse"].get("/gulv/min_dag/?rows=5").body.decode().splitlines()
        assert len(mine) == 5
        other = Task.objects.filter(clinic__slug="kontor-2", assignee__isnull=False).open()[0]
        assert visitors["leader"].get(f"/gulv/cell/?rows=5&id={other.assignee_id}").body == b""
        assert visitors["leader"].get(f"/gulv/task_sheet/?id={other.pk}").body.count(b"Medarbeider") == 7
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM patients_patientaccess")
            assert cursor.fetchone() == (0,)
        pages = {page.name: page for page in PAGES}
        with pytest.raises(SystemExit, match="answered 403"):
            measure_page(pages["pool"], visitors["nurse"], about, 1)
