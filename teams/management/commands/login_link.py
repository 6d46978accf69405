"""`bin/manage login_link USERNAME`: a link to a new password, for whom no clinic may give one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.actions.invitations import make_link_as_operator
from teams.calendar import oslo_date
from teams.models import Member


class Command(BaseCommand):
    help = (
        "Skriver ut en lenke som setter nytt passord for en bruker, for eksempel en som har plass ved flere legekontor."
        " Gjør deg først sikker på hvem som spør. Med --member: en invitasjon til en plass uten innlogging."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--member", type=int, help="plassens nummer, i adressen til medarbeiderens side")

    def handle(self, *, username: str, member: int | None, **options: Any) -> None:
        today = oslo_date(timezone.now())
        places = Member.objects.filter(access_until__gte=today).exclude(ends_on__lt=today).order_by("pk")
        chosen = places.filter(pk=member, user=None) if member else places.filter(user__username=username)
        place = chosen.first()
        if place is None:
            raise CommandError(
                _("Det finnes ingen slik plass med tilgang. Prøv bin/manage approve_access først.")
            )
        _made, token = make_link_as_operator(place, at=timezone.now())
        self.stdout.write(settings.PUBLIC_URL + reverse("open_invitation", args=[token]))
