from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.actions.nightly import open_due_tasks
from teams.calendar import oslo_date


class Command(BaseCommand):
    help = "Åpner oppgavene som forfaller, for alle legekontor."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        count = open_due_tasks(now=now, today=oslo_date(now))
        self.stdout.write(f"{count} oppgaver åpnet")
