"""`bin/manage municipal_lead USERNAME 0301 [--end]`: who sees a municipality's sums."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.calendar import oslo_date
from teams.models import Municipality, MunicipalLead, User


class Command(BaseCommand):
    help = "Gir en bruker innsyn i kommunens summer, eller tar det bort. Ingen pasienter, ingen navngitte ansatte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("number", help="kommunenummer, fire sifre")
        parser.add_argument("--end", action="store_true", help="ta bort")

    def handle(self, *, username: str, number: str, end: bool, **options: Any) -> None:
        try:
            user = User.objects.get(username=username)
            municipality = Municipality.objects.get(number=number)
        except (User.DoesNotExist, Municipality.DoesNotExist) as error:
            raise CommandError(_("Det finnes ingen slik bruker, eller ingen slik kommune.")) from error
        if end:
            MunicipalLead.objects.filter(user=user, municipality=municipality).delete()
            return
        MunicipalLead.objects.get_or_create(
            user=user, municipality=municipality, defaults={"since": oslo_date(timezone.now())}
        )
