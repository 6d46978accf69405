"""Where a plan stands: its next occasion, set when one has ended, and put back when that is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef, Q

from tasks.models import FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Rule, Step, Task
from tasks.recurrence import Rhythm, next_occasion
from teams.calendar import midnight

NEXT = ("last_done_on", "opens_on", "due_on", "closes_on", "waiting")  # what a plan step's next occasion is
# What may still be put back: its next task is not opened; of what is done once, or taken out since, there is none.
BACK = Q(waiting=True) | Q(step__rule=Rule.ONCE) | Q(step__retired=True)


def rhythm_of(step: Step, own: PlanStep | None = None) -> Rhythm:
    """The step's rhythm, or a patient's own: one that counts from when it was last done."""
    months, days, rule = step.interval_months, step.interval_days, step.rule
    if own is not None and own.interval_months is not None:
        months, days = own.interval_months, own.interval_days or 0
        rule = Rule.INTERVAL if rule == Rule.CALENDAR_YEAR and (months, days) != (12, 0) else rule
    return Rhythm(months, days, step.opens_days_before, step.closes_days_after, step.hard, rule)


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
    return bool(restore_many({plan_step_id: stood}))


def restorable(plan_step_ids: Collection[int]) -> set[int]:
    """Of these, the ones whose plan runs and has not opened the next task. Locked. One statement."""
    running = Q(plan__state=FollowUpPlan.State.ACTIVE) | Q(plan__state=FollowUpPlan.State.FINISHED)
    rows = PlanStep.objects.select_for_update(of=("self",)).filter(BACK & running, pk__in=plan_step_ids)
    return set(rows.order_by("pk").values_list("pk", flat=True))


def restore_many(stood: Mapping[int, Mapping[str, str | None]]) -> int:
    """`restore` for many, by plan step; how many could be. Three statements at most."""
    rows = list(PlanStep.objects.filter(BACK, pk__in=stood).select_related("step"))
    for row in rows:
        for name, text in stood[row.pk].items():
            setattr(row, name, dt.date.fromisoformat(text) if text else None)
        row.waiting = False
    if rows:
        PlanStep.objects.bulk_update(rows, NEXT)
    if once := [row.plan_id for row in rows if row.step.rule == Rule.ONCE]:
        finished = FollowUpPlan.objects.filter(pk__in=once, state=FollowUpPlan.State.FINISHED)
        finished.update(state=FollowUpPlan.State.ACTIVE, ended_on=None, ended_as="")
    return len(rows)


def move_on(plan_step: PlanStep, *, done_on: dt.date | None, today: dt.date) -> None:
    """Set the next occasion: counted from the day it was done, or from the due date when it was not."""
    move_many_on([plan_step], done_on=done_on, today=today)


def move_many_on(plan_steps: Collection[PlanStep], *, done_on: dt.date | None, today: dt.date) -> None:
    """The same for many at once; they must be locked, with their `step` at hand. One statement, or three.

    A plan of which nothing is left to be done (all of it was to be done once) is finished.
    """
    for plan_step in plan_steps:
        _set_next(plan_step, done_on)
    if plan_steps:
        PlanStep.objects.bulk_update(plan_steps, NEXT)
    if once := [each for each in plan_steps if each.step.rule == Rule.ONCE]:
        _finish(once, today)


def _set_next(plan_step: PlanStep, done_on: dt.date | None) -> None:
    plan_step.last_done_on = done_on or plan_step.last_done_on
    if plan_step.step.rule == Rule.ONCE or plan_step.step.retired:
        return
    occasion = next_occasion(rhythm_of(plan_step.step, plan_step), after=done_on or plan_step.due_on)
    plan_step.opens_on, plan_step.due_on, plan_step.closes_on = (
        occasion.opens_on,
        occasion.due_on,
        occasion.closes_on,
    )
    plan_step.waiting = True


def _finish(ended: Collection[PlanStep], today: dt.date) -> None:
    others = PlanStep.objects.filter(plan=OuterRef("pk")).exclude(pk__in=[each.pk for each in ended])
    to_do = Task.objects.filter(plan_step=OuterRef("pk"), ended_at__isnull=True)
    left = others.filter(Q(waiting=True) | Exists(to_do))
    done = FollowUpPlan.objects.filter(
        ~Exists(left), pk__in={each.plan_id for each in ended}, state=FollowUpPlan.State.ACTIVE
    )
    plans = list(done.select_for_update(of=("self",)))
    FollowUpPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(
        state=FollowUpPlan.State.FINISHED, ended_on=today, ended_as=FollowUpPlan.EndedAs.DONE
    )
    PlanEvent.objects.bulk_create(
        PlanEvent(clinic_id=plan.clinic_id, plan=plan, verb=PlanVerb.FINISH, at=midnight(today))
        for plan in plans
    )
