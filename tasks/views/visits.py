"""One visit that serves several tasks: all of them done at once, each with its own minutes."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tasks.actions.doing import complete
from tasks.filters import Filter
from tasks.life import NotAllowed
from tasks.models import Task
from tasks.queries import read
from tasks.views.answers import Desk, line_of, what_follows, where_it_stands
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

MOST_TASKS = 20
_TAKE = re.compile(r"(\d{1,18})\.(\d{1,9})")  # a task and the version that was shown


@require_POST
@requires(Permission.DO_TASKS)
def complete_visit(request: MemberRequest) -> HttpResponse:
    """Each task of the visit is done, with the minutes that stand in its row; each can be taken back by itself."""
    done, refused = [], 0
    # In order of id, as everybody takes many: two who wait never wait for one another.
    for take, minutes in sorted(_takes(request), key=lambda each: int(each[0][1])):
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
            messages.success(request, _done_words(len(done)))
        return HttpResponseRedirect(reverse("my_day"))
    desk = Desk(request.member, where_it_stands(request) or Filter(), timezone.now())
    rows = list(read(request.member, done).values())
    context = {"lines": [line_of(request, desk, row) for row in rows], **what_follows(request, desk, rows)}
    context["refused"] = words % {"n": refused} if refused else ""
    return render(request, "tasks/my_day.html#several", context)


def _takes(request: MemberRequest) -> list[tuple[re.Match[str], str]]:
    """Each task with its minutes: from the rows as they stand on the page, each of which sends both (`take`, `minutes`).

    Without JavaScript the visit's own form sends what was proposed (`task`). Those of which nothing fits are left out.
    """
    if request.htmx:
        rows, typed = request.POST.getlist("take"), request.POST.getlist("minutes")
        # Never one row's minutes for another: without a pair each, none is taken.
        sent = list(zip(rows, typed, strict=True)) if len(rows) == len(typed) else [(row, "") for row in rows]
    else:
        proposed = (text.rpartition(".") for text in request.POST.get("task", "").split())
        sent = [(row, minutes) for row, _dot, minutes in proposed]
    return [(found, minutes) for row, minutes in sent[:MOST_TASKS] if (found := _TAKE.fullmatch(row))]


def _done_words(n: int) -> str:
    return ngettext("%(n)d oppgave er utført.", "%(n)d oppgaver er utført.", n) % {"n": n}


def _done(request: MemberRequest, task_id: int, version: int, minutes: str) -> bool:
    try:
        complete(
            task_id, by=request.member, minutes=int(minutes), version=version, at=timezone.now()
        )  # fmt: skip
    except (Task.DoesNotExist, PermissionDenied, NotAllowed, ValueError):
        return False
    return True
