"""The life of a task: which verbs are allowed in which state, and where they lead. Pure.

The night's verbs (open, assign, plan) are written by SQL and follow the same table.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from tasks.models import TaskState, Verb

S, V = TaskState, Verb

MOVES: dict[Verb, dict[TaskState, TaskState]] = {
    V.ASSIGN: {S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED},
    V.PLAN: {S.ASSIGNED: S.ASSIGNED},
    V.HAND_ON: {S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.ASSIGNED},
    V.RELEASE: {S.ASSIGNED: S.OPEN, S.STARTED: S.OPEN},
    V.POSTPONE: {S.OPEN: S.OPEN, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.ASSIGNED},
    V.START: {S.OPEN: S.STARTED, S.ASSIGNED: S.STARTED},
    V.COMPLETE: {S.OPEN: S.DONE, S.ASSIGNED: S.DONE, S.STARTED: S.DONE},
    V.CANCEL: {S.OPEN: S.CANCELLED, S.ASSIGNED: S.CANCELLED, S.STARTED: S.CANCELLED},
    V.RETURN: {S.OPEN: S.RETURNED, S.ASSIGNED: S.RETURNED, S.STARTED: S.RETURNED},
    V.UNDO: {S.DONE: S.ASSIGNED, S.CANCELLED: S.ASSIGNED},
    # A leader overrules the sharing out. Ruled out (forbid) the one who has it, it is nobody's again.
    V.PIN: {S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.ASSIGNED},
    V.UNPIN: {S.ASSIGNED: S.ASSIGNED, S.STARTED: S.STARTED},
    V.FORBID: {S.OPEN: S.OPEN, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.STARTED},
    V.ALLOW: {S.OPEN: S.OPEN, S.ASSIGNED: S.ASSIGNED, S.STARTED: S.STARTED},
    V.PLACE: {S.OPEN: S.ASSIGNED, S.ASSIGNED: S.ASSIGNED},
}


class NotAllowed(Exception):
    """The task is no longer in a state where this can be done; the text says so to the user."""


def after(verb: Verb, state: TaskState) -> TaskState:
    """The state that the verb leads to. Raises NotAllowed when the task cannot take it now."""
    try:
        return MOVES[verb][state]
    except KeyError:
        raise NotAllowed(_("Det går ikke lenger: oppgaven er %(state)s.") % {"state": state.label}) from None
