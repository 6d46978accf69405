"""Print who may do what: docs/permissions.md is this."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from teams.matrix import as_markdown, heads, right_lines, room_lines
from teams.models import Access


def printed() -> str:
    """The whole document, as Markdown."""
    rights = as_markdown(
        [_("Rett"), _("Lar en"), *(str(access.label) for access in Access)],
        ([f"`{line.name}`", line.meaning, *line.who] for line in right_lines()),
    )
    parts = [
        "# " + _("Hvem kan gjøre hva"),
        _("Skrevet ut av `bin/manage permissions`: av tabellen i teams/permissions.py og av adressene selv."),
        "## " + _("Rettene"),
        rights.rstrip("\n"),
        "## " + _("Adressene"),
        _(
            "200: adressen åpnes, om det den viser til, finnes ved ens eget legekontor (ellers 404, alltid det samme for andre"
            " legekontors). 403: ikke lov. 302: sendes et annet sted. En metode som ikke står der, gir 405. Noen handlinger"
            " spør i tillegg hvem det gjelder, for eksempel om delegeringen er ens egen."
        ),
    ]
    for room in room_lines():
        parts += ["### " + room.name, _table(room.lines)]
    return "\n\n".join(parts) + "\n"


def _table(lines: Any) -> str:
    head = [_("Adresse"), _("Navn"), _("Metoder"), _("Rett"), *heads()]
    rows = ([f"`{line.path}`", line.name, line.methods, line.right, *line.answers] for line in lines)
    return as_markdown(head, rows).rstrip("\n")


class Command(BaseCommand):
    help = "Skriver ut hvem som kan hva: tilgang × rett, og hver adresse × tilgang."

    def handle(self, **options: Any) -> None:
        self.stdout.write(printed(), ending="")
