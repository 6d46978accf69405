"""The register of delegations, and what of it somebody must see. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tasks.delegating import CURRENT, WARN, Standing, digest, last_day, standing
from tasks.eligibility import ground_for, rule_for
from tasks.models import Delegation, Task, TaskKind
from teams.models import Member, Profession
from teams.permissions import Permission, may
from teams.prepared import prepared

MOST_LISTED = 500
# Drafts that wait for the doctor's signature, and what ends soon: the doctor's own, for who leads everybody's.
_TO_WARN_OF = """
    SELECT g.id FROM tasks_delegation g
    WHERE g.clinic_id = %(clinic)s AND g.revoked_on IS NULL AND (
        (g.signed_at IS NULL AND g.doctor_id = %(member)s)
        OR (g.signed_at IS NOT NULL AND g.ends_on BETWEEN %(today)s AND %(soon)s AND g.starts_on <= %(today)s
            AND (%(leads)s OR g.doctor_id = %(member)s))
    )
    ORDER BY g.ends_on, g.id LIMIT %(most)s
"""
_BEGUN = """
    SELECT t.id FROM tasks_task t
    JOIN teams_member m ON m.id = t.assignee_id JOIN tasks_taskkind k ON k.id = t.kind_id
    WHERE t.clinic_id = %(clinic)s AND t.state = 'started' AND k.delegable_to <> '{}'
        AND (%(member)s::bigint IS NULL OR t.assignee_id = %(member)s) AND NOT m.profession = ANY(k.professions)
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """One delegation and where it stands today."""

    row: Delegation
    standing: Standing
    days_left: int | None  # until the last day, when it has one

    @property
    def leaves(self) -> bool:
        """Does it hold until somebody's last day, which is set?"""
        return self.current and self.row.signed_at is not None and self.row.revoked_on is not None

    @property
    def until(self) -> dt.date | None:
        """The day that its time ends with: the last one, or the one it was taken back."""
        row = self.row
        if row.signed_at is None:
            return row.ends_on
        return row.revoked_on if row.revoked_on and not self.leaves else last_day(row.ends_on, row.revoked_on)

    @property
    def current(self) -> bool:
        return self.standing in CURRENT

    @property
    def draft(self) -> bool:
        return self.standing == Standing.DRAFT

    @property
    def in_force(self) -> bool:
        return self.standing in (Standing.IN_FORCE, Standing.EXPIRING)

    @property
    def digest(self) -> str:
        return digest_of(self.row)


@dataclass(frozen=True, slots=True)
class Warnings:
    """What somebody must see: what ends soon, drafts that wait for their signature, work begun without a ground now."""

    expiring: tuple[Registered, ...] = ()
    to_sign: int = 0
    begun: tuple[Task, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.expiring or self.to_sign or self.begun)


def delegable_kinds() -> QuerySet[TaskKind]:
    """Kinds that a doctor may delegate in person, in the catalogue's order."""
    return TaskKind.objects.exclude(delegable_to=[])


def digest_of(row: Delegation) -> str:
    return digest(row.doctor_id, row.member_id, row.kind_id, row.instruction, row.starts_on, row.ends_on)


def delegations(by: Member) -> QuerySet[Delegation]:
    """Those of the member's clinic, each with whether a signed version follows it (`replaced`)."""
    later = Delegation.objects.filter(replaces=OuterRef("pk"), signed_at__isnull=False)
    found = Delegation.objects.visible_to(by).select_related(
        "doctor", "member", "kind", "drafted_by", "revoked_by"
    )
    with_later: QuerySet[Delegation] = found.annotate(replaced=Exists(later))
    return with_later


def register(by: Member, today: dt.date, *, everything: bool = False, **only: Any) -> list[Registered]:
    """By doctor, member and kind, the newest version first; without `everything`, what is drafted or holds.

    At most 500. `only` are fields to filter on. One query.
    """
    rows = delegations(by).filter(**only)
    if not everything:
        rows = rows.filter(
            Q(revoked_on__isnull=True, signed_at__isnull=True)
            | Q(
                Q(revoked_on__isnull=True) | Q(revoked_on__gt=today),
                Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            )
        )
    ordered = rows.order_by(
        "doctor__name", "doctor", "member__name", "member", "kind__position", "-version", "-pk"
    )
    return [as_registered(row, today) for row in ordered[:MOST_LISTED]]


def as_registered(row: Any, today: dt.date) -> Registered:
    """`row` is one of `delegations`."""
    where = standing(
        signed=row.signed_at is not None, starts_on=row.starts_on, ends_on=row.ends_on, revoked_on=row.revoked_on,
        replaced=row.replaced, today=today,
    )  # fmt: skip
    last = last_day(row.ends_on, row.revoked_on)
    return Registered(row, where, (last - today).days if last else None)


def warnings(by: Member, today: dt.date, *, everybodys: bool = False) -> Warnings:
    """A doctor's own, and for leaders the clinic's. Two queries, at most four; on a page of one's own one or two.

    `everybodys`: on pages about the team, leaders and doctors also see what others have begun.
    """
    leads, own_day = may(by, Permission.ASSIGN_TASKS), not everybodys
    expiring: tuple[Registered, ...] = ()
    to_sign = 0
    asked = {"member": by.pk, "leads": leads, "today": today, "soon": today + WARN, "most": MOST_LISTED}
    if (by.is_doctor or leads) and (ids := _ids(_TO_WARN_OF, by, asked)):
        rows = delegations(by).filter(pk__in=ids).order_by("ends_on", "pk")
        found = [as_registered(row, today) for row in rows]
        expiring = tuple(each for each in found if each.standing == Standing.EXPIRING)
        to_sign = sum(each.standing == Standing.DRAFT for each in found)
    if by.is_doctor and own_day:
        return Warnings(expiring, to_sign)
    return Warnings(expiring, to_sign, begun_without_ground(by, today, everybodys=everybodys))


def begun_without_ground(by: Member, today: dt.date, *, everybodys: bool = False) -> tuple[Task, ...]:
    """Tasks that somebody is at and may not finish, since a delegation is over: one's own, those of a doctor's list,
    or for leaders all. One query, and one more when something is begun that the holder's profession does not settle.
    """
    ids = _ids(_BEGUN, by, {"member": None if everybodys else by.pk})
    if not ids:
        return ()
    begun = Task.objects.visible_to(by).filter(pk__in=ids)
    if everybodys and not may(by, Permission.ASSIGN_TASKS):
        begun = begun.filter(Q(assignee=by) | Q(patient__list_doctor=by))
    rows = begun.exclude(assignee__profession=Profession.DOCTOR).select_related("kind", "assignee", "patient")
    return tuple(task for task in rows.annotate(delegated=_delegated(today)).order_by("pk") if not _may(task))


def _ids(statement: str, by: Member, asked: dict[str, Any]) -> list[int]:
    """What there is to look at more closely: mostly nothing, on pages that are open all day."""
    with prepared() as cursor:
        cursor.execute(statement, asked | {"clinic": by.clinic_id})
        return [row[0] for row in cursor.fetchall()]


def _delegated(today: dt.date) -> Exists:
    return Exists(
        Delegation.objects.in_force(today).filter(
            doctor=OuterRef("patient__list_doctor"), member=OuterRef("assignee"), kind=OuterRef("kind")
        )
    )


def _may(task: Any) -> bool:
    who, doctor = task.assignee, task.patient.list_doctor_id if task.patient else None
    ground = ground_for(
        rule_for(task.kind, task.part), member_id=who.pk, profession=who.profession, list_doctor_id=doctor,
        delegated={(doctor, who.pk)} if doctor is not None and task.delegated else set(),
    )  # fmt: skip
    return bool(ground)


def versions(row: Delegation, by: Member, today: dt.date) -> list[Registered]:
    """All that the doctor has given the member for the kind, the newest first. One query."""
    same = {"doctor": row.doctor_id, "member": row.member_id, "kind": row.kind_id}
    return register(by, today, everything=True, **same)


def doctors(by: Member, today: dt.date) -> list[Member]:
    """Doctors of the clinic who work there now. One query."""
    return list(Member.objects.visible_to(by).employed_on(today).filter(profession=Profession.DOCTOR))


def could_be_given(by: Member, today: dt.date, kinds: Iterable[TaskKind]) -> list[Member]:
    """Members of a profession that some of the kinds can be delegated to. One query."""
    professions = {profession for kind in kinds for profession in kind.delegable_to}
    return list(Member.objects.visible_to(by).employed_on(today).filter(profession__in=professions))


def latest_texts(by: Member, doctor_id: int, kind_ids: Iterable[int]) -> dict[int, str]:
    """The doctor's newest signed instruction by kind id, to whomever it was given. One query."""
    rows = Delegation.objects.visible_to(by).filter(
        doctor=doctor_id, kind__in=list(kind_ids), signed_at__isnull=False
    )
    return dict(rows.order_by(F("signed_at").asc()).values_list("kind", "instruction"))
