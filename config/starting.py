"""What is asked of the database before a process serves real patients: which role it is, and that no demo is left in."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from demo.logins import LOGINS, PASSWORD
from teams.models import User

MAY_TOO_MUCH = """
    SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
        OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
    FROM pg_roles WHERE rolname = session_user
"""


def refuse_unsafe(role: str) -> None:
    """Raises ImproperlyConfigured in production: a role that may too much, or (asked by web) passwords of the demo."""
    if not settings.PRODUCTION:
        return
    if role != settings.ROLE:
        raise ImproperlyConfigured(
            f"FORDEL_PRODUCTION: FORDEL_ROLE må være {role} her, ikke {settings.ROLE}."
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MAY_TOO_MUCH)
        if cursor.fetchone() != (False,):
            raise ImproperlyConfigured(
                "FORDEL_PRODUCTION: databaserollen eier tabeller eller kan gå forbi veggene (docs/security.md)."
            )
    if role == "app" and (left := _demo_users()):
        raise ImproperlyConfigured(
            f"FORDEL_PRODUCTION: demopassordet gjelder fortsatt for {', '.join(left)}. Bytt det, eller bruk en tom base."
        )


def _demo_users() -> list[str]:
    names = [login.username for login in LOGINS]
    users = User.objects.filter(username__in=names, is_active=True).order_by("username")
    return [user.username for user in users if user.check_password(PASSWORD)]
