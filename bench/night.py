"""bin/bench night --clinics 50 | --national [--json] [--seed 1]: a night for so many clinics, beside the bare SQL of its work.

A clinic here has 12 members, 1,000 patients with a plan, 60 plans that open tonight and 400 tasks open since
before, a tenth of them without a holder. The floor, in the same run: inserting the same tasks and events by
INSERT … SELECT, reading the open tasks, and writing the same assignments and their events from a table that
already holds the answer. What the product does above it is deciding who, and why. `--national`: bench/national.py.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from django.db import connection, transaction

from bench import ground, national
from tasks.actions.nightly import night
from teams.calendar import OSLO, working_days

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=OSLO)
FILL = (Path(__file__).parent / "night_fill.sql").read_text(encoding="utf-8")
TO_SHARE = (Path(__file__).parents[1] / "tasks/sql/to_share.sql").read_text(encoding="utf-8")

OPEN_BARE = """
INSERT INTO tasks_task (clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on, due_on,
                        closes_on, hard, logged, planned_minutes, why, opened_at, version)
SELECT ps.clinic_id, s.kind_id, s.name, p.patient_id, ps.id, 'plan', '', 'open', ps.opens_on, ps.due_on,
       ps.closes_on, s.hard, false, 30, '{}', now(), 1
FROM tasks_planstep ps JOIN tasks_followupplan p ON p.id = ps.plan_id JOIN tasks_step s ON s.id = ps.step_id
WHERE ps.waiting AND ps.opens_on <= %s
"""
NOTE_BARE = """
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
SELECT clinic_id, id, 'open', '', 'open', now(), now(), '', '{}' FROM tasks_task WHERE opened_at = now()
"""
ASSIGN_BARE = """
UPDATE tasks_task t SET assignee_id = a.member_id, planned_on = a.day, state = 'assigned', version = version + 1
FROM answer a WHERE a.id = t.id
"""
ASSIGN_NOTE_BARE = """
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, to_member_id, at, effective_at,
                             reason, after)
SELECT clinic_id, t.id, 'assign', 'open', 'assigned', member_id, now(), now(), '', '{}'
FROM tasks_task t JOIN answer a ON a.id = t.id
"""


def fill(clinics: int, seed: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [seed])
        cursor.execute(FILL, {"clinics": clinics, "today": TODAY})


def floor() -> float:
    """The same rows by bare SQL, in a transaction that is rolled back."""
    horizon = working_days(TODAY, 10)[-1]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM teams_clinic")
        ids = cursor.fetchone()[0]

        def opening() -> None:
            cursor.execute(OPEN_BARE, [TODAY])
            cursor.execute(NOTE_BARE)

        def reading() -> None:
            cursor.execute(TO_SHARE, {"clinics": ids, "horizon": horizon})
            cursor.fetchall()

        def writing() -> None:
            cursor.execute(ASSIGN_BARE)
            cursor.execute(ASSIGN_NOTE_BARE)

        took = ground.seconds(opening) + ground.seconds(reading)
        cursor.execute(
            "CREATE TEMP TABLE answer ON COMMIT DROP AS SELECT t.id, %s::date AS day,"
            " (SELECT min(m.id) FROM teams_member m WHERE m.clinic_id = t.clinic_id) AS member_id"
            " FROM tasks_task t WHERE t.ended_at IS NULL",
            [TODAY],
        )
        took += ground.seconds(writing)
        transaction.set_rollback(True)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench night", description=__doc__)
    parser.add_argument("--clinics", type=int, default=50)
    parser.add_argument(
        "--national", action="store_true", help="opening alone, for 1,550 clinics and 1.5 million plans"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with ground.own_database("fordel_bench_night"):
        if options.national:
            ground.tell(national.measure(), as_json=options.json)
            return
        fill(options.clinics, 1 / (1 + options.seed))
        ground.settle()
        floor_seconds = floor()
        ground.settle()
        with ground.measured() as run:
            opened, placed = night(now=NOW, today=TODAY)
        ground.settle()
        with ground.measured() as again:
            opened_again, _ = night(now=NOW, today=TODAY)
        ground.tell(
            {
                "clinics": options.clinics,
                "rows": opened + placed,
                "seconds": run.seconds,
                "statements": run.statements,
                "floor_seconds": floor_seconds,
                "ratio": run.seconds / floor_seconds,
                "peak_rss_mb": ground.peak_rss_mb(),
                "opened": opened,
                "placed": placed,
                "opened_by_second_run": opened_again,
                "second_run_seconds": again.seconds,
            },
            as_json=options.json,
        )


if __name__ == "__main__":
    main()
