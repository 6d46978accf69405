"""Reads about people and their time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from teams.calendar import OSLO, day_share
from teams.models import Absence, DayPart, Member, Overtime, User
from teams.permissions import TABLE, Permission, may


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


def overtime(days: Iterable[dt.date], clinics: list[int] | None = None) -> dict[int, dict[dt.date, int]]:
    """Minutes that leaders allowed beyond capacity, by member id and day. One query.

    None for somebody who is absent or not employed that day: nobody is called in from leave by a number.
    """
    away = Absence.objects.filter(
        part=DayPart.WHOLE,
        member=OuterRef("member"),
        starts_on__lte=OuterRef("day"),
        ends_on__gte=OuterRef("day"),
    )
    rows = Overtime.objects.filter(
        Q(member__ends_on__isnull=True) | Q(member__ends_on__gte=F("day")),
        ~Exists(away),
        day__in=list(days),
        minutes__gt=0,
        member__starts_on__lte=F("day"),
    )
    if clinics is not None:
        rows = rows.filter(clinic__in=clinics)
    found: dict[int, dict[dt.date, int]] = defaultdict(dict)
    for member_id, day, minutes in rows.values_list("member_id", "day", "minutes"):
        found[member_id][day] = minutes
    return dict(found)


def time_for_tasks(
    days: Iterable[dt.date], clinics: list[int] | None = None
) -> dict[int, dict[dt.date, int]]:
    """What may be planned by member id and day: capacity and allowed overtime. Two queries."""
    days = list(days)
    found = capacity(days, clinics)
    for member_id, extra in overtime(days, clinics).items():
        own = found.setdefault(member_id, {})
        for day, minutes in extra.items():
            own[day] = own.get(day, 0) + minutes
    return found


def leaders_at_work(member: Member, day: dt.date) -> bool:
    """Is anybody there that day who may share work out, and can log in? One query."""
    leading = [access for access, given in TABLE.items() if Permission.ASSIGN_TASKS in given]
    away = Absence.objects.filter(
        part=DayPart.WHOLE, member=OuterRef("pk"), starts_on__lte=day, ends_on__gte=day
    )
    there = Member.objects.visible_to(member).employed_on(day).filter(access__in=leading, user__isnull=False)
    return bool(there.exclude(Exists(away)).exists())


def stands_in(member: Member, day: dt.date) -> bool:
    """Must this member see what nobody has, or what no longer holds? Leaders always; everybody when none is there.

    At most one query. Nothing may lie unseen because the one who should have seen it is away.
    """
    return may(member, Permission.ASSIGN_TASKS) or (
        may(member, Permission.DO_TASKS) and not leaders_at_work(member, day)
    )
