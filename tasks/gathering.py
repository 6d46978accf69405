"""What a sharing out must know of many clinics, in a bounded number of queries, and each clinic's problem of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from tasks.allocation.problem import Candidate, MemberDays, Problem, TaskToPlace, Tie
from tasks.allocation.weights import DEFAULT, LADDER, Weights
from tasks.eligibility import Ground, ground_for, rule_for
from tasks.models import Delegation, Part, TaskKind
from teams.calendar import DAY, midnight, working_days
from teams.models import Absence, DayPart, Member
from teams.queries import time_for_tasks

SQL = Path(__file__).parent / "sql"
HORIZON = 10  # working days

# What decides who may do a task: its kind and part, the patient's doctor and nurse, and whom a leader ruled out.
Key = tuple[int, str, int | None, int | None, tuple[int, ...]]


class Row(NamedTuple):
    """One line of to_share.sql: a task that nobody has begun. `after_id`: a preparation that is still to be done."""

    clinic_id: int
    id: int
    version: int
    kind_id: int
    planned_minutes: int
    opens_on: dt.date
    due_on: dt.date | None
    closes_on: dt.date | None
    hard: bool
    assignee_id: int | None
    planned_on: dt.date | None
    pinned: bool
    pinned_day: bool
    forbidden: list[int]
    rule: str
    obstacle: str
    patient_id: int | None
    list_doctor_id: int | None
    usual_nurse_id: int | None
    part: str = ""
    after_id: int | None = None

    @property
    def key(self) -> Key:
        return self.kind_id, self.part, self.list_doctor_id, self.usual_nurse_id, tuple(self.forbidden)


class Cover(NamedTuple):
    """Somebody stands in for whoever is away all these days."""

    starts_on: dt.date
    ends_on: dt.date
    cover_id: int


@dataclass(frozen=True)
class Gathered:
    """These clinics' tasks and people, as they were read. `members` are all who ever had a place there.

    `time` is capacity and allowed overtime by member and day; `minutes` what of it is free: on the first day
    less what is done or begun. `covers`: by member who is away, who stands in.
    """

    today: dt.date
    days: tuple[dt.date, ...]
    rows: Mapping[int, Sequence[Row]]
    members: Mapping[int, Sequence[Member]]
    kinds: Mapping[int, TaskKind]
    delegated: Mapping[int, set[tuple[int, int]]]
    time: Mapping[int, Mapping[dt.date, int]]
    minutes: Mapping[int, Mapping[dt.date, int]]
    covers: Mapping[int, Sequence[Cover]] = field(default_factory=dict)

    def staff(self, clinic_id: int) -> list[Member]:
        """Who works there today and has a profession."""
        return [m for m in self.members.get(clinic_id, ()) if m.profession and employed(m, self.today)]

    def problem(self, clinic_id: int, weights: Weights = DEFAULT) -> Problem:
        """The clinic's problem; whatever is wrong with its data is raised here and is nobody else's."""
        staff = self.staff(clinic_id)
        may: dict[tuple[Key, tuple[int, ...]], tuple[Candidate, ...]] = {}
        tasks = []
        for row in self.rows.get(clinic_id, ()):
            # A clinic has few kinds and few doctors: the same few answers serve its thousand tasks.
            key = row.key, self._covering(row)
            if key not in may:
                may[key] = self.candidates(row, staff)
            tasks.append(self._task(row, staff, may[key]))
        members = (MemberDays(m.pk, self.minutes.get(m.pk, {}), m.profession) for m in staff)
        return Problem(self.days, tuple(members), tuple(tasks), weights)

    def same_room(self, other: Gathered, clinic_id: int) -> bool:
        """Are the clinic's tasks, and the minutes they may be put into, as in the other reading?"""
        members = [m.pk for m in (*self.members.get(clinic_id, ()), *other.members.get(clinic_id, ()))]
        return self.rows.get(clinic_id) == other.rows.get(clinic_id) and all(
            self.minutes.get(m) == other.minutes.get(m) for m in members
        )

    def candidates(self, row: Row, staff: Sequence[Member]) -> tuple[Candidate, ...]:
        """Who of the staff may do the task, with the level of care that would be."""
        kind = self.kinds[row.kind_id]
        rule = rule_for(kind, row.part)
        delegated = self.delegated.get(kind.pk, set())
        ties: dict[int | None, Tie] = dict.fromkeys(self._covering(row), Tie.COVER)
        ties |= {row.list_doctor_id: Tie.LIST_DOCTOR, row.usual_nurse_id: Tie.USUAL_NURSE}
        found = []
        for member in staff:
            ground = ground_for(
                rule, member_id=member.pk, profession=member.profession,
                list_doctor_id=row.list_doctor_id, delegated=delegated,
            )  # fmt: skip
            if ground and member.pk not in row.forbidden:
                found.append(Candidate(member.pk, LADDER[member.profession], ground, ties.get(member.pk)))
        return tuple(found)

    def _covering(self, row: Row) -> tuple[int, ...]:
        """Who stands in for the patient's doctor or nurse, or for the holder, all the days it should be done in."""
        if not self.covers:
            return ()
        first = max(self.days[0], row.opens_on)
        last = max(first, min(row.due_on or self.days[-1], self.days[-1]))
        found = {
            cover.cover_id
            for who in (row.list_doctor_id, row.usual_nurse_id, row.assignee_id)
            for cover in self.covers.get(who or 0, ())
            if cover.starts_on <= first and last <= cover.ends_on
        }
        return tuple(sorted(found))

    def _task(self, row: Row, staff: Sequence[Member], may: tuple[Candidate, ...]) -> TaskToPlace:
        # A pin holds as long as the law lets it: on somebody who may not any more, it holds nobody.
        pinned = row.pinned and any(c.member_id == row.assignee_id for c in may)
        planned = row.planned_on if row.planned_on in self.days else None
        return TaskToPlace(
            row.id, self._minutes(row, staff, may), row.opens_on, row.due_on, row.closes_on, row.hard, may,
            holder=row.assignee_id, planned=planned, pinned=pinned,
            pinned_day=pinned and row.pinned_day and planned is not None, patient=row.patient_id,
            after=row.after_id,
        )  # fmt: skip

    def _minutes(self, row: Row, staff: Sequence[Member], may: tuple[Candidate, ...]) -> int:
        """One number per task, whoever does it: what it takes the lowest level of care that may.

        That keeps the sharing out a transportation problem (docs/allocation.md). A task with a holder keeps its
        estimate, and so does half a task.
        """
        delegated = {c.member_id for c in may if c.ground == Ground.DELEGATION}
        if row.assignee_id or not delegated or row.part != Part.WHOLE:
            return row.planned_minutes
        profession = next(m.profession for m in staff if m.pk in delegated)
        return self.kinds[row.kind_id].minutes_for(profession)


def employed(member: Member, day: dt.date) -> bool:
    return member.starts_on <= day and (member.ends_on is None or day <= member.ends_on)


def gather(clinic_ids: list[int], *, today: dt.date, ahead: int = HORIZON) -> Gathered:
    """Read it all, inside a scope that sees these clinics. Seven queries, however many clinics.

    `ahead`: so many working days. A night shares out over HORIZON of them; what would happen later looks further.
    """
    days = tuple(working_days(today, ahead))
    rows = _rows(clinic_ids, days[-1])
    members = defaultdict(list)
    for member in Member.objects.filter(clinic__in=clinic_ids).order_by("pk"):
        members[member.clinic_id].append(member)
    delegated = defaultdict(set)
    in_force = Delegation.objects.filter(clinic__in=clinic_ids).in_force(today)
    for kind_id, doctor_id, member_id in in_force.values_list("kind", "doctor", "member"):
        delegated[kind_id].add((doctor_id, member_id))
    time = time_for_tasks(days, clinic_ids)
    return Gathered(
        today, days,
        {clinic_id: list(found) for clinic_id, found in groupby(rows, key=itemgetter(0))},
        dict(members),
        {kind.pk: kind for kind in TaskKind.objects.all()},
        dict(delegated),
        time,
        free(time, spent_on(clinic_ids, days[0]), days[0]),
        _covers(clinic_ids, days),
    )  # fmt: skip


def _covers(clinic_ids: list[int], days: Sequence[dt.date]) -> dict[int, list[Cover]]:
    """Who stands in for whom these days. Who is away for a part of the day only is there, and needs nobody."""
    absences = Absence.objects.filter(
        clinic__in=clinic_ids, part=DayPart.WHOLE, cover__isnull=False,
        starts_on__lte=days[-1], ends_on__gte=days[0],
    )  # fmt: skip
    found = defaultdict(list)
    for who, *cover in absences.order_by("pk").values_list("member_id", "starts_on", "ends_on", "cover_id"):
        found[who].append(Cover(*cover))
    return dict(found)


def _rows(clinic_ids: list[int], horizon: dt.date) -> list[Row]:
    with connection.cursor() as cursor:
        sql = (SQL / "to_share.sql").read_text(encoding="utf-8")
        cursor.execute(sql, {"clinics": clinic_ids, "horizon": horizon})
        return [Row._make(row) for row in cursor.fetchall()]


def free(
    time: Mapping[int, Mapping[dt.date, int]], spent: Mapping[int, int], first: dt.date
) -> dict[int, dict[dt.date, int]]:
    """The time by member id and day, less what of the first day is spent."""
    found = {member_id: dict(days) for member_id, days in time.items()}
    for member_id, minutes in spent.items():
        left = found.get(member_id, {}).pop(first, 0) - minutes
        if left > 0:
            found[member_id][first] = left
    return found


def spent_on(clinic_ids: list[int], day: dt.date) -> dict[int, int]:
    """Minutes by member id that were done that day, and of what is begun and not done. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "spent.sql").read_text(encoding="utf-8"),
            {"starts": midnight(day), "ends": midnight(day + DAY), "clinics": clinic_ids},
        )
        return dict(cursor.fetchall())
