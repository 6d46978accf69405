"""Writes sharings out down, and carries their changes out: a few set-based statements, however many clinics."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from tasks.models import RunState
from tasks.outcomes import Outcome
from tasks.statements import statement


def run_sql(name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """One of our statements; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), parameters)
        return cursor.fetchall() if cursor.description else []


def begin_runs(
    clinic_ids: list[int], *, cause: str, now: dt.datetime, first_day: dt.date
) -> dict[int, tuple[int, int]]:
    """(run id, attempts made before this one) by clinic id. One statement."""
    rows = run_sql("begin_runs", {"clinics": clinic_ids, "cause": cause, "now": now, "first_day": first_day})
    return {clinic_id: (run_id, attempts) for clinic_id, run_id, attempts in rows}


def write_outcomes(
    outcomes: Iterable[Outcome],
    runs: Mapping[int, int],
    *,
    now: dt.datetime,
    first_day: dt.date,
    state: RunState,
) -> None:
    """What each run (id by clinic id) came to, and every change it makes. Two statements."""
    outcomes = list(outcomes)
    _end_runs(outcomes, runs, now, first_day, state)
    changes = [(runs[each.clinic_id], change) for each in outcomes for change in each.changes]
    if changes:
        run_sql("note_changes", {
            "runs": [run for run, _ in changes],
            "tasks": [change.row.id for _, change in changes],
            "versions": [change.row.version for _, change in changes],
            "from_members": [change.row.assignee_id for _, change in changes],
            "from_days": [change.row.planned_on for _, change in changes],
            "from_minutes": [change.row.planned_minutes for _, change in changes],
            "to_members": [change.member for _, change in changes],
            "to_days": [change.day for _, change in changes],
            "to_minutes": [change.minutes for _, change in changes],
            "whys": [change.why for _, change in changes],
        })  # fmt: skip


def _end_runs(
    outcomes: Sequence[Outcome],
    runs: Mapping[int, int],
    now: dt.datetime,
    first_day: dt.date,
    state: RunState,
) -> None:
    objectives = [each.objective for each in outcomes]
    run_sql("end_runs", {
        "now": now, "first_day": first_day,
        "runs": [runs[each.clinic_id] for each in outcomes],
        "states": [RunState.FAILED.value if each.reference else state.value for each in outcomes],
        "references": [each.reference for each in outcomes],
        "placed": [each.placed for each in outcomes],
        "unplaced": [len(each.left) for each in outcomes],
        "moved": [each.moved for each in outcomes],
        "levels": [json.dumps(list(found.levels) if found else []) for found in objectives],
        "bounds": [found.bound if found else None for found in objectives],
        "gaps": [found.gap if found else None for found in objectives],
        "seconds": [round(each.seconds, 4) for each in outcomes],
        "early": [each.stopped_early for each in outcomes],
        "loads": [json.dumps(each.loads) for each in outcomes],
        "left": [json.dumps(each.left) for each in outcomes],
    })  # fmt: skip


def note_reasons(outcomes: Iterable[Outcome]) -> None:
    """New words for tasks that stay where they are. One statement, or none."""
    if notes := [note for each in outcomes for note in each.notes]:
        run_sql("note_reasons", {
            "tasks": [note.row.id for note in notes],
            "versions": [note.row.version for note in notes],
            "whys": [note.why for note in notes],
        })  # fmt: skip


def carry_out(
    run_ids: Collection[int],
    *,
    now: dt.datetime,
    by: int | None = None,
    only: Collection[int] | None = None,
    back: bool = False,
    placed: int | None = None,
    reason: str = "",
) -> set[int]:
    """Apply the runs' changes, or take them back; ids of the tasks that were written. One statement."""
    rows = run_sql("carry_out", {
        "runs": list(run_ids), "now": now, "by": by, "only": None if only is None else list(only),
        "back": back, "placed": placed, "reason": reason,
    })  # fmt: skip
    return {row[0] for row in rows}
