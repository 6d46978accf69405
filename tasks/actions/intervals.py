"""When intervals change: one patient's own, or a programme's with its next version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from tasks.actions.changing import text_of
from tasks.actions.occasions import rhythm_of
from tasks.actions.plans import add_new_steps
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Programme, Rule, Step
from tasks.recurrence import HARD_MIN, Occasion, anew
from teams.models import Member, Profession
from teams.permissions import Permission, require

MONTHS_MAX, DAYS_MAX = 60, 365
# An interval is a clinical judgement, if a small one.
JUDGE = (Profession.DOCTOR, Profession.NURSE)


@transaction.atomic
def change_interval(
    plan_step_id: int,
    *,
    by: Member,
    at: dt.datetime,
    today: dt.date,
    months: int | None,
    days: int | None,
    reason: str,
) -> PlanStep:
    """Give one patient an interval of their own in one step, or (None, None) the programme's again.

    What waits is due anew (`anew`), though not before today; a task that is open stays as it is. Raises PermissionDenied (others than doctors and nurses), PlanStep.DoesNotExist (another
    clinic's, or of a plan that does not run), ValueError: "interval" (0, over five years, under a week where nothing may slip, or of what is done once),
    "reason" (lacking, or too long).
    """
    require(by, Permission.PLAN_PATIENTS)
    if by.profession not in JUDGE:
        raise PermissionDenied("interval")
    reason = text_of("reason", reason, most=200, needed=True)
    rows = PlanStep.objects.visible_to(by).select_for_update(of=("self",)).select_related("step")
    plan_step: PlanStep = rows.get(pk=plan_step_id, plan__state=FollowUpPlan.State.ACTIVE)
    months, days = _checked(plan_step, months, days)
    before = {"months": plan_step.interval_months, "days": plan_step.interval_days}
    old = rhythm_of(plan_step.step, plan_step)
    plan_step.interval_months, plan_step.interval_days = months, days
    if plan_step.waiting:
        new = rhythm_of(plan_step.step, plan_step)
        told = {"due_on": plan_step.due_on, "last_done_on": plan_step.last_done_on, "today": today}
        _be_due(plan_step, anew(old, new, **told))  # type: ignore[arg-type]
    plan_step.save()
    PlanEvent.objects.create(
        clinic_id=by.clinic_id, plan_id=plan_step.plan_id, step=plan_step.step, verb=PlanVerb.INTERVAL, by=by,
        at=at, reason=reason, after={"months": months, "days": days, "before": before},
    )  # fmt: skip
    return plan_step


def _checked(plan_step: PlanStep, months: int | None, days: int | None) -> tuple[int | None, int | None]:
    if months is None and days is None:
        return None, None
    months, days = months or 0, days or 0
    whole = 0 <= months <= MONTHS_MAX and 0 <= days <= DAYS_MAX and months + days > 0
    too_close = plan_step.step.hard and months == 0 and days < HARD_MIN
    if not whole or too_close or plan_step.step.rule == Rule.ONCE:
        raise ValueError("interval")
    return months, days


def _be_due(plan_step: PlanStep, occasion: Occasion) -> None:
    plan_step.opens_on, plan_step.due_on = occasion.opens_on, occasion.due_on
    plan_step.closes_on = occasion.closes_on


@transaction.atomic
def follow_new_version(programme_id: int, before: Mapping[int, Step], *, by: Member, on: dt.date) -> int:
    """The running plans of a programme follow its steps as they now are; `before`: as they were, by id.

    Returns how many occasions moved or came. What waits in a step whose interval changed is due anew (`anew`); in
    others only the window changes. A patient's own interval stands, and so does what is open. A new step gets
    its first occasion in every plan, one that is retired, or now leads to another, falls silent. Whoever had finished
    a programme that now recurs lacks a plan again. Plans of a discharge follow the version they began with.
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    silent = Q(step__retired=True) | Q(step__leads_to__isnull=False)
    PlanStep.objects.visible_to(by).filter(silent, step__programme=programme_id).update(waiting=False)
    waiting = PlanStep.objects.visible_to(by).filter(
        step__programme=programme_id, step__in=before, step__retired=False, waiting=True,
        plan__state=FollowUpPlan.State.ACTIVE,
    )  # fmt: skip
    rows = waiting.select_for_update(of=("self",)).select_related("step").order_by("pk")
    moved = list(_moved(rows, before, on))
    PlanStep.objects.bulk_update(moved, ["opens_on", "due_on", "closes_on"], batch_size=2_000)
    programme = Programme.objects.visible_to(by).get(pk=programme_id)
    if programme.steps.filter(retired=False, leads_to=None).exclude(rule=Rule.ONCE).exists():
        finished = programme.plans.filter(state=FollowUpPlan.State.FINISHED, discharge=None)
        finished.update(ended_as=FollowUpPlan.EndedAs.PROGRAMME)
    return len(moved) + add_new_steps(programme, by=by, on=on)


def _moved(waiting: Iterable[PlanStep], before: Mapping[int, Step], on: dt.date) -> Iterable[PlanStep]:
    for plan_step in waiting:
        old = rhythm_of(before[plan_step.step_id], plan_step)
        stood = plan_step.opens_on, plan_step.due_on, plan_step.closes_on
        occasion = anew(
            old, rhythm_of(plan_step.step, plan_step), due_on=plan_step.due_on,
            last_done_on=plan_step.last_done_on, today=on,
        )  # fmt: skip
        if (occasion.opens_on, occasion.due_on, occasion.closes_on) != stood:
            _be_due(plan_step, occasion)
            yield plan_step
