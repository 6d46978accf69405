"""Many tasks changed at once by whoever shares work out: looked at first, carried out, and taken back in one step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tasks.actions.bulk_pairs import nothing_to_prepare, tell_signatures
from tasks.actions.changing import FURTHEST, plain, text_of
from tasks.actions.occasions import move_many_on, restorable, restore_many, standing
from tasks.actions.writing import run_sql
from tasks.life import NotAllowed
from tasks.many import CLOSINGS, MOST, Judged, Kept, Lawful, Wish, companions, judge
from tasks.models import BulkChange, BulkItem, BulkVerb, Closing, PlanStep, Task, TaskEvent, Verb
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, may, require
from teams.queries import stands_in

IN_COLUMNS = ("assignee", "ended_at")  # told by an event's own columns


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the tasks written, and those left alone by reason."""

    bulk: BulkChange
    written: list[Task]
    left: Mapping[Kept, list[Task]]


def preview(
    tasks: Collection[int] | Mapping[int, int | None], wish: Wish, *, by: Member, at: dt.datetime
) -> Judged:
    """What would change and what cannot; nothing is written. `tasks` are ids, or versions shown by id. Four queries.

    Raises PermissionDenied, ValueError("tasks") (none, or more than 500), ValueError("until" | "closing" | "on" |
    "to"), Task.DoesNotExist (none of them is the clinic's).
    """
    _may(by, wish, at)
    versions = tasks if isinstance(tasks, Mapping) else dict.fromkeys(tasks)
    return _look(versions, wish, by=by, at=at, lock=False)


@transaction.atomic
def carry_out(
    versions: Mapping[int, int | None], wish: Wish, *, by: Member, reason: str, at: dt.datetime
) -> Done:
    """Change those of the tasks (version shown by id) that can be; the rest is left alone and told. Some ten queries.

    Raises as `preview`, ValueError("reason") (longer than 300 characters), NotAllowed when none can be changed.
    """
    _may(by, wish, at)
    reason = text_of("reason", reason)
    found = _look(versions, wish, by=by, at=at, lock=True)
    if not found.changes:
        raise NotAllowed(_("Ingen av oppgavene kan endres nå."))
    bulk = BulkChange.objects.create(
        clinic_id=by.clinic_id, verb=wish.verb, reason=reason, by=by, at=at,
    )  # fmt: skip
    plans = _move_plans_on(found.changes, wish, at)
    items, events = [], []
    halves = {task.pk: found.of_pair(task) for task in found.changes}
    mains = {half: pk for pk, along in halves.items() for half in along}
    for task in found.changes:
        before = standing_before(task) | ({"plan_step": plans[task.pk]} if task.pk in plans else {})
        items.append(_item(bulk, task, before))
        extra: dict[str, Any] = {"plan_step": plans[task.pk]} if task.pk in plans else {}
        if (
            wish.verb == BulkVerb.CANCEL
        ):  # the same as tasks/actions/closing.py keeps, so that one can be undone alone
            extra |= {"on": plain(wish.on)} if wish.on else {}
            extra |= {"with": along} if (along := halves[task.pk]) else {}
            extra |= {"ended_with": mains[task.pk]} if task.pk in mains else {}
        events.append(_event(task, wish, by=by, at=at, reason=reason, extra=extra))
    _write(found.changes, wish, by, at)
    BulkItem.objects.bulk_create(items)
    TaskEvent.objects.bulk_create(events)
    if wish.verb == BulkVerb.CANCEL:
        tell_signatures(found.changes, Verb.READY, by=by, at=at, reason=reason)
    return Done(bulk, found.changes, found.left)


@transaction.atomic
def undo(bulk_id: int, *, by: Member, at: dt.datetime) -> Done:
    """Take a change of many back: every task as it was, but those that have changed since. Some ten queries.

    Left alone too: tasks whose plan has opened the next one, and those whose earlier holder may not have them any
    more. Raises BulkChange.DoesNotExist (another clinic's), PermissionDenied (neither a leader nor who did it),
    NotAllowed (undone already, or nothing of it left to undo).
    """
    bulk: BulkChange = BulkChange.objects.visible_to(by).select_for_update().get(pk=bulk_id)
    if not may(by, Permission.ASSIGN_TASKS) and bulk.by_id != by.pk:
        raise PermissionDenied("neither a leader nor who did it")
    if bulk.undone_at:
        raise NotAllowed(_("Endringen er alt angret."))
    items = {item.task_id: item for item in bulk.items.all()}
    tasks = _take(items, by, lock=True)
    left = _left_by_undo(tasks, items, bulk, by=by, at=at)
    kept = {task.pk for group in left.values() for task in group}
    back = [task for task in tasks if task.pk not in kept]
    if not back:
        raise NotAllowed(_("Alle oppgavene er endret siden, så det er ingenting å angre."))
    _put_back(back, items, by=by, at=at)
    if bulk.verb == BulkVerb.CANCEL:
        tell_signatures(back, Verb.UNDO, by=by, at=at, reason=_("Samlet endring angret."))
    bulk.undone_by, bulk.undone_at = by, at
    bulk.save(update_fields=["undone_by", "undone_at"])
    return Done(bulk, back, left)


def may_undo(bulk: BulkChange, by: Member) -> bool:
    """Is it in force, and may this member take it back?"""
    return bulk.undone_at is None and (may(by, Permission.ASSIGN_TASKS) or bulk.by_id == by.pk)


def _may(by: Member, wish: Wish, at: dt.datetime) -> None:
    """Leaders; for giving to others also who stands in for them. And is what is asked for possible at all?"""
    today = oslo_date(at)
    if wish.verb != BulkVerb.REASSIGN or not stands_in(by, today):
        require(by, Permission.ASSIGN_TASKS)
    if wish.to is not None and wish.to.clinic_id != by.clinic_id:
        raise ValueError("to")
    if wish.verb == BulkVerb.POSTPONE and not (wish.until and today < wish.until <= today + FURTHEST):
        raise ValueError("until")
    if wish.verb == BulkVerb.CANCEL:
        if wish.closing not in CLOSINGS:
            raise ValueError("closing")
        if wish.closing == Closing.ELSEWHERE and not (wish.on and today - FURTHEST <= wish.on <= today):
            raise ValueError("on")


def _look(
    versions: Mapping[int, int | None], wish: Wish, *, by: Member, at: dt.datetime, lock: bool
) -> Judged:
    if not 0 < len(versions) <= MOST:
        raise ValueError("tasks")
    chosen = Task.objects.visible_to(by).filter(pk__in=versions)
    along = set(companions(chosen, wish)) - set(versions)
    tasks = _take([*versions, *along], by, lock=lock)
    if not tasks:
        raise Task.DoesNotExist
    return judge(
        tasks, wish, lawful=Lawful.read(by, oslo_date(at)), leads=may(by, Permission.ASSIGN_TASKS), along=along,
        versions={pk: version for pk, version in versions.items() if version is not None},
    )  # fmt: skip


def _take(ids: Collection[int], by: Member, *, lock: bool) -> list[Task]:
    """In order of id, so that two who take many never wait for one another."""
    found = Task.objects.visible_to(by).filter(pk__in=list(ids)).order_by("pk")
    if lock:
        found = found.select_for_update(of=("self",))
    return list(found.select_related("kind", "patient", "assignee"))


def _fields(wish: Wish, by: Member, at: dt.datetime) -> dict[str, Any]:
    """The same as when one task is handed on, released, put off or cancelled (tasks/actions/doing.py)."""
    if wish.verb == BulkVerb.POSTPONE:
        return {"opens_on": wish.until, "planned_on": None, "pinned_day": False}
    if wish.verb == BulkVerb.CANCEL:
        return {"ended_at": at, "closing": wish.closing}
    why = {"rule": "handed_on", "by": by.name} if wish.to else {}
    return {
        "assignee": wish.to, "planned_on": None, "pinned": wish.to is not None, "pinned_day": False, "why": why,
    }  # fmt: skip


def _write(tasks: list[Task], wish: Wish, by: Member, at: dt.datetime) -> None:
    """One statement for each state that they come to, at most three."""
    by_state: dict[str, list[int]] = {}
    for task in tasks:
        by_state.setdefault(wish.state(task, oslo_date(at)), []).append(task.pk)
    for state, ids in by_state.items():
        Task.objects.filter(pk__in=ids).update(state=state, version=F("version") + 1, **_fields(wish, by, at))


def _move_plans_on(tasks: list[Task], wish: Wish, at: dt.datetime) -> dict[int, dict[str, str | None]]:
    """Where the plans of tasks that end stood before, by task id; then their next occasions are set. Two queries."""
    of_task = {task.pk: task.plan_step_id for task in tasks if task.plan_step_id}
    if wish.verb != BulkVerb.CANCEL or not of_task:
        return {}
    locked = PlanStep.objects.select_for_update(of=("self",)).select_related("step").order_by("pk")
    steps = {step.pk: step for step in locked.filter(pk__in=of_task.values())}
    before = {step.pk: standing(step) for step in steps.values()}
    done_on = wish.on if wish.closing == Closing.ELSEWHERE else None
    move_many_on(list(steps.values()), done_on=done_on, today=oslo_date(at))
    return {task_id: before[step_id] for task_id, step_id in of_task.items()}


def standing_before(task: Task) -> dict[str, Any]:
    """What `undo` puts back, as an item of the change keeps it."""
    return {
        "state": task.state, "assignee": task.assignee_id, "planned_on": _iso(task.planned_on),
        "opens_on": _iso(task.opens_on), "pinned": task.pinned, "pinned_day": task.pinned_day, "why": task.why,
    }  # fmt: skip


def _item(bulk: BulkChange, task: Task, before: dict[str, Any]) -> BulkItem:
    return BulkItem(clinic_id=bulk.clinic_id, bulk=bulk, task=task, version=task.version + 1, before=before)


def _event(
    task: Task, wish: Wish, *, by: Member, at: dt.datetime, reason: str, extra: dict[str, Any]
) -> TaskEvent:
    holder = wish.to if wish.verb == BulkVerb.REASSIGN else task.assignee
    changed = {name: plain(value) for name, value in _fields(wish, by, at).items() if name not in IN_COLUMNS}
    return TaskEvent(
        clinic_id=task.clinic_id, task=task, verb=wish.event, from_state=task.state,
        to_state=wish.state(task, oslo_date(at)), from_member=task.assignee, to_member=holder, by=by,
        at=at, effective_at=at, reason=reason,
        after=changed | extra,
    )  # fmt: skip


def _left_by_undo(
    tasks: list[Task], items: Mapping[int, BulkItem], bulk: BulkChange, *, by: Member, at: dt.datetime
) -> dict[Kept, list[Task]]:
    """At most four queries."""
    with_plan = [task.plan_step_id for task in tasks if "plan_step" in items[task.pk].before]
    waiting = restorable([pk for pk in with_plan if pk])
    lawful = Lawful.read(by, oslo_date(at))
    members = Member.objects.visible_to(by).in_bulk({i.before["assignee"] for i in items.values()} - {None})
    left: dict[Kept, list[Task]] = {}
    for task in tasks:
        item = items[task.pk]
        holder = members.get(item.before["assignee"])
        if task.version != item.version:
            left.setdefault(Kept.CHANGED, []).append(task)
        elif "plan_step" in item.before and task.plan_step_id not in waiting:
            left.setdefault(Kept.NEXT_OPEN, []).append(task)
        elif bulk.verb == BulkVerb.REASSIGN and holder and not lawful.may(holder, task):
            left.setdefault(Kept.MAY_NOT, []).append(task)
    if bulk.verb == BulkVerb.CANCEL:
        kept = {task.pk for group in left.values() for task in group}
        back = {task.pk: task for task in tasks if task.pk not in kept}
        for pk in nothing_to_prepare(back.values(), back):
            left.setdefault(Kept.CHANGED, []).append(back[pk])
    return left


def _put_back(tasks: list[Task], items: Mapping[int, BulkItem], *, by: Member, at: dt.datetime) -> None:
    rows = [{"id": task.pk, **items[task.pk].before} for task in tasks]
    run_sql("bulk_back", {"rows": json.dumps(rows), "clinic": by.clinic_id})
    TaskEvent.objects.bulk_create(
        TaskEvent(
            clinic_id=task.clinic_id, task=task, verb=Verb.UNDO, from_state=task.state, to_state=before["state"],
            from_member_id=task.assignee_id, to_member_id=before["assignee"], by=by, at=at, effective_at=at,
            reason=_("Samlet endring angret."),
            after={name: before[name] for name in ("planned_on", "opens_on", "pinned", "pinned_day", "why")}
            | ({"closing": ""} if task.ended_at else {}),
        )
        for task in tasks
        for before in [items[task.pk].before]
    )  # fmt: skip
    restore_many({
        task.plan_step_id: items[task.pk].before["plan_step"]
        for task in tasks
        if task.plan_step_id and "plan_step" in items[task.pk].before
    })  # fmt: skip


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None
