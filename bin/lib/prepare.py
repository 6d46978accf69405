"""Make the database and the static files ready for bin/up, in one process, because starting Django
once a command would cost more than the commands. Prints the demo logins, in demo mode.
"""

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

os.environ["FORDEL_ROLE"] = "owner"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.core.management import call_command, get_commands


def static_is_fresh() -> bool:
    """Nothing that static files come from is newer than the last collected manifest."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    checkout = Path(settings.BASE_DIR)
    stamps = [checkout / ".venv/requirements.txt", checkout / "node_modules/.installed-lock.json"]
    sources = [*stamps, checkout / "config/settings.py", *(checkout / "static").rglob("*")]
    return manifest.exists() and all(
        source.stat().st_mtime < manifest.stat().st_mtime for source in sources if source.exists()
    )


def demo(command: str) -> bool:
    """Only where the demo clinic is wanted, and has been left in."""
    return settings.DEMO and command in get_commands()


def main() -> None:
    django.setup()
    with redirect_stdout(sys.stderr):
        call_command("prepare_roles")
        call_command("migrate", interactive=False)
        if not static_is_fresh():
            call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        if demo("seed_demo"):
            call_command("seed_demo")
    if demo("demo_logins"):
        call_command("demo_logins")


main()
