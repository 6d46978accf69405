"""`bin/manage remake_weeks`: can every closed week be made again from the events alone?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from reports.actions.correcting import remade


class Command(BaseCommand):
    help = "Lag alle lukkede uker på nytt av hendelsene, uten å lagre, og si hvilke som blir annerledes."

    def handle(self, *args: Any, **options: Any) -> None:
        other = remade()
        for clinic, week in other:
            self.stdout.write(_("Legekontor %(clinic)s, uke %(week)s") % {"clinic": clinic, "week": week})
        if other:
            raise CommandError(_("%(n)d uker blir annerledes.") % {"n": len(other)})
        self.stdout.write(_("Alle lukkede uker blir de samme, til minuttet."))
