"""`bin/manage demo_logins`: one line for whoever has just started the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.logins import PASSWORD, logins


class Command(BaseCommand):
    help = "Skriver demoens brukernavn og passord på én linje; ingenting utenfor demoen."

    def handle(self, **options: Any) -> None:
        if found := logins():
            names = ", ".join(login.username for login in found)
            self.stdout.write(f"Logg inn som {names} · passord {PASSWORD}")
