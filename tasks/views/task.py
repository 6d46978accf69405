"""One task: done, undone, put off, handed on, cancelled. One address per verb; each answers with the task's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from tasks.actions import doing
from tasks.forms import CancelForm, CompleteForm, PostponeForm
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.queries import receivers
from tasks.views.answers import row_answer
from tasks.views.sheet import hand_on_form, sheet, task_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

DONE_TEXT = {
    "postpone": gettext_noop("%(name)s er utsatt."),
    "hand_on": gettext_noop("%(name)s er gitt til %(who)s."),
    "cancel": gettext_noop("%(name)s er avsluttet uten å være gjort."),
}


@require_safe
@requires(Permission.DO_TASKS)
def task(request: MemberRequest, task_id: int) -> HttpResponse:
    return sheet(request, task_id)


@require_POST
@requires(Permission.DO_TASKS)
def complete(request: MemberRequest, task_id: int) -> HttpResponse:
    form = CompleteForm(request.POST)
    if not form.is_valid():
        return row_answer(
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
def start(request: MemberRequest, task_id: int) -> HttpResponse:
    """«Begynn»: from now on no sharing out moves it."""
    return _try(request, task_id, lambda: doing.start(task_id, by=request.member, at=timezone.now()))


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
    found = task_or_404(request, task_id)
    to = {m.pk: m for m, _load in receivers(found, request.member, today=oslo_date(timezone.now()))}
    form = hand_on_form(request, found, request.POST)
    return _form(
        request, task_id, "hand_on", form,
        lambda data: doing.hand_on(
            task_id, by=request.member, at=timezone.now(), **{**data, "to": to.get(data["to"])}
        ),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def cancel(request: MemberRequest, task_id: int) -> HttpResponse:
    form = CancelForm(request.POST)
    return _form(
        request, task_id, "cancel", form,
        lambda data: doing.cancel(task_id, by=request.member, at=timezone.now(), **data),
    )  # fmt: skip


def _form(
    request: MemberRequest,
    task_id: int,
    name: str,
    form: forms.Form,
    action: Callable[[dict[str, Any]], Task],
) -> HttpResponse:
    was_held = bool(task_or_404(request, task_id).assignee_id)
    if form.is_valid():
        try:
            changed = action(form.cleaned_data)
        except ValueError:
            form.add_error("until", _("Velg en dag som kommer, innen et år og ikke etter siste frist."))
        except PermissionDenied:
            form.add_error(
                None, _("Bare den som har oppgaven, en som kan gjøre den, eller en teamleder kan det.")
            )
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            words = {"name": changed.name, "who": changed.assignee or _("teamet")}
            messages.success(request, _(DONE_TEXT[name]) % words)
            back = reverse(
                "my_day" if was_held or not may(request.member, Permission.ASSIGN_TASKS) else "pool"
            )
            if request.htmx:
                return HttpResponse(status=204, headers={"HX-Redirect": back})
            return HttpResponseRedirect(back)
    return sheet(request, task_id, 422, **{name: form})


def _try(request: MemberRequest, task_id: int, action: Callable[[], Task]) -> HttpResponse:
    try:
        action()
    except Task.DoesNotExist:
        raise Http404 from None
    except PermissionDenied:
        return row_answer(
            request, task_id, error=_("Du kan ikke gjøre denne selv. Gi den videre til en som kan.")
        )
    except NotAllowed as error:
        return row_answer(request, task_id, error=str(error))
    if not request.htmx:
        return HttpResponseRedirect(f"{reverse('my_day')}#oppgave-{task_id}")
    return row_answer(request, task_id)
