"""Back to the sender, with the rule that says so; and what the sender answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import has_a_say, take_pair, text_of, write
from tasks.actions.occasions import move_on, standing, take_plan_step
from tasks.gathering import employed
from tasks.letters import RULES, ReturnRule, letter, rules_for, tells_who
from tasks.life import NotAllowed
from tasks.models import Answer, Closing, SenderReturn, Task, Verb
from tasks.queries import may_do
from teams.calendar import DAY, oslo_date, working_days
from teams.models import Member
from teams.permissions import Permission, require

LETTER_MAX = 4000


@transaction.atomic
def return_to_sender(
    task_id: int,
    *,
    by: Member,
    rule: str,
    text: str,
    at: dt.datetime,
    reason: str = "",
    version: int | None = None,
) -> SenderReturn:
    """End the task as returned (or, by § 35, declined), keep the letter, and wait for an answer if one is due.

    Both halves of a pair end; a plan moves on from its due date. Raises PermissionDenied, NotAllowed (ended),
    Changed, Task.DoesNotExist, ValueError: "rule" (none that fits the task), "text" (none, too long, or it tells
    who the patient is), "reason" (too long).
    """
    require(by, Permission.DO_TASKS)
    reason = text_of("reason", reason)
    text = text_of("text", text, most=LETTER_MAX, needed=True)
    task, other = take_pair(task_id, by, version)
    has_a_say(by, task, at)
    found = RULES.get(rule)
    if found is None or found not in rules_for(task.kind.return_rule, task.origin):
        raise ValueError("rule")
    if _tells_who(text, task, found, by, at):
        raise ValueError("text")
    _end(task, other, found, by=by, at=at, reason=reason)
    due = working_days(oslo_date(at) + DAY, found.days)[-1] if found.days else None
    return SenderReturn.objects.create(
        clinic_id=task.clinic_id, task=task, rule=found.code, sender=task.sender, text=text, by=by, at=at,
        answer_due_on=due,
    )  # fmt: skip


def _tells_who(text: str, task: Task, rule: ReturnRule, by: Member, at: dt.datetime) -> bool:
    patient = task.patient
    if patient is None:
        return tells_who(text)
    drafted = letter(rule, what=task.name, sender=task.sender, clinic=by.clinic.name, today=oslo_date(at))
    return tells_who(text, (patient.given_name, patient.family_name), patient.birth_date, drafted=drafted)


def _end(
    task: Task, other: Task | None, rule: ReturnRule, *, by: Member, at: dt.datetime, reason: str
) -> None:
    half = other if other is not None and other.ended_at is None else None
    halves = [task] if half is None else [task, half]
    closing = Closing.REFUSED if rule.refuses else Closing.RETURNED
    for each in halves:
        told: dict[str, object] = {"rule": rule.code}
        if each is task and half is not None:
            told["with"] = [half.pk]
        if each.plan_step_id:
            plan_step = take_plan_step(each.plan_step_id)
            told["plan_step"] = standing(plan_step)
            move_on(plan_step, done_on=None, today=oslo_date(at))
        why = reason or f"{rule.title} ({rule.code})"
        write(each, Verb.RETURN, by=by, at=at, reason=why, extra=told, ended_at=at, closing=closing)


@transaction.atomic
def answer(return_id: int, *, by: Member, answer: Answer, note: str, at: dt.datetime) -> SenderReturn:
    """What the sender said. «Vi gjør det likevel» opens the same task again, with its age and its due date.

    Raises SenderReturn.DoesNotExist (another clinic's), NotAllowed (answered already, or the task has been changed
    since), ValueError: "answer" (unknown), "note" (too long).
    """
    require(by, Permission.DO_TASKS)
    note = text_of("note", note)
    if answer not in Answer.values:
        raise ValueError("answer")
    found: SenderReturn = (
        SenderReturn.objects.visible_to(by).select_for_update(of=("self",)).get(pk=return_id)
    )
    if found.answer:
        raise NotAllowed(_("Svaret er alt ført."))
    if answer == Answer.KEPT:
        _open_again(found, by, at, note)
    found.answer, found.answered_by, found.answered_at, found.answer_note = answer, by, at, note
    found.save(update_fields=["answer", "answered_by", "answered_at", "answer_note"])
    return found


def _open_again(found: SenderReturn, by: Member, at: dt.datetime, note: str) -> None:
    """Theirs who had it, if they still may have it; else the team's."""
    task, other = take_pair(found.task_id, by, None)
    last = task.events.filter(verb=Verb.RETURN).order_by("-id").first()
    together = last.after.get("with", []) if last else []
    halves = [task, *([other] if other is not None and other.pk in together else [])]
    today = oslo_date(at)
    for each in halves:
        who = each.assignee
        keeps = who and who.pk not in each.forbidden and employed(who, today) and may_do(who, each, on=today)
        fields: dict[str, Any] = {} if keeps else {"assignee_id": None, "why": {}, "pinned": False}
        write(
            each, Verb.REOPEN, by=by, at=at, reason=note, ended_at=None, closing="", planned_on=None,
            pinned_day=False, **fields,
        )  # fmt: skip
