import sys
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tasks.allocation.document import read_problem, write_plan
from tasks.allocation.problem import Plan, Problem
from tasks.allocation.reading import Faulty

UNREADABLE, BROKEN = 2, 3


class Command(BaseCommand):
    help = (
        "Fordeler oppgavene i et JSON-dokument (docs/allocation.md) uten database. "
        "Avslutter med 2 når dokumentet ikke kan leses, med 3 når --check finner brudd."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("instance", help="dokumentet med oppgavene; - leser fra standard inn")
        parser.add_argument("--out", metavar="RESULT.json", help="hit i stedet for til skjermen")
        parser.add_argument(
            "--check", action="store_true", help="gå etter planen, regel for regel; si hva den bryter"
        )
        parser.add_argument(
            "--seconds", type=float, default=60.0, help="så lenge letes det høyst etter noe bedre (60)"
        )

    def handle(
        self, *args: Any, instance: str, out: str | None, check: bool, seconds: float, **options: Any
    ) -> None:
        from tasks.allocation import solve  # loads the solvers, which only this command and the worker need
        from tasks.allocation.checker import breaches

        problem, ends = _problem(instance), monotonic() + seconds
        try:
            plan = solve(problem, stop=lambda: monotonic() > ends)
        except ValueError as error:
            raise CommandError(f"{instance}: {error}", returncode=UNREADABLE) from error
        _write(out, write_plan(plan))
        self.stderr.write(_summary(plan), style_func=str)
        if check and (found := breaches(problem, plan)):
            raise CommandError("\n".join(found), returncode=BROKEN)


def _summary(plan: Plan) -> str:
    gap = f"{plan.objective.gap:.2%}".replace(".", ",").replace("%", " %")
    return f"{len(plan.placements)} oppgaver fordelt, {len(plan.unplaced)} ikke; høyst {gap} fra det beste som er mulig"


def _problem(path: str) -> Problem:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        return read_problem(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}", returncode=UNREADABLE) from error
    except Faulty as fault:
        raise CommandError(f"{path}: {fault}", returncode=UNREADABLE) from fault


def _write(path: str | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path}: {error}", returncode=UNREADABLE) from error
