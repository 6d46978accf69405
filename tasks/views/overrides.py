"""A leader overrules the sharing out: this one, this day, not that one. And what is urgent is put in at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tasks.actions import overrides
from tasks.actions.urgent import place_now
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.presenters.placing import placed_words
from tasks.views.meeting import onwards, refused_on_sheet
from tasks.views.sheet import allow_form, forbid_form, pin_form, sheet, task_or_404, unpin_form
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires

# What an action refuses, under which field and in which words.
REFUSED: dict[str, tuple[str | None, Promise]] = {
    "reason": ("reason", gettext_lazy("Skriv kort hvorfor.")),
    "to": ("to", gettext_lazy("Velg en som jobber her nå.")),
    "forbidden": ("to", gettext_lazy("Er utelukket fra denne oppgaven. Tillat først.")),
    "day": ("day", gettext_lazy("Velg en dag fra i dag, mens oppgaven er åpen.")),
    "away": ("day", gettext_lazy("Er ikke på jobb den dagen.")),
    "full": ("day", gettext_lazy("Dagen er full. Velg en annen dag, eller tillat overtid på Team-siden.")),
}


@require_POST
@requires(Permission.ASSIGN_TASKS)
def pin(request: MemberRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request, task_id)

    def act(data: dict[str, Any]) -> Task:
        to = Member.objects.visible_to(request.member).get(pk=data.pop("to"))
        return overrides.pin(task_id, by=request.member, at=timezone.now(), to=to, **data)

    return _decide(request, task_id, "pin", partial(pin_form, task), act, _("%(name)s er låst til %(who)s."))


@require_POST
@requires(Permission.ASSIGN_TASKS)
def unpin(request: MemberRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request, task_id)
    return _decide(
        request, task_id, "unpin", partial(unpin_form, task),
        lambda data: overrides.unpin(task_id, by=request.member, at=timezone.now(), **data),
        _("%(name)s er låst opp: neste fordeling kan flytte den."),
    )  # fmt: skip


@require_POST
@requires(Permission.ASSIGN_TASKS)
def forbid(request: MemberRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request, task_id)
    return _decide(
        request, task_id, "forbid", partial(forbid_form, task),
        lambda data: overrides.forbid(task_id, by=request.member, at=timezone.now(), **data),
        _("Utelukket fra %(name)s."),
    )  # fmt: skip


@require_POST
@requires(Permission.ASSIGN_TASKS)
def allow(request: MemberRequest, task_id: int) -> HttpResponse:
    task = task_or_404(request, task_id)
    return _decide(
        request, task_id, "allow", partial(allow_form, task),
        lambda data: overrides.allow(task_id, by=request.member, at=timezone.now(), **data),
        _("Tillatt igjen for %(name)s."),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def place(request: MemberRequest, task_id: int) -> HttpResponse:
    """«Finn noen nå»: answers with who got it and why, on the page that tells it in full."""
    try:
        done = place_now(task_id, by=request.member, at=timezone.now())
    except Task.DoesNotExist:
        raise Http404 from None
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        level = messages.warning if done.obstacle else messages.success
        level(request, placed_words(done, by=request.member, today=oslo_date(timezone.now())))
    return HttpResponseRedirect(reverse("why", args=[task_id]))


def _decide(
    request: MemberRequest,
    task_id: int,
    name: str,
    make: Callable[[Any], forms.Form],
    act: Callable[[dict[str, Any]], Task],
    text: str,
) -> HttpResponse:
    form = make(request.POST)
    if form.is_valid():
        try:
            changed = act(form.cleaned_data)
        except ValueError as error:
            field, words = REFUSED[str(error)]
            form.add_error(field if field in form.fields else None, str(words))
        except PermissionDenied:
            form.add_error(None, _("Kan ikke gjøre denne oppgaven etter lov, yrke eller delegering."))
        except NotAllowed as error:
            return refused_on_sheet(request, task_id, name, make, error)
        else:
            messages.success(request, text % {"name": changed.name, "who": changed.assignee or _("teamet")})
            return onwards(request, reverse("task", args=[task_id]))
    return sheet(request, task_id, 422, {name: form})
