"""Reads a clinic as it stands, for scenarios to be run from. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from patients.models import Patient
from scenarios.arrivals import Came, dealt
from scenarios.choices import Choices, StepChoice
from scenarios.models import Scenario
from scenarios.occasions import moved_on
from scenarios.situation import Knows, Lead, Leave, Situation, Span, Standing, StepWork, spans_from
from tasks.actions.occasions import rhythm_of
from tasks.gathering import HORIZON, Gathered, employed, gather
from tasks.models import (
    Delegation,
    FollowUpPlan,
    PlanStep,
    Programme,
    Rule,
    Shares,
    Step,
    Task,
    TaskKind,
    TaskState,
)
from tasks.queries.forecast import LATELY
from tasks.statements import statement
from teams.calendar import DAY, Week, is_working_day
from teams.models import Clinic, Member
from teams.timetables import ORDER, colleagues

_CAME_LATELY = (Path(__file__).parent / "sql/came_lately.sql").read_text(encoding="utf-8")


def listed(member: Member) -> QuerySet[Scenario]:
    """The member's own scenarios and those shared in the clinic, the latest first, without their figures."""
    found: QuerySet[Scenario] = Scenario.objects.visible_to(member).select_related("by")
    return found.defer("result").order_by("-asked_at", "-pk")


def situation(by: Member, *, today: dt.date, weeks: int, programmes: Collection[int] = ()) -> Situation:
    """Everything that decides the coming weeks of the member's clinic, read as it is now. Eighteen queries.

    `programmes`: those whose candidates are wanted.
    """
    clinic_id, spans = by.clinic_id, spans_from(today, weeks)
    first, last = spans[0].first, spans[-1].last
    days = sum(is_working_day(first + n * DAY) for n in range((last - first).days + 1))
    read = gather([clinic_id], today=first, ahead=days + HORIZON)
    steps = _steps(clinic_id, read)
    plans, carries = _plans(clinic_id, steps, first)
    candidates = _candidates(clinic_id, programmes, today)
    people, _left = colleagues(by, first)
    return Situation(
        clinic_id, spans, read, tuple(_leaves(clinic_id, first)), steps, plans, carries,
        _patients({each.patient for each in plans.values()}.union(*candidates.values())),
        _arrivals(clinic_id, spans), candidates,
        weekly={each.member.pk: tuple(line.left for line in each.week.lines) for each in people},
        at_work={each.member.pk: each.week.sum.at_work for each in people},
    )  # fmt: skip


def _leaves(clinic_id: int, first: dt.date) -> Iterator[Leave]:
    rows = Delegation.objects.filter(clinic_id=clinic_id, signed_at__isnull=False).order_by("pk")
    for kind, doctor, member, starts_on, ends_on, revoked_on in rows.values_list(
        "kind", "doctor", "member", "starts_on", "ends_on", "revoked_on"
    ):
        ends = [day for day in (ends_on, revoked_on and revoked_on - DAY) if day]
        if not ends or min(ends) >= first:
            yield Leave(kind, doctor, member, starts_on, min(ends, default=None))


def _steps(clinic_id: int, read: Gathered) -> dict[int, StepWork]:
    """The steps with a rhythm, each with what leads to it. One query."""
    here = {member.profession for member in read.staff(clinic_id)}
    rows = list(Step.objects.filter(clinic_id=clinic_id, retired=False).order_by("pk"))
    leads: dict[int, list[Step]] = defaultdict(list)
    for row in rows:
        if row.leads_to_id is not None:
            leads[row.leads_to_id].append(row)
    return {row.pk: _step(row, leads[row.pk], read, here) for row in rows if row.leads_to_id is None}


def _step(row: Step, leads: list[Step], read: Gathered, here: Collection[str]) -> StepWork:
    kind = read.kinds[row.kind_id]
    prepared = kind.paired and any(who in here for who in kind.preparable_by)
    bloods = [each.lead_days for each in leads if each.shares == Shares.BLOODS]
    return StepWork(
        row.programme_id, row.kind_id, rhythm_of(row), row.shares, _minutes(row, kind),
        (max(1, kind.prepare_minutes), max(1, kind.decide_minutes)) if prepared else None,
        tuple(Lead(e.kind_id, _minutes(e, read.kinds[e.kind_id]), e.lead_days, e.hard) for e in leads),
        max(bloods, default=None),
    )  # fmt: skip


def _minutes(step: Step, kind: TaskKind) -> int:
    """As tasks/sql/open_due.sql estimates it."""
    return step.minutes or int(kind.minutes.get(kind.professions[0], 10))


def _plans(
    clinic_id: int, steps: dict[int, StepWork], first: dt.date
) -> tuple[dict[int, Standing], dict[int, int]]:
    """Where the plans that run stand, and the plan of each open task. Two queries.

    What somebody has begun is counted as done today: its minutes are taken from the day already.
    """
    open_tasks = Task.objects.filter(clinic_id=clinic_id, ended_at=None, plan_step__isnull=False)
    tasks = {plan: (pk, state) for plan, pk, state in open_tasks.values_list("plan_step", "pk", "state")}
    rows = PlanStep.objects.filter(
        clinic_id=clinic_id, plan__state=FollowUpPlan.State.ACTIVE, step__in=steps
    ).select_related("step")
    plans, carries = {}, {}
    for row in rows.annotate(patient=F("plan__patient")).order_by("pk"):
        task, state = tasks.get(row.pk, (None, None))
        if task is None and not row.waiting:
            continue
        own = rhythm_of(row.step, row) if row.interval_months is not None else None
        standing: Standing | None = Standing(
            row.step_id, row.patient, row.opens_on, row.due_on, row.closes_on, row.last_done_on, own, row.waiting
        )  # fmt: skip
        if standing and state == TaskState.STARTED:
            standing = moved_on(standing, steps[row.step_id], done_on=first)
        elif task is not None:
            carries[task] = row.pk
        if standing is not None:
            plans[row.pk] = standing
    return plans, carries


def _patients(ids: Collection[int]) -> dict[int, Knows]:
    rows = Patient.objects.filter(pk__in=ids).order_by("pk")
    return {pk: Knows(*who) for pk, *who in rows.values_list("pk", "list_doctor", "usual_nurse")}


def _arrivals(clinic_id: int, spans: tuple[Span, ...]) -> tuple[Any, ...]:
    """Two queries: since when, and what came."""
    this_week = Week.of(spans[0].first)
    started = Clinic.objects.values_list("started_on", flat=True).get(pk=clinic_id)
    since = max(this_week.plus(-LATELY), Week.of(started))
    weeks = max(0, (this_week.monday - since.monday).days // 7)
    told: dict[str, Any] = {"clinic": clinic_id, "since": since.starts_at, "until": this_week.starts_at}
    with connection.cursor() as cursor:
        cursor.execute(_CAME_LATELY, told)
        lately = [Came._make(row) for row in cursor.fetchall()]
    return dealt(lately, clinic_id=clinic_id, spans=spans, weeks=weeks)


def _candidates(clinic_id: int, programmes: Collection[int], on: dt.date) -> dict[int, tuple[int, ...]]:
    """Whom these programmes are for and who have no plan in them. One query, or none."""
    if not programmes:
        return {}
    told: dict[str, Any] = {
        "clinics": [clinic_id], "programmes": list(programmes), "on": on, "most": None,
        "states": [Programme.State.PROPOSED.value, Programme.State.APPROVED.value],
    }  # fmt: skip
    found: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement("candidates"), told)
        for _clinic, programme, patient in cursor.fetchall():
            found[programme].append(patient)
    return {programme: tuple(patients) for programme, patients in found.items()}


def choices_for(member: Member, today: dt.date) -> Choices:
    """What the clinic has that a scenario can change. Four queries."""
    members = list(Member.objects.visible_to(member))
    working = sorted(
        (m for m in members if m.profession and employed(m, today)), key=lambda m: (ORDER.index(m.profession), m.name)
    )  # fmt: skip
    kinds = TaskKind.objects.exclude(delegable_to=[]).values_list("pk", "name", "delegable_to")
    steps = Step.objects.visible_to(member).filter(
        retired=False, leads_to=None, programme__state=Programme.State.APPROVED, programme__on_discharge=False
    )
    rows = steps.exclude(rule=Rule.ONCE).order_by("programme__name", "position", "pk")
    often = ("pk", "programme__name", "name", "interval_months", "interval_days")
    programmes = Programme.objects.visible_to(member).filter(by_condition=True, on_discharge=False)
    found = programmes.exclude(state=Programme.State.RETIRED).values_list("pk", "name", "state")
    return Choices(
        {m.pk: m.name for m in members},
        {m.pk: (m.name, m.profession) for m in working},
        {pk: (name, frozenset(to)) for pk, name, to in kinds},
        {pk: StepChoice(*rest) for pk, *rest in rows.values_list(*often)},
        {pk: (name, state == Programme.State.APPROVED) for pk, name, state in found},
    )
