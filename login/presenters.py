"""Sessions as people recognise them: which browser, where, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

# The first that fits: Edge and Opera call themselves Chrome too, Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    browser: str
    address: str
    began: dt.datetime
    used: dt.datetime
    here: bool


def browser_of(user_agent: str) -> str:
    browser = next((name for sign, name in BROWSERS if sign in user_agent), _("Ukjent nettleser"))
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return _("%(browser)s på %(system)s") % {"browser": browser, "system": system} if system else browser


def session_rows(sessions: Iterable[UserSession], key: str) -> list[Row]:
    """The session one is in first, then the latest used."""
    rows = [
        Row(
            id=each.pk,
            browser=browser_of(each.user_agent),
            address=each.ip,
            began=each.created_at,
            used=each.last_seen_at,
            here=each.session_key == key,
        )
        for each in sessions
    ]
    return sorted(rows, key=lambda row: (not row.here, -row.used.timestamp()))
