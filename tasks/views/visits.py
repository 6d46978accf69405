"""One visit that serves several tasks: all of them done at once, each with its own minutes."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tasks.actions.doing import complete
from tasks.filters import Filter
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.queries import read
from tasks.views.answers import Desk, what_follows, where_it_stands
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

MOST_TASKS = 20
_TAKE = re.compile(r"(\d{1,18})\.(\d{1,9})\.(\d{1,3})")


@require_POST
@requires(Permission.DO_TASKS)
def complete_visit(request: MemberRequest) -> HttpResponse:
    """Each task of the visit is done, with the minutes that stand in its row; each can be taken back by itself."""
    takes = [found for text in request.POST.getlist("task")[:MOST_TASKS] if (found := _TAKE.fullmatch(text))]
    typed = request.POST.getlist("minutes")
    by_row = typed if len(typed) == len(takes) else [take[3] for take in takes]
    done, refused = [], 0
    # In order of id, as everybody takes many: two who wait never wait for one another.
    for take, minutes in sorted(zip(takes, by_row, strict=True), key=lambda each: int(each[0][1])):
        if _done(request, int(take[1]), int(take[2]), minutes):
            done.append(int(take[1]))
        else:
            refused += 1
    words = ngettext(
        "%(n)d oppgave ble ikke lagret. Se på den.", "%(n)d oppgaver ble ikke lagret. Se på dem.", refused
    )
    if not request.htmx:
        if refused:
            messages.warning(request, words % {"n": refused})
        if done:
            messages.success(request, _("Utført: %(n)d oppgaver.") % {"n": len(done)})
        return HttpResponseRedirect(reverse("my_day"))
    desk = Desk(request.member, where_it_stands(request) or Filter(), timezone.now())
    rows = list(read(request.member, done).values())
    context = {"lines": [desk.reader.line(row) for row in rows], **what_follows(request, desk, rows)}
    context["refused"] = words % {"n": refused} if refused else ""
    return render(request, "tasks/my_day.html#several", context)


def _done(request: MemberRequest, task_id: int, version: int, minutes: str) -> bool:
    try:
        complete(
            task_id, by=request.member, minutes=int(minutes), version=version, at=timezone.now()
        )  # fmt: skip
    except (Task.DoesNotExist, PermissionDenied, NotAllowed, ValueError):
        return False
    return True
