"""What leaders decide about people's time."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied

from teams.calendar import oslo_date
from teams.models import Member, Overtime
from teams.permissions import Permission, require

MOST_OVERTIME = (
    4 * 60
)  # minutes a day; arbeidsmiljøloven § 10-6 asks for more than a leader's word above that
FURTHEST = dt.timedelta(days=60)
REASON_MAX = 300


def allow_overtime(
    member: Member, day: dt.date, minutes: int, reason: str, *, by: Member, at: dt.datetime
) -> Overtime:
    """Let the sharing out plan so many minutes more on that day than the member has; 0 takes it back.

    The latest word stands. Raises PermissionDenied (no leader, another clinic's member), ValueError("day")
    (past, more than 60 days ahead, or not employed then), ValueError("minutes") (not 0 to 240),
    ValueError("reason") (none given).
    """
    require(by, Permission.ASSIGN_TASKS)
    if member.clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic's member")
    today = oslo_date(at)
    employed = member.starts_on <= day and (member.ends_on is None or day <= member.ends_on)
    if not today <= day <= today + FURTHEST or not employed:
        raise ValueError("day")
    if not 0 <= minutes <= MOST_OVERTIME:
        raise ValueError("minutes")
    if not (reason := reason.strip()) or len(reason) > REASON_MAX:
        raise ValueError("reason")
    allowed, _made = Overtime.objects.update_or_create(
        member=member, day=day,
        defaults={"clinic_id": by.clinic_id, "minutes": minutes, "reason": reason, "by": by, "at": at},
    )  # fmt: skip
    return allowed
