"""Work that hospitals sent, per department: for the practice consultant, and the letter that asks for it back."""

from __future__ import annotations

import io

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports import queries
from reports.definitions import DEFINITIONS
from reports.departments import Department, departments, letter
from reports.forms import PERIODS, PeriodForm
from reports.models import WeeklyReport
from reports.paper import departments_pdf
from reports.presenters import weeks_span
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_safe
@requires(Permission.SEE_REPORTS)
def per_department(request: MemberRequest) -> HttpResponse:
    """`?uker=4` the last closed weeks; `?type=15` with a letter about that kind of work."""
    form = PeriodForm(request.GET)
    reports, found = _found(request, form)
    kind = form.kind()
    context = {
        "departments": found,
        "periods": PERIODS,
        "weeks": form.weeks(),
        "span": weeks_span(reports),
        "minutes": sum(each.minutes for each in found),
        "theirs": sum(each.theirs for each in found),
        "definition": DEFINITIONS["sender"],
        "kind": kind,
        "letter": letter(
            kind, found, clinic=request.member.clinic.name, span=weeks_span(reports), today=oslo_date(timezone.now())
        )
        if kind
        else "",
    }  # fmt: skip
    return render(request, "reports/departments.html", context)


@require_safe
@requires(Permission.SEE_REPORTS)
def per_department_pdf(request: MemberRequest) -> FileResponse:
    """The same on paper."""
    reports, found = _found(request, PeriodForm(request.GET))
    pdf = departments_pdf(request.member.clinic.name, weeks_span(reports), found)
    return FileResponse(io.BytesIO(pdf), as_attachment=True, filename="fordel-fra-sykehus.pdf")


def _found(request: MemberRequest, form: PeriodForm) -> tuple[list[WeeklyReport], list[Department]]:
    """Two queries."""
    weeks = form.weeks()
    reports = queries.weeks_before(request.member, None, limit=weeks)[:weeks]
    return reports, departments(queries.sender_lines(reports))
