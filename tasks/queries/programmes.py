"""Programmes with what they say, whom they are for and how many have a plan. Every function says its queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Prefetch, QuerySet

from patients.imports.codes import followed
from patients.imports.titles import titles
from patients.models import FollowedCode
from tasks.models import FollowUpPlan, PlanStep, Programme, ProgrammeVersion, Step, TaskKind
from tasks.programme_text import ProgrammeText, StepText, digest, from_json, from_rows
from teams.models import Member

STEPS = Prefetch("steps", Step.objects.select_related("kind"))


@dataclass(frozen=True, slots=True)
class Counts:
    """Patients of a programme: whom it is for and who can be followed, of them without any plan, and plans by state."""

    fits: int = 0
    lacking: int = 0
    active: int = 0
    declined: int = 0


@dataclass(frozen=True, slots=True)
class Affected:
    """What a new version does to plans that run: patients whose next time moves, all with a plan that gets new steps
    (0 without new steps), and those whose waiting time of a step taken out is dropped."""

    moved: int
    added: int
    dropped: int


def in_force(programme: Programme) -> ProgrammeText:
    """What the rows say: in force when approved, else as proposed. One query unless `steps` are at hand (STEPS)."""
    at_hand = "steps" in getattr(programme, "_prefetched_objects_cache", {})
    rows = programme.steps.all() if at_hand else programme.steps.select_related("kind")
    return from_rows(programme, rows)


def next_text(programme: Programme) -> ProgrammeText:
    """What a doctor would approve: the draft, else what the rows say."""
    return from_json(programme.draft) if programme.draft is not None else in_force(programme)


def waits(programme: Programme) -> bool:
    """Is there something that a doctor has not approved?"""
    return programme.state == Programme.State.PROPOSED or programme.draft is not None


def read_digest(programme: Programme) -> str:
    """Of what a page shows as the next version."""
    return digest(programme.pk, programme.version, next_text(programme))


def clinic_programmes(member: Member) -> QuerySet[Programme]:
    """All of the clinic's, by name, with their steps and who approved and drafted them. Two queries."""
    rows = Programme.objects.visible_to(member).select_related("approved_by", "drafted_by")
    found: QuerySet[Programme] = rows.prefetch_related(STEPS).order_by("name", "pk")
    return found


def waiting_programmes(member: Member) -> list[Programme]:
    """Those that a doctor has something to read in. Two queries."""
    rows = clinic_programmes(member).exclude(state=Programme.State.RETIRED)
    return [programme for programme in rows if waits(programme)]


def versions_of(programme: Programme) -> list[ProgrammeVersion]:
    """Newest first. One query; a version is a decision of a doctor, so they are few."""
    return list(programme.versions.select_related("approved_by").order_by("-version"))


# Of what waits for a doctor, the words that wait decide whom it is for.
_COUNTS = """
WITH told AS (
    SELECT id,
        CASE WHEN d THEN ARRAY(SELECT jsonb_array_elements_text(draft -> 'icpc2')) ELSE icpc2::text[] END AS icpc2,
        CASE WHEN d THEN (draft ->> 'min_drugs')::int ELSE min_drugs END AS min_drugs
    FROM (SELECT p.*, p.draft IS NOT NULL AND p.state <> 'approved' AS d FROM tasks_programme p
          WHERE p.clinic_id = %(clinic)s AND (%(only)s::bigint IS NULL OR p.id = %(only)s::bigint)) p
    WHERE CASE WHEN d THEN (draft ->> 'by_condition')::bool AND NOT (draft ->> 'on_discharge')::bool
               ELSE by_condition AND NOT on_discharge END
), fits AS (
    SELECT told.id, c.patient_id FROM told
    JOIN patients_condition c
        ON c.clinic_id = %(clinic)s AND c.icpc2 = ANY(told.icpc2) AND c.ends_on IS NULL AND c.struck_at IS NULL
    UNION
    SELECT told.id, m.patient_id FROM told
    JOIN (SELECT patient_id, count(*) AS drugs FROM patients_medication
          WHERE clinic_id = %(clinic)s AND (ends_on IS NULL OR ends_on > %(on)s) GROUP BY patient_id) m
        ON m.drugs >= told.min_drugs AND told.min_drugs > 0 AND told.icpc2 = '{}'
)
SELECT fits.id, count(*), count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM tasks_followupplan f
    WHERE f.patient_id = pt.id AND f.programme_id = fits.id AND f.ended_as NOT IN ('gone', 'set')))
FROM fits JOIN patients_patient pt ON pt.id = fits.patient_id
WHERE pt.deceased_on IS NULL AND pt.moved_on IS NULL AND pt.institution_on IS NULL
GROUP BY fits.id
"""
_PLANS = """
SELECT f.programme_id, count(*) FILTER (WHERE f.state = 'active'), count(*) FILTER (WHERE f.state = 'declined')
FROM tasks_followupplan f JOIN patients_patient pt ON pt.id = f.patient_id
WHERE f.clinic_id = %(clinic)s AND (%(only)s::bigint IS NULL OR f.programme_id = %(only)s::bigint)
  AND pt.deceased_on IS NULL AND pt.moved_on IS NULL
GROUP BY f.programme_id
"""


def programme_counts(member: Member, on: dt.date, *, only: int | None = None) -> dict[int, Counts]:
    """By programme; of one with `only`. Two queries whatever their number. Those enrolled by hand fit nobody."""
    told: dict[str, Any] = {"clinic": member.clinic_id, "on": on, "only": only}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, told)
        fits = {pk: (n, lacking) for pk, n, lacking in cursor.fetchall()}
        cursor.execute(_PLANS, told)
        plans = {pk: (active, declined) for pk, active, declined in cursor.fetchall()}
    return {pk: Counts(*fits.get(pk, (0, 0)), *plans.get(pk, (0, 0))) for pk in fits.keys() | plans.keys()}


def plans_affected(programme: Programme, content: ProgrammeText) -> Affected:
    """What approving `content` would do to plans that run. Three queries.

    A patient's own interval stands, and so does what is open already (tasks/actions/plans.py).
    """
    before = in_force(programme)
    changed = [s.slug for s in content.steps if (b := before.step(s.slug)) and _times(b) != _times(s)]
    new = [s for s in content.steps if before.step(s.slug) is None]
    gone = [s.slug for s in before.steps if content.step(s.slug) is None]
    running = FollowUpPlan.objects.filter(programme=programme, state=FollowUpPlan.State.ACTIVE)
    waiting = PlanStep.objects.filter(plan__in=running, waiting=True)
    own = waiting.filter(interval_months__isnull=True, interval_days__isnull=True)
    return Affected(
        moved=_patients(own.filter(step__slug__in=changed)),
        added=running.count() if new else 0,
        dropped=_patients(waiting.filter(step__slug__in=gone)),
    )


def _times(step: StepText) -> tuple[object, ...]:
    return step.interval, step.opens, step.closes, step.hard


def _patients(rows: QuerySet[PlanStep]) -> int:
    return rows.values("plan__patient_id").distinct().count()


def professions_here(member: Member, on: dt.date) -> set[str]:
    """That somebody of the clinic has on the day. One query."""
    there = Member.objects.visible_to(member).employed_on(on).values_list("profession", flat=True)
    return {profession for profession in there.distinct() if profession}


def kinds_of(texts: Iterable[ProgrammeText]) -> list[TaskKind]:
    """One query."""
    return list(TaskKind.objects.filter(slug__in={step.kind for text in texts for step in text.steps}))


def kind_names() -> dict[str, str]:
    """Slug → name of every kind. One query."""
    return dict(TaskKind.objects.values_list("slug", "name"))


def code_names() -> dict[str, str]:
    """ICPC-2 code → what the condition is called: our own names, and titles where the list is there. No query."""
    return titles() | followed()


def followed_names(member: Member) -> dict[str, str]:
    """The conditions that a programme of the clinic may follow, with their names: to choose from. One query."""
    own = FollowedCode.objects.visible_to(member).values_list("icpc2", flat=True)
    names = code_names()
    return followed() | {code: names.get(code, code) for code in own}


def used_slugs(programme: Programme) -> set[str]:
    """Of its steps, those taken out too: a new step is never taken for an old one. One query."""
    return set(programme.steps.values_list("slug", flat=True))
