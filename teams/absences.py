"""Reads about who is away, and what of it somebody may know: why is for leaders and for oneself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from teams.calendar import DAY, day_share
from teams.models import Absence, Member
from teams.permissions import Permission, may
from teams.timetables import ORDER


@dataclass(frozen=True, slots=True)
class Known:
    """An absence as somebody may know of it: without `why` it is only that the member is away."""

    row: Absence
    why: bool


def may_know_why(by: Member, member_id: int) -> bool:
    """Sick leave is health data: leaders, who plan for it, and the member alone are told why somebody is away."""
    return by.pk == member_id or may(by, Permission.ASSIGN_TASKS)


def absences_in(by: Member, first: dt.date, last: dt.date) -> list[Known]:
    """The clinic's absences that touch these days, the first to begin first. One query, at most 2,000."""
    rows = Absence.objects.visible_to(by).filter(starts_on__lte=last, ends_on__gte=first)
    found = rows.select_related("member", "cover").order_by("starts_on", "member__name", "pk")[:2000]
    return [_known(by, row) for row in found]


def colleagues_in(by: Member, first: dt.date, last: dt.date) -> list[Member]:
    """Who works here on some of these days, by profession with doctors first. One query."""
    there = Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    members = Member.objects.visible_to(by).filter(there, starts_on__lte=last)
    return sorted(members, key=lambda m: (ORDER.index(m.profession), m.name, m.pk))


def _known(by: Member, row: Absence) -> Known:
    return Known(row, may_know_why(by, row.member_id))


def minutes_taken(absence: Absence, first: dt.date, last: dt.date) -> dict[dt.date, tuple[int, int]]:
    """(minutes for tasks if the member were not away, minutes there are) by day, where the two differ. One query."""
    days = list(days_between(first, last))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.on_day, w.minutes, coalesce(c.minutes, 0)"
            " FROM teams_capacity_without(%(days)s::date[], %(shares)s::real[], %(absence)s) w"
            " LEFT JOIN teams_capacity(%(days)s::date[], %(shares)s::real[]) c"
            " ON c.member_id = w.member_id AND c.on_day = w.on_day"
            " WHERE w.member_id = %(member)s AND w.minutes <> coalesce(c.minutes, 0) ORDER BY w.on_day",
            {
                "days": days, "shares": [day_share(day) for day in days], "absence": absence.pk,
                "member": absence.member_id,
            },
        )  # fmt: skip
        return {day: (without, left) for day, without, left in cursor.fetchall()}


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def away_too(cover: Member, starts_on: dt.date, ends_on: dt.date) -> list[Absence]:
    """When whoever stands in is away themselves in these days. One query."""
    rows = Absence.objects.filter(clinic_id=cover.clinic_id, member=cover)
    return list(rows.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).order_by("starts_on", "pk"))


def covered_after(member: Member, day: dt.date) -> list[Absence]:
    """Absences that the member stands in for after the day. One query."""
    rows = Absence.objects.filter(clinic_id=member.clinic_id, cover=member, ends_on__gt=day)
    return list(rows.select_related("member").order_by("starts_on", "pk"))


def by_member(absences: Iterable[Known]) -> Mapping[int, list[Known]]:
    found: dict[int, list[Known]] = {}
    for each in absences:
        found.setdefault(each.row.member_id, []).append(each)
    return found
