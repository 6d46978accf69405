"""Who may do a task, and who could be given it. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from patients.models import Block
from tasks.eligibility import ground_for, rule_for
from tasks.models import (
    Delegation,
    Task,
    TaskEvent,
    Verb,
)
from tasks.queries.loads import week_load
from tasks.refusals import Delegated, Refusal, refusal
from teams.calendar import working_days
from teams.models import Member
from teams.queries import time_for_tasks


def may_do(member: Member, task: Task, *, on: dt.date) -> bool:
    """May the member do this task (or this part of one) by law, profession or a delegation in force on the day?

    Nobody whom the patient has blocked may, and no page says why (patients/models/blocking.py). At most three queries.
    """
    if Block.objects.against(task.patient_id, [member.pk]):
        return False
    rule = rule_for(task.kind, task.part)
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
    """The clinic's members who may be given this task, without those a leader or the patient ruled out. Three queries."""
    rule = rule_for(task.kind, task.part)
    list_doctor = task.patient.list_doctor_id if task.patient else None
    found = Delegation.objects.in_force(on).filter(doctor=list_doctor, kind=task.kind)
    delegated = set(found.values_list("doctor_id", "member_id"))
    members = Member.objects.filter(clinic_id=task.clinic_id).employed_on(on).exclude(profession="")
    found_all = list(members)
    barred = {*task.forbidden, *Block.objects.against(task.patient_id, [m.pk for m in found_all])}
    return [
        m
        for m in found_all
        if m.pk not in barred
        and ground_for(
            rule, member_id=m.pk, profession=m.profession, list_doctor_id=list_doctor, delegated=delegated
        )
    ]  # fmt: skip


def last_hand_on(task: Task) -> TaskEvent | None:
    """The event by which a colleague gave the task to whoever has it now, with its giver; None if it came otherwise.

    Who receives may give it back (`doing.reject`). One query.
    """
    came = task.events.filter(to_member=task.assignee_id).exclude(from_member=task.assignee_id)
    event: TaskEvent | None = came.select_related("by").order_by("-id").first()
    return event if event is not None and event.verb == Verb.HAND_ON else None


def delegations_of(task: Task) -> dict[int, list[Delegated]]:
    """Everybody's delegations of the task's kind, whenever and from whomever, by member id. One query."""
    rows = Delegation.objects.filter(clinic_id=task.clinic_id, kind=task.kind_id, signed_at__isnull=False)
    found: dict[int, list[Delegated]] = {}
    for member_id, *rest in rows.values_list("member", "doctor", "starts_on", "ends_on", "revoked_on"):
        found.setdefault(member_id, []).append(Delegated(*rest))
    return found


@dataclass(frozen=True, slots=True)
class Receivers:
    """The colleagues of whoever would give a task away: who may have it, with how full (percent) their next five
    working days are; who may but is away on all of them; and who may not, with what is missing.
    """

    may: list[tuple[Member, int]]
    away: list[Member]
    may_not: list[tuple[Member, Refusal]]


def receivers(task: Task, by: Member, *, today: dt.date) -> Receivers:
    """Whom `by` may give the task to, and whom not; whoever has it already, or is blocked by the patient, is left out. Six queries."""
    days = working_days(today, 5)
    minutes, booked, given = time_for_tasks(days), week_load(by, days), delegations_of(task)
    found = Receivers([], [], [])
    members = Member.objects.filter(clinic_id=task.clinic_id).employed_on(today).exclude(profession="")
    colleagues = list(members.exclude(pk=task.assignee_id))
    blocked = Block.objects.against(task.patient_id, [m.pk for m in colleagues])
    for m in (m for m in colleagues if m.pk not in blocked):
        missing = refusal(
            rule_for(task.kind, task.part),
            profession=m.profession,
            list_doctor_id=task.patient.list_doctor_id if task.patient else None,
            delegations=given.get(m.pk, ()),
            forbidden=m.pk in task.forbidden,
            on=today,
        )
        if missing:
            found.may_not.append((m, missing))
        elif m.pk not in minutes:
            found.away.append(m)
        else:
            load = round(100 * sum(booked.get(m.pk, {}).values()) / sum(minutes[m.pk].values()))
            found.may.append((m, load))
    return found
