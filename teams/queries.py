"""Reads about people and their time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model, Q

from teams.calendar import OSLO, day_share
from teams.models import Absence, Clinic, DayPart, Member, User, WorkingHours
from teams.permissions import TABLE, Permission, may
from teams.prepared import prepared


@cache
def _places() -> tuple[str, int]:
    """The statement of `places_of`, and how many of its columns are the member's: the clinic's follow."""
    of_member = [f"m.{field.column}" for field in Member._meta.concrete_fields]
    of_clinic = [f"c.{field.column}" for field in Clinic._meta.concrete_fields]
    statement = f"""
        SELECT {", ".join(of_member + of_clinic)}
        FROM teams_member m JOIN teams_clinic c ON c.id = m.clinic_id
        WHERE m.user_id = %(user)s AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
            AND m.access_until >= %(today)s
        ORDER BY c.name, m.id
    """  # noqa: S608  # our own tables' columns
    return statement, len(of_member)


def places_of(user: User) -> list[Member]:
    """The user's places that are in force today, with their clinics. One query.

    Every request asks this first, and most of what it cost was putting the same statement together again: here it
    stands as it is. What `Member` says of who is let in (`let_in_on`) it says too: an access that has run out, or was
    withdrawn a moment ago, opens nothing more, whatever session is in progress.
    """
    statement, own = _places()
    found = []
    with connection.cursor() as cursor:
        cursor.execute(statement, {"user": user.pk, "today": dt.datetime.now(OSLO).date()})
        for row in cursor.fetchall():
            member = Member.from_db(connection.alias, _names(Member), row[:own])
            member.clinic = Clinic.from_db(connection.alias, _names(Clinic), row[own:])
            found.append(member)
    return found


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


_CAPACITY = """
    SELECT member_id, on_day, minutes FROM teams_capacity(%(days)s::date[], %(shares)s::real[])
    WHERE minutes > 0 AND (%(clinics)s::bigint[] IS NULL OR clinic_id = ANY(%(clinics)s::bigint[]))
"""
# None for somebody who is absent or not employed that day: nobody is called in from leave by a number.
_OVERTIME = """
    UNION ALL
    SELECT o.member_id, o.day, o.minutes FROM teams_overtime o JOIN teams_member m ON m.id = o.member_id
    WHERE o.day = ANY(%(days)s::date[]) AND o.minutes > 0
        AND (%(clinics)s::bigint[] IS NULL OR o.clinic_id = ANY(%(clinics)s::bigint[]))
        AND m.starts_on <= o.day AND (m.ends_on IS NULL OR m.ends_on >= o.day)
        AND NOT EXISTS (
            SELECT FROM teams_absence a
            WHERE a.member_id = o.member_id AND a.part = 'whole' AND o.day BETWEEN a.starts_on AND a.ends_on
        )
"""


def capacity(days: Iterable[dt.date], clinics: list[int] | None = None) -> dict[int, dict[dt.date, int]]:
    """Minutes for tasks by member id and day, of these clinics, or of all that the database role sees. One query.

    Counts hours at work less what is booked for other things, absence, employment, public holidays and
    half days (the SQL function `teams_capacity`, docs/numbers.md). Days without capacity are left out.
    """
    return _minutes(_CAPACITY, days, clinics)


def time_for_tasks(
    days: Iterable[dt.date], clinics: list[int] | None = None
) -> dict[int, dict[dt.date, int]]:
    """What may be planned by member id and day: capacity, and overtime that a leader allowed. One query."""
    return _minutes(_CAPACITY + _OVERTIME, days, clinics)


def _minutes(
    statement: str, days: Iterable[dt.date], clinics: list[int] | None
) -> dict[int, dict[dt.date, int]]:
    days = list(days)
    found: dict[int, dict[dt.date, int]] = defaultdict(dict)
    # A page asks for its own clinic, again and again; a job for all of them, and then the plan matters.
    with prepared() if clinics and len(clinics) == 1 else connection.cursor() as cursor:
        asked: dict[str, Any] = {"days": days, "shares": [day_share(day) for day in days], "clinics": clinics}
        cursor.execute(statement, asked)
        for member_id, day, minutes in cursor.fetchall():
            of_member = found[member_id]
            of_member[day] = of_member.get(day, 0) + minutes
    return dict(found)


def away_and_at_work(member: Member, day: dt.date) -> tuple[set[int], set[int]]:
    """(ids of colleagues who are away all that day, ids of those who have hours then, for whatever). Two queries."""
    absences = Absence.objects.visible_to(member).filter(starts_on__lte=day, ends_on__gte=day)
    shares: dict[int, float] = defaultdict(float)
    for who, part in absences.exclude(part=DayPart.HOURS).values_list("member", "part"):
        shares[who] += 1 if part == DayPart.WHOLE else 0.5
    hours = WorkingHours.objects.visible_to(member).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        weekday=day.isoweekday(),
        starts_on__lte=day,
        minutes__gt=0,
    )
    at_work = set(hours.values_list("member", flat=True)) if day_share(day) else set()
    return {who for who, share in shares.items() if share >= 1}, at_work


def leaders_at_work(member: Member, day: dt.date) -> bool:
    """Is anybody there that day who may share work out, and can log in? One query."""
    leading = [str(access) for access, given in TABLE.items() if Permission.ASSIGN_TASKS in given]
    with prepared() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM teams_member m JOIN teams_user u ON u.id = m.user_id AND u.is_active
                WHERE m.clinic_id = %(clinic)s AND m.access = ANY(%(leading)s)
                    AND m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
                    AND m.access_until >= %(day)s
                    AND NOT EXISTS (
                        SELECT FROM teams_absence a
                        WHERE a.member_id = m.id AND a.part = 'whole' AND %(day)s BETWEEN a.starts_on AND a.ends_on
                    )
            )
            """,
            {"clinic": member.clinic_id, "leading": leading, "day": day},
        )
        return bool(cursor.fetchone()[0])


def stands_in(member: Member, day: dt.date) -> bool:
    """Must this member see what nobody has, or what no longer holds? Leaders always; everybody when none is there.

    At most one query. Nothing may lie unseen because the one who should have seen it is away.
    """
    return may(member, Permission.ASSIGN_TASKS) or (
        may(member, Permission.DO_TASKS) and not leaders_at_work(member, day)
    )
