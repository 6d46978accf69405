"""Reads about tasks that span models. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, Sum

from patients.models import Patient
from tasks.eligibility import KindRule, ground_for
from tasks.models import (
    AllocationChange,
    AllocationRun,
    Cause,
    Delegation,
    PlanStep,
    Programme,
    RunState,
    Task,
    TaskKind,
    TaskState,
)
from teams.calendar import DAY, day_share, midnight, working_days
from teams.models import Member
from teams.queries import capacity, time_for_tasks

MOST_ROWS = 300
QUICK_KINDS = 6
ORDER = ("doctor", "psychologist", "physiotherapist", "nurse", "bioengineer", "secretary")


class WorkRow(NamedTuple):
    """One open task as Min dag shows it."""

    id: int
    version: int
    name: str
    kind_id: int
    origin: str
    sender: str
    opens_on: dt.date
    due_on: dt.date | None
    closes_on: dt.date | None
    hard: bool
    minutes: int
    planned_on: dt.date | None
    why: dict[str, Any]
    patient_id: int | None
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    programme: str | None


WORK_ROW = (
    "id", "version", "name", "kind_id", "origin", "sender", "opens_on", "due_on", "closes_on", "hard",
    "planned_minutes", "planned_on", "why", "patient_id", "patient__given_name", "patient__family_name",
    "patient__birth_date", "plan_step__plan__programme__name",
)  # fmt: skip


def may_do(member: Member, task: Task, *, on: dt.date) -> bool:
    """May the member do this task by law, profession or a delegation in force on the day? At most two queries."""
    rule = KindRule(frozenset(task.kind.professions), frozenset(task.kind.delegable_to))
    list_doctor = task.patient.list_doctor_id if task.patient else None
    delegated: set[tuple[int, int]] = set()
    if list_doctor and member.profession in rule.delegable_to:
        found = Delegation.objects.in_force(on).filter(doctor=list_doctor, member=member, kind=task.kind)
        delegated = set(found.values_list("doctor_id", "member_id"))
    return bool(
        ground_for(
            rule, member_id=member.pk, profession=member.profession, list_doctor_id=list_doctor, delegated=delegated
        )
    )  # fmt: skip


def who_may(task: Task, *, on: dt.date) -> list[Member]:
    """The clinic's members who may be given this task, without those a leader ruled out. Two queries."""
    rule = KindRule(frozenset(task.kind.professions), frozenset(task.kind.delegable_to))
    list_doctor = task.patient.list_doctor_id if task.patient else None
    found = Delegation.objects.in_force(on).filter(doctor=list_doctor, kind=task.kind)
    delegated = set(found.values_list("doctor_id", "member_id"))
    members = Member.objects.filter(clinic_id=task.clinic_id).employed_on(on).exclude(profession="")
    return [
        m
        for m in members
        if m.pk not in task.forbidden
        and ground_for(
            rule, member_id=m.pk, profession=m.profession, list_doctor_id=list_doctor, delegated=delegated
        )
    ]  # fmt: skip


def worklist(member: Member, *, limit: int = MOST_ROWS) -> list[WorkRow]:
    """What the member holds, hard deadlines and nearest due first, undated last. One query, bounded."""
    rows = Task.objects.visible_to(member).open().held_by(member).in_order().values_list(*WORK_ROW)
    return [WorkRow._make(row) for row in rows[:limit]]


def work_row(member: Member, task_id: int) -> WorkRow:
    """One task as a row. One query. Raises Task.DoesNotExist."""
    return WorkRow._make(Task.objects.visible_to(member).values_list(*WORK_ROW).get(pk=task_id))


@dataclass(frozen=True, slots=True)
class DayLoad:
    """Minutes of one member's day: for tasks in all, booked for what is left, done already."""

    member: Member
    capacity: int
    booked: int
    done: int

    @property
    def total(self) -> int:
        return self.booked + self.done

    @property
    def left(self) -> int:
        """Minutes free; negative when more is booked than there is."""
        return self.capacity - self.total

    @property
    def over(self) -> int:
        return -self.left


def team_load(member: Member, day: dt.date) -> list[DayLoad]:
    """Every colleague's day, by profession with doctors first. Three queries."""
    minutes = capacity([day])
    on_the_day = Q(planned_on__lte=day) | Q(planned_on__isnull=True, due_on__lte=day, opens_on__lte=day)
    open_tasks = Task.objects.visible_to(member).open().filter(on_the_day, assignee__isnull=False)
    booked = dict(open_tasks.values_list("assignee").annotate(Sum("planned_minutes")))
    done_rows = Task.objects.visible_to(member).filter(
        state=TaskState.DONE, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY)
    )
    done = dict(done_rows.values_list("done_by").annotate(Sum("minutes")))
    colleagues = Member.objects.visible_to(member).employed_on(day).exclude(profession="")
    return [
        DayLoad(m, minutes.get(m.pk, {}).get(day, 0), booked.get(m.pk, 0), done.get(m.pk, 0))
        for m in sorted(colleagues, key=lambda m: (ORDER.index(m.profession), m.name))
    ]


def working_day_at_hand(member: Member, today: dt.date) -> dt.date:
    """Today if the member has minutes today, else their next such day within three weeks, else today. One query."""
    days = [today + n * DAY for n in range(21)]
    minutes = capacity([day for day in days if day_share(day)]).get(member.pk, {})
    return next((day for day in days if minutes.get(day)), today)


def done_on(member: Member, day: dt.date) -> list[Task]:
    """What the member did that day, latest first. One query, bounded."""
    return list(
        Task.objects.visible_to(member)
        .filter(done_by=member, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY))
        .select_related("patient")
        .order_by("-ended_at")[:100]
    )


def quick_kinds(member: Member, *, today: dt.date) -> list[TaskKind]:
    """The six kinds this member logs most in the last 90 days, filled up with the profession's usual ones.

    Two queries. Kinds that the profession may not do are never among them.
    """
    used = dict(
        Task.objects.visible_to(member)
        .filter(done_by=member, logged=True, ended_at__gte=midnight(today - 90 * DAY))
        .values_list("kind")
        .annotate(n=Count("id"))
    )
    may = TaskKind.objects.filter(professions__contains=[member.profession])
    in_order = sorted(may, key=lambda kind: (-used.get(kind.pk, 0), kind.origin == "plan", kind.position))
    return in_order[:QUICK_KINDS]


def unassigned_count(member: Member) -> int:
    """How many of the clinic's open tasks nobody holds. One query."""
    return int(Task.objects.visible_to(member).open().filter(assignee__isnull=True).count())


def unassigned(member: Member, *, limit: int = 50) -> list[WorkRow]:
    """The clinic's open tasks that nobody holds, nearest due first. One query, bounded."""
    rows = Task.objects.visible_to(member).open().filter(assignee__isnull=True).in_order()
    return [WorkRow._make(row) for row in rows.values_list(*WORK_ROW)[:limit]]


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


def week_load(member: Member, days: list[dt.date]) -> dict[int, dict[dt.date, int]]:
    """Minutes booked by member id and day, for tasks planned on these days. One query."""
    rows = (
        Task.objects.visible_to(member)
        .open()
        .filter(planned_on__in=days, assignee__isnull=False)
        .values_list("assignee", "planned_on")
        .annotate(Sum("planned_minutes"))
    )
    found: dict[int, dict[dt.date, int]] = {}
    for who, day, minutes in rows:
        found.setdefault(who, {})[day] = minutes
    return found


def last_sharing(member: Member) -> AllocationRun | None:
    """What the latest sharing out of the clinic's whole work came to. One query."""
    runs = AllocationRun.objects.visible_to(member).filter(state=RunState.APPLIED)
    found: AllocationRun | None = runs.exclude(cause=Cause.URGENT).order_by("-ran_at").first()
    return found


def may_undo(run: AllocationRun) -> bool:
    """Is it in use, and has no later one changed anything? Urgent tasks put in since do not count. One query."""
    if run.state != RunState.APPLIED:
        return False
    later = AllocationRun.objects.filter(clinic=run.clinic_id, state=RunState.APPLIED).decided_after(run)
    changes = AllocationChange.objects.filter(run__in=later.exclude(cause=Cause.URGENT), applied=True)
    return not changes.exists()


def receivers(task: Task, by: Member, *, today: dt.date) -> list[tuple[Member, int]]:
    """Whom `by` may give the task to, with how full (percent) their next five working days are. Four queries.

    Those away all five days are left out, and so is whoever has it already.
    """
    days = working_days(today, 5)
    minutes, booked = capacity(days), week_load(by, days)
    return [
        (m, round(100 * sum(booked.get(m.pk, {}).values()) / sum(minutes[m.pk].values())))
        for m in who_may(task, on=today)
        if m.pk in minutes and m.pk != task.assignee_id
    ]


def minutes_left(member: Member, day: dt.date, *, today: dt.date, but: int | None = None) -> tuple[int, int]:
    """(minutes for tasks with overtime, minutes taken) of a member's day; the task `but` is not counted. Four queries."""
    whole = time_for_tasks([day], [member.clinic_id]).get(member.pk, {}).get(day, 0)
    begun = Q(state=TaskState.STARTED) if day == today else Q()
    mine = Task.objects.visible_to(member).open().held_by(member).exclude(pk=but)
    taken = mine.filter(Q(planned_on=day) | begun).aggregate(Sum("planned_minutes", default=0))
    done = Task.objects.visible_to(member).filter(
        done_by=member, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY)
    )
    spent = done.aggregate(Sum("minutes", default=0))["minutes__sum"]
    return whole, taken["planned_minutes__sum"] + spent
