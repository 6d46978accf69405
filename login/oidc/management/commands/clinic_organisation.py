"""`bin/manage clinic_organisation SLUG NUMBER [--end]`: the organisation number that means a clinic at login."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from login.oidc.actions import forget_organisation, name_organisation
from teams.models import Clinic


class Command(BaseCommand):
    help = "Sier hvilket legekontor et organisasjonsnummer betyr når noen logger inn, eller tar det bort."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="legekontorets kortnavn")
        parser.add_argument("number", help="organisasjonsnummer, ni sifre")
        parser.add_argument("--end", action="store_true", help="ta bort")

    def handle(self, *, slug: str, number: str, end: bool, **options: Any) -> None:
        try:
            clinic = Clinic.objects.get(slug=slug)
        except Clinic.DoesNotExist as error:
            raise CommandError(_("Det finnes ikke noe slikt legekontor.")) from error
        number = "".join(number.split())
        if end:
            forget_organisation(clinic, number=number)
            return
        try:
            name_organisation(clinic, number=number)
        except ValueError as error:
            raise CommandError(
                _("Nummeret er ikke et gyldig organisasjonsnummer, eller et annet legekontor har det.")
            ) from error
