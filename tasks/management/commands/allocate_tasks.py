from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.actions.nightly import allocate_tasks
from teams.calendar import oslo_date


class Command(BaseCommand):
    help = "Gir åpne oppgaver til dem som kan, har tid og kjenner pasienten."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        count = allocate_tasks(now=now, today=oslo_date(now))
        self.stdout.write(f"{count} oppgaver har noen")
