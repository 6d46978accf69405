"""A task's sheet: what can be done with it, where it stands, and what a leader may decide. Page or dialog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions import record_access
from tasks.actions.closing import ENOUGH, comes_back
from tasks.actions.undoing import FOR_GOOD, TAKEN_BACK, UNDO_WITHIN
from tasks.forms import (
    AttemptForm,
    CloseForm,
    HandOnForm,
    MemberForm,
    PinForm,
    PostponeForm,
    ReasonForm,
    closings_for,
    version_of,
)
from tasks.letters import rules_for
from tasks.models import ENDED, Channel, Closing, Part, Task, TaskEvent, TaskState
from tasks.presenters import Reader, usual_postponement
from tasks.presenters.lines import signs_it
from tasks.presenters.sheet import attempts_words, cannot_words, clock_of, course_words, half_words
from tasks.presenters.story import Conflict, story
from tasks.queries import Receivers, last_hand_on, may_do, receivers, usual_minutes, who_may, work_row
from tasks.queries.told import latest_events, letter_of, message_of, note_of, other_half, whole_story
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may

DIALOG = "ark"  # the element that a sheet is opened in
Forms = Mapping[str, forms.Form]


def task_or_404(request: MemberRequest, task_id: int) -> Task:
    found = Task.objects.visible_to(request.member).select_related(
        "kind", "patient", "assignee", "done_by", "plan_step__plan__programme"
    )
    row: Task = get_object_or_404(found, pk=task_id)
    return row


@dataclass
class Sheet:
    """What one look at a task shows. Some twenty queries at most, however old the task is; `refused` by name."""

    request: MemberRequest
    task: Task
    refused: Forms = field(default_factory=dict)
    conflict: Conflict | None = None
    typed: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        self.by, self.now = self.request.member, timezone.now()
        self.today = oslo_date(self.now)

    def context(self) -> dict[str, Any]:
        """For tasks/task.html."""
        task, by = self.task, self.by
        events = latest_events(task)
        reader = Reader(by, self.today, self.now, usual_minutes(by), whole=True)
        open_ = task.state not in ENDED
        other = other_half(task)
        return {
            "task": task,
            "line": reader.line(work_row(by, task.pk)),
            "half": half_words(
                task, other, by=by, today=self.today, message=message_of(other) if other else ""
            ),
            "course": course_words(whole_story(task, events), self.now),
            "story": story(events, by=by, today=self.today)[::-1],
            "conflict": self.conflict,
            "typed": self.typed,
            "error": self.error,
            "opened": next(iter(self.refused), ""),
            # Else the part that was open before a swap would close the one that comes open.
            "group": str(self.now.microsecond),
            "tried_now": open_ and self._undoable(events[-1] if events else None),
            **(self._doing() if open_ else self._ended(events[-1] if events else None)),
            **(self._choices(other) if open_ else {}),
        }

    def _doing(self) -> dict[str, Any]:
        task, by = self.task, self.by
        mine = task.assignee_id == by.pk
        started = task.state == TaskState.STARTED
        own = task.kind.channels if task.part != Part.PREPARE else []  # papers are made ready, nobody is met
        channels = [(c, Channel(c).label) for c in own]
        return {
            "may_do": by.pk not in task.forbidden and may_do(by, task, on=self.today),
            "mine": mine,
            "at_it": task.assignee if started and not mine else None,
            "started": started,
            "clock": clock_of(task, self.now),
            "channels": channels,
            "signs": task.part == Part.SIGN and signs_it(by.profession),
            "prepares": task.part == Part.PREPARE,
            "message": self.request.POST.get("reason", "") if "sheet" in self.request.POST else "",
            "channel": self.request.POST.get("channel") or next(iter(own), ""),
        }

    def _choices(self, other: Task | None) -> dict[str, Any]:
        """The forms of everything else, the refused ones as they were sent."""
        task, refused, version = self.task, self.refused, version_of(self.task)
        until = usual_postponement(task, self.today)
        given = last_hand_on(task) if task.assignee_id == self.by.pk else None
        received = given if given and given.by_id not in (None, self.by.pk) else None
        again = comes_back(task, self.today)
        colleagues = receivers(task, self.by, today=self.today)
        prepared = task.part == Part.SIGN and other is not None and other.ended_at is not None
        return {
            "postpone": refused.get("postpone")
            or (PostponeForm(initial={**version, "until": until}, auto_id="utsett_%s") if until else None),
            "hand_on": refused.get("hand_on") or hand_on_form(task, colleagues),
            "cannot": cannot_words(task, colleagues),
            "received": received,
            "reject": refused.get("reject") or ReasonForm(initial=version, auto_id="gi-tilbake_%s"),
            "send_back": (refused.get("send_back") or ReasonForm(initial=version, auto_id="send-tilbake_%s"))
            if prepared
            else None,
            "attempt": (refused.get("attempt") or AttemptForm(initial={**version, "until": again}, auto_id="forsok_%s"))
            if task.patient_id
            else None,
            "attempts": attempts_words(task, again, self.today),
            "enough": task.attempts >= ENOUGH,
            "closings": self._closings(),
            "unreached": refused.get("close_unreached") or close_form(task, Closing.UNREACHABLE, self.today),
            "may_return": bool(rules_for(task.kind.return_rule, task.origin)),
            "leader": _leader_forms(self.request, task, refused)
            if may(self.by, Permission.ASSIGN_TASKS)
            else None,
        }  # fmt: skip

    def _closings(self) -> list[tuple[Closing, forms.Form, bool]]:
        """Each way to end it undone: its form, and whether it was just refused."""
        task, names = self.task, {c: f"close_{c.value}" for c in closings_for(self.task)}
        return [
            (c, self.refused.get(name) or close_form(task, c, self.today), name in self.refused)
            for c, name in names.items()
        ]

    def _undoable(self, last: TaskEvent | None) -> bool:
        """Is the last that happened this one's own, just now, and such as can be taken back?"""
        mine = last is not None and last.by_id == self.by.pk and self.now - last.at <= UNDO_WITHIN
        return mine and last is not None and last.verb in TAKEN_BACK

    def _ended(self, last: TaskEvent | None) -> dict[str, Any]:
        task = self.task
        return {
            "may_undo": self._undoable(last) and task.closing not in FOR_GOOD,
            "note": note_of(task) if task.closing in (Closing.DECLINED, Closing.UNREACHABLE) else None,
            "letter": letter_of(task) if task.state == TaskState.RETURNED else None,
            "signed": task.part == Part.SIGN and task.done_by and signs_it(task.done_by.profession),
            "channel_word": Channel(task.channel).label if task.channel else "",
        }


def sheet(
    request: MemberRequest,
    task_id: int,
    status: int = 200,
    refused: Forms | None = None,
    *,
    conflict: Conflict | None = None,
    typed: str = "",
    error: str = "",
) -> HttpResponse:
    """The page, or the dialog's content; `refused` are forms that were sent and not carried out, by name."""
    found = task_or_404(request, task_id)
    if found.patient:
        record_access(found.patient, by=request.member, ground="oppfølging", what="oppgave")
    context = Sheet(request, found, refused or {}, conflict, typed, error).context()
    template = "tasks/task.html" + ("#sheet" if request.htmx.target == DIALOG else "")
    return render(request, template, context, status=status)


def close_form(task: Task, closing: Closing, today: dt.date, data: Any = None) -> CloseForm:
    """The form of one way to end the task undone. No query."""
    planned = task.plan_step_id is not None
    return CloseForm(data, closing=closing, planned=planned, today=today, initial=version_of(task))


def hand_on_form(task: Task, colleagues: Receivers, data: Any = None) -> HandOnForm:
    choices = [
        (m.pk, _("%(name)s, %(load)d %% planlagt") % {"name": m.name, "load": load})
        for m, load in colleagues.may
    ]
    return HandOnForm(
        data, choices=choices, held=bool(task.assignee_id), initial=version_of(task), auto_id="gi-videre_%s"
    )


def pin_form(task: Task, data: Any = None) -> PinForm:
    """Among those who may do the task today and are not ruled out. Two queries."""
    members = who_may(task, on=oslo_date(timezone.now()))
    choices = [(m.pk, m.name) for m in members if m.pk not in task.forbidden]
    initial = {**version_of(task), "to": task.assignee_id, "day": task.planned_on}
    return PinForm(data, choices=choices, initial=initial, auto_id="las_%s")


def forbid_form(task: Task, data: Any = None) -> MemberForm:
    members = Member.objects.filter(clinic_id=task.clinic_id).exclude(profession="")
    employed = members.employed_on(oslo_date(timezone.now())).exclude(pk__in=task.forbidden)
    return MemberForm(data, members=employed, initial=version_of(task), auto_id="utelukk_%s")


def allow_form(task: Task, data: Any = None) -> MemberForm:
    members = Member.objects.filter(clinic_id=task.clinic_id, pk__in=task.forbidden)
    return MemberForm(data, members=members, initial=version_of(task), auto_id="tillat_%s")


def unpin_form(task: Task, data: Any = None) -> ReasonForm:
    return ReasonForm(data, initial=version_of(task), auto_id="las-opp_%s")


def _leader_forms(request: MemberRequest, task: Task, refused: Forms) -> dict[str, Any]:
    """What only leaders are shown: their own forms, and which of them was refused."""
    found: dict[str, Any] = {
        "pin": refused.get("pin") or pin_form(task),
        "unpin": refused.get("unpin") or (unpin_form(task) if task.pinned else None),
        "forbid": refused.get("forbid") or forbid_form(task),
        "allow": refused.get("allow") or (allow_form(task) if task.forbidden else None),
    }
    names = Member.objects.visible_to(request.member).filter(pk__in=task.forbidden)
    found["forbidden"] = list(names.values_list("name", flat=True)) if task.forbidden else []
    found["open"] = any(name in refused for name in found)
    return found
