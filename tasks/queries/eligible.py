"""Who may do a task, and who could be given it. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt

from tasks.eligibility import ground_for, rule_for
from tasks.models import (
    Delegation,
    Task,
    TaskEvent,
    Verb,
)
from tasks.queries.loads import week_load
from teams.calendar import working_days
from teams.models import Member
from teams.queries import time_for_tasks


def may_do(member: Member, task: Task, *, on: dt.date) -> bool:
    """May the member do this task (or this part of one) by law, profession or a delegation in force on the day?

    At most two queries.
    """
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
    """The clinic's members who may be given this task, without those a leader ruled out. Two queries."""
    rule = rule_for(task.kind, task.part)
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


def last_hand_on(task: Task) -> TaskEvent | None:
    """The event by which a colleague gave the task to whoever has it now, with its giver; None if it came otherwise.

    Who receives may give it back (`doing.reject`). One query.
    """
    came = task.events.filter(to_member=task.assignee_id).exclude(from_member=task.assignee_id)
    event: TaskEvent | None = came.select_related("by").order_by("-id").first()
    return event if event is not None and event.verb == Verb.HAND_ON else None


def receivers(task: Task, by: Member, *, today: dt.date) -> list[tuple[Member, int]]:
    """Whom `by` may give the task to, with how full (percent) their next five working days are. Five queries.

    Those away all five days are left out, and so is whoever has it already.
    """
    days = working_days(today, 5)
    minutes, booked = time_for_tasks(days), week_load(by, days)
    return [
        (m, round(100 * sum(booked.get(m.pk, {}).values()) / sum(minutes[m.pk].values())))
        for m in who_may(task, on=today)
        if m.pk in minutes and m.pk != task.assignee_id
    ]
