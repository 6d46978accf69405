"""Print who may do what, as the table in docs/permissions.md."""

from typing import Any

from django.core.management.base import BaseCommand

from teams.models import Access
from teams.permissions import permission_matrix


def printed() -> str:
    """The table as Markdown."""
    head = ["Rett", *Access.values]
    lines = [head, ["---"] * len(head)]
    lines += [
        [str(row["permission"]), *(str(row[access]) for access in Access)] for row in permission_matrix()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


class Command(BaseCommand):
    help = "Skriver ut hvem som kan hva: tilgang × rett."

    def handle(self, **options: Any) -> None:
        self.stdout.write(printed(), ending="")
