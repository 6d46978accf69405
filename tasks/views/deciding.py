"""What is decided on a task's sheet: put off, handed on, given or sent back, not reached, ended without being done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tasks.actions import closing as closings
from tasks.actions import doing, pairs
from tasks.forms import AttemptForm, PostponeForm, ReasonForm
from tasks.forms.ending import FIELDS
from tasks.models import Closing, Task, TaskState
from tasks.presenters import day_words
from tasks.queries import Receivers, receivers
from tasks.queries.told import note_of
from tasks.views.meeting import decide
from tasks.views.sheet import close_form, hand_on_form, sheet, task_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_POST
@requires(Permission.DO_TASKS)
def postpone(request: MemberRequest, task_id: int) -> HttpResponse:
    return decide(
        request, task_id, "postpone", lambda data: PostponeForm(data, auto_id="utsett_%s"),
        lambda data: doing.postpone(task_id, by=request.member, at=timezone.now(), **data),
        lambda done: (_("%(name)s er utsatt.") % {"name": done.name}, ""),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def hand_on(request: MemberRequest, task_id: int) -> HttpResponse:
    found, now = task_or_404(request, task_id), timezone.now()

    def team() -> Receivers:
        return receivers(found, request.member, today=oslo_date(now))

    def act(data: dict[str, Any]) -> Task:
        to = {m.pk: m for m, _load in team().may}
        return doing.hand_on(task_id, by=request.member, at=now, **{**data, "to": to.get(data["to"])})

    return decide(
        request, task_id, "hand_on", lambda data: hand_on_form(task_or_404(request, task_id), team(), data), act,
        lambda done: (
            _("%(name)s er gitt til %(who)s.") % {"name": done.name, "who": done.assignee or _("teamet")}, "",
        ), version_first=True,
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def reject(request: MemberRequest, task_id: int) -> HttpResponse:
    """What a colleague handed on goes back, with the reason."""
    return decide(
        request, task_id, "reject", lambda data: ReasonForm(data, auto_id="gi-tilbake_%s"),
        lambda data: doing.reject(task_id, by=request.member, at=timezone.now(), **data),
        lambda done: (
            _("%(name)s er gitt tilbake til %(who)s.")
            % {"name": done.name, "who": done.assignee or _("teamet")}, "",
        ),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def send_back(request: MemberRequest, task_id: int) -> HttpResponse:
    """The preparation is not good enough: a new one."""
    return decide(
        request, task_id, "send_back", lambda data: ReasonForm(data, auto_id="send-tilbake_%s"),
        lambda data: pairs.send_back(task_id, by=request.member, at=timezone.now(), **data),
        lambda done: (_("%(name)s er sendt tilbake til forberedelse.") % {"name": done.name}, ""),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def attempt(request: MemberRequest, task_id: int) -> HttpResponse:
    """«Ikke nådd nå»: the task shows again on the day chosen, else after a week, then after a month."""
    now = timezone.now()
    return decide(
        request, task_id, "attempt", lambda data: AttemptForm(data, auto_id="forsok_%s"),
        lambda data: closings.attempt(task_id, by=request.member, at=now, **data),
        lambda tried: (_tried(tried, oslo_date(now)), ""),
    )  # fmt: skip


@require_POST
@requires(Permission.DO_TASKS)
def close(request: MemberRequest, task_id: int) -> HttpResponse:
    """Ended without being done here; when the journal should say so, on to the text for it."""
    now, asked = timezone.now(), request.POST.get("closing", "")
    if asked not in {c.value for c in FIELDS}:
        return sheet(request, task_id, 422, error=_("Velg hvordan oppgaven avsluttes."))
    how = Closing(asked)

    def act(data: dict[str, Any]) -> Task:
        return closings.close(
            task_id, by=request.member, closing=how, at=now, version=data["version"],
            reason=data.get("reason", ""), on=data.get("on"), confirmed=data.get("confirmed", False),
            whole_programme=data.get("scope") == "programme",
        )  # fmt: skip

    return decide(
        request, task_id, f"close_{how.value}",
        lambda data: close_form(task_or_404(request, task_id), how, oslo_date(now), data), act, _closed,
    )  # fmt: skip


def _closed(task: Task) -> tuple[str, str]:
    note = note_of(task) if task.closing in closings.JOURNALLED else None
    words = {"name": task.name, "how": Closing(task.closing).label}
    text = _with_undo(_("%(name)s er avsluttet: %(how)s.") % words, task)
    return text, reverse("journal_note", args=[note.pk]) if note else ""


def _tried(task: Task, today: dt.date) -> str:
    words = {"name": task.name, "day": day_words(task.opens_on, today)}
    if task.opens_on > today and task.state != TaskState.STARTED:
        text = _("%(name)s: ikke nådd. Den vises igjen %(day)s.") % words
    else:
        text = _("%(name)s: ikke nådd. Tre forsøk er gjort: den kan avsluttes som «ikke nådd».") % words
    return _with_undo(text, task)


def _with_undo(text: str, task: Task) -> str:
    """The sentence, and a way to the sheet, where it can be taken back."""
    return format_html(
        '{} <a href="{}">{}</a>', text, reverse("task", args=[task.pk]), _("Se den, eller angre")
    )
