"""The life of a task: which verbs are allowed in which state, and where they lead. Pure.

The one table behind actions, the night's SQL (tasks/sql) and docs/life.md, which `bin/manage life` prints. Where it
says OPEN, nobody has the task: it is SCHEDULED instead as long as its window is not open (`unheld`).
"""

from __future__ import annotations

import datetime as dt
import math

from django.utils.translation import gettext as _

from tasks.models import TaskState, Verb

S, V = TaskState, Verb
States = dict[TaskState, TaskState]

NOBODYS = (S.SCHEDULED, S.OPEN)
ALIVE = (*NOBODYS, S.ASSIGNED, S.STARTED)


def _to(state: TaskState) -> States:
    return dict.fromkeys(ALIVE, state)


# It stays whose it was; what was begun is laid down.
LAID_DOWN: States = {S.SCHEDULED: S.OPEN, S.OPEN: S.OPEN, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.ASSIGNED}
AS_IT_WAS: States = {state: state for state in ALIVE}

MOVES: dict[Verb, States] = {
    V.OPEN: {S.SCHEDULED: S.OPEN},
    # The sharing out; a leader's urgent insertion.
    V.ASSIGN: {S.SCHEDULED: S.ASSIGNED, S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED},
    V.PLAN: {S.ASSIGNED: S.ASSIGNED},
    V.PLACE: {S.SCHEDULED: S.ASSIGNED, S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED},
    # Who has it, as people decide.
    V.HAND_ON: _to(S.ASSIGNED),
    V.REJECT: {S.ASSIGNED: S.ASSIGNED, S.STARTED: S.ASSIGNED},
    V.RELEASE: {S.ASSIGNED: S.OPEN, S.STARTED: S.OPEN},
    # A leader overrules the sharing out. Ruled out (forbid) the one who has it, it is nobody's again.
    V.PIN: _to(S.ASSIGNED),
    V.UNPIN: {S.ASSIGNED: S.ASSIGNED, S.STARTED: S.STARTED},
    V.FORBID: AS_IT_WAS,
    V.ALLOW: AS_IT_WAS,
    # Doing it. Begun twice: the clock is set going.
    V.POSTPONE: LAID_DOWN,
    V.START: _to(S.STARTED),
    V.STOP: {S.STARTED: S.ASSIGNED},
    V.ATTEMPT: LAID_DOWN,
    V.COMPLETE: _to(S.DONE),
    V.CORRECT: {S.DONE: S.DONE},
    # Not doing it.
    V.CANCEL: _to(S.CANCELLED),
    V.RETURN: _to(S.RETURNED),
    V.EXPIRE: {S.SCHEDULED: S.EXPIRED, S.OPEN: S.EXPIRED, S.ASSIGNED: S.EXPIRED},
    V.REOPEN: {S.RETURNED: S.ASSIGNED},
    V.UNDO: {S.DONE: S.ASSIGNED, S.CANCELLED: S.ASSIGNED, **AS_IT_WAS},
    # Between a preparation and its signature, and towards a hard deadline.
    V.READY: AS_IT_WAS,
    V.SEND_BACK: LAID_DOWN,
    V.ESCALATE: AS_IT_WAS,
}
# After these the task may be nobody's, when whoever would have it is not there or may not.
OR_NOBODYS = frozenset({V.REJECT, V.REOPEN})
# How a task begins: from no state at all.
BEGINS: dict[Verb, TaskState] = {V.OPEN: S.OPEN, V.LOG: S.DONE}


class NotAllowed(Exception):
    """The task is no longer in a state where this can be done; the text says so to the user."""


def after(verb: Verb, state: TaskState) -> TaskState:
    """The state that the verb leads to. Raises NotAllowed when the task cannot take it now."""
    try:
        return MOVES[verb][state]
    except KeyError:
        raise NotAllowed(_("Det går ikke lenger: oppgaven er %(state)s.") % {"state": state.label}) from None


def clock_minutes(timer_from: dt.datetime, at: dt.datetime) -> int:
    """Minutes that a clock set going then has counted: those begun, and never none."""
    return max(1, math.ceil((at - timer_from).total_seconds() / 60))


def unheld(opens_on: dt.date, today: dt.date) -> TaskState:
    """What a task is that nobody has: open, or scheduled as long as its window is not open."""
    return S.SCHEDULED if opens_on > today else S.OPEN
