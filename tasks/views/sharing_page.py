"""The page of one sharing out: while it runs, as a proposal, and as what was done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from tasks.models import AllocationRun, Cause, RunState
from tasks.presenters.loads import days_away, loads_table
from tasks.presenters.sharing import CAUSES, ChangeGroup, change_groups, left_groups, run_sums, run_title
from tasks.queries import may_undo
from tasks.sharings import change_rows, change_sums, left_rows, members_by_id, rows_per_group, unapplied
from teams.calendar import oslo_date
from teams.middleware import MemberRequest

OPEN_UP_TO = 40  # changes whose lists stand open
SLOW = dt.timedelta(seconds=30)
UNFINISHED = (RunState.WAITING, RunState.RUNNING)


def run_or_404(request: MemberRequest, run_id: int) -> AllocationRun:
    runs = AllocationRun.objects.visible_to(request.member)
    found = runs.select_related("asked_by", "decided_by", "undone_by")
    row: AllocationRun = get_object_or_404(found, pk=run_id)
    return row


def page(
    request: MemberRequest,
    run: AllocationRun,
    *,
    status: int = 200,
    errors: list[str] | None = None,
    data: dict[str, Any] | None = None,
) -> HttpResponse:
    """`data` is what was ticked when the choice was refused; everything stands ticked at first."""
    found = context(request, run, reverse("sharing_run", args=[run.pk]), data)
    return render(request, "tasks/sharing_run.html", {**found, "errors": errors or []}, status=status)


def context(
    request: MemberRequest, run: AllocationRun, here: str, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What `tasks/sharing_content.html` shows of a sharing out; `here` is the page it is shown on. Six queries at most."""
    found = {
        "run": run,
        "title": run_title(run),
        "cause": CAUSES[Cause(run.cause)],
        "unfinished": run.state in UNFINISHED,
        "here": here,
    }
    if run.state in UNFINISHED:
        found |= progress(run, here)
    elif run.state != RunState.FAILED:
        found |= _content(request, run, data)
    return found


def progress(run: AllocationRun, here: str) -> dict[str, Any]:
    waited = timezone.now() - run.ran_at
    return {"run": run, "here": here, "waited": max(0, int(waited.total_seconds())), "slow": waited > SLOW}


def answer_progress(request: MemberRequest, run: AllocationRun | None, here: str) -> HttpResponse:
    """For the fragment that asks again: itself, or, when there is something to see, the whole page it is on."""
    if run is not None and run.state in UNFINISHED:
        return render(request, "tasks/sharing_progress.html", progress(run, here))
    # The whole page, so that its title and the hand's place follow.
    return HttpResponse(headers={"HX-Redirect": here})


def _content(request: MemberRequest, run: AllocationRun, data: dict[str, Any] | None) -> dict[str, Any]:
    """Five queries, however many tasks move."""
    by, today = request.member, oslo_date(timezone.now())
    members, sums = members_by_id(by), change_sums(run)
    rows = change_rows(run, per_group=rows_per_group(sums))
    groups = change_groups(sums, rows, members, today=today, away=days_away(run.loads))
    proposed = run.state == RunState.PROPOSED
    return {
        "sums": run_sums(sums, run.left, run.gap),
        "loads": loads_table(run.loads, members),
        "groups": groups,
        "left": left_groups(run.left, left_rows(run, by), today=today),
        "choose": proposed,
        "opened": sum(group.count for group in groups) <= OPEN_UP_TO,
        "aside": 0 if proposed else unapplied(run),
        "may_undo": may_undo(run),
        **_ticks(groups, data),
    }


def _ticks(groups: list[ChangeGroup], data: dict[str, Any] | None) -> dict[str, Any]:
    shown = {line.task_id for group in groups for line in group.lines}
    ticked = data or {"group": {group.key for group in groups}, "task": shown}
    return {"shown": sorted(shown), "choice": {"group": ticked["group"], "task": ticked["task"]}}
