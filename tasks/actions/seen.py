"""A plan that somebody acts on must still stand as the page showed it: whoever comes second is told, and chooses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tasks.actions.changing import Changed
from tasks.models import FollowUpPlan
from tasks.queries.patient import latest_event
from teams.models import Member


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
