"""When two people meet at one task: whoever comes second is told what happened, keeps what they typed, and chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.actions.changing import Changed
from tasks.life import NotAllowed
from tasks.models import Task, TaskState
from tasks.presenters.story import Conflict, Typed, story
from tasks.queries.told import latest_events
from tasks.views.answers import came_from, visit_of
from tasks.views.sheet import DIALOG, sheet, task_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may

T = TypeVar("T")
MOST_TOLD = 3
MAY_NOT = gettext_lazy("Bare den som har oppgaven, en som kan gjøre den, eller en teamleder kan det.")
# What an action refuses, in words; the field is the form's own if it has it.
REFUSED: dict[str, Promise] = {
    "until": gettext_lazy("Velg en dag som kommer, innen et år og ikke etter siste frist."),
    "on": gettext_lazy("Velg en dag i det siste året, til og med i dag."),
    "reason": gettext_lazy("Skriv kort hvorfor, høyst 300 tegn."),
    "note": gettext_lazy("Skriv høyst 300 tegn."),
    "channel": gettext_lazy("Oppgaven har ikke den kanalen."),
    "confirmed": gettext_lazy("Kryss av for «ja» først."),
    "closing": gettext_lazy("Oppgaven kan ikke avsluttes på den måten."),
    "rule": gettext_lazy("Regelen passer ikke for denne oppgaven."),
    "text": gettext_lazy("Brevet kan ikke være tomt, og ikke si hvem pasienten er: ta bort navn, fødselsdato og fødselsnummer."),
    "minutes": gettext_lazy("Skriv minutter som et helt tall, fra 1 til 720."),
}  # fmt: skip


def decide(
    request: MemberRequest,
    task_id: int,
    name: str,
    make: Callable[[Any], forms.Form],
    act: Callable[[dict[str, Any]], T],
    went: Callable[[T], tuple[str, str]],
    *,
    version_first: bool = False,
) -> HttpResponse:
    """Carry out a form of the sheet. `went` gives the message and where to go ('' for where one was). 422 with the sheet
    and what was typed when refused, 404 for another clinic's task. `version_first`: a wrong choice may be somebody first.
    """
    task = task_or_404(request, task_id)
    form = make(request.POST)
    if version_first and request.POST.get("version", "") not in ("", str(task.version)):
        return refused_on_sheet(request, task_id, name, make, Changed())
    if form.is_valid():
        try:
            text, back = went(act(form.cleaned_data))
        except ValueError as error:
            add_refusal(form, error)
        except PermissionDenied:
            form.add_error(None, str(MAY_NOT))
        except NotAllowed as error:
            return refused_on_sheet(request, task_id, name, make, error)
        else:
            messages.success(request, text)
            return onwards(request, back or _home(request, task))
    return sheet(request, task_id, 422, {name: form})


def add_refusal(form: forms.Form, error: ValueError) -> None:
    """An action's ValueError("field name") as an error of the form, in words."""
    name = str(error)
    form.add_error(name if name in form.fields else None, str(REFUSED.get(name, _("Kan ikke brukes."))))


def refused_on_sheet(
    request: MemberRequest, task_id: int, name: str, make: Callable[[Any], forms.Form], error: NotAllowed
) -> HttpResponse:
    """The sheet as it now stands and the form as it was typed: when somebody was first, with what happened and the new version. 422."""
    task, data = task_or_404(request, task_id), request.POST.copy()
    if not (isinstance(error, Changed) or task.ended_at):
        form = make(data)
        form.add_error(None, str(error))
        return sheet(request, task_id, 422, {name: form})
    shown, data["version"] = data.get("version", ""), str(task.version)
    form = make(data)
    form.is_valid()
    conflict = meet(
        request, task, shown, again=task.ended_at is None, typed=_typed(form), form_id=f"skjema-{name}"
    )
    return sheet(request, task.pk, 422, {name: form}, conflict=conflict)


def second_at_doing(request: MemberRequest, task_id: int) -> HttpResponse:
    """Somebody was first when this one wanted to complete: on the sheet, in the row, or as a page. 422."""
    task = task_or_404(request, task_id)
    again = task.ended_at is None
    fields = {"minutes": _("Minutter"), "reason": _("Beskjed")}
    typed = [Typed(label, text) for name, label in fields.items() if (text := request.POST.get(name, ""))]
    conflict = meet(
        request, task, request.POST.get("version", ""), again=again, typed=typed, form_id="skjema-utfort"
    )
    if request.htmx.target == DIALOG:
        return sheet(request, task_id, 422, conflict=conflict, typed=request.POST.get("minutes", ""))
    context = {"task": task, "conflict": conflict, "sent": request.POST, "visit": visit_of(request)}
    template = "tasks/conflict.html" + ("#row" if request.htmx else "")
    return render(request, template, context, status=422)


def second_at_taking_over(request: MemberRequest, task_id: int) -> HttpResponse:
    """Something happened while this one looked: the sheet says what, and with whom the task is now. 422."""
    task = task_or_404(request, task_id)
    again = task.state == TaskState.STARTED
    shown = request.POST.get("version", "")
    conflict = meet(request, task, shown, again=again, typed=[], form_id="skjema-ta-over")
    return sheet(request, task_id, 422, conflict=conflict)


def meet(
    request: MemberRequest, task: Task, shown: str, *, again: bool, typed: list[Typed], form_id: str
) -> Conflict:
    """What has happened since the version that was shown: every event, the last three at most. One query."""
    version = int(shown) if shown.isdecimal() and len(shown) < 10 else task.version - 1
    events = latest_events(task, min(MOST_TOLD, task.version - version))
    told = story(events, by=request.member, today=oslo_date(timezone.now()))
    return Conflict(tuple(told), again, tuple(typed), form_id)


def onwards(request: MemberRequest, back: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": back})
    return HttpResponseRedirect(back)


def _home(request: MemberRequest, task: Task) -> str:
    """Where the sheet was opened, with its filter; from a task's own page, Min dag or the pool."""
    path = came_from(request)
    own = path.startswith(reverse("task", args=[0]).removesuffix("0/"))
    if path and not own:
        return path
    return reverse(
        "my_day" if task.assignee_id or not may(request.member, Permission.ASSIGN_TASKS) else "pool"
    )


def _typed(form: forms.Form) -> list[Typed]:
    """What stands in the form's visible fields, so that it is not lost where the form cannot be sent again."""
    found = []
    for bound in form.visible_fields():
        value = bound.value()
        choices = dict(getattr(bound.field, "choices", []))
        words = choices.get(value, choices.get(int(value) if str(value).isdecimal() else value, value))
        if value not in (None, "", False):
            found.append(Typed(str(bound.label), str(_("ja") if value == "on" else words)))
    return found
