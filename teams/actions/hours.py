"""When somebody works: an ordinary week from a day, without touching what is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from teams.calendar import DAY, Week, oslo_date
from teams.models import Member, WorkingHours
from teams.permissions import Permission, require
from teams.weekly import WEEKDAYS, Span, painted

LONGEST = 24 * 60  # minutes of a day
FURTHEST = dt.timedelta(days=366)
LASTS_MOST = 5 * FURTHEST  # a change that ends by itself

Hours = Mapping[
    int, tuple[int, int]
]  # (minutes at work, of them booked) by ISO weekday; left out: not at work


def earliest_change(today: dt.date) -> dt.date:
    """Weeks before this one are over and reported: what people had of time then stands."""
    return Week.of(today).monday


def check_day(day: dt.date, at: dt.datetime, *, confirmed: bool, name: str = "starts_on") -> None:
    """A change may begin today or later; earlier this week only when whoever asks has said yes to that.

    Raises ValueError(name) outside that, ValueError("confirmed") when it lies back and nobody said yes.
    """
    today = oslo_date(at)
    if not earliest_change(today) <= day <= today + FURTHEST:
        raise ValueError(name)
    if day < today and not confirmed:
        raise ValueError("confirmed")


@transaction.atomic
def set_hours(
    member_id: int,
    hours: Hours,
    *,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    confirmed: bool = False,
    by: Member,
    at: dt.datetime,
) -> dt.date | None:
    """The member's ordinary week from `starts_on`, to and including `ends_on` or until the next change there is.

    What was before stays as it was, and comes back after `ends_on`. Returns the last day it holds (None: for good).
    Raises Member.DoesNotExist (another clinic's), PermissionDenied, ValueError: "starts_on" (before this week, more
    than a year ahead, or after the member ends), "ends_on" (or more than five years on), "confirmed" (days that are past, and nobody said yes to
    it), "minutes" (more than a day), "booked" (more than the minutes at work).
    """
    require(by, Permission.MANAGE_MEMBERS)
    member = Member.objects.visible_to(by).select_for_update(of=("self",)).get(pk=member_id)
    check_day(starts_on, at, confirmed=confirmed)
    if member.ends_on is not None and starts_on > member.ends_on:
        raise ValueError("starts_on")
    if ends_on is not None and not starts_on <= ends_on <= starts_on + LASTS_MOST:
        raise ValueError("ends_on")
    check_hours(hours)
    spans = spans_of(member)
    until = ends_on or next_change(spans, starts_on)
    for weekday in WEEKDAYS:
        own = [span for span in spans if span.weekday == weekday]
        _write(member, own, painted(own, weekday, *hours.get(weekday, (0, 0)), starts_on, until))
    return until


def check_hours(hours: Hours) -> None:
    """Raises ValueError("minutes") or ValueError("booked")."""
    for weekday, (minutes, booked) in hours.items():
        if weekday not in WEEKDAYS or not 0 <= minutes <= LONGEST:
            raise ValueError("minutes")
        if not 0 <= booked <= minutes:
            raise ValueError("booked")


def spans_of(member: Member) -> list[Span]:
    """All of the member's hours, past and to come. One query."""
    rows = WorkingHours.objects.filter(clinic=member.clinic_id, member=member).order_by(
        "weekday", "starts_on"
    )
    return [Span(r.pk, r.weekday, r.minutes, r.booked_minutes, r.starts_on, r.ends_on) for r in rows]


def next_change(spans: list[Span], day: dt.date) -> dt.date | None:
    """The last day before other hours begin that are written already; None when there are none."""
    later = [span.starts_on for span in spans if span.starts_on > day]
    return min(later) - DAY if later else None


def _write(member: Member, before: list[Span], after: list[Span]) -> None:
    """First what gets shorter, then what is new: the database lets no two overlap at any moment."""
    was = {span.id: span for span in before}
    for span in after:
        if span.id is not None and span != was[span.id]:
            WorkingHours.objects.filter(clinic=member.clinic_id, pk=span.id).update(
                minutes=span.minutes,
                booked_minutes=span.booked,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
            )
    WorkingHours.objects.bulk_create(
        WorkingHours(
            clinic_id=member.clinic_id, member=member, weekday=span.weekday, minutes=span.minutes,
            booked_minutes=span.booked, starts_on=span.starts_on, ends_on=span.ends_on,
        )
        for span in after
        if span.id is None
    )  # fmt: skip
