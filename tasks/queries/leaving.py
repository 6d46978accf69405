"""What else than tasks hangs on somebody who leaves. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from patients.models import Patient
from tasks.models import AllocationRun, Cause, Delegation, RunState
from teams.absences import covered_after
from teams.models import Absence, Member

OPEN = (RunState.WAITING, RunState.RUNNING, RunState.PROPOSED)
MOST = 200


@dataclass(frozen=True, slots=True)
class Hanging:
    """`given` and `received` are delegations that hold on the last day and not after; `patients` are on their list."""

    given: tuple[Delegation, ...]
    received: tuple[Delegation, ...]
    patients: int
    covers: tuple[Absence, ...]
    trainees: tuple[Member, ...]


def hanging_on(member: Member, by: Member, last_day: dt.date) -> Hanging:
    """Four queries, bounded."""
    rows = Delegation.objects.visible_to(by).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=last_day),
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=last_day),
        Q(doctor=member) | Q(member=member),
        signed_at__isnull=False,
    )
    found = list(rows.select_related("doctor", "member", "kind").order_by("kind__position", "pk")[:MOST])
    on_list = Patient.objects.visible_to(by).filter(
        list_doctor=member, moved_on__isnull=True, deceased_on__isnull=True
    )
    trainees = Member.objects.visible_to(by).filter(supervisor=member)
    return Hanging(
        tuple(row for row in found if row.doctor_id == member.pk),
        tuple(row for row in found if row.member_id == member.pk),
        on_list.count() if member.is_doctor else 0,
        tuple(covered_after(member, last_day)),
        tuple(trainees.exclude(ends_on__lte=last_day).order_by("name")),
    )


def latest_for_leaving(by: Member) -> AllocationRun | None:
    """The proposal that waits for a leader since somebody leaves: a clinic has one open proposal at most. One query."""
    runs = AllocationRun.objects.visible_to(by).filter(
        state__in=OPEN, asked_by__isnull=False, cause=Cause.ENDED
    )
    found: AllocationRun | None = (
        runs.select_related("asked_by", "decided_by", "undone_by").order_by("-pk").first()
    )
    return found


def latest_for_absence(absence: Absence) -> AllocationRun | None:
    """The newest sharing out asked for because of this absence. One query."""
    runs = AllocationRun.objects.filter(clinic=absence.clinic_id, absence=absence.pk)
    found: AllocationRun | None = (
        runs.select_related("asked_by", "decided_by", "undone_by").order_by("-pk").first()
    )
    return found
