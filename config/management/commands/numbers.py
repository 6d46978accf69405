"""Print docs/numbers.md: what each number on screen means."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from config.numbers_page import page


class Command(BaseCommand):
    help = "Skriver ut hva hvert tall betyr, som docs/numbers.md."
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        with translation.override("nb"):
            self.stdout.write(page(), ending="")
