"""`bin/manage seed_demo`: the demo clinics, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from demo.seed import exists, latest_day, seed


class Command(BaseCommand):
    help = "Fyller databasen med to oppdiktede legekontor. Gjør ingenting når de finnes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=_day, default=None, help="dagen demoen skal ende på, ÅÅÅÅ-MM-DD")
        parser.add_argument(
            "--seed", type=int, default=2026, help="samme tall og samme dag gir de samme radene"
        )
        parser.add_argument("--patients", type=int, default=4000, help="pasienter på listene, 40 til 20000")

    def handle(self, *, today: dt.date | None, seed: int, patients: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demoens passord er kjent av alle, og hører ikke hjemme der det er pasienter.")
        if exists():
            self.stdout.write("Demolegekontoret finnes fra før.")
            return
        if not 40 <= patients <= 20_000:
            raise CommandError("--patients må være fra 40 til 20000.")
        self._seed(today or latest_day(timezone.now()), seed, patients, verbosity=options["verbosity"])

    def _seed(self, today: dt.date, number: int, patients: int, *, verbosity: int) -> None:
        made = seed(today=today, number=number, patients=patients)
        counts, seconds = made.counts, made.seconds
        self.stdout.write(
            f"Demo: {counts['patients_patient']} pasienter, {counts['tasks_task']} oppgaver,"
            f" {counts['weekly_reports']} ukesrapporter på {sum(seconds.values()):.0f} s."
        )
        if verbosity > 1:
            for name, value in [*counts.items(), *((f"{k} (s)", round(v, 2)) for k, v in seconds.items())]:
                self.stdout.write(f"  {name}: {value}")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"«{text}» er ikke en dag. Skriv for eksempel 2026-11-21.") from None
