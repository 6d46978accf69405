"""«Logg oppgave»: work that nobody planned, told of in one press, or two where it could be done in several ways."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tasks.actions.doing import log_work
from tasks.forms import LogForm
from tasks.models import Task
from tasks.queries import LOGGED, quick_kinds, usual_minutes, work_row
from tasks.views.answers import Desk, what_follows, where_it_stands
from tasks.views.once import key_of
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

FORM, PANEL = (
    "logg-skjema",
    "logg-panel",
)  # what is asked for: the form on Min dag, or nothing but what follows


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def log(request: MemberRequest) -> HttpResponse:
    """The form for what is not among the six; sent, it (or one of the six) is logged as done just now."""
    member, now, asked = request.member, timezone.now(), request.method != "POST"
    first = quick_kinds(member, today=oslo_date(now)) if asked or not request.htmx else []
    form = LogForm(None if asked else request.POST, profession=member.profession, first=first)
    if asked or not form.is_valid():
        template = "tasks/log_page.html" + ("#form" if request.htmx.target == FORM else "")
        return render(request, template, {"log_form": form}, status=200 if asked else 422)
    data, kind = form.cleaned_data, form.cleaned_data["kind"]
    usual = usual_minutes(member).get((kind.pk, LOGGED)) or kind.minutes_for(member.profession)
    task = log_work(
        kind, by=member, minutes=data["minutes"] or usual, origin=data["origin"] or kind.origin,
        sender=data["sender"], at=now, channel=data["channel"], once=key_of(request),
    )  # fmt: skip
    return _logged(request, task, now)


def _logged(request: MemberRequest, task: Task, now: dt.datetime) -> HttpResponse:
    """On Min dag what follows from it, without moving anything; else back there with a message."""
    text = _("Logget: %(name)s, %(n)d min.") % {"name": task.name, "n": task.minutes or 0}
    wanted = where_it_stands(request) if request.htmx.target == PANEL else None
    if wanted is None:
        messages.success(request, text)
        return HttpResponseRedirect(reverse("my_day"))
    desk = Desk(request.member, wanted, now)
    follows = what_follows(request, desk, [work_row(request.member, task.pk)])
    # Sent twice, it stands among what is done already, unless the first answer was lost.
    again = "" if task.ended_at == now else str(task.pk)
    return render(request, "tasks/logged.html", {"text": text, "again": again, **follows})
