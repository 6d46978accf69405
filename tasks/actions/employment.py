"""Somebody's place ends: what they gave and were given leave to do ends with it, and what they hold is shared out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from tasks.actions import proposals
from tasks.actions.locking import lock_placing
from tasks.models import AllocationRun, Cause, Delegation, DelegationQuerySet, Task
from tasks.uncovering import lies_in
from teams.actions.employment import end_employment, go_on
from teams.calendar import DAY, oslo_date
from teams.models import Member
from teams.permissions import Permission, may

# In the register, whoever reads it: a stored word, by which it is found again if the member stays after all.
LEAVES = "arbeidsforholdet slutter"


@dataclass(frozen=True, slots=True)
class Ended:
    """Who leaves, how many delegations end with it, and the sharing out that is proposed (None: nothing to move)."""

    member: Member
    delegations: int
    run: AllocationRun | None


@transaction.atomic
def end(member_id: int, last_day: dt.date, *, by: Member, at: dt.datetime) -> Ended:
    """Set somebody's last day. Delegations given and received hold to and including it.

    Raises as `teams.actions.employment.end_employment`.
    """
    lock_placing(by.clinic_id)  # before any row: a sharing out that reads who works here waits
    before = Member.objects.visible_to(by).get(pk=member_id).ends_on
    member = end_employment(member_id, last_day, by=by, at=at)
    if before is not None:
        _give_back(member, before)
    # Told apart from what a doctor takes back by its reason, so that it can be undone with the last day.
    ended = _signed(member).filter(_holds_after(last_day)).update(
        revoked_on=last_day + DAY, revoked_by=by, revoke_reason=LEAVES
    )  # fmt: skip
    return Ended(member, ended, _propose(member, last_day, by=by, at=at))


@transaction.atomic
def undo(member_id: int, *, by: Member, at: dt.datetime) -> Ended:
    """The member stays after all: no last day, and the delegations that would have ended with it hold on.

    What has been shared out stays where it is. Raises as `teams.actions.employment.go_on`.
    """
    lock_placing(by.clinic_id)
    before = Member.objects.visible_to(by).get(pk=member_id).ends_on
    member = go_on(member_id, by=by, at=at)
    return Ended(member, _give_back(member, before) if before else 0, None)


def propose(member_id: int, *, by: Member, at: dt.datetime) -> AllocationRun:
    """Ask (again) for what moves no more than somebody's leaving needs. Raises Member.DoesNotExist, PermissionDenied."""
    Member.objects.visible_to(by).get(pk=member_id)
    return proposals.propose(by.clinic_id, by=by, cause=Cause.ENDED, calm=True, now=at, since=at)


def _propose(member: Member, last_day: dt.date, *, by: Member, at: dt.datetime) -> AllocationRun | None:
    if not may(by, Permission.ASSIGN_TASKS):
        return None
    held = Task.objects.visible_to(by).open().held_by(member)
    if not lies_in(held, last_day + DAY, None, oslo_date(at)).exists():
        return None
    return propose(member.pk, by=by, at=at)


def _signed(member: Member) -> DelegationQuerySet:
    rows: DelegationQuerySet = Delegation.objects.visible_to(member).filter(
        Q(doctor=member) | Q(member=member), signed_at__isnull=False
    )
    return rows


def _holds_after(day: dt.date) -> Q:
    return Q(Q(ends_on__isnull=True) | Q(ends_on__gt=day), revoked_on__isnull=True)


def _give_back(member: Member, last_day: dt.date) -> int:
    rows = _signed(member).filter(revoked_on=last_day + DAY, revoke_reason=LEAVES)
    return int(rows.update(revoked_on=None, revoked_by=None, revoke_reason=""))
