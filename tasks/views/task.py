"""One task: shown, begun, its clock, done, undone. One address per verb; a row answers with the row, a sheet with itself."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tasks.actions import doing
from tasks.actions.changing import Changed
from tasks.actions.taking_over import take_over as take_over_from
from tasks.filters import Filter
from tasks.forms import CompleteForm
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.queries import work_row
from tasks.views.answers import Desk, came_from, line_of, row_answer, what_follows, where_it_stands
from tasks.views.meeting import onwards, second_at_doing, second_at_taking_over
from tasks.views.sheet import DIALOG, sheet, task_or_404
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

NOT_YOURS = gettext_lazy("Du kan ikke gjøre denne selv. Gi den videre til en som kan.")


@require_safe
@requires(Permission.DO_TASKS)
def task(request: MemberRequest, task_id: int) -> HttpResponse:
    return sheet(request, task_id)


@require_safe
@requires(Permission.DO_TASKS)
def row(request: MemberRequest, task_id: int) -> HttpResponse:
    """The task's own row as it stands: after «La det stå», and when its sheet has changed it.

    `folger` asks for what follows on Min dag from having done it or taken it back (`gjort`: it stands there as done).
    """
    try:
        found = work_row(request.member, task_id)
    except Task.DoesNotExist:
        raise Http404 from None
    if not request.htmx:
        return HttpResponseRedirect(_in_the_list(task_id))
    wanted, asked = where_it_stands(request), request.GET.get("folger", "")
    desk = Desk(request.member, wanted or Filter(), timezone.now())
    follows = what_follows(request, desk, [found]) if asked and wanted else {}
    if asked != "gjort":
        follows |= {"undone": []}
    return render(request, "tasks/my_day.html#answer", {"line": line_of(request, desk, found), **follows})


@require_POST
@requires(Permission.DO_TASKS)
def complete(request: MemberRequest, task_id: int) -> HttpResponse:
    form = CompleteForm(request.POST)
    if not form.is_valid():
        errors = [
            str(text) for name in ("minutes", "channel", "reason") for text in form.errors.get(name, [])
        ]
        return _refused(request, task_id, " ".join(errors) or _("Last siden på nytt."))
    try:
        doing.complete(task_id, by=request.member, at=timezone.now(), **form.cleaned_data)
    except Task.DoesNotExist:
        raise Http404 from None
    except ValueError:
        return _refused(request, task_id, _("Oppgaven har ikke den kanalen."))
    except PermissionDenied:
        return _refused(request, task_id, str(NOT_YOURS))
    except NotAllowed:
        return second_at_doing(request, task_id)
    if request.htmx.target == DIALOG:
        return _row_behind(request, task_id)
    return row_answer(request, task_id) if request.htmx else HttpResponseRedirect(_in_the_list(task_id))


@require_POST
@requires(Permission.DO_TASKS)
def start(request: MemberRequest, task_id: int) -> HttpResponse:
    """«Begynn», or with `timer` «Start klokken»: from now on no sharing out moves it."""
    timer = "timer" in request.POST
    return _at_it(
        request, task_id, lambda: doing.start(task_id, by=request.member, at=timezone.now(), timer=timer)
    )


@require_POST
@requires(Permission.DO_TASKS)
def stop(request: MemberRequest, task_id: int) -> HttpResponse:
    return _at_it(request, task_id, lambda: doing.stop(task_id, by=request.member, at=timezone.now()))


@require_POST
@requires(Permission.DO_TASKS)
def take_over(request: MemberRequest, task_id: int) -> HttpResponse:
    """A colleague is at it, and this one takes it over knowing that."""
    shown = request.POST.get("version", "")
    version = int(shown) if shown.isdecimal() and len(shown) < 10 else 0  # none was looked at
    return _at_it(
        request, task_id,
        lambda: take_over_from(task_id, by=request.member, at=timezone.now(), version=version),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def undo(request: MemberRequest, task_id: int) -> HttpResponse:
    try:
        doing.undo(task_id, by=request.member, at=timezone.now())
    except Task.DoesNotExist:
        raise Http404 from None
    except NotAllowed as error:
        return _refused(request, task_id, str(error))
    if request.htmx.target == DIALOG:
        return _row_behind(request, task_id)
    return row_answer(request, task_id) if request.htmx else HttpResponseRedirect(_in_the_list(task_id))


def _at_it(request: MemberRequest, task_id: int, act: Callable[[], Task]) -> HttpResponse:
    """Begun, laid down or taken over: the sheet as it now stands, and the row behind it."""
    task_or_404(request, task_id)
    try:
        act()
    except PermissionDenied:
        return _refused(request, task_id, str(NOT_YOURS))
    except Changed:
        return second_at_taking_over(request, task_id)
    except NotAllowed as error:
        return _refused(request, task_id, str(error))
    if not request.htmx:
        return HttpResponseRedirect(reverse("task", args=[task_id]))
    answer = sheet(request, task_id)
    answer["HX-Trigger-After-Settle"] = json.dumps({"oppgave-endret": {"id": str(task_id)}})
    return answer


def _refused(request: MemberRequest, task_id: int, error: str) -> HttpResponse:
    """422 with what was typed: on the sheet when it was sent from there, else in the row."""
    if request.htmx.target == DIALOG or "sheet" in request.POST:
        return sheet(request, task_id, 422, error=error, typed=request.POST.get("minutes", ""))
    return row_answer(request, task_id, error=error)


def _row_behind(request: MemberRequest, task_id: int) -> HttpResponse:
    """On Min dag the dialog closes and the row behind it is read anew; elsewhere the page is."""
    if where_it_stands(request) is not None:
        told = json.dumps({"oppgave-endret": {"id": str(task_id), "close": True}})
        return HttpResponse(status=204, headers={"HX-Trigger": told})
    path = came_from(request)
    own = reverse("task", args=[task_id])
    return onwards(request, _in_the_list(task_id) if not path or path.startswith(own) else path)


def _in_the_list(task_id: int) -> str:
    return f"{reverse('my_day')}#oppgave-{task_id}"
