"""Fordeling: how tasks were shared out and how well, and what a sharing out changes (or would change)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.allocation import weights
from tasks.models import Cause, RunState
from tasks.presenters.banner import banner
from tasks.presenters.loads import days_away
from tasks.presenters.sharing import CAUSES, change_groups, gap_number, gap_words, run_title
from tasks.sharings import (
    MOST_CHANGES,
    RUNS_PER_PAGE,
    change_rows,
    change_sums,
    last_run,
    members_by_id,
    open_proposal,
    runs_of,
)
from tasks.stranded import stranded
from tasks.views.sharing_page import answer_progress, page, run_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_safe
@requires(Permission.ASSIGN_TASKS)
def sharing(request: MemberRequest) -> HttpResponse:
    """When it was last shared out and how good, what no longer holds, and the sharings out before."""
    by, before = request.member, request.GET.get("for", "")
    runs = runs_of(by, before=int(before) if before.isdecimal() and len(before) < 19 else None)
    last = last_run(by, [RunState.APPLIED, RunState.FAILED])
    rows = [
        (run, CAUSES[Cause(run.cause)], "–" if run.gap is None else gap_number(run.gap))
        for run in runs[:RUNS_PER_PAGE]
    ]
    context = {
        "last": last,
        "gap": gap_words(last.gap) if last else "",
        "proposal": open_proposal(by),
        "stranded": banner(stranded(by.clinic_id, oslo_date(timezone.now()))),
        "rows": rows,
        "older": rows[-1][0].pk if len(runs) > RUNS_PER_PAGE else None,
        "weights": [(text, getattr(weights.DEFAULT, name)) for name, text in weights.TEXTS.items()],
    }
    return render(request, "tasks/sharing.html", context)


@require_safe
@requires(Permission.ASSIGN_TASKS)
def sharing_run(request: MemberRequest, run_id: int) -> HttpResponse:
    """One sharing out; while it is computed, the fragment that asks again."""
    run = run_or_404(request, run_id)
    if request.htmx.target != "framdrift":
        return page(request, run)
    return answer_progress(request, run, reverse("sharing_run", args=[run_id]))


@require_safe
@requires(Permission.ASSIGN_TASKS)
def sharing_person(request: MemberRequest, run_id: int, group: int) -> HttpResponse:
    """Everything that one member gets: the list that the proposal's own page shows the first of."""
    run, today = run_or_404(request, run_id), oslo_date(timezone.now())
    sums = [part for part in change_sums(run) if part.group == group]
    if not sums:
        raise Http404
    rows = change_rows(run, group=group, per_group=MOST_CHANGES)
    members, away = members_by_id(request.member), days_away(run.loads)
    (found,) = change_groups(sums, rows, members, today=today, away=away)
    return render(request, "tasks/sharing_person.html", {"run": run, "group": found, "title": run_title(run)})
