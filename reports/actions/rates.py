"""The base grant's rates that a clinic has written down itself."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from reports.models import GrantRate
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def set_rate(
    *, begins: dt.date, below: int, above: int, source: str, by: Member, at: dt.datetime
) -> GrantRate:
    """Write down the rate from that day, or another for the one that stands; kroner a year. Raises PermissionDenied."""
    require(by, Permission.MANAGE_MEMBERS)
    told = {"below": below, "above": above, "source": source, "by": by, "at": at}
    rate, _made = GrantRate.objects.update_or_create(clinic_id=by.clinic_id, begins=begins, defaults=told)
    return rate


@transaction.atomic
def forget_rate(begins: dt.date, *, by: Member) -> None:
    """The published one of that day counts again, if there is one. Raises PermissionDenied, GrantRate.DoesNotExist."""
    require(by, Permission.MANAGE_MEMBERS)
    GrantRate.objects.visible_to(by).get(begins=begins).delete()
