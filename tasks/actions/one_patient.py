"""What somebody decides on one patient's page: about a plan that must still stand as the page showed it.

Whoever comes second is told, and chooses.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import Changed
from tasks.actions.intervals import change_interval
from tasks.actions.opening import open_due
from tasks.actions.plans import decline_programme, enrol, resume_plan, stop_plan
from tasks.models import FollowUpPlan, PlanStep
from tasks.queries.patient import latest_event
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def start_one(
    patient_id: int,
    programme_id: int,
    *,
    seen: int,
    first_on: dt.date | None,
    reason: str,
    by: Member,
    at: dt.datetime,
) -> bool:
    """Start a plan, or begin an ended one again; what is to be done as soon as possible is opened at once.

    False when the plan runs already, or the patient is not followed here. Raises Changed, and what `enrol` raises.
    """
    require(by, Permission.PLAN_PATIENTS)
    take_plan(patient_id, programme_id, seen=seen, by=by)
    today = oslo_date(at)
    started = enrol(programme_id, [patient_id], by=by, on=today, at=at, first_on=first_on, reason=reason) == 1
    if started and first_on == today:
        open_due(now=at, today=today)
    return started


@transaction.atomic
def decline_one(
    patient_id: int, programme_id: int, *, seen: int, reason: str, by: Member, at: dt.datetime
) -> None:
    """The patient wants nothing of it. Raises Changed, and what `decline_programme` raises."""
    require(by, Permission.PLAN_PATIENTS)
    take_plan(patient_id, programme_id, seen=seen, by=by)
    decline_programme(programme_id, [patient_id], by=by, on=oslo_date(at), at=at, reason=reason)


@transaction.atomic
def stop_one(plan_id: int, *, seen: int, reason: str, by: Member, at: dt.datetime) -> None:
    """Raises Changed, and what `stop_plan` raises."""
    require(by, Permission.PLAN_PATIENTS)
    take_plan_by_id(plan_id, seen=seen, by=by)
    stop_plan(plan_id, by=by, on=oslo_date(at), at=at, reason=reason)


@transaction.atomic
def change_interval_of_one(
    plan_step: PlanStep, *, seen: int, by: Member, at: dt.datetime, **interval: Any
) -> None:
    """`interval` is what `change_interval` takes, and it raises what that raises, and Changed."""
    require(by, Permission.PLAN_PATIENTS)
    take_plan_by_id(plan_step.plan_id, seen=seen, by=by)
    change_interval(plan_step.pk, by=by, at=at, today=oslo_date(at), **interval)


@transaction.atomic
def resume_after_gone(patient_id: int, *, by: Member, at: dt.datetime) -> int:
    """The plans that stopped when the patient was gone begin again, where they may. How many. One query and three a plan.

    Raises PermissionDenied.
    """
    require(by, Permission.PLAN_PATIENTS)
    rows = FollowUpPlan.objects.visible_to(by).filter(
        patient=patient_id, ended_as=FollowUpPlan.EndedAs.GONE, discharge=None, programme__state="approved"
    )
    told: dict[str, Any] = {"by": by, "on": oslo_date(at), "at": at, "reason": _("Følges opp her igjen")}
    return sum(resume_plan(plan.pk, **told) for plan in rows.order_by("pk"))


def take_plan(patient_id: int, programme_id: int, *, seen: int, by: Member) -> FollowUpPlan | None:
    """Lock the patient's plan in the programme, if there is one, for this transaction.

    `seen`: number of the newest event that the page showed of it, 0 for none. Raises Changed.
    """
    rows = FollowUpPlan.objects.visible_to(by).select_for_update(of=("self",))
    plan: FollowUpPlan | None = rows.filter(
        patient=patient_id, programme=programme_id, discharge=None
    ).first()
    _same(plan, seen)
    return plan


def take_plan_by_id(plan_id: int, *, seen: int, by: Member) -> FollowUpPlan:
    """The same by the plan's number. Raises Changed, FollowUpPlan.DoesNotExist (another clinic's)."""
    rows = FollowUpPlan.objects.visible_to(by).select_for_update(of=("self",))
    plan: FollowUpPlan = rows.get(pk=plan_id)
    _same(plan, seen)
    return plan


def _same(plan: FollowUpPlan | None, seen: int) -> None:
    if latest_event(plan) != seen:
        raise Changed(_("Planen er endret av andre siden du åpnet siden."))
