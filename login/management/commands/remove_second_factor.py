"""`bin/manage remove_second_factor USERNAME`: for whoever has lost both phone and recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from login.actions import remove_factors
from teams.models import User


class Command(BaseCommand):
    help = "Tar bort en brukers kodeapp, passnøkler og engangskoder, og avslutter alle økter. Neste innlogging krever nytt oppsett."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        try:
            user = User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(_("Det finnes ingen slik bruker.")) from error
        remove_factors(user)
