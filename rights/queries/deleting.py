"""What could be deleted, what is asked to be, what was, and what waits for a decision."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format

from patients.imports.titles import title
from patients.models import Condition, Encounter, Medication, Patient, PatientChange
from rights.held import tables_of_task
from rights.models import Deletion, DeletionRequest, KeptAccess, RetentionRun, Scope, Tombstone
from rights.queries.held import counted, rows_of
from rights.retention import rules
from tasks.models import Task
from teams.calendar import oslo_date
from teams.models import Member

TASKS_SHOWN = 200
ACCESSES_SHOWN = 200
Choice = tuple[int, str]


def deletable(patient: Patient) -> tuple[list[Choice], list[Choice], list[Choice]]:
    """Single tasks that are ended (the latest), conditions and drugs, with words to choose by. Three queries."""
    tasks = Task.objects.filter(patient=patient, ended_at__isnull=False).order_by("-ended_at")[:TASKS_SHOWN]
    drugs = Medication.objects.filter(patient=patient).order_by("text", "pk")
    return (
        [(task.pk, _task_words(task)) for task in tasks],
        [
            (each.pk, _condition_words(each))
            for each in Condition.objects.filter(patient=patient).order_by("icpc2")
        ],
        [(each.pk, each.text) for each in drugs],
    )


def what_words(asked: DeletionRequest) -> str:
    """What one request is about, in words; only what kind, once it is gone."""
    if asked.row is None or asked.patient_id is None:
        return asked.get_scope_display()
    rows = {"patient": asked.patient_id, "pk": asked.row}
    if asked.scope == Scope.TASK:
        task = Task.objects.filter(**rows).first()
        return _task_words(task) if task else asked.get_scope_display()
    if asked.scope == Scope.CONDITION:
        condition = Condition.objects.filter(**rows).first()
        return _condition_words(condition) if condition else asked.get_scope_display()
    drug = Medication.objects.filter(**rows).first()
    return drug.text if drug else asked.get_scope_display()


def _task_words(task: Task) -> str:
    return f"{task.name}, {date_format(oslo_date(task.ended_at), 'j. N Y')}" if task.ended_at else task.name


def _condition_words(condition: Condition) -> str:
    return f"{title(condition.icpc2)} {condition.icpc2}".strip()


def would_go(patient: Patient, scope: str, row: int | None) -> list[tuple[str, int]]:
    """What a deletion takes: titles and how many rows, where there are any."""
    if scope == Scope.PATIENT:
        return [(table.title, n) for table, n in counted(patient) if n]
    if scope == Scope.TASK:
        found = ((table.title, rows_of(table, patient.clinic_id, row).count()) for table in tables_of_task())
        return [(title, n) for title, n in found if n]
    if scope == Scope.CONDITION:
        code = Condition.objects.filter(pk=row or 0, patient=patient).values_list("icpc2", flat=True).first()
        changes = PatientChange.objects.filter(patient=patient, field=f"condition:{code}").count()
        told = [
            (str(Condition._meta.verbose_name), 1),
            (str(PatientChange._meta.verbose_name_plural), changes),
        ]
        return [(title, n) for title, n in told if n]
    return [(str(Medication._meta.verbose_name), 1)]


def requests_of(patient: Patient) -> list[DeletionRequest]:
    """What was asked to be deleted of the patient, the latest first."""
    rows = DeletionRequest.objects.filter(patient=patient, clinic_id=patient.clinic_id)
    return list(rows.select_related("asked_by", "decided_by", "stopped_by"))


def waiting(member: Member) -> list[DeletionRequest]:
    """What waits for a decision, or to be done, the oldest first."""
    rows = DeletionRequest.objects.visible_to(member).filter(state__in=DeletionRequest.WAITING)
    return list(rows.select_related("patient", "asked_by", "decided_by").order_by("asked_at", "pk"))


def deletions(member: Member) -> QuerySet[Deletion]:
    """The traces, the latest first."""
    rows: QuerySet[Deletion] = Deletion.objects.visible_to(member).select_related("decided_by", "asked_by")
    return rows


def kept_accesses(asked: DeletionRequest) -> list[KeptAccess]:
    """Who had looked at what is deleted, the latest first; at most so many."""
    rows = KeptAccess.objects.filter(deletion__request=asked, clinic_id=asked.clinic_id).select_related(
        "member"
    )
    return list(rows.order_by("-at", "-pk")[:ACCESSES_SHOWN])


def came_back(member: Member) -> list[Tombstone]:
    """Deleted numbers that an import has brought back, and nobody has accepted."""
    rows = Tombstone.objects.visible_to(member).filter(back__isnull=False, accepted_by__isnull=True)
    # The rest is the database's alone.
    return list(rows.select_related("back", "deletion").defer("salt", "digest").order_by("back_at", "pk"))


def latest_runs() -> dict[str, tuple[dt.datetime, int]]:
    """When each rule of retention ran last, and how many rows it took then, batches together."""
    found: dict[str, tuple[dt.datetime, int]] = {}
    latest = RetentionRun.objects.filter(rule=OuterRef("rule")).order_by("-at").values("at")[:1]
    for run in RetentionRun.objects.filter(at=latest).values("rule", "at", "removed"):
        found[run["rule"]] = (run["at"], found.get(run["rule"], (run["at"], 0))[1] + run["removed"])
    return found


def outlived(member: Member, today: dt.date) -> QuerySet[Patient]:
    """Patients who are gone, and of whom nothing has been written for as long as the rule says (retention.toml: gone)."""
    last = rules()["gone"].last_day(today)
    recent = Q(ended_at__date__gt=last) | Q(ended_at__isnull=True)
    tasks = Task.objects.filter(recent, patient=OuterRef("pk"), clinic_id=member.clinic_id)
    contacts = Encounter.objects.filter(patient=OuterRef("pk"), starts_at__date__gt=last)
    gone = Q(deceased_on__lte=last) | Q(moved_on__lte=last)
    rows: QuerySet[Patient] = (
        Patient.objects.visible_to(member).filter(gone).exclude(Exists(tasks)).exclude(Exists(contacts))
    )
    return rows.order_by("pk")
