"""«Hvorfor meg?»: why a task is with whom it is, for whoever may see it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.actions import record_access
from patients.models import Block
from tasks.models import Task
from tasks.presenters import as_seen, line
from tasks.presenters.why import Team
from tasks.presenters.why import why as why_words
from tasks.queries import delegations_of, work_row
from tasks.sharings import loads_now
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires


@require_safe
@requires(Permission.DO_TASKS)
def why(request: MemberRequest, task_id: int) -> HttpResponse:
    """The same number of queries for two colleagues as for fifty (tested)."""
    by, today = request.member, oslo_date(timezone.now())
    found = Task.objects.visible_to(by).select_related("kind", "patient__list_doctor", "assignee")
    task: Task = get_object_or_404(found, pk=task_id)
    if task.patient:
        record_access(task.patient, by=by, ground="oppfølging", what="oppgave")
    colleagues = Member.objects.visible_to(by).employed_on(today).exclude(profession="")
    blocked = Block.objects.against(task.patient_id, [m.pk for m in colleagues])
    shown = [m for m in colleagues if m.pk not in blocked]
    team = Team(shown, delegations_of(task), loads_now(by, today=today))
    context = {
        "task": task,
        "line": line(work_row(by, task_id), person=as_seen(task.assignee, by), today=today),
        "why": why_words(task, team, by=by, today=today),
    }
    return render(request, "tasks/why.html", context)
