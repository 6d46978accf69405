"""The end of somebody's place in the clinic, and of what they may see there."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from teams.actions.absence import BACK, LONGEST
from teams.calendar import oslo_date
from teams.models import Access, Member
from teams.permissions import Permission, require


@transaction.atomic
def end_employment(member_id: int, last_day: dt.date, *, by: Member, at: dt.datetime) -> Member:
    """The last day that the member works here and can log in to the clinic; another day than was set takes its place.

    Raises Member.DoesNotExist (another clinic's), PermissionDenied, ValueError: "last_day" (before the first one,
    more than a month ago or a year ahead), "ended" (was over already), "last_leader" (nobody else who can log in
    would lead the clinic afterwards).
    """
    require(by, Permission.MANAGE_MEMBERS)
    today = oslo_date(at)
    member = _take(member_id, by, today)
    if last_day < member.starts_on or not today - BACK <= last_day <= today + LONGEST:
        raise ValueError("last_day")
    if member.access == Access.LEADER and not another_leads(member, last_day, today):
        raise ValueError("last_leader")
    member.ends_on = last_day
    member.save(update_fields=["ends_on"])
    return member


@transaction.atomic
def go_on(member_id: int, *, by: Member, at: dt.datetime) -> Member:
    """The member stays after all: no last day. Only before it is past.

    Raises Member.DoesNotExist (another clinic's), PermissionDenied, ValueError("ended").
    """
    require(by, Permission.MANAGE_MEMBERS)
    member = _take(member_id, by, oslo_date(at))
    member.ends_on = None
    member.save(update_fields=["ends_on"])
    return member


def _take(member_id: int, by: Member, today: dt.date) -> Member:
    """Locked together with those who lead, in order: two who leave at the same time do not both see the other stay."""
    rows = Member.objects.visible_to(by).select_for_update(of=("self",)).order_by("pk")
    leaders = {m.pk: m for m in rows.filter(access=Access.LEADER)}
    member: Member = leaders.get(member_id) or rows.get(pk=member_id)
    if member.ends_on is not None and member.ends_on < today:
        raise ValueError("ended")
    return member


def another_leads(member: Member, day: dt.date, today: dt.date) -> bool:
    """Does somebody else lead the clinic on that day and after it, who can log in today? One query."""
    leaders = Member.objects.visible_to(member).filter(
        access=Access.LEADER, user__is_active=True, access_until__gte=today
    )
    staying = leaders.exclude(pk=member.pk).exclude(ends_on__lte=day)
    return bool(staying.filter(starts_on__lte=day).exists())
