"""A task that will not be done, and how that came about; and each time that the patient was not reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from patients.actions.leaving import note_gone
from tasks import journal
from tasks.actions import pairs
from tasks.actions.changing import FURTHEST, has_a_say, plain, take_pair, text_of, write
from tasks.actions.ending import end_of_gone
from tasks.actions.occasions import move_on, standing, take_plan_step
from tasks.actions.plans import decline
from tasks.life import NotAllowed
from tasks.models import (
    UNDONE,
    Channel,
    Closing,
    FollowUpPlan,
    JournalNote,
    Part,
    PlanStep,
    Task,
    TaskEvent,
    Verb,
)
from teams.calendar import DAY, oslo_date, working_day_on_or_after
from teams.models import Member
from teams.permissions import Permission, require

GONE = (Closing.MOVED, Closing.DEAD)
ABOUT_A_PATIENT = (Closing.DECLINED, Closing.UNREACHABLE, *GONE)
JOURNALLED = (Closing.DECLINED, Closing.UNREACHABLE)  # fastlegeforskriften § 25
REMINDERS = (7, 30)  # days after the first and the second attempt
ENOUGH = 3  # attempts after which «ikke nådd» is proposed


@transaction.atomic
def close(  # noqa: PLR0913 - how a task ends has that many particulars
    task_id: int,
    *,
    by: Member,
    closing: Closing,
    reason: str,
    at: dt.datetime,
    version: int | None = None,
    on: dt.date | None = None,
    whole_programme: bool = False,
    confirmed: bool = False,
) -> Task:
    """End a task that is not done here. Its plan moves on from the due date; done elsewhere, from that day (`on`).

    Declined for the whole programme, the plan ends. Moved or dead (`on`: since when; must be `confirmed`), all the
    patient's plans and open tasks do. Declined and not reached are journalled when it is a plan's. Of a pair, both
    halves end, but a preparation that is not needed leaves its signature. Raises PermissionDenied, NotAllowed,
    Changed, Task.DoesNotExist, ValueError: "closing" (not one of these, or there is no patient), "reason" (too
    long), "on" (lacking, ahead, or over a year ago), "confirmed".
    """
    require(by, Permission.DO_TASKS)
    how = _How(
        closing, text_of("reason", reason), on, whole_programme and closing == Closing.DECLINED, by, at
    )
    _check(how, confirmed)
    _lock_all(task_id, how)
    task, other = take_pair(task_id, by, version)
    has_a_say(by, task, at)
    if closing in ABOUT_A_PATIENT and task.patient_id is None:
        raise ValueError("closing")
    return _end(task, other, how)


def cancel(task_id: int, *, by: Member, reason: str, at: dt.datetime, version: int | None = None) -> Task:
    """`close` for what is no longer needed. A plan counts on from the due date, not from today."""
    return close(task_id, by=by, closing=Closing.NOT_NEEDED, reason=reason, at=at, version=version)


@transaction.atomic
def attempt(
    task_id: int,
    *,
    by: Member,
    channel: str,
    note: str,
    at: dt.datetime,
    version: int | None = None,
    until: dt.date | None = None,
) -> Task:
    """The patient was not reached. The task comes back on the day that is given (`until`), else after a week, the
    next time after a month; from the third attempt on it stays, and «ikke nådd» is proposed.

    Never later than a hard deadline's last day; past that, the next working day. Raises PermissionDenied,
    NotAllowed (ended, or there is no patient), Changed, ValueError: "channel" (unknown), "note" (too long), "until"
    (not ahead, over a year ahead, or after a hard deadline's last day).
    """
    require(by, Permission.DO_TASKS)
    note = text_of("note", note)
    if channel not in Channel.values:
        raise ValueError("channel")
    task, other = take_pair(task_id, by, version)
    has_a_say(by, task, at)
    if task.patient_id is None:
        raise NotAllowed(_("Oppgaven gjelder ingen pasient."))
    extra: dict[str, Any] = {"by": channel, "stood": placed(task)}
    away: dict[str, Any] = {}
    if day := _again_on(task, oslo_date(at), until):
        away = {"opens_on": day, "planned_on": None, "pinned_day": False}
        for each in pairs.put_off_together(task, other, day)[1:]:
            extra["with"] = [each.pk]
            write(each, Verb.POSTPONE, by=by, at=at, extra={"stood": placed(each)}, **away)
    return write(
        task, Verb.ATTEMPT, by=by, at=at, reason=note, extra=extra, attempts=task.attempts + 1, **away
    )


def placed(task: Task) -> dict[str, Any]:
    """Where the task stands in time, as its event keeps it for undo."""
    return {name: plain(getattr(task, name)) for name in ("opens_on", "planned_on", "pinned_day")}


def _again_on(task: Task, today: dt.date, wanted: dt.date | None) -> dt.date | None:
    usual = comes_back(task, today)
    if wanted is None or wanted == usual:
        return usual
    last = (task.closes_on or task.due_on) if task.hard else None
    if not today < wanted <= today + FURTHEST or (last and wanted > last):
        raise ValueError("until")
    return wanted


def comes_back(task: Task, today: dt.date) -> dt.date | None:
    """When the task shows again after one attempt more; None when it stays where it is."""
    if task.attempts >= len(REMINDERS):
        return None
    until = working_day_on_or_after(today + REMINDERS[task.attempts] * DAY)
    last = (task.closes_on or task.due_on) if task.hard else None
    if last is not None and until > last:
        return working_day_on_or_after(today + DAY)
    return until


@dataclass(frozen=True, slots=True)
class _How:
    closing: Closing
    reason: str
    on: dt.date | None
    wide: bool
    by: Member
    at: dt.datetime

    @property
    def today(self) -> dt.date:
        return oslo_date(self.at)


def _check(how: _How, confirmed: bool) -> None:
    if how.closing not in UNDONE:
        raise ValueError("closing")
    if how.on is not None and not how.today - FURTHEST <= how.on <= how.today:
        raise ValueError("on")
    if how.closing == Closing.ELSEWHERE and how.on is None:
        raise ValueError("on")
    if how.closing in GONE and not confirmed:
        raise ValueError("confirmed")


def _lock_all(task_id: int, how: _How) -> None:
    """What ends more than one task locks them all first, in order of id: two who wait never wait for one another."""
    if how.wide or how.closing in GONE:
        visible = Task.objects.visible_to(how.by)
        patient = visible.filter(pk=task_id, patient__isnull=False).values("patient")
        rows = visible.open().filter(patient__in=patient).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))


def _end(task: Task, other: Task | None, how: _How) -> Task:
    half = other if other is not None and other.ended_at is None else None
    both = half is not None and not (task.part == Part.PREPARE and how.closing == Closing.NOT_NEEDED)
    also = [half] if half is not None and both else []
    plan_step = _plan_step(task, *also)
    tried = _tried(task, other) if plan_step and how.closing in JOURNALLED else []
    extra: dict[str, Any] = {"on": how.on.isoformat()} if how.on else {}
    if plan_step is not None and how.closing not in GONE:
        extra |= _plan(plan_step, how)
        also += _siblings(plan_step, [task, *also], how) if how.wide else []
        also += _leading([task, *also], how)
    extra |= {"with": [each.pk for each in also]} if also else {}
    who: dict[str, Any] = {"by": how.by, "at": how.at, "reason": how.reason}
    ended = write(task, Verb.CANCEL, **who, extra=extra, ended_at=how.at, closing=how.closing)
    for each in also:
        pairs.end(each, how.closing, ended_with=task, **who)
    if half is not None and not both:
        write(half, Verb.READY, **who)
    if plan_step is not None and how.closing in JOURNALLED:
        _journal(ended, plan_step, tried, how)
    if how.closing in GONE:
        _gone(ended, how)
    return ended


def _plan_step(*tasks: Task) -> PlanStep | None:
    ids = [task.plan_step_id for task in tasks if task.plan_step_id]
    return take_plan_step(ids[0]) if ids else None


def _plan(plan_step: PlanStep, how: _How) -> dict[str, Any]:
    """Move the plan on, or end it; what the event keeps of it, for undo."""
    if not how.wide:
        stood = standing(plan_step)
        move_on(plan_step, done_on=how.on if how.closing == Closing.ELSEWHERE else None, today=how.today)
        return {"plan_step": stood}
    plan = FollowUpPlan.objects.select_for_update().get(pk=plan_step.plan_id)
    if plan.state != FollowUpPlan.State.ACTIVE:
        return {}
    reason = how.reason or str(Closing.DECLINED.label)
    return {
        "plan": {"id": plan.pk, "waiting": decline(plan, by=how.by, at=how.at, on=how.today, reason=reason)}
    }


def _siblings(plan_step: PlanStep, but: list[Task], how: _How) -> list[Task]:
    """The plan's other open tasks, and their preparations."""
    ids = [task.pk for task in but]
    own = Q(plan_step__plan=plan_step.plan_id) | Q(signatures__plan_step__plan=plan_step.plan_id)
    return list(
        Task.objects.visible_to(how.by).open().filter(own).exclude(pk__in=ids).order_by("pk").distinct()
    )


def _leading(to: list[Task], how: _How) -> list[Task]:
    """What was to be done before these (bloods a week before) and no longer is."""
    ids = [task.pk for task in to]
    rows = Task.objects.visible_to(how.by).open().filter(leads_to__in=ids).exclude(pk__in=ids)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _tried(task: Task, other: Task | None) -> list[journal.Tried]:
    """Every attempt on either half, in order of time."""
    halves = [task.pk, *([other.pk] if other else [])]
    told = TaskEvent.objects.filter(task__in=halves, verb__in=[Verb.ATTEMPT, Verb.UNDO]).order_by("id")
    events = list(told)
    taken_back = {event.after.get("undone") for event in events}
    return [
        journal.Tried(oslo_date(event.at), str(Channel(event.after["by"]).label), event.reason)
        for event in events
        if event.verb == Verb.ATTEMPT and event.pk not in taken_back
    ]


def _journal(task: Task, plan_step: PlanStep, tried: list[journal.Tried], how: _How) -> None:
    plan = FollowUpPlan.objects.select_related("programme").get(pk=plan_step.plan_id)
    offer = journal.Offer(plan_step.step.name, plan.programme.name, oslo_date(task.opened_at), task.due_on)
    text = journal.text(
        offer, tried, declined=how.closing == Closing.DECLINED, whole_programme=how.wide, reason=how.reason,
        today=how.today, by=how.by.name, next_on=None if how.wide else plan_step.due_on,
    )  # fmt: skip
    JournalNote.objects.create(
        clinic_id=task.clinic_id, task=task, patient_id=plan.patient_id, plan=plan, text=text, by=how.by,
        at=how.at,
    )  # fmt: skip


def _gone(task: Task, how: _How) -> None:
    """The patient's date, if there is none; plans stopped and open tasks ended by the night's own statement."""
    day = {"deceased_on" if how.closing == Closing.DEAD else "moved_on": how.on or how.today}
    note_gone(task.patient_id or 0, by=how.by, at=how.at, **day)
    end_of_gone(now=how.at, today=how.today, patient_id=task.patient_id, by=how.by)
