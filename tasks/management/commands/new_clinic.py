"""`bin/manage new_clinic SLUG NAME --municipality 0301 Oslo --leader NAME`: a clinic begins with Fordel."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.actions.programmes import propose_programmes
from teams.actions.founding import found_clinic
from teams.actions.invitations import make_link_as_operator
from teams.models import Profession

WRONG = {
    "slug": gettext_lazy("Kortnavnet er tatt, eller har annet enn bokstaver, tall og bindestrek."),
    "name": gettext_lazy("Skriv hva legekontoret heter, høyst 120 tegn."),
    "municipality": gettext_lazy("Skriv kommunenummeret, fire sifre, og hva kommunen heter."),
    "leader": gettext_lazy("Skriv hvem som skal lede, høyst 120 tegn."),
    "profession": gettext_lazy("Yrket finnes ikke."),
}


class Command(BaseCommand):
    help = (
        "Oppretter et legekontor med programmene som forslag, og skriver ut en lenke til den første teamlederen."
        " Lederen legger inn resten: medarbeidere, arbeidstid, pasientliste."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="kortnavnet: små bokstaver, tall og bindestrek")
        parser.add_argument("name", help="hva legekontoret heter")
        parser.add_argument("--municipality", nargs=2, required=True, metavar=("NUMBER", "NAME"))
        parser.add_argument("--leader", required=True, help="navnet til den første teamlederen")
        parser.add_argument("--profession", default=Profession.DOCTOR, choices=Profession.values)

    def handle(
        self, *, slug: str, name: str, municipality: list[str], leader: str, profession: str, **options: Any
    ) -> None:
        now = timezone.now()
        try:
            with transaction.atomic():
                first = found_clinic(
                    slug, name, municipality=(municipality[0], municipality[1]), leader=leader,
                    profession=profession, at=now,
                )  # fmt: skip
                propose_programmes(first.clinic_id)
                _made, token = make_link_as_operator(first, at=now)
        except ValueError as error:
            raise CommandError(str(WRONG[str(error)])) from error
        self.stdout.write(settings.PUBLIC_URL + reverse("open_invitation", args=[token]))
        self.stderr.write(_("Lenken virker én gang, i sju dager. Gi den bare til den som skal lede."))
