"""Patients' plans, and the programmes they are in. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from patients.models import Patient
from tasks.models import (
    PlanStep,
    Programme,
    Task,
)
from tasks.statements import statement
from teams.models import Member


def plans_of(patient: Patient) -> dict[str, Any]:
    """A patient's plans with their next occasions, open tasks, and what was done last. Three queries, bounded."""
    steps = PlanStep.objects.filter(plan__patient=patient, clinic_id=patient.clinic_id)
    tasks = Task.objects.filter(patient=patient, clinic_id=patient.clinic_id).select_related(
        "assignee", "done_by"
    )
    return {
        "steps": steps.select_related("plan__programme", "step").order_by("plan__state", "due_on")[:100],
        "open_tasks": tasks.open().in_order()[:50],
        "ended_tasks": tasks.filter(ended_at__isnull=False).order_by("-ended_at")[:20],
    }


def candidate_counts(
    clinic_id: int,
    *,
    on: dt.date,
    states: Iterable[Programme.State] = (Programme.State.PROPOSED, Programme.State.APPROVED),
) -> dict[int, int]:
    """By programme of the clinic: how many it is for and who never had a plan in it. One query."""
    told = {
        "clinics": [clinic_id], "programmes": None, "on": on, "most": None,
        "states": [state.value for state in states],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT programme_id, count(*) FROM ({statement('candidates')}) found GROUP BY 1",  # noqa: S608
            told,
        )
        return dict(cursor.fetchall())


MATCHING = """
SELECT p.id, count(DISTINCT pt.id)
FROM tasks_programme p
JOIN patients_condition c ON c.clinic_id = p.clinic_id AND c.icpc2 = ANY(p.icpc2) AND c.ends_on IS NULL
JOIN patients_patient pt ON pt.id = c.patient_id AND pt.deceased_on IS NULL AND pt.moved_on IS NULL
WHERE p.clinic_id = %s
GROUP BY p.id
"""


def programme_list(member: Member) -> list[tuple[Programme, int, int]]:
    """The clinic's programmes, each with how many on the list have one of its conditions, and how many plans run.

    Three queries. Proposed ones first, since they wait for a doctor.
    """
    with connection.cursor() as cursor:
        cursor.execute(MATCHING, [member.clinic_id])
        matching = dict(cursor.fetchall())
    active = Count("plans", filter=Q(plans__state="active"))
    rows = Programme.objects.visible_to(member).annotate(active=active).select_related("approved_by")
    return [
        (p, matching.get(p.pk, 0), p.active)
        for p in rows.prefetch_related("steps").order_by("-state", "name")
    ]
