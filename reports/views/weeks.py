"""The doors to the closed weeks: a list of them, one week, its charts."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.spreadsheets import write_csv, write_sheets
from reports import pages, presenters, queries
from reports.charts import NAMES
from reports.definitions import DEFINITIONS
from reports.exports import LONG, long_rows, tables
from reports.kept import kept
from reports.models import WeeklyReport
from reports.pdf import week_pdf
from teams.calendar import Week, oslo_date
from teams.middleware import MemberRequest
from teams.models import Member, MunicipalLead
from teams.permissions import Permission, may, requires

MANY = 5  # digits: no week has so many editions


@require_safe
@requires(Permission.SEE_REPORTS)
def weeks(request: MemberRequest) -> HttpResponse:
    """Closed weeks, newest first, half a year a page; `?before=2026-W21` goes on from there."""
    before = _week_in(request.GET["before"]) if request.GET.get("before") else None
    reports = queries.weeks_before(request.member, before)
    found = queries.headlines(reports[: queries.PAGE])
    context = pages.weeks_page(found, more=len(reports) > queries.PAGE, first_page=before is None)
    context["leads"] = MunicipalLead.objects.filter(user=request.user).exists()
    return render(request, "reports/weeks.html", context)


@require_safe
@requires(Permission.SEE_REPORTS)
def week(request: MemberRequest, year: int, number: int) -> HttpResponse:
    """One closed week of the reader's own clinic; `?utgave=1` an earlier edition of it."""
    asked, reader = _week_of(year, number), request.member
    editions = queries.editions_of(reader, asked)
    report = _edition(editions, request.GET.get("utgave"))
    drawn = queries.drawn(report)

    def body() -> str:
        return render_to_string("reports/_week.html", _contents(reader, editions, report, drawn))

    may_now = "".join(
        "+" if may(reader, each) else "-" for each in (Permission.DO_TASKS, Permission.OPEN_NUMBERS)
    )
    newest = queries.newest(reader)
    key = f"week:{report.pk}:{report.closed_at.timestamp()}:{newest}:{len(drawn)}:{may_now}"
    context = {
        "week": asked,
        "body": kept(key, body) if drawn else SafeString(body()),
        "persons": presenters.capacity_rows(queries.person_lines(report, reader)),
        "definitions": DEFINITIONS,
    }
    return render(request, "reports/week.html", context)


def _contents(
    reader: Member, editions: Sequence[WeeklyReport], report: WeeklyReport, drawn: Collection[str]
) -> dict[str, Any]:
    """Everything on the page but the lines about persons."""
    asked = Week(report.year, report.week)
    beside = queries.of_weeks([report.clinic_id], [asked.plus(-1), asked.plus(1)])
    around = pages.Around(
        neighbours={Week(each.year, each.week) for each in beside},
        drawn=drawn,
        editions=queries.headlines(editions) if len(editions) > 1 else [],
        team=queries.team_of(reader, oslo_date(timezone.now())),
        may_draft=may(reader, Permission.DO_TASKS),
        may_open=may(reader, Permission.OPEN_NUMBERS),
    )
    trend = queries.trends([report])[report.pk]
    return pages.week_page(trend, queries.lines_of(report, None), around)


def _edition(editions: Sequence[WeeklyReport], asked: str | None) -> WeeklyReport:
    """The newest, or the one asked for; 404 if there is no such."""
    for each in editions:
        if asked is None or asked == str(each.revision):
            return each
    raise Http404


@require_safe
@requires(Permission.SEE_REPORTS)
def export(request: MemberRequest, year: int, number: int, kind: str) -> FileResponse:
    """The week on paper (PDF), or as tables: XLSX with a sheet each, CSV with a line for each number. `?utgave=1`."""
    asked = _week_of(year, number)
    report = _edition(queries.editions_of(request.member, asked), request.GET.get("utgave"))
    if kind not in ("xlsx", "csv", "pdf"):
        raise Http404
    trend, lines = queries.trends([report])[report.pk], queries.lines_of(report, request.member)
    found = tables(trend, lines)
    file = tempfile.TemporaryFile(prefix="fordel-")  # noqa: SIM115  # without a name; the response closes it
    if kind == "csv":
        write_csv(file, LONG, long_rows(asked, found))
    elif kind == "pdf":
        file.write(week_pdf(request.member.clinic.name, trend, lines))
    else:
        write_sheets(file, [table.sheet() for table in found])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"fordel-{asked}.{kind}")


@require_safe
@requires(Permission.SEE_REPORTS)
def chart(request: MemberRequest, year: int, number: int, chart: str) -> HttpResponse:
    """A drawn chart: `movable-light.svg`, `trend-dark.svg`; `?utgave=1` of an earlier edition."""
    name, _dash, theme = chart.rpartition("-")
    asked = request.GET.get("utgave", "1")
    if name not in NAMES or theme not in ("light", "dark") or not (asked.isdecimal() and len(asked) < MANY):
        raise Http404
    edition = int(asked) if "utgave" in request.GET else None
    svg = queries.chart(request.member, _week_of(year, number), name, dark=theme == "dark", edition=edition)
    if svg is None:
        raise Http404
    return HttpResponse(svg, content_type="image/svg+xml")


def _week_of(year: int, number: int) -> Week:
    """The week of an address; 404 for one that no calendar has."""
    return _week_in(f"{year}-W{number:02d}")


def _week_in(text: str) -> Week:
    try:
        return Week.parse(text)
    except ValueError:
        raise Http404(_("Ingen slik uke.")) from None
