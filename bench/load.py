"""bin/bench load [--json] [--users 200] [--seconds 120] [--seed 1]: everybody at work at once.

Clinics of 10 to 20 members in an own database, gunicorn by the Procfile's own line, and so many members of theirs
logged in (their sessions are made beforehand: hashing 200 passwords is not what is measured). Each thinks for one to
five seconds and then does what people do: opens Min dag, completes, takes back, begins, postpones, hands on, logs,
opens a sheet, searches, looks at the team; and one in ten things is done to a task that several of the clinic are at
in the same seconds, each with the version that they saw. Milliseconds are at the client on loopback, on the same
machine as the server and the database.

Afterwards the database is asked: is every success that a client was told there as exactly one event by that member,
is there no event that nobody was told of, is every task's version its number of events, and does replaying its events
lead to the task as it stands. A change refused since somebody else was first is a conflict, not an error. Ends with
status 1 when anything is lost, untold, wrong or an error.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
from typing import Any

from bench import ground
from bench.load_check import check, last_event
from bench.load_users import Diary, Worker
from bench.pages import percentile
from bench.pages_fill import Shape, fill, members, session_of
from bench.pages_web import web
from tasks.models import Task, TaskKind, TaskState
from teams.models import Member, Profession

EVERYBODY = [Profession.SECRETARY, Profession.NURSE, Profession.DOCTOR]


def shapes(users: int) -> list[Shape]:
    """Clinics of 10 to 20 members until there are enough, each with some forty open tasks a member."""
    found: list[Shape] = []
    while sum(shape.members for shape in found) < users:
        n = len(found) + 1
        size = 10 + 7 * n % 11
        found.append(Shape(n, size, 150 * size, 42 * size, 30 * size))
    return found


def workers(found: list[Shape], users: int, port: int, diary: Diary, seed: int) -> list[Worker]:
    """So many members, each with a session."""
    kinds = {
        profession: tuple(
            TaskKind.objects.filter(professions__contains=[profession]).values_list("pk", flat=True)
        )
        for profession in EVERYBODY
    }
    people: list[Worker] = []
    for shape in found:
        here = members(f"kontor-{shape.n}")
        shared = _shared(here[0])
        people += [
            _worker(member, kinds[Profession(member.profession)], shared, port, diary, seed)
            for member in here
        ]
    return people[:users]


def _worker(
    member: Member, kinds: tuple[int, ...], shared: tuple[int, ...], port: int, diary: Diary, seed: int
) -> Worker:
    if member.user is None:
        raise SystemExit(f"{member} has no login")
    return Worker(
        member.pk, session_of(member.user), member.access == "leader", kinds, shared, port, diary,
        random.Random(seed * 1_000_003 + member.pk),
    )  # fmt: skip


def _shared(anybody: Member) -> tuple[int, ...]:
    """Tasks of the clinic that everybody may do, one to three at a time of which are what everybody is at."""
    found = Task.objects.filter(clinic=anybody.clinic_id, state=TaskState.ASSIGNED, part="", hard=False)
    return tuple(
        found.filter(kind__professions__contains=EVERYBODY).order_by("pk").values_list("pk", flat=True)
    )


async def _all_work(people: list[Worker], seconds: float) -> None:
    async with asyncio.TaskGroup() as everybody:
        for worker in people:
            everybody.create_task(worker.work(seconds))


def measure(users: int, seconds: float, *, seed: int) -> dict[str, Any]:
    """Fill the database at hand, serve it, let them work, and look up what became of it; what `main` prints."""
    found, diary = shapes(users), Diary()
    fill(found, seed=seed)
    ground.settle()
    since = last_event()
    with web() as port:
        asyncio.run(_all_work(workers(found, users, port, diary, seed), seconds))
    became = check(diary.told, since=since)
    everything = [ms for took in diary.took.values() for ms in took]
    wrong = [
        *diary.errors,
        *map(str, became.lost),
        *became.untold,
        *map(str, became.wrong_versions),
        *became.wrong_stories,
    ]
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    return {
        "users": users,
        "clinics": len(found),
        "seconds": seconds,
        "requests": len(everything),
        "requests_a_second": round(len(everything) / seconds, 1),
        "errors": len(diary.errors),
        "changes": len(diary.told),
        "conflicts": diary.conflicts,
        "lost": len(became.lost),
        "untold": len(became.untold),
        "wrong_versions": len(became.wrong_versions),
        "wrong_stories": len(became.wrong_stories),
        "p50_ms": round(statistics.median(everything), 1),
        "p95_ms": round(percentile(everything, 95), 1),
        "actions": [_line(action, took) for action, took in sorted(diary.took.items())],
    }


def _line(action: str, took: list[float]) -> dict[str, Any]:
    return {
        "action": action,
        "requests": len(took),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(percentile(took, 95), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/bench load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    asked = parser.parse_args()
    with ground.own_database("fordel_bench_load"):
        result = measure(asked.users, asked.seconds, seed=asked.seed)
    if asked.json:
        ground.tell(result, as_json=True)
    else:
        for action in result.pop("actions"):
            print("  ".join(f"{name} {value}" for name, value in action.items()))
        ground.tell(result, as_json=False)
    if any(result[name] for name in ("errors", "lost", "untold", "wrong_versions", "wrong_stories")):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
