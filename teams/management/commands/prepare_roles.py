"""Create the two roles that web and workers connect as, owning nothing (config/settings.py, teams/wall.py)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection
from psycopg import sql


class Command(BaseCommand):
    help = "Lager rollene fordel_app og fordel_jobs i databasen. Trygg å kjøre igjen."
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        try:
            with connection.cursor() as cursor:
                for login, password in settings.ROLE_PASSWORDS.items():
                    self._ensure(cursor, login, password)
                # A worker may step down to the application's role for one clinic's work, never the reverse;
                # both are NOINHERIT, so it has to say so.
                cursor.execute("GRANT fordel_app TO fordel_jobs")
                cursor.execute("GRANT fordel_app, fordel_jobs TO current_user")
        except ProgrammingError as error:
            raise CommandError(
                f"Kan ikke lage rollene: {error}".strip() + " Brukeren i DATABASE_URL må ha CREATEROLE."
            ) from error

    @staticmethod
    def _ensure(cursor: Any, login: str, password: str) -> None:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(login)).as_string())
        # In production without FORDEL_DATABASE_URL_…: whoever runs the server has given the role its password.
        secret = sql.SQL("PASSWORD {}").format(sql.Literal(password)) if password else sql.SQL("")
        cursor.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOINHERIT {}").format(sql.Identifier(login), secret).as_string()
        )
