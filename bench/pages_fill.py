"""Clinics whose people log in and have all sorts of open tasks: what pages and load are measured on."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from bench.filling import relations_checked_at_the_end
from reports.actions.advising import advise
from reports.actions.closing import close_weeks
from reports.actions.drawing import draw_charts
from reports.models import WeeklyReport
from teams.calendar import OSLO
from teams.models import Member, User

FILL = (Path(__file__).parent / "pages_fill.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a clinic is: its members, its list, and its tasks open now and done in the last eight weeks."""

    n: int
    members: int
    patients: int
    open_tasks: int
    done_tasks: int


def today() -> dt.date:
    """The date in Oslo now: the pages are served by a real clock."""
    return dt.datetime.now(OSLO).date()


@transaction.atomic
def fill(shapes: Sequence[Shape], *, seed: int) -> None:
    """Make these clinics, called `kontor-<n>`, with one login for each member, `kontor-<n>-<i>`."""
    with relations_checked_at_the_end(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [1 / (1 + seed)])
        cursor.execute(
            "CREATE TEMP TABLE shape (n int, members int, patients int, open_tasks int, done_tasks int) ON COMMIT DROP"
        )
        cursor.executemany(
            "INSERT INTO shape VALUES (%s, %s, %s, %s, %s)", [astuple(shape) for shape in shapes]
        )
        cursor.execute(FILL, {"today": today()})


def close_reports(clinic_slug: str) -> WeeklyReport:
    """Close the weeks that have been, and draw the charts of this clinic's last one."""
    close_weeks(now=dt.datetime.now(OSLO))
    last: WeeklyReport = WeeklyReport.objects.filter(clinic__slug=clinic_slug).latest("year", "week")
    advise()
    draw_charts(reports=[last.pk])
    return last


def members(clinic_slug: str) -> list[Member]:
    """The clinic's members with a login, in the order they were made: doctors first, the leader first of all."""
    found = Member.objects.filter(clinic__slug=clinic_slug, user__isnull=False)
    return list(found.select_related("user").order_by("id"))


def session_of(user: User) -> str:
    """The cookie of a new session, as a login leaves it; nobody's password is hashed for it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # The second factor has been shown (login/second_factor.py).
    store["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    store["account_authentication_methods_user"] = str(user.pk)
    store.create()
    return str(store.session_key)
