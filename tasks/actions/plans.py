"""Follow-up plans: started for those whom an approved programme is for, moved on, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Count, Q

from patients.models import Patient
from tasks.models import FollowUpPlan, PlanStep, Programme, Step
from tasks.recurrence import Rhythm, first_occasion, next_occasion
from teams.models import Member
from teams.permissions import Permission, require

NEXT = ("last_done_on", "opens_on", "due_on", "closes_on", "waiting")  # what a plan step's next occasion is


class NotApproved(Exception):
    """Plans start only in programmes that one of the clinic's doctors has approved."""


def rhythm_of(step: Step) -> Rhythm:
    return Rhythm(
        step.interval_months, step.interval_days, step.opens_days_before, step.closes_days_after, step.hard
    )


def candidates(programme: Programme, *, by: Member, on: dt.date) -> list[int]:
    """Ids of the patients whom the programme is for and who have no plan in it, in a stable order.

    Alive and on the list, with one of its conditions not ended or at least its number of drugs in use.
    None for a programme that people are enrolled in by hand. A plan declined or stopped is kept as it is.
    """
    if not programme.by_condition:
        return []
    on_list = Patient.objects.visible_to(by).followed().exclude(plans__programme=programme)
    found = on_list.none()
    if programme.icpc2:
        has = Q(conditions__icpc2__in=programme.icpc2, conditions__ends_on__isnull=True)
        found = on_list.filter(has).distinct()
    elif programme.min_drugs:
        in_use = Count(
            "medications", filter=Q(medications__ends_on__isnull=True) | Q(medications__ends_on__gt=on)
        )
        found = on_list.annotate(drugs=in_use).filter(drugs__gte=programme.min_drugs)
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def start_plans(programme_id: int, *, by: Member, on: dt.date) -> int:
    """Start a plan for every candidate; first occasions spread evenly over an interval. Returns how many.

    A second call starts only what is missing. Raises PermissionDenied, NotApproved,
    Programme.DoesNotExist (another clinic's).
    """
    require(by, Permission.START_PLANS)
    programme = Programme.objects.visible_to(by).select_for_update().get(pk=programme_id)
    if programme.state != Programme.State.APPROVED:
        raise NotApproved(programme.name)
    return _enrol(programme, candidates(programme, by=by, on=on), on=on)


def _enrol(programme: Programme, patient_ids: list[int], *, on: dt.date) -> int:
    steps = list(programme.steps.all())
    plans = FollowUpPlan.objects.bulk_create(
        (
            FollowUpPlan(clinic_id=programme.clinic_id, patient_id=pk, programme=programme, starts_on=on)
            for pk in patient_ids
        ),
        batch_size=2000,
    )
    PlanStep.objects.bulk_create(
        (
            PlanStep(
                clinic_id=programme.clinic_id, plan=plan, step=step,
                opens_on=occasion.opens_on, due_on=occasion.due_on, closes_on=occasion.closes_on,
            )
            for rank, plan in enumerate(plans)
            for step in steps
            for occasion in [first_occasion(rhythm_of(step), starts_on=on, share=rank / len(plans))]
        ),
        batch_size=2000,
    )  # fmt: skip
    return len(plans)


def take_plan_step(plan_step_id: int) -> PlanStep:
    """Lock it, with its step at hand."""
    found: PlanStep = (
        PlanStep.objects.select_for_update(of=("self",)).select_related("step").get(pk=plan_step_id)
    )
    return found


def standing(plan_step: PlanStep) -> dict[str, str | None]:
    """Where the plan stands, as an event keeps it, so that it can be put back (`restore`)."""
    days = ((name, getattr(plan_step, name)) for name in NEXT if name != "waiting")
    return {name: day.isoformat() if day else None for name, day in days}


def restore(plan_step_id: int, stood: Mapping[str, str | None]) -> bool:
    """Put the plan back to where it stood, its occasion open; False when the next one has been opened already."""
    dates = {name: dt.date.fromisoformat(text) if text else None for name, text in stood.items()}
    waiting = PlanStep.objects.filter(pk=plan_step_id, waiting=True)
    return bool(waiting.update(waiting=False, **dates))


def decline(plan: FollowUpPlan, *, on: dt.date, reason: str) -> list[int]:
    """The patient wants nothing of the programme: ids of the plan's steps that waited for their next occasion."""
    waiting = PlanStep.objects.filter(plan=plan, waiting=True)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    waiting.update(waiting=False)
    plan.state, plan.ended_on, plan.end_reason = FollowUpPlan.State.DECLINED, on, reason[:120]
    plan.save(update_fields=["state", "ended_on", "end_reason"])
    return ids


def take_back_declined(plan_id: int, waiting: Collection[int]) -> None:
    """The plan runs again, as before `decline`."""
    FollowUpPlan.objects.filter(pk=plan_id).update(
        state=FollowUpPlan.State.ACTIVE, ended_on=None, end_reason=""
    )
    PlanStep.objects.filter(pk__in=waiting).update(waiting=True)


def move_on(plan_step: PlanStep, *, done_on: dt.date | None) -> None:
    """Set the next occasion: counted from the day it was done, or from the due date when it was not."""
    _set_next(plan_step, done_on)
    plan_step.save(update_fields=NEXT)


def move_many_on(plan_steps: Collection[PlanStep], *, done_on: dt.date | None) -> None:
    """The same for many at once. One statement; they must be locked, with their `step` at hand."""
    for plan_step in plan_steps:
        _set_next(plan_step, done_on)
    if plan_steps:
        PlanStep.objects.bulk_update(plan_steps, NEXT)


def _set_next(plan_step: PlanStep, done_on: dt.date | None) -> None:
    occasion = next_occasion(rhythm_of(plan_step.step), after=done_on or plan_step.due_on)
    plan_step.last_done_on = done_on or plan_step.last_done_on
    plan_step.opens_on, plan_step.due_on, plan_step.closes_on = (
        occasion.opens_on,
        occasion.due_on,
        occasion.closes_on,
    )
    plan_step.waiting = True
