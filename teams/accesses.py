"""Reads of who is let in until when, of what was decided about it, and of links to a login."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from teams.calendar import DAY
from teams.models import AccessApproval, Invitation, Member, MunicipalLead, User
from teams.permissions import TABLE, Permission
from teams.wall import clinic_scope

MANAGING = tuple(str(access) for access, given in TABLE.items() if Permission.MANAGE_MEMBERS in given)
SOON = 30 * DAY
# Whoever approves others is told of their own in better time: when nobody who may approve is left, none of them can.
SOON_MANAGING = 60 * DAY


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One member, what was last decided, and whether that must be looked at."""

    member: Member
    last: AccessApproval | None
    state: str  # "open", "soon", "out", "none"
    days: int  # until it runs out

    @property
    def chosen(self) -> bool:
        """Ticked at first in the form."""
        return self.state in {"soon", "out"}


def soon(access: str) -> dt.timedelta:
    return SOON_MANAGING if access in MANAGING else SOON


def state_of(member: Member, today: dt.date) -> str:
    """Approved for long, runs out soon, has run out, or there is none."""
    if member.access_until is None:
        return "none"
    if member.access_until < today:
        return "out"
    return "soon" if member.access_until <= today + soon(member.access) else "open"


def runs_out_soon(member: Member, today: dt.date) -> bool:
    """Should the member be told on every page? An employment that ends first needs no approval."""
    last = member.access_until
    if last is None or (member.ends_on is not None and member.ends_on <= last):
        return False
    return state_of(member, today) == "soon"


def access_lines(by: Member, today: dt.date, *, only: int | None = None) -> list[AccessLine]:
    """Those who work here or will, those to look at first. Two queries."""
    there = Member.objects.visible_to(by).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    members = list(there.filter(**{"pk": only} if only else {}).select_related("user"))
    rows = AccessApproval.objects.visible_to(by).filter(member__in=members).select_related("by")
    latest = {row.member_id: row for row in rows.order_by("member_id", "-pk").distinct("member_id")}
    lines = [_line(member, latest.get(member.pk), today) for member in members]
    return sorted(lines, key=lambda line: (line.state == "open", line.member.access_until or dt.date.min))


def _line(member: Member, last: AccessApproval | None, today: dt.date) -> AccessLine:
    days = ((member.access_until or today) - today).days
    return AccessLine(member, last, state_of(member, today), days)


def to_look_at(by: Member, today: dt.date) -> int:
    """How many accesses run out soon or have run out, of those who work here. One query."""
    there = Member.objects.visible_to(by).employed_on(today)
    managing = Q(access__in=MANAGING, access_until__lte=today + SOON_MANAGING)
    return int(there.filter(managing | Q(access_until__lte=today + SOON)).count())


def closed_places_of(user: User, today: dt.date) -> list[Member]:
    """Where the user works today without being let in: withdrawn, or run out. One query."""
    mine = Member.objects.filter(user=user).employed_on(today).select_related("clinic")
    return list(mine.filter(Q(access_until__isnull=True) | Q(access_until__lt=today)).order_by("pk"))


def history_of(member: Member) -> list[AccessApproval]:
    """Every decision about the member's access, the latest first. One query."""
    rows = AccessApproval.objects.visible_to(member).filter(member=member)
    return list(rows.select_related("by"))


def another_manages(member: Member, today: dt.date) -> bool:
    """Could a colleague who is let in today approve this member's access? One query."""
    others = Member.objects.visible_to(member).let_in_on(today).exclude(pk=member.pk)
    return bool(others.filter(access__in=MANAGING).exists())


def open_link(member: Member, now: dt.datetime) -> Invitation | None:
    """The link that is out and still good. One query."""
    links = Invitation.objects.visible_to(member).filter(member=member).select_related("by")
    return links.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now).first()


def has_more_elsewhere(user: User, clinic_id: int, today: dt.date) -> bool:
    """Would this clinic, by setting the user's password, get into something that is not its own?

    Another clinic's place, a municipality, or the machine itself. Two queries.
    """
    if user.is_superuser or user.is_staff:
        return True
    with clinic_scope(clinic_id, user_id=user.pk):
        places = Member.objects.filter(user=user).exclude(clinic=clinic_id)
        there = places.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists()
        return bool(there or MunicipalLead.objects.filter(user=user).exists())
