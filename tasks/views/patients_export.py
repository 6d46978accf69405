"""A list of patients taken out as a file: as on screen, everybody in it, and written down at each of them."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from patients.actions import record_accesses
from patients.spreadsheets import Cell, write_csv, write_xlsx
from tasks.presenters.patients_export import WIDTHS, export_row, headings
from tasks.queries.patients import PatientRow, found, rows
from tasks.queries.patients_choices import need_points
from tasks.views.patients import asked, list_page, whom
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires

AT_ONCE = 1000


@require_POST
@requires(Permission.SEE_PATIENTS)
def export_patients(request: MemberRequest) -> HttpResponse | HttpResponseBase:
    """The file is whole before any of it is sent, in the transaction that wrote down who was in it.

    Three queries, and one for each thousand patients.
    """
    wanted, form = asked(request)
    if not form.is_valid():
        return list_page(request, wanted, form)
    by, today = request.member, oslo_date(timezone.now())
    points = need_points(by)
    ids = found(by, *whom(wanted, form), today=today, points=points, limit=None).ids
    record_accesses(ids, by=by, ground=_("oppfølging"), what=_("eksport av liste"))
    lines = (export_row(row, points, today) for row in _all_rows(by, ids, today))
    return _file("csv" if request.POST.get("format") == "csv" else "xlsx", lines, today)


def _all_rows(by: Member, ids: list[int], today: dt.date) -> Iterator[PatientRow]:
    for first in range(0, len(ids), AT_ONCE):
        yield from rows(by, ids[first : first + AT_ONCE], today=today)


def _file(kind: str, lines: Iterator[list[Cell]], today: dt.date) -> FileResponse:
    file = tempfile.TemporaryFile(prefix="fordel-")  # noqa: SIM115  # without a name; the response closes it
    if kind == "csv":
        write_csv(file, headings(), lines)
    else:
        write_xlsx(file, headings(), lines, widths=WIDTHS)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"pasienter-{today}.{kind}")
