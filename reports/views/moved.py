"""Did it move? Work that has been delegated, before and since."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.definitions import DEFINITIONS
from reports.moved import BEFORE, moved
from reports.team_queries import delegated_kinds, done_by_kind
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_safe
@requires(Permission.SEE_REPORTS)
def realised(request: MemberRequest) -> HttpResponse:
    """Four queries."""
    delegated = delegated_kinds(request.member)
    weeks, done = done_by_kind(request.member, [each.kind.pk for each in delegated])
    context = {"rows": moved(delegated, weeks, done), "before": BEFORE, "definition": DEFINITIONS["realised"]}
    return render(request, "reports/moved.html", context)
