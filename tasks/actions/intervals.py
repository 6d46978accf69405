"""When intervals change: one patient's own, or a programme's with its next version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from tasks.actions.changing import text_of
from tasks.actions.occasions import rhythm_of
from tasks.actions.plans import add_new_steps
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Programme, Rule
from tasks.recurrence import HARD_MIN, Occasion, around, next_occasion
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

    What waits is due anew, counted from when it was last done, though not before today; a task that is open
    stays as it is. Raises PermissionDenied (others than doctors and nurses), PlanStep.DoesNotExist (another
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
    plan_step.interval_months, plan_step.interval_days = months, days
    if plan_step.waiting and plan_step.last_done_on:
        _be_due(plan_step, next_occasion(rhythm_of(plan_step.step, plan_step), after=plan_step.last_done_on))
        if plan_step.due_on < today:
            _be_due(plan_step, around(rhythm_of(plan_step.step, plan_step), today))
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
def follow_new_version(programme_id: int, *, by: Member, on: dt.date) -> int:
    """The running plans of a programme follow its steps as they now are. Returns how many occasions moved or came.

    What waits is due anew, counted from when it was last done (or is left where it is, if nobody knows), though not
    before `on`; a patient's own interval stands, and so does what is open. A new step gets its first occasion in
    every plan, one that is retired, or now leads to another, falls silent.
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    silent = Q(step__retired=True) | Q(step__leads_to__isnull=False)
    PlanStep.objects.visible_to(by).filter(silent, step__programme=programme_id).update(waiting=False)
    waiting = PlanStep.objects.visible_to(by).filter(
        step__programme=programme_id, step__retired=False, waiting=True, plan__state=FollowUpPlan.State.ACTIVE
    )
    moved = list(_moved(waiting.select_for_update(of=("self",)).select_related("step").order_by("pk"), on))
    PlanStep.objects.bulk_update(moved, ["opens_on", "due_on", "closes_on"], batch_size=2_000)
    programme = Programme.objects.visible_to(by).get(pk=programme_id)
    return len(moved) + add_new_steps(programme, by=by, on=on)


def _moved(waiting: Iterable[PlanStep], on: dt.date) -> Iterable[PlanStep]:
    for plan_step in waiting:
        rhythm = rhythm_of(plan_step.step, plan_step)
        if rhythm.rule == Rule.ONCE:
            continue
        due = plan_step.due_on
        window = around(rhythm, due)
        if plan_step.last_done_on:
            window = next_occasion(rhythm, after=plan_step.last_done_on)
            if window.due_on < on:
                window = around(rhythm, min(due, on) if due < on else on)
        if (window.opens_on, window.due_on, window.closes_on) != (
            plan_step.opens_on,
            due,
            plan_step.closes_on,
        ):
            _be_due(plan_step, window)
            yield plan_step
