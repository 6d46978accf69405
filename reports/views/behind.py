"""From a number to its tasks: for whoever may, and logged."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.naming import note
from reports import queries
from reports.actions.opening import open_number
from reports.behind import NUMBERS
from reports.models import NumberOpened
from tasks.models import TaskKind
from teams.calendar import Week
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

SHOWN = 20  # of who has opened numbers of the week


@require_safe
@requires(Permission.OPEN_NUMBERS)
def tasks_behind(request: MemberRequest, year: int, number: int, what: str) -> HttpResponse:
    """`?type=15` of one kind only, `?foer=1234` the next page."""
    try:
        week = Week.parse(f"{year}-W{number:02d}")
        before = int(request.GET["foer"]) if request.GET.get("foer") else None
        wanted = int(request.GET["type"]) if request.GET.get("type") else None
    except ValueError:
        raise Http404 from None
    report = queries.report_of(request.member, week)
    if report is None or what not in NUMBERS:
        raise Http404
    kind = get_object_or_404(TaskKind, pk=wanted) if wanted is not None else None
    opened = open_number(report, what, kind, by=request.member, at=timezone.now(), before=before)
    note(task.patient_id for task in opened.tasks)
    context = {
        "week": week,
        "name": NUMBERS[what][0],
        "kind": kind,
        "opened": opened,
        "log": NumberOpened.objects.filter(report=report).select_related("by", "kind")[:SHOWN],
    }
    return render(request, "reports/behind.html", context)
