"""All that is held on one patient, a query a table; and how many rows that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Field, Model, QuerySet

from patients.models import ImportRun, Patient
from rights.held import UNTOLD, Table, tables
from tasks.models import (
    AllocationRun,
    BulkChange,
    Programme,
    Step,
    Task,
    TaskKind,
)
from teams.calendar import oslo_date
from teams.models import Member

# Told by name where a row points at them; all others by number.
NAMED: tuple[type[Model], ...] = (Member, TaskKind, Programme, Step, ImportRun, BulkChange, AllocationRun)
_LEFT = """
    SELECT r.id, r.ran_at, (each ->> 0)::bigint, each ->> 1
    FROM tasks_allocationrun r CROSS JOIN LATERAL jsonb_array_elements(r."left") AS each
    WHERE r.clinic_id = %(clinic)s AND (each ->> 0)::bigint = ANY(%(tasks)s)
    ORDER BY r.id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one table, as they stand: values by field."""

    table: Table
    fields: tuple[Field[Any, Any], ...]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Everything:
    """`names`: of what rows point at, by model and number. `left`: sharings out that gave a task to nobody."""

    patient: Patient
    tables: list[Held]
    names: dict[str, dict[int, str]]
    left: list[tuple[int, Any, int, str]]


def everything(patient: Patient) -> Everything:
    """One query a table, one for each kind of thing that is named, and one for what nobody got."""
    found = [_held(table, patient) for table in tables()]
    tasks = [row["id"] for held in found if held.table.label == "tasks.Task" for row in held.rows]
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"clinic": patient.clinic_id, "tasks": tasks})
        left = cursor.fetchall()
    return Everything(patient, found, _names(found, patient), left)


def counted(patient: Patient) -> list[tuple[Table, int]]:
    """How many rows each table holds on the patient; one query a table."""
    return [(table, rows_of(table, patient.clinic_id, patient.pk).count()) for table in tables()]


def _held(table: Table, patient: Patient) -> Held:
    # Not what only the database may read (a tombstone's digest), so the fields are named.
    fields = tuple(field for field in table.model._meta.concrete_fields if field.name not in UNTOLD)
    rows = rows_of(table, patient.clinic_id, patient.pk).order_by("pk")
    return Held(table, fields, list(rows.values(*(field.attname for field in fields))))


def rows_of(table: Table, clinic_id: int, number: int | None) -> QuerySet[Any]:
    whose = [number] if table.path.endswith("__contains") else number
    rows: QuerySet[Any] = table.model._base_manager.filter(**{"clinic": clinic_id, table.path: whose})
    return rows


def _names(found: Iterable[Held], patient: Patient) -> dict[str, dict[int, str]]:
    wanted: dict[type[Model], set[int]] = {model: set() for model in NAMED}
    for held in found:
        for field in held.fields:
            if field.related_model in wanted:
                wanted[field.related_model].update(
                    row[field.attname] for row in held.rows if row[field.attname]
                )
    names = {
        model._meta.label: {each.pk: _name(each) for each in model._base_manager.filter(pk__in=numbers)}
        for model, numbers in wanted.items()
        if model is not Member and numbers
    }
    # All of the clinic's, since corrections tell of list doctors by number.
    members = Member.objects.filter(clinic_id=patient.clinic_id).values_list("pk", "name")
    tasks = ((row["id"], row["name"]) for held in found if held.table.model is Task for row in held.rows)
    return {**names, Member._meta.label: dict(members), Task._meta.label: dict(tasks)}


def _name(thing: Any) -> str:
    if isinstance(
        thing, ImportRun
    ):  # not what the file was called: people name files after patients, also others
        return f"{oslo_date(thing.started_at):%d.%m.%Y}"
    if isinstance(thing, BulkChange):
        return f"{thing.get_verb_display()} {oslo_date(thing.at):%d.%m.%Y}" + (
            f": {thing.reason}" if thing.reason else ""
        )
    if isinstance(thing, AllocationRun):
        return f"{thing.get_cause_display()} {oslo_date(thing.ran_at):%d.%m.%Y}"
    return str(thing.name)
