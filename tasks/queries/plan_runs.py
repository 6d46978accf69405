"""What a run for a whole list began, and what of it is as it began it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tasks.models import PlanRun
from tasks.statements import statement


def begun_by(run: PlanRun, *, lock: bool = False) -> list[int]:
    """Ids of plans that run as it began them, nothing done of them since; inside a transaction locked. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement("begun_by_run") + ("FOR UPDATE OF p" if lock else ""), _told(run))
        return [plan for plan, _patient in cursor.fetchall()]


def would_stop(run: PlanRun) -> tuple[int, int]:
    """(plans, patients) that taking it back would stop. One query."""
    with connection.cursor() as cursor:
        found = statement("begun_by_run")
        cursor.execute(f"SELECT count(*), count(DISTINCT patient_id) FROM ({found}) found", _told(run))  # noqa: S608
        plans, patients = cursor.fetchone()
    return plans, patients


def _told(run: PlanRun) -> dict[str, Any]:
    return {"clinic": run.clinic_id, "programmes": run.programmes, "run": run.pk}
