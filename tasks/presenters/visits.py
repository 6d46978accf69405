"""What comes next of one patient's plans, merged into visits as the nights will merge them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tasks.models import FollowUpPlan, PlanStep, Rule, Shares, Step
from tasks.recurrence import Occasion, lead
from tasks.visits import Visit, Waiting, coming_visits


@dataclass(frozen=True, slots=True)
class NextVisit:
    """What is done in one visit, and what is done before it: (day, what)."""

    day: dt.date
    opens_on: dt.date
    what: tuple[str, ...]
    before: tuple[tuple[dt.date, str], ...] = field(default_factory=tuple)


def next_visits(plans: Iterable[FollowUpPlan], leading: Iterable[Step], *, today: dt.date) -> list[NextVisit]:
    """What the nights will open for the patient, merged as they merge it. `leading`: steps done before others."""
    waiting = {
        each.pk: each
        for plan in plans
        if plan.state == FollowUpPlan.State.ACTIVE
        for each in plan.steps.all()
        if each.waiting and not each.step.retired
    }
    before: dict[int, list[Step]] = {}
    for step in leading:
        before.setdefault(step.leads_to_id or 0, []).append(step)
    visits = coming_visits(
        [_waiting(each, before.get(each.step_id, [])) for each in waiting.values()], today=today
    )
    return [_visit(visit, [waiting[pk] for pk in visit.ids], before) for visit in visits]


def _waiting(each: PlanStep, before: Sequence[Step]) -> Waiting:
    own = each.interval_months is not None or each.interval_days is not None
    months, days = (
        (each.interval_months or 0, each.interval_days or 0)
        if own
        else (each.step.interval_months, each.step.interval_days)
    )
    return Waiting(
        each.pk, each.opens_on, each.due_on, each.step.shares, each.step.hard, months * 365 // 12 + days,
        yearly=each.step.rule == Rule.CALENDAR_YEAR and not own,
        bloods=max((step.lead_days for step in before if step.shares == Shares.BLOODS), default=None),
    )  # fmt: skip


def _visit(visit: Visit, parts: list[PlanStep], before: Mapping[int, list[Step]]) -> NextVisit:
    """Bloods for several check-ups are taken once, before the first."""
    occasion = Occasion(visit.opens_on, visit.due_on, None)
    led = [step for each in parts for step in before.get(each.step_id, [])]
    bloods = [step for step in led if step.shares == Shares.BLOODS]
    told = [(lead(occasion, step.lead_days), step.name) for step in led if step not in bloods]
    if bloods:
        day = min(lead(occasion, step.lead_days) for step in bloods)
        told.append((day, bloods[0].name if len(bloods) == 1 else _("Blodprøver")))
    return NextVisit(
        visit.due_on, visit.opens_on, tuple(each.step.name for each in parts), tuple(sorted(told))
    )
