"""bin/bench pages [--json] [--requests 300] [--only min_dag,team]: how long pages take, beside two floors.

A clinic with 20 members and 20,000 open tasks beside six others, in an own database. gunicorn is started by the
Procfile's own line (two workers, as the role that walks through no wall, DEBUG off, cached templates) on a port of
its own; a leader and a nurse log in by the form. Measured is one client on loopback that keeps its connection: from
the first byte of the request sent to the last byte of the answer read, in milliseconds, so server and loopback, one
request at a time. In every round the page comes first, then an empty Django view and the same rows fetched by bare
psycopg, both through the same gunicorn, middleware and walls (bench/pages_floors.py): what the machine does meanwhile
meets all three alike. `rows` is how many the page shows; statements are counted in a pass of their own.

`--profile min_dag` prints where one page's time goes instead, by cumulative time (`--order tottime` by own time).
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from bench import ground
from bench.pages_fill import Shape, close_reports, fill, members
from bench.pages_web import Answer, Visitor, person, web
from reports.models import WeeklyReport
from tasks.models import Task, TaskState
from teams.models import Member

SHAPES = (
    Shape(1, members=20, patients=10_000, open_tasks=20_000, done_tasks=8_000),
    *(Shape(n, members=12, patients=3_000, open_tasks=2_000, done_tasks=4_000) for n in range(2, 8)),
)
WARM_UP = 20
FLOORS = "/gulv/"  # of the measured server alone: bench/pages_floors.py
DIALOG = {"HX-Request": "true", "HX-Target": "ark"}  # what htmx sends when a link opens the sheet


@dataclass(frozen=True, slots=True)
class Clinic:
    """Whom and what the measurement asks for."""

    leader: Member
    nurse: Member
    to_complete: tuple[int, ...]  # tasks of the nurse's own, assigned, each of one part
    to_open: int  # one of them, about a patient
    patient: int  # whom it is about
    report: WeeklyReport


@dataclass(frozen=True, slots=True)
class Page:
    """A page: who opens which address, what one row looks like in its HTML, and what its floor is asked for.

    `floor` names the statements of bench/pages_floors.py where they are another page's; `about` is their `id`.
    """

    name: str
    who: str
    path: Callable[[Clinic], str]
    row: str
    about: Callable[[Clinic], int] = lambda _: 0
    headers: Mapping[str, str] = field(default_factory=dict)
    floor: str = ""


def _report(clinic: Clinic) -> str:
    return reverse("report", args=[clinic.report.year, clinic.report.week])


TASK_ROW = r'id="oppgave-\d'
# One more page is a line here, and its rows' statements in bench/pages_floors.py.
PAGES = (
    Page("min_dag", "nurse", lambda _: reverse("my_day"), TASK_ROW),
    Page(
        "min_dag_section", "nurse", lambda _: reverse("my_day_section", args=["later"]), TASK_ROW,
        headers={"HX-Request": "true", "HX-Target": "del-later"}, floor="min_dag",
    ),
    Page("team_now", "leader", lambda _: reverse("team_now"), r'<th scope="row"', headers={"HX-Request": "true", "HX-Target": "teamet-na"}),
    Page("team", "leader", lambda _: reverse("team"), r'<th scope="row"'),
    Page(
        "cell", "leader", lambda c: f"{reverse('task_list')}?hvem={c.nurse.pk}&uke=this", TASK_ROW,
        about=lambda c: c.nurse.pk,
    ),
    Page("pool", "leader", lambda _: reverse("pool"), TASK_ROW),
    Page(
        "task_sheet", "nurse", lambda c: reverse("task", args=[c.to_open]), r"<time ",
        about=lambda c: c.to_open, headers=DIALOG,
    ),
    Page("patients", "leader", lambda _: reverse("patients"), r'href="/pasienter/\d+/"'),
    Page(
        "patients_by_need", "leader", lambda _: f"{reverse('patients')}?sorter=behov", r'href="/pasienter/\d+/"',
        floor="patients",
    ),
    Page("lacking", "leader", lambda _: reverse("lacking"), r'class="who"'),
    Page("patient", "nurse", lambda c: reverse("patient", args=[c.patient]), r"<li", about=lambda c: c.patient),
    Page("sharing", "leader", lambda _: reverse("sharing"), r'href="/fordeling/\d+/"'),
    Page("report_week", "leader", _report, r"<tr", about=lambda c: c.report.pk),
)  # fmt: skip
# Completing is a change; each is taken back at once, so that no page grows while it is measured.
CHANGES = ("complete_task", "undo_task")


def clinic(slug: str) -> Clinic:
    """The measured clinic's people and things, once the database is filled."""
    found = members(slug)
    nurse = next(member for member in found if member.profession == "nurse")
    tasks = Task.objects.filter(assignee=nurse, state=TaskState.ASSIGNED, part="", patient__isnull=False)
    # By law alone, from no plan: the same work each time, and nothing of it moves a plan's next occasion.
    mine = tasks.filter(kind__professions__contains=["nurse"], plan_step__isnull=True, hard=False)
    ids = tuple(mine.order_by("-due_on", "id").values_list("pk", flat=True)[:100])
    patient = Task.objects.get(pk=ids[0]).patient_id or 0
    return Clinic(
        found[0], nurse, ids, ids[0], patient, WeeklyReport.objects.filter(clinic=nurse.clinic_id)[0]
    )


def measure_page(
    page: Page, visitor: Visitor, about: Clinic, requests: int, warm_up: int = WARM_UP
) -> dict[str, Any]:
    """So many rounds of page, empty floor and rows' floor. Raises SystemExit for an answer that is not the page."""
    path = page.path(about)
    first = _right(visitor.get(path, {**page.headers, "X-Bench": "statements"}), page.name)
    rows = len(re.findall(page.row, first.body.decode()))
    if not rows:
        raise SystemExit(f"{page.name}: no row found in the page")
    floor = f"{FLOORS}{page.floor or page.name}/?rows={rows}&id={page.about(about)}"
    rounds = [
        (
            _right(visitor.get(path, page.headers), page.name).ms,
            _right(visitor.get(FLOORS), "floor").ms,
            _right(visitor.get(floor), "floor").ms,
        )
        for _ in range(requests + warm_up)
    ]
    return _figures(page.name, rows, first, rounds[warm_up:])


def measure_changes(
    visitor: Visitor, about: Clinic, requests: int, warm_up: int = WARM_UP
) -> list[dict[str, Any]]:
    """Completing a row and taking it back, by the product and by bare psycopg in turn, on tasks in turn."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in CHANGES}
    first: dict[str, Answer] = {}
    for n in range(requests + warm_up):
        task = about.to_complete[n % len(about.to_complete)]
        for name in CHANGES:
            version = Task.objects.values_list("version", flat=True).get(pk=task)
            sent = {"minutes": 7, "version": version}
            counted = {"X-Bench": "statements"} if n == 0 else {}
            product = visitor.post(reverse(name, args=[task]), sent, {**_row(task, visitor.port), **counted})
            first.setdefault(name, _right(product, name))
            found[name].append((product.ms, _right(visitor.get(FLOORS), "floor").ms, 0))
        for name in CHANGES:
            floor = visitor.post(f"{FLOORS}{name}/endre/?id={task}", {})
            found[name][-1] = (*found[name][-1][:2], _right(floor, "floor").ms)
    return [_figures(name, 1, first[name], found[name][warm_up:]) for name in CHANGES]


def _row(task: int, port: int) -> dict[str, str]:
    """What htmx sends with a row's form on Min dag."""
    here = f"http://127.0.0.1:{port}{reverse('my_day')}"
    return {"HX-Request": "true", "HX-Target": f"oppgave-{task}", "HX-Current-URL": here}


def _right(answer: Answer, name: str) -> Answer:
    if answer.status != 200:
        raise SystemExit(f"{name}: answered {answer.status}\n{answer.body[:500].decode(errors='replace')}")
    return answer


def _figures(name: str, rows: int, first: Answer, rounds: list[tuple[float, float, float]]) -> dict[str, Any]:
    took, empty, bare = (list(column) for column in zip(*rounds, strict=True))
    floor = percentile(bare, 95)
    return {
        "page": name,
        "rows": rows,
        "queries": int(first.headers["X-Bench-Statements"]),
        "p50_ms": round(statistics.median(took), 2),
        "p95_ms": round(percentile(took, 95), 2),
        "floor_empty_p95_ms": round(percentile(empty, 95), 2),
        "floor_rows_p95_ms": round(floor, 2),
        "floor_empty_p50_ms": round(statistics.median(empty), 2),
        "floor_rows_p50_ms": round(statistics.median(bare), 2),
        "reach_p95_ms": round(3 * floor + 15, 2),
        "bytes": len(first.body),
        "requests": len(rounds),
    }


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many percent are not above."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def measure(
    shapes: Sequence[Shape], *, requests: int, seed: int, only: set[str], warm_up: int = WARM_UP
) -> dict[str, Any]:
    """Fill the database at hand, serve it and measure; what `main` prints."""
    with serving(shapes, seed=seed) as (visitors, about):
        pages = [
            measure_page(page, visitors[page.who], about, requests, warm_up)
            for page in PAGES
            if not only or page.name in only
        ]
        if not only or only & set(CHANGES):
            pages += measure_changes(visitors["nurse"], about, requests, warm_up)
    first = shapes[0]
    return {"pages": pages, "members": first.members, "open_tasks": first.open_tasks, "clinics": len(shapes)}


@contextmanager
def serving(shapes: Sequence[Shape], *, seed: int) -> Iterator[tuple[dict[str, Visitor], Clinic]]:
    """The database at hand filled and served, the leader and the nurse of its first clinic logged in."""
    fill(shapes, seed=seed)
    slug = f"kontor-{shapes[0].n}"
    close_reports(slug)
    ground.settle()
    about = clinic(slug)
    with web() as port:
        logins = {"leader": about.leader.user, "nurse": about.nurse.user}
        yield {who: person(port, user.username) for who, user in logins.items() if user}, about


def profile(shapes: Sequence[Shape], name: str, order: str, seed: int) -> str:
    """Where the server's time goes for one page, warm, as cProfile sees it (which makes calls look dearer)."""
    page = next(page for page in PAGES if page.name == name)
    with serving(shapes, seed=seed) as (visitors, about):
        visitor, path = visitors[page.who], page.path(about)
        for _ in range(WARM_UP):
            _right(visitor.get(path, page.headers), name)
        return visitor.get(path, {**page.headers, "X-Bench": order}).body.decode()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/bench pages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=300, help="rounds for each page, after the warm-up")
    parser.add_argument("--only", default="", help="pages by name, with commas between")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", default="", metavar="PAGE", help="print where this page's time goes")
    parser.add_argument("--order", default="cumulative", choices=["cumulative", "tottime"])
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args()
    only = set(filter(None, asked.only.split(",")))
    with ground.own_database("fordel_bench_pages"):
        if asked.profile:
            print(profile(SHAPES, asked.profile, asked.order, asked.seed))
            return
        result = measure(SHAPES, requests=asked.requests, seed=asked.seed, only=only)
    if asked.json:
        ground.tell(result, as_json=True)
        return
    for each in result["pages"]:
        print("  ".join(f"{name} {value}" for name, value in each.items()))


if __name__ == "__main__":
    main()
