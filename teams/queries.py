"""Reads about people and their time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from teams.calendar import OSLO, day_share
from teams.models import Member, User


def places_of(user: User) -> list[Member]:
    """The user's places that are in force today, with their clinics. One query."""
    today = dt.datetime.now(OSLO).date()
    return list(user.places.employed_on(today).select_related("clinic").order_by("clinic__name", "id"))


def capacity(days: Iterable[dt.date], clinics: list[int] | None = None) -> dict[int, dict[dt.date, int]]:
    """Minutes for tasks by member id and day, of these clinics, or of all that the database role sees. One query.

    Counts hours at work less what is booked for other things, absence, employment, public holidays and
    half days (the SQL function `teams_capacity`, docs/numbers.md). Days without capacity are left out.
    """
    days = list(days)
    found: dict[int, dict[dt.date, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, on_day, minutes FROM teams_capacity(%s::date[], %s::real[])"
            " WHERE minutes > 0 AND (%s::bigint[] IS NULL OR clinic_id = ANY(%s::bigint[]))",
            [days, [day_share(day) for day in days], clinics, clinics],
        )
        for member_id, day, minutes in cursor.fetchall():
            found[member_id][day] = minutes
    return dict(found)
