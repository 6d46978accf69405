"""What happened to a patient, from every table that tells of it, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from patients.models import Discharge, Encounter, Patient, PatientChange
from patients.queries import in_words
from tasks.models import PlanEvent, Task, TaskEvent, Verb
from tasks.timeline import Kind, Place
from teams.models import Member

PAGE = 20
# The moment of each kind, and the way to the patient.
_MOMENT = {
    Kind.TASK: "ended_at", Kind.ATTEMPT: "at", Kind.PLAN: "at", Kind.DISCHARGE: "at", Kind.CONTACT: "starts_at",
    Kind.CORRECTION: "at",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timeline:
    """`found`: each place with its row (a task with the event that ended it undone, a correction in words). `after`: where the next page begins after."""

    found: list[tuple[Place, Any]] = field(default_factory=list)
    after: Place | None = None


def timeline(
    patient: Patient, *, by: Member, now: dt.datetime, kinds: Collection[Kind], after: Place | None = None
) -> Timeline:
    """A page of the story, the latest first: every table gives as many as could be needed, in one statement.

    Nine queries at most: the places, each kind's rows, who ended what is not done, whose names corrections tell.
    """
    branches = [_branch(kind, _rows(kind, patient, by, now), after)[: PAGE + 1] for kind in sorted(kinds)]
    first, *rest = branches
    together = first.union(*rest, all=True).order_by("-moment", "which", "-number") if rest else first
    rows = list(together[: PAGE + 1])
    places = [Place(row["moment"], Kind(row["which"]), row["number"]) for row in rows]
    shown = places[:PAGE]
    details = {kind: _details(kind, [p.number for p in shown if p.kind == kind], by) for kind in kinds}
    found = [(place, details[place.kind][place.number]) for place in shown]
    return Timeline(found, shown[-1] if len(places) > PAGE else None)


def _rows(kind: Kind, patient: Patient, by: Member, now: dt.datetime) -> QuerySet[Any]:
    rows: dict[Kind, QuerySet[Any]] = {
        Kind.TASK: Task.objects.filter(patient=patient, ended_at__isnull=False),
        Kind.ATTEMPT: _attempts(patient),
        Kind.PLAN: PlanEvent.objects.filter(plan__patient=patient),
        Kind.DISCHARGE: Discharge.objects.filter(patient=patient),
        Kind.CONTACT: Encounter.objects.filter(patient=patient, starts_at__lte=now),
        Kind.CORRECTION: PatientChange.objects.filter(patient=patient),
    }
    return rows[kind].filter(clinic_id=by.clinic_id)


def _attempts(patient: Patient) -> QuerySet[TaskEvent]:
    """Those that nobody has taken back."""
    undone = TaskEvent.objects.annotate(undone=KT("after__undone")).filter(
        task=OuterRef("task"), verb=Verb.UNDO, undone=Cast(OuterRef("pk"), CharField())
    )
    tried = TaskEvent.objects.filter(task__patient=patient, task__attempts__gt=0, verb=Verb.ATTEMPT)
    return tried.exclude(Exists(undone))


def _branch(kind: Kind, rows: QuerySet[Any], after: Place | None) -> QuerySet[Any]:
    """The kind's places after `after`, in order."""
    moment = _MOMENT[kind]
    if after is not None:
        earlier = Q(**{f"{moment}__lt": after.at})
        if kind > after.kind:
            earlier |= Q(**{moment: after.at})
        elif kind == after.kind:
            earlier |= Q(**{moment: after.at}, pk__lt=after.number)
        rows = rows.filter(earlier)
    which = Value(kind.value, output_field=CharField())
    return rows.order_by(f"-{moment}", "-pk").values(moment=F(moment), which=which, number=F("pk"))


def _details(kind: Kind, numbers: list[int], by: Member) -> dict[int, Any]:
    """The rows themselves, with whom they tell of. One query (two of tasks and corrections), none without numbers."""
    if not numbers:
        return {}
    if kind == Kind.TASK:
        tasks = list(Task.objects.filter(pk__in=numbers, clinic_id=by.clinic_id).select_related("done_by"))
        ends = TaskEvent.objects.filter(
            task__in=[t.pk for t in tasks if t.done_by_id is None],
            verb__in=[Verb.CANCEL, Verb.RETURN, Verb.EXPIRE],
        )
        ended = {event.task_id: event for event in ends.select_related("by").order_by("pk")}
        return {task.pk: (task, ended.get(task.pk)) for task in tasks}
    if kind == Kind.CORRECTION:
        changes = list(PatientChange.objects.filter(pk__in=numbers).select_related("by"))
        return dict(zip([c.pk for c in changes], in_words(changes, by.clinic_id), strict=True))
    sets: dict[Kind, QuerySet[Any]] = {
        Kind.ATTEMPT: TaskEvent.objects.select_related("by", "task"),
        Kind.PLAN: PlanEvent.objects.select_related("by", "plan__programme", "step"),
        Kind.DISCHARGE: Discharge.objects.select_related("by"),
        Kind.CONTACT: Encounter.objects.all(),
    }
    return {row.pk: row for row in sets[kind].filter(pk__in=numbers, clinic_id=by.clinic_id)}
