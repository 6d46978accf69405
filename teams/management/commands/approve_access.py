"""`bin/manage approve_access USERNAME CLINIC`: when nobody is left in a clinic who could approve the last leader's access."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.actions.access import approve_as_operator
from teams.calendar import oslo_date
from teams.models import Member


class Command(BaseCommand):
    help = "Godkjenner en tilgang på nytt i ett år. For den siste teamlederen; ellers gjør legekontoret det selv."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("clinic", help="kortnavnet")

    def handle(self, *, username: str, clinic: str, **options: Any) -> None:
        now = timezone.now()
        here = Member.objects.filter(user__username=username, clinic__slug=clinic)
        place = here.exclude(ends_on__lt=oslo_date(now)).first()
        if place is None:
            raise CommandError(_("Det finnes ingen slik bruker ved legekontoret."))
        until = approve_as_operator(place, at=now)
        self.stdout.write(_("Gjelder til og med %(day)s.") % {"day": until.isoformat()})
