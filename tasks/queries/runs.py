"""Sharings out that have been. Every function says how many queries it takes."""

from __future__ import annotations

from tasks.models import (
    AllocationChange,
    AllocationRun,
    Cause,
    RunState,
)
from teams.models import Member


def last_sharing(member: Member) -> AllocationRun | None:
    """What the latest sharing out of the clinic's whole work came to. One query."""
    runs = AllocationRun.objects.visible_to(member).filter(state=RunState.APPLIED)
    found: AllocationRun | None = runs.exclude(cause=Cause.URGENT).order_by("-ran_at").first()
    return found


def may_undo(run: AllocationRun) -> bool:
    """Is it in use, and has no later one changed anything? Urgent tasks put in since do not count. One query."""
    if run.state != RunState.APPLIED:
        return False
    later = AllocationRun.objects.filter(clinic=run.clinic_id, state=RunState.APPLIED).decided_after(run)
    changes = AllocationChange.objects.filter(run__in=later.exclude(cause=Cause.URGENT), applied=True)
    return not changes.exists()
