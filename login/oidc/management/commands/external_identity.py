"""`bin/manage external_identity USERNAME PROVIDER [--end]`: who a user is at a login provider. The number is asked for."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from login.oidc.actions import tie_identity, untie_identity
from login.oidc.providers import providers
from teams.models import User


class Command(BaseCommand):
    help = (
        "Knytter en bruker til et HPR-nummer (eller det leverandøren kjennes igjen på), eller tar det bort."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("provider", help="navnet i FORDEL_OIDC: helseid, idporten …")
        parser.add_argument("--end", action="store_true", help="ta bort")

    def handle(self, *, username: str, provider: str, end: bool, **options: Any) -> None:
        found = providers().get(provider)
        if found is None:
            raise CommandError(_("Det finnes ingen slik leverandør i FORDEL_OIDC."))
        try:
            user = User.objects.get(username=username)
        except User.DoesNotExist as error:
            raise CommandError(_("Det finnes ingen slik bruker.")) from error
        if end:
            untie_identity(user, provider=found)
            return
        # Read, not an argument: some providers know people by their national identity number, and a shell remembers.
        self.stderr.write(f"{found.identity_claim}: ", ending="")
        try:
            tie_identity(user, provider=found, value=sys.stdin.readline(), at=timezone.now())
        except ValueError as error:
            raise CommandError(_("Nummeret er tomt, eller en annen bruker har det.")) from error
