"""A task's sheet: what can be done with it, by whom it was done, and what a leader may decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions import record_access
from tasks.forms import (
    CancelForm,
    HandOnForm,
    MemberForm,
    PinForm,
    PostponeForm,
    ReasonForm,
    version_of,
)
from tasks.models import Task
from tasks.presenters import as_seen, line, usual_postponement
from tasks.queries import may_do, receivers, who_may, work_row
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may


def task_or_404(request: MemberRequest, task_id: int) -> Task:
    found = Task.objects.visible_to(request.member).select_related("kind", "patient", "assignee")
    row: Task = get_object_or_404(found, pk=task_id)
    return row


def sheet(request: MemberRequest, task_id: int, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    """The page, or the dialog's content; `forms_` are those that were refused, by name."""
    found, today = task_or_404(request, task_id), oslo_date(timezone.now())
    until = usual_postponement(found, today)
    if found.patient:
        record_access(found.patient, by=request.member, ground="oppfølging", what="oppgave")
    context = {
        "task": found,
        "line": line(
            work_row(request.member, task_id), person=as_seen(found.assignee, request.member), today=today
        ),
        "may_do": request.member.pk not in found.forbidden and may_do(request.member, found, on=today),
        "events": found.events.select_related("by", "to_member"),
        "postpone": PostponeForm(initial={**version_of(found), "until": until}) if until else None,
        "hand_on": forms_.get("hand_on") or hand_on_form(request, found),
        "cancel": CancelForm(initial=version_of(found)),
        "leader": _leader_forms(request, found, forms_)
        if may(request.member, Permission.ASSIGN_TASKS)
        else None,
        **forms_,
    }
    template = "tasks/task.html" + ("#sheet" if request.htmx.target == "ark" else "")
    return render(request, template, context, status=status)


def hand_on_form(request: MemberRequest, task: Task, data: Any = None) -> HandOnForm:
    found = receivers(task, request.member, today=oslo_date(timezone.now()))
    choices = [
        (m.pk, _("%(name)s, %(load)d %% belagt") % {"name": m.name, "load": load}) for m, load in found
    ]
    return HandOnForm(data, choices=choices, held=bool(task.assignee_id), initial=version_of(task))


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


def _leader_forms(request: MemberRequest, task: Task, refused: dict[str, forms.Form]) -> dict[str, Any]:
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
