"""From the database to the solver and back: the sharing out of many clinics in a bounded number of statements."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from tasks.allocation import Candidate, MemberDays, Placement, Plan, Problem, TaskToPlace, solve
from tasks.allocation.problem import Rule, Tie
from tasks.eligibility import KindRule, ground_for
from tasks.models import AllocationRun, Delegation, TaskKind
from teams.calendar import working_days
from teams.models import Member, Profession
from teams.queries import capacity

SQL = Path(__file__).parent.parent / "sql"
HORIZON = 10  # working days
LEVEL = {profession: rank for rank, profession in enumerate(Profession.values)}


class Row(NamedTuple):
    """One line of to_share.sql."""

    clinic_id: int
    id: int
    version: int
    state: str
    kind_id: int
    planned_minutes: int
    opens_on: dt.date
    due_on: dt.date | None
    closes_on: dt.date | None
    hard: bool
    assignee_id: int | None
    planned_on: dt.date | None
    why: str
    list_doctor_id: int | None
    usual_nurse_id: int | None

    @property
    def pinned(self) -> bool:
        """A person decided who has it."""
        return bool(json.loads(self.why).get("rule") == "handed_on")


@dataclass(frozen=True)
class _Staff:
    """Who is who and who may what, of all the clinics of a batch."""

    kinds: dict[int, TaskKind]
    members: dict[int, list[Member]]
    minutes: dict[int, dict[dt.date, int]]
    delegated: dict[int, set[tuple[int, int]]]


@dataclass
class _Changes:
    """Columns of write_plan.sql."""

    ids: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    members: list[int | None] = field(default_factory=list)
    days: list[dt.date | None] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)
    whys: list[str | None] = field(default_factory=list)

    def add(
        self, row: Row, member: int | None, day: dt.date | None, minutes: int, why: dict[str, Any] | None
    ) -> None:
        self.ids.append(row.id)
        self.versions.append(row.version)
        self.members.append(member)
        self.days.append(day)
        self.minutes.append(minutes)
        self.whys.append(None if why is None else json.dumps(why))


def share_out(clinic_ids: list[int], *, now: dt.datetime, today: dt.date) -> int:
    """Share out these clinics' open tasks over the next ten working days. Returns how many have a place.

    Inside a scope that sees them (jobs_scope). Six statements, however many clinics.
    """
    days = working_days(today, HORIZON)
    staff = _staff(clinic_ids, today, days)
    changes, runs, placed = _Changes(), [], 0
    rows_of = {
        clinic_id: list(rows) for clinic_id, rows in groupby(_rows(clinic_ids, days[-1]), key=itemgetter(0))
    }
    for clinic_id in clinic_ids:
        found = {row.id: row for row in rows_of.get(clinic_id, [])}
        problem = _problem(list(found.values()), staff, clinic_id, tuple(days))
        plan = solve(problem)
        moved = _note(plan, problem, found, changes)
        placed += len(plan.placements)
        runs.append(
            AllocationRun(
                clinic_id=clinic_id, ran_at=now, first_day=days[0], placed=len(plan.placements),
                unplaced=len(plan.unplaced), moved=moved,
            )
        )  # fmt: skip
    if changes.ids:
        with connection.cursor() as cursor:
            cursor.execute(
                (SQL / "write_plan.sql").read_text(encoding="utf-8"), {**vars(changes), "now": now}
            )
    AllocationRun.objects.bulk_create(runs)
    return placed


def _rows(clinic_ids: list[int], horizon: dt.date) -> list[Row]:
    with connection.cursor() as cursor:
        sql = (SQL / "to_share.sql").read_text(encoding="utf-8")
        cursor.execute(sql, {"clinics": clinic_ids, "horizon": horizon})
        return [Row._make(row) for row in cursor.fetchall()]


def _staff(clinic_ids: list[int], today: dt.date, days: list[dt.date]) -> _Staff:
    members = defaultdict(list)
    for member in Member.objects.filter(clinic__in=clinic_ids).employed_on(today).exclude(profession=""):
        members[member.clinic_id].append(member)
    delegated = defaultdict(set)
    for kind_id, *pair in (
        Delegation.objects.filter(clinic__in=clinic_ids)
        .in_force(today)
        .values_list("kind", "doctor", "member")
    ):
        delegated[kind_id].add((pair[0], pair[1]))
    return _Staff(
        {kind.pk: kind for kind in TaskKind.objects.all()},
        dict(members),
        capacity(days, clinic_ids),
        dict(delegated),
    )


def _problem(rows: list[Row], staff: _Staff, clinic_id: int, days: tuple[dt.date, ...]) -> Problem:
    members = staff.members.get(clinic_id, [])
    tasks = []
    # A clinic has few kinds and few doctors: the same few answers serve its thousand tasks.
    known: dict[tuple[int, int | None, int | None], tuple[Candidate, ...]] = {}
    for row in rows:
        key = (row.kind_id, row.list_doctor_id, row.usual_nurse_id)
        if key not in known:
            known[key] = _candidates(row, staff, members)
        candidates = known[key]
        tasks.append(
            TaskToPlace(
                row.id, _minutes(row, staff, members, candidates), row.opens_on, row.due_on, row.closes_on,
                row.hard, candidates, row.assignee_id, row.planned_on, row.pinned,
            )
        )  # fmt: skip
    return Problem(days, tuple(MemberDays(m.pk, staff.minutes.get(m.pk, {}), m.profession) for m in members), tuple(tasks))


def _candidates(row: Row, staff: _Staff, members: list[Member]) -> tuple[Candidate, ...]:
    kind = staff.kinds[row.kind_id]
    rule = KindRule(frozenset(kind.professions), frozenset(kind.delegable_to))
    delegated = staff.delegated.get(kind.pk, set())
    ties = {row.list_doctor_id: Tie.LIST_DOCTOR, row.usual_nurse_id: Tie.USUAL_NURSE}
    may = [
        (member, ground)
        for member in members
        if (
            ground := ground_for(
                rule, member_id=member.pk, profession=member.profession,
                list_doctor_id=row.list_doctor_id, delegated=delegated,
            )
        )
    ]  # fmt: skip
    return tuple(Candidate(m.pk, LEVEL[m.profession], ground, ties.get(m.pk)) for m, ground in may)


def _minutes(row: Row, staff: _Staff, members: list[Member], candidates: tuple[Candidate, ...]) -> int:
    """One number per task, whoever does it: what it takes the lowest level of care that may.

    That keeps the sharing out a transportation problem (FLOORS §5). A task with a holder keeps its estimate.
    """
    delegated = {c.member_id for c in candidates if c.ground == "delegation"}
    if row.assignee_id or not delegated:
        return row.planned_minutes
    profession = next(m.profession for m in members if m.pk in delegated)
    return staff.kinds[row.kind_id].minutes_for(profession)


def _note(plan: Plan, problem: Problem, rows: dict[int, Row], changes: _Changes) -> int:
    """Put down what differs from what the tasks have. Returns how many changed hands."""
    minutes = {task.id: task.minutes for task in problem.tasks}
    may = {task.id: {c.member_id for c in task.candidates} for task in problem.tasks}
    here = {member.id for member in problem.members}
    moved = 0
    for placement in plan.placements:
        row = rows[placement.task_id]
        if (row.assignee_id, row.planned_on) != (placement.member_id, placement.day):
            moved += row.assignee_id != placement.member_id
            changes.add(row, placement.member_id, placement.day, minutes[row.id], _why(placement))
    for left in plan.unplaced:
        row = rows[left.task_id]
        keeps = row.assignee_id if row.assignee_id in may[row.id] & here else None
        why = {"obstacle": str(left.obstacle)}
        if (row.assignee_id, row.planned_on, json.loads(row.why)) != (keeps, None, why):
            changes.add(row, keeps, None, row.planned_minutes, why)
    return moved


def _why(placement: Placement) -> dict[str, Any] | None:
    if placement.rule == Rule.PINNED:
        return None  # the words of whoever handed it on still stand
    return {
        "rule": placement.rule,
        "ground": placement.ground,
        "load_before": placement.load_before,
        "load_after": placement.load_after,
        "capacity": placement.capacity,
        "others": [[o.member_id, o.why_not, o.load, o.capacity] for o in placement.others],
    }
