"""One task: done, undone, put off, handed on, cancelled. One address per verb; each answers with the task's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from patients.models import Patient
from tasks.actions import doing
from tasks.forms import CancelForm, CompleteForm, HandOnForm, PostponeForm, version_of
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.presenters import line, usual_postponement, why_text
from tasks.queries import plans_of, team_load, unassigned, who_may, work_row, working_day_at_hand
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

DONE_TEXT = {
    "postpone": gettext_noop("%(name)s er utsatt."),
    "hand_on": gettext_noop("%(name)s er gitt til %(who)s."),
    "cancel": gettext_noop("%(name)s er avsluttet uten å være gjort."),
}


@require_GET
@requires(Permission.DO_TASKS)
def task(request: MemberRequest, task_id: int) -> HttpResponse:
    return _page(request, task_id)


@require_POST
@requires(Permission.DO_TASKS)
def complete(request: MemberRequest, task_id: int) -> HttpResponse:
    form = CompleteForm(request.POST)
    if not form.is_valid():
        return _row(
            request, task_id, error=" ".join(map(str, form.errors.get("minutes", [_("Last siden på nytt.")])))
        )
    data = form.cleaned_data
    return _try(
        request, task_id,
        lambda: doing.complete(
            task_id, by=request.member, minutes=data["minutes"], version=data["version"], at=timezone.now()
        ),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def undo(request: MemberRequest, task_id: int) -> HttpResponse:
    return _try(request, task_id, lambda: doing.undo(task_id, by=request.member, at=timezone.now()))


@require_POST
@requires(Permission.DO_TASKS)
def postpone(request: MemberRequest, task_id: int) -> HttpResponse:
    form = PostponeForm(request.POST)
    return _form(
        request, task_id, "postpone", form,
        lambda data: doing.postpone(task_id, by=request.member, at=timezone.now(), **data),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def hand_on(request: MemberRequest, task_id: int) -> HttpResponse:
    form = HandOnForm(request.POST, members=who_may(_task(request, task_id), on=oslo_date(timezone.now())))
    return _form(
        request, task_id, "hand_on", form,
        lambda data: doing.hand_on(task_id, by=request.member, at=timezone.now(), **data),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def cancel(request: MemberRequest, task_id: int) -> HttpResponse:
    form = CancelForm(request.POST)
    return _form(
        request, task_id, "cancel", form,
        lambda data: doing.cancel(task_id, by=request.member, at=timezone.now(), **data),
    )  # fmt: skip


@require_GET
@requires(Permission.SEE_PATIENTS)
def patient_plans(request: MemberRequest, patient_id: int) -> HttpResponse:
    """A patient's plans and tasks: a page, and the fragment that the patient's own page asks for."""
    patient = get_object_or_404(Patient.objects.visible_to(request.member), pk=patient_id)
    template = "tasks/patient_plans.html" + ("#plans" if request.htmx.target == "oppfolging" else "")
    return render(request, template, {"patient": patient, **plans_of(patient)})


@require_GET
@requires(Permission.ASSIGN_TASKS)
def pool(request: MemberRequest) -> HttpResponse:
    """Open tasks that nobody holds: nothing may lie there unseen."""
    today = oslo_date(timezone.now())
    return render(
        request, "tasks/pool.html", {"lines": [line(row, day=today) for row in unassigned(request.member)]}
    )


def _task(request: MemberRequest, task_id: int) -> Task:
    found = Task.objects.visible_to(request.member).select_related("kind", "patient", "assignee")
    row: Task = get_object_or_404(found, pk=task_id)
    return row


def _page(request: MemberRequest, task_id: int, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    found, today = _task(request, task_id), oslo_date(timezone.now())
    until = usual_postponement(found, today)
    context = {
        "task": found,
        "line": line(work_row(request.member, task_id), day=today),
        "why": why_text(found.why),
        "mine": found.assignee_id == request.member.pk,
        "events": found.events.select_related("by", "to_member"),
        "postpone": PostponeForm(initial={**version_of(found), "until": until}) if until else None,
        "hand_on": HandOnForm(initial=version_of(found), members=who_may(found, on=today)),
        "cancel": CancelForm(initial=version_of(found)),
        **forms_,
    }
    template = "tasks/task.html" + ("#sheet" if request.htmx.target == "ark" else "")
    return render(request, template, context, status=status)


def _form(
    request: MemberRequest,
    task_id: int,
    name: str,
    form: forms.Form,
    action: Callable[[dict[str, Any]], Task],
) -> HttpResponse:
    _task(request, task_id)
    if form.is_valid():
        try:
            changed = action(form.cleaned_data)
        except ValueError:
            form.add_error("until", _("Velg en dag som kommer, og ikke etter siste frist."))
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _(DONE_TEXT[name]) % {"name": changed.name, "who": changed.assignee or _("teamet")}
            )
            response = HttpResponse(status=204) if request.htmx else HttpResponseRedirect(reverse("my_day"))
            if request.htmx:
                response["HX-Redirect"] = reverse("my_day")
            return response
    return _page(request, task_id, 422, **{name: form})


def _try(request: MemberRequest, task_id: int, action: Callable[[], Task]) -> HttpResponse:
    try:
        action()
    except Task.DoesNotExist:
        raise Http404 from None
    except PermissionDenied:
        return _row(request, task_id, error=_("Du kan ikke gjøre denne selv. Gi den videre til en som kan."))
    except NotAllowed as error:
        return _row(request, task_id, error=str(error))
    if not request.htmx:
        return HttpResponseRedirect(f"{reverse('my_day')}#oppgave-{task_id}")
    return _row(request, task_id)


def _row(request: MemberRequest, task_id: int, error: str = "") -> HttpResponse:
    """The task's own row as it now stands, and the day's load beside it. 422 when nothing was changed."""
    found, today = _task(request, task_id), oslo_date(timezone.now())
    day = working_day_at_hand(request.member, today)
    context = {
        "task": found,
        "line": line(work_row(request.member, task_id), day=day),
        "error": error,
        "load": next((x for x in team_load(request.member, day) if x.member.pk == request.member.pk), None),
        "day": day,
    }
    status = 422 if error else 200
    if not request.htmx:
        return render(request, "tasks/task_refused.html", context, status=status)
    return render(request, "tasks/my_day.html#answer", context, status=status)
