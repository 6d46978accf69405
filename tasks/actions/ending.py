"""Plans stop, and what is open of them ends: one statement with three askers, in two words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from tasks.actions.writing import run_sql
from tasks.models import FollowUpPlan
from teams.models import Member

# What there is to do when a patient is dead or gone is not ended with the rest: the death certificate, the copy of
# the journal, the bill.
STAYS = ["dodsmelding", "personvern", "okonomi"]
_NO_PLANS: dict[str, Any] = {"plans": None, "state": "", "ended_as": "", "reason": ""}


def end_of_gone(
    *, now: dt.datetime, today: dt.date, patient_id: int | None = None, by: Member | None = None
) -> int:
    """Plans of those who are dead, gone or in an institution stop; how many open tasks that ended.

    Of all clinics as the night does it, or, when somebody says so (`by`), of one patient: then of the dead and gone
    all that is open ends, but what stays to be done (`STAYS`). One statement.
    """
    whom = {"patient": patient_id, "by": by.pk if by else None, "stays": STAYS}
    return int(run_sql("end_plans", {"now": now, "today": today, **whom, **_NO_PLANS})[0][0])


def stop_many(
    plan_ids: Collection[int],
    state: str,
    *,
    by: Member,
    on: dt.date,
    at: dt.datetime,
    reason: str,
    ended_as: FollowUpPlan.EndedAs = FollowUpPlan.EndedAs.PERSON,
) -> None:
    """These running plans end, as `state`, and what is open of them. One statement, or none."""
    if plan_ids:
        which = {"plans": list(plan_ids), "state": state, "ended_as": ended_as.value, "reason": reason}
        run_sql("end_plans", {"now": at, "today": on, "patient": None, "by": by.pk, "stays": [], **which})
