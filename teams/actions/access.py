"""Whose access holds, and until when: given, approved anew, changed, withdrawn (pasientjournalforskriften § 13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from teams.accesses import another_manages
from teams.actions.employment import another_leads
from teams.calendar import oslo_date
from teams.models import Access, AccessApproval, Decision, Invitation, Member
from teams.permissions import Permission, require

YEAR = dt.timedelta(days=365)  # the longest that nobody looks at an access again
REASON_MAX = 200


def decide(
    member: Member, decision: Decision, until: dt.date | None, *, by: Member | None, at: dt.datetime, reason: str = ""
) -> AccessApproval:  # fmt: skip
    """Write the decision down; the database makes it hold. Within the caller's transaction."""
    made = AccessApproval.objects.create(
        clinic_id=member.clinic_id, member=member, decision=decision, access=member.access,
        profession=member.profession, until=until, by=by, at=at, reason=reason,
    )  # fmt: skip
    member.access_until = until
    return made


@transaction.atomic
def approve_access(
    member_ids: Collection[int], until: dt.date, *, by: Member, at: dt.datetime
) -> list[Member]:
    """These members' accesses as they are, until that day. Nobody approves their own while a colleague could.

    Raises PermissionDenied, Member.DoesNotExist (another clinic's), ValueError: "nobody" (none chosen), "until" (past,
    or more than a year away), "ended" (works here no more), "own".
    """
    require(by, Permission.MANAGE_MEMBERS)
    today = oslo_date(at)
    if not member_ids:
        raise ValueError("nobody")
    rows = Member.objects.visible_to(by).filter(pk__in=member_ids).order_by("pk")
    members = list(rows.select_for_update(of=("self",)))
    if len(members) != len(set(member_ids)):
        raise Member.DoesNotExist
    if not today <= until <= today + YEAR:
        raise ValueError("until")
    if any(m.ends_on is not None and m.ends_on < today for m in members):
        raise ValueError("ended")
    if by in members and another_manages(by, today):
        raise ValueError("own")
    before = set(AccessApproval.objects.filter(member__in=members).values_list("member", flat=True))
    for member in members:
        decide(member, Decision.RENEWED if member.pk in before else Decision.GIVEN, until, by=by, at=at)
    return members


@transaction.atomic
def withdraw_access(member_id: int, reason: str, *, by: Member, at: dt.datetime) -> Member:
    """At once, also for whoever is logged in; links to or from the member are good no more.

    Raises PermissionDenied, Member.DoesNotExist (another clinic's), ValueError: "reason" (none), "withdrawn" (has
    none), "last_leader" (nobody else who can log in would lead the clinic).
    """
    require(by, Permission.MANAGE_MEMBERS)
    today, reason = oslo_date(at), " ".join(reason.split())
    if not reason or len(reason) > REASON_MAX:
        raise ValueError("reason")
    rows = Member.objects.visible_to(by).select_for_update(of=("self",)).order_by("pk")
    leaders = {m.pk: m for m in rows.filter(access=Access.LEADER)}
    member: Member = leaders.get(member_id) or rows.get(pk=member_id)
    if member.access_until is None:
        raise ValueError("withdrawn")
    if member.access == Access.LEADER and not another_leads(member, today, today):
        raise ValueError("last_leader")
    decide(member, Decision.WITHDRAWN, None, by=by, at=at, reason=reason)
    revoke_links(Q(member=member) | Q(by=member), clinic_id=by.clinic_id, at=at)
    return member


def change_level(member: Member, access: str, *, by: Member, at: dt.datetime) -> None:
    """Another access is weighed by whoever gives it, and so approved for a year; stepping down oneself lengthens nothing.

    Raises ValueError("no_access"): what has run out or was withdrawn is approved first, and knowingly.
    """
    today = oslo_date(at)
    if member.access_until is None or member.access_until < today:
        raise ValueError("no_access")
    until = member.access_until if member == by else today + YEAR
    member.access = access
    decide(member, Decision.CHANGED, until, by=by, at=at)


def approve_as_operator(member: Member, *, at: dt.datetime) -> dt.date:
    """Whoever runs Fordel lets somebody in again, when nobody is left in the clinic who could."""
    until = oslo_date(at) + YEAR
    decide(member, Decision.RENEWED, until, by=None, at=at)
    return until


def revoke_links(which: Q, *, clinic_id: int, at: dt.datetime) -> int:
    """End open links; how many there were."""
    is_open = Invitation.objects.filter(clinic_id=clinic_id, used_at__isnull=True, revoked_at__isnull=True)
    return is_open.filter(which).update(revoked_at=at)
