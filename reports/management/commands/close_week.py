"""Close weeks by hand: what the clock does on Monday morning."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from reports.actions.closing import close_weeks
from reports.jobs import after_closing
from teams.calendar import Week


class Command(BaseCommand):
    help = "Lukker uker som er over, for alle legekontor. Uten --week: alle som mangler. Trygg å kjøre igjen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", metavar="2026-W47", help="bare denne uken")

    def handle(self, *, week: str | None, **options: Any) -> None:
        try:
            closed = close_weeks(now=timezone.now(), week=Week.parse(week) if week else None)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not closed.weeks:
            self.stdout.write(_("Ingen uker å lukke."))
            return
        for each in closed.weeks:
            self.stdout.write(str(each))
        self.stdout.write(
            _("Lukket %(weeks)d uker, %(reports)d rapporter.")
            % {"weeks": len(closed.weeks), "reports": closed.reports}
        )
        try:
            after_closing()
        except OperationalError:
            self.stderr.write(_("Køen svarer ikke. Diagrammene tegnes neste gang en arbeider starter."))
