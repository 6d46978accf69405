"""One patient's follow-up: plans with where they stand, what is open, what was done last."""

from __future__ import annotations

from dataclasses import dataclass

from patients.models import Discharge, Patient
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Programme, Step, Task
from teams.models import Member

OPEN_SHOWN, DONE_SHOWN, EVENTS, DISCHARGES = 50, 3, 300, 20


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`programmes`: the clinic's that are not retired. `leading`: steps of running plans that are done before others."""

    plans: list[FollowUpPlan]
    events: list[PlanEvent]
    programmes: list[Programme]
    leading: list[Step]
    open_tasks: list[Task]
    done_tasks: list[Task]


def follow_up(patient: Patient, *, by: Member) -> FollowUp:
    """Everything on the patient's page about plans and tasks but the story. Seven queries, bounded."""
    plans = list(
        FollowUpPlan.objects.visible_to(by)
        .filter(patient=patient)
        .select_related("programme")
        .prefetch_related("steps__step")
        .order_by("-pk")[:100]
    )
    events = PlanEvent.objects.visible_to(by).filter(plan__in=[plan.pk for plan in plans])
    running = [plan.programme_id for plan in plans if plan.state == FollowUpPlan.State.ACTIVE]
    leading = Step.objects.visible_to(by).filter(programme__in=running, retired=False, leads_to__isnull=False)
    tasks = Task.objects.visible_to(by).filter(patient=patient)
    return FollowUp(
        plans=plans,
        events=list(events.select_related("by").order_by("-at", "-pk")[:EVENTS]),
        programmes=list(
            Programme.objects.visible_to(by).exclude(state=Programme.State.RETIRED).order_by("name")
        ),
        leading=list(leading.order_by("position", "pk")),
        open_tasks=list(tasks.open().select_related("assignee").in_order()[:OPEN_SHOWN]),
        done_tasks=list(
            tasks.filter(state="done").select_related("done_by").order_by("-ended_at", "-pk")[:DONE_SHOWN]
        ),
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """A discharge with the tasks that it opened."""

    row: Discharge
    tasks: list[Task]


def discharges_of(patient: Patient, *, by: Member) -> list[Followed]:
    """The patient's latest discharges, each with its tasks in order. Two queries."""
    rows = list(
        Discharge.objects.visible_to(by)
        .filter(patient=patient)
        .select_related("by")
        .order_by("-discharged_on", "-pk")[:DISCHARGES]
    )
    tasks = (
        Task.objects.visible_to(by)
        .filter(patient=patient, plan_step__plan__discharge__in=[row.pk for row in rows])
        .select_related("assignee", "done_by", "plan_step__plan")
        .order_by("due_on", "pk")
    )
    found: dict[int, list[Task]] = {}
    for task in tasks:
        discharge_id = task.plan_step.plan.discharge_id if task.plan_step else None
        found.setdefault(discharge_id or 0, []).append(task)
    return [Followed(row, found.get(row.pk, [])) for row in rows]


def discharge_programmes(*, by: Member) -> list[Programme]:
    """The clinic's programmes for those who come home from hospital, with their steps. Two queries."""
    rows = Programme.objects.visible_to(by).filter(on_discharge=True).exclude(state=Programme.State.RETIRED)
    return list(rows.prefetch_related("steps").order_by("name"))


def plan_step_of(plan_step_id: int, *, by: Member) -> PlanStep | None:
    """A step of a running plan, with all that the page of its interval tells. One query."""
    rows = PlanStep.objects.visible_to(by).select_related("step", "plan__programme", "plan__patient")
    return rows.filter(pk=plan_step_id, plan__state=FollowUpPlan.State.ACTIVE).first()


def latest_event(plan: FollowUpPlan | None) -> int:
    """What a form about the plan was filled in over: its newest event, 0 without any. One query, or none."""
    if plan is None:
        return 0
    newest = PlanEvent.objects.filter(plan=plan).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def events_since(plan: FollowUpPlan, seen: int) -> list[PlanEvent]:
    """What happened to the plan after that event, in order. One query."""
    rows = PlanEvent.objects.filter(plan=plan, pk__gt=seen).select_related("by", "step", "plan__programme")
    return list(rows.order_by("pk")[:10])


def interval_events(plan: FollowUpPlan, step: Step) -> list[PlanEvent]:
    """Who changed this patient's interval in the step, the latest first. One query."""
    rows = PlanEvent.objects.filter(plan=plan, step=step, verb=PlanVerb.INTERVAL).select_related("by")
    return list(rows.order_by("-pk")[:20])
