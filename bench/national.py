"""A night and a list for all of Norway: what `bin/bench night --national` measures.

1,550 clinics and some 1.5 million plans. Starting them all is one statement (the suggestion of plans for a whole list,
for every clinic at once); after the first night, which opens what begins within its window, an ordinary one is measured.
The floor, in the same run and database: one bare INSERT … SELECT of the same task rows from a table that already holds
them, with the same indexes and constraints, without events, plans or any thought. Each of both is done several times, in
turns, and rolled back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction

from bench import ground
from tasks.actions.nightly import open_due_tasks
from tasks.actions.opening import open_due
from tasks.actions.plans import enrol_candidates
from tasks.actions.programmes import propose_programmes
from tasks.models import FollowUpPlan, PlanStep, Task
from teams.calendar import DAY, midnight
from teams.models import Clinic
from teams.wall import jobs_scope

HERE = Path(__file__).parent
MONDAY = dt.date(2026, 11, 23)
TUESDAY = MONDAY + DAY
CLINICS, PEOPLE = 1_550, 1_040_000
ROUNDS = 5


def fill(clinics: int, people: int, seed: float) -> None:
    told: dict[str, Any] = {"clinics": clinics, "people": people, "today": MONDAY}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [seed])
        cursor.execute((HERE / "national.sql").read_text(encoding="utf-8"), told)
    propose_programmes(Clinic.objects.order_by("pk")[0].pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute((HERE / "national_programmes.sql").read_text(encoding="utf-8"))


def measure(
    *, clinics: int = CLINICS, people: int = PEOPLE, seed: float = 0.5, rounds: int = ROUNDS
) -> dict[str, Any]:
    fill(clinics, people, seed)
    ground.settle()
    with ground.measured() as enrolling, jobs_scope():
        plans = enrol_candidates(clinics=None, programmes=None, by=None, on=MONDAY)
    ground.settle()
    first = ground.seconds(lambda: open_due_tasks(now=midnight(MONDAY), today=MONDAY))
    began = Task.objects.count()
    ground.settle()
    _remember()
    bare, opening = [], []
    for _ in range(rounds):
        bare.append(_rolled_back(_insert))
        opening.append(_rolled_back(_open))
    with ground.measured() as whole:
        opened = open_due_tasks(now=midnight(TUESDAY), today=TUESDAY)
    return {
        "clinics": clinics,
        "plans": plans,
        "occasions": PlanStep.objects.count(),
        "running": FollowUpPlan.objects.filter(state="active").count(),
        "plans_seconds": enrolling.seconds,
        "plans_statements": enrolling.statements,
        "first_night_rows": began,
        "first_night_seconds": first,
        "rows": opened,
        "seconds": median(opening),
        "floor_seconds": median(bare),
        "ratio": median(opening) / median(bare),
        "whole_night_opening_seconds": whole.seconds,
        "statements": whole.statements,
        "again": open_due_tasks(now=midnight(TUESDAY), today=TUESDAY),
        "peak_rss_mb": ground.peak_rss_mb(),
    }


def _remember() -> None:
    """The rows that the ordinary night will make, as a plain table for the floor to copy from."""
    with transaction.atomic(), connection.cursor() as cursor:
        _open()
        cursor.execute("SELECT to_json(t) FROM tasks_task t WHERE opened_at = %s", [midnight(TUESDAY)])
        rows = cursor.fetchall()
        transaction.set_rollback(True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE answer (LIKE tasks_task)")
        cursor.executemany(
            "INSERT INTO answer SELECT * FROM json_populate_record(NULL::answer, %s::json)",
            [[_text(row[0])] for row in rows],
        )
    ground.settle()


def _text(row: Any) -> str:
    return row if isinstance(row, str) else json.dumps(row)


def _insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tasks_task SELECT * FROM answer")


def _open() -> None:
    with jobs_scope():
        open_due(now=midnight(TUESDAY), today=TUESDAY)


def _rolled_back(block: Callable[[], None]) -> float:
    """Seconds of a block, its deferred constraints checked, that is then forgotten."""
    with transaction.atomic(), connection.cursor() as cursor:

        def checked() -> None:
            block()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        took = ground.seconds(checked)
        transaction.set_rollback(True)
    return took
