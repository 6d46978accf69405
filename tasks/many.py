"""Many tasks changed at once: what is asked for, which of them can be changed, and why not the others."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q

from patients.models import Block
from tasks.eligibility import ground_for, rule_for
from tasks.gathering import employed
from tasks.life import NOBODYS, NotAllowed, after, unheld
from tasks.models import BulkVerb, Closing, Delegation, Part, Task, TaskQuerySet, TaskState, Verb
from teams.models import Member

MOST = 500  # tasks changed at once
# What may be said of many without asking each patient. Declined and not reached are each patient's own story.
CLOSINGS = (Closing.NOT_NEEDED, Closing.ELSEWHERE, Closing.MISTAKE)


class Kept(StrEnum):
    """Why a task is left as it is, in the order they are looked at."""

    ENDED = "ended"
    CHANGED = "changed"  # by somebody else, since the page was shown
    BEGUN = "begun"  # somebody is at it
    SAME = "same"  # it is there already
    PINNED = "pinned"  # a leader decided; only a leader decides again
    FORBIDDEN = "forbidden"  # a leader ruled the receiver out
    MAY_NOT = "may_not"  # law, profession or a missing delegation
    DEADLINE = "deadline"  # it must not be put off so far
    NOT_NOW = "not_now"  # it is in no state for that
    NEXT_OPEN = "next_open"  # undo: the plan has gone on to its next task


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for all of them: `to` somebody (None: nobody, so that it is shared out again), put off `until`
    a day, or ended as `closing`, done elsewhere `on` a day.
    """

    verb: BulkVerb
    to: Member | None = None
    until: dt.date | None = None
    closing: str = ""
    on: dt.date | None = None

    @property
    def event(self) -> Verb:
        """The verb that the tasks' own stories tell it by."""
        if self.verb == BulkVerb.REASSIGN:
            return Verb.HAND_ON if self.to else Verb.RELEASE
        return Verb.POSTPONE if self.verb == BulkVerb.POSTPONE else Verb.CANCEL

    def state(self, task: Task, today: dt.date) -> TaskState:
        """What the task's state becomes (tasks/life.py). Raises NotAllowed when it cannot."""
        state = after(self.event, TaskState(task.state))
        return unheld(self.until or task.opens_on, today) if state in NOBODYS else state


@dataclass(slots=True)
class Judged:
    """Tasks that will change, and those that cannot, by reason. `along` are changed because a chosen one is:
    the preparation of a signature, or the signature that waits for a preparation.
    """

    changes: list[Task] = field(default_factory=list)
    left: dict[Kept, list[Task]] = field(default_factory=dict)
    along: frozenset[int] = frozenset()

    def of_pair(self, task: Task) -> list[int]:
        """Ids of the other half where that is changed because this one is."""
        return [
            other.pk
            for other in self.changes
            if other.pk in self.along and (other.pk == task.after_id or other.after_id == task.pk)
        ] if self.along else []  # fmt: skip

    @property
    def versions(self) -> dict[int, int]:
        """Id to version: what was shown, and may be carried out."""
        return {task.pk: task.version for task in self.changes}


@dataclass(frozen=True, slots=True)
class Lawful:
    """Who may do what, read once for many tasks: the day's delegations by kind as (doctor, member)."""

    delegated: Mapping[int, frozenset[tuple[int, int]]]
    on: dt.date
    blocks: Mapping[int, Sequence[Block]] = field(default_factory=dict)

    @classmethod
    def read(cls, by: Member, on: dt.date) -> Lawful:
        """Two queries."""
        found: dict[int, set[tuple[int, int]]] = defaultdict(set)
        rows = Delegation.objects.filter(clinic_id=by.clinic_id).in_force(on)
        for kind_id, doctor_id, member_id in rows.values_list("kind", "doctor", "member"):
            found[kind_id].add((doctor_id, member_id))
        blocks: dict[int, list[Block]] = defaultdict(list)
        for block in Block.objects.visible_to(by).in_force():
            blocks[block.patient_id].append(block)
        return cls({kind_id: frozenset(pairs) for kind_id, pairs in found.items()}, on, blocks)

    def may(self, member: Member, task: Task) -> bool:
        """By law, profession or delegation, while employed, and not blocked by the patient; a leader's ruling out is another matter."""
        if any(block.stands_against(member.pk) for block in self.blocks.get(task.patient_id or 0, ())):
            return False
        rule = rule_for(task.kind, task.part)
        list_doctor = task.patient.list_doctor_id if task.patient else None
        return employed(member, self.on) and bool(
            ground_for(
                rule, member_id=member.pk, profession=member.profession, list_doctor_id=list_doctor,
                delegated=self.delegated.get(task.kind_id, frozenset()),
            )
        )  # fmt: skip


def companions(chosen: TaskQuerySet, wish: Wish) -> list[int]:
    """Ids of open tasks that change because the chosen do, as when one is changed alone. One query, or none.

    A preparation ends with its signature, a signature with its preparation (unless only that is not needed), and a
    signature that nobody has begun is not shown again before its preparation is.
    """
    preparations = chosen.filter(part=Part.PREPARE).values("pk")
    if wish.verb == BulkVerb.CANCEL:
        linked = Q(signatures__in=chosen.filter(part=Part.SIGN).values("pk"))
        if wish.closing != Closing.NOT_NEEDED:
            linked |= Q(after__in=preparations)
    elif wish.verb == BulkVerb.POSTPONE:
        linked = Q(after__in=preparations, opens_on__lt=wish.until) & ~Q(state=TaskState.STARTED)
    else:
        return []
    found = Task.objects.filter(linked, clinic__in=chosen.values("clinic"), ended_at__isnull=True)
    return list(found.values_list("pk", flat=True).distinct())


def judge(
    tasks: Sequence[Task],
    wish: Wish,
    *,
    lawful: Lawful,
    leads: bool,
    versions: Mapping[int, int] | None = None,
    along: Iterable[int] = (),
) -> Judged:
    """Which of the tasks can be changed. `versions` are those shown, where something was; `leads` is who asks.

    A signature whose preparation somebody is at is left with it.
    """
    shown, linked = versions or {}, frozenset(along)
    found = Judged(along=linked)
    reasons = {task.pk: _kept(task, wish, lawful, leads, shown.get(task.pk)) for task in tasks}
    _together(tasks, linked, reasons)
    for task in tasks:
        reason = reasons[task.pk]
        if reason is None:
            found.changes.append(task)
        elif task.pk not in linked:
            found.left.setdefault(reason, []).append(task)
    found.left = {reason: found.left[reason] for reason in Kept if reason in found.left}
    return found


def _together(tasks: Sequence[Task], linked: frozenset[int], reasons: dict[int, Kept | None]) -> None:
    """Two that end together are left together."""
    for task in tasks:
        if task.after_id in reasons and {task.pk, task.after_id} & linked:
            either = reasons[task.pk] or reasons[task.after_id]
            reasons[task.pk] = reasons[task.after_id] = either


def _kept(task: Task, wish: Wish, lawful: Lawful, leads: bool, shown: int | None) -> Kept | None:
    if task.ended_at is not None:
        return Kept.ENDED
    if shown is not None and shown != task.version:
        return Kept.CHANGED
    if task.state == TaskState.STARTED:
        return Kept.BEGUN
    refused = None
    if wish.verb == BulkVerb.REASSIGN:
        refused = _not_to(task, wish.to, lawful, leads)
    elif wish.verb == BulkVerb.POSTPONE:
        refused = _too_late(task, wish.until)
    return refused or _not_now(task, wish, lawful.on)


def _not_to(task: Task, to: Member | None, lawful: Lawful, leads: bool) -> Kept | None:
    if task.assignee_id == (to.pk if to else None):
        return Kept.SAME
    if task.pinned and not leads:
        return Kept.PINNED
    if to is None:
        return None
    if to.pk in task.forbidden:
        return Kept.FORBIDDEN
    return None if lawful.may(to, task) else Kept.MAY_NOT


def _too_late(task: Task, until: dt.date | None) -> Kept | None:
    last_day = (task.closes_on or task.due_on) if task.hard else None
    return Kept.DEADLINE if last_day and until and until > last_day else None


def _not_now(task: Task, wish: Wish, today: dt.date) -> Kept | None:
    try:
        wish.state(task, today)
    except NotAllowed:
        return Kept.NOT_NOW
    return None
