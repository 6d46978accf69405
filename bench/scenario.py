"""bin/bench scenario [--weeks 12] [--patients 4000] [--json]: what would happen if, on the demo clinic, from reading to figures.

The demo clinic (4,400 patients, 2,200 plans) as `bin/manage seed_demo` makes it, in an own database. Both runs of a scenario
with four changes, warm: half a nurse more, a doctor away three weeks, a delegation, a list ten per cent longer. The floor,
in the same run, is the allocation's own time in both: what is above it is reading, living the weeks, and checking every plan.
A scenario without any change is run too, and must be today exactly.
"""

from __future__ import annotations

import argparse
import datetime as dt
from time import perf_counter
from typing import Any

from bench import ground
from demo.people import SOLBAKKEN
from demo.seed import seed
from scenarios.applying import applied
from scenarios.changes import Away, Change, Delegate, ListLength, MorePeople
from scenarios.queries import situation
from scenarios.running import run, searched
from scenarios.simulate import simulate
from scenarios.situation import Situation
from tasks.allocation import get_ready
from tasks.allocation.problem import Plan, Problem
from tasks.models import TaskKind
from teams.calendar import DAY
from teams.models import Member
from teams.wall import clinic_scope

TODAY = dt.date(2026, 11, 20)
MONDAY = dt.date(2026, 11, 23)


def changes(clinic_id: int) -> list[Change]:
    doctor = Member.objects.filter(clinic=clinic_id, profession="doctor").order_by("pk")[1]
    kind = TaskKind.objects.get(slug="arskontroll")
    return [
        MorePeople("nurse", 50, MONDAY),
        Away(doctor.pk, MONDAY, MONDAY + 18 * DAY),
        Delegate(kind.pk, (), None, "nurse", MONDAY),
        ListLength(10),
    ]


def measure(weeks: int, patients: int) -> dict[str, Any]:
    with ground.own_database("fordel_bench_scenario"):
        seed(today=TODAY, number=2026, patients=patients, charts=0)
        ground.settle()
        by = Member.objects.filter(clinic__slug=SOLBAKKEN.slug, profession="doctor").order_by("pk")[0]
        get_ready()
        with ground.measured() as reading, clinic_scope(by.clinic_id):
            found = situation(by, today=TODAY + DAY, weeks=weeks)
        wanted = changes(by.clinic_id)
        with ground.measured() as running:
            run(found, wanted, told=lambda done: None)
        nothing = run(found, (), told=lambda done: None)
        took = reading.seconds + running.seconds
        floor, tasks = _solving(found, wanted)
    return {
        "weeks": weeks, "patients_with_plans": len(found.patients), "plans": len(found.plans), "tasks_a_week": tasks, "seconds": took,
        "floor_seconds": floor, "ratio": took / floor, "reading_seconds": reading.seconds, "statements": reading.statements,
        "statements_while_running": running.statements,
        "no_change_is_today": nothing["today"] == nothing["scenario"], "peak_rss_mb": ground.peak_rss_mb(),
    }  # fmt: skip


def _solving(found: Situation, wanted: list[Change]) -> tuple[float, int]:
    """Seconds in the allocation alone, of both runs; and how many tasks a week it shares out, on average."""
    spent, tasks = 0.0, []

    def solve(problem: Problem) -> Plan:
        nonlocal spent
        began = perf_counter()
        plan = searched(problem)
        spent += perf_counter() - began
        tasks.append(len(problem.tasks))
        return plan

    for each in (found, applied(found, wanted)):
        list(simulate(each, solve))
    return spent, sum(tasks) // len(tasks)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench scenario", description=__doc__)
    parser.add_argument("--weeks", type=int, choices=(4, 12), default=12)
    parser.add_argument(
        "--patients", type=int, default=4000, help="40 to 20000, as bin/manage seed_demo has it"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ground.tell(measure(options.weeks, options.patients), as_json=options.json)


if __name__ == "__main__":
    main()
