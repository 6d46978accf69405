"""The rows of an import: those that would change somebody, and those that were refused."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.actions import rows_path
from patients.import_queries import PAGE, changes
from patients.models import ImportChange, ImportRun
from patients.presenters import spreadsheet_safe
from patients.views.imports import may_have_rows
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

# As addresses call them.
_FATES = {
    "endret": ImportChange.Fate.CHANGED,
    "ikke-i-filen": ImportChange.Fate.GONE,
    "rettet-her": ImportChange.Fate.KEPT,
}


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_changes(request: MemberRequest, run_id: int, fate: str) -> HttpResponse:
    """All that a preview says would be changed, is not in the file, or stays as corrected; a hundred a page."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.member), pk=run_id)
    sees = may(request.member, Permission.SEE_PATIENTS)
    if fate not in _FATES or run.state != ImportRun.State.READY:
        raise Http404
    if _FATES[fate] == ImportChange.Fate.GONE and not sees:
        raise PermissionDenied
    page = Paginator(changes(run, _FATES[fate]), PAGE).get_page(request.GET.get("side"))
    context = {
        "run": run,
        "page": page,
        "fate": fate,
        "gone": _FATES[fate] == ImportChange.Fate.GONE,
        "may_see_patients": sees,
    }
    return render(request, "patients/import_changes.html", context)


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_problems(request: MemberRequest, run_id: int) -> HttpResponse:
    """What is wrong with the refused rows, as CSV. Bounded by what a run keeps (patients/tally.py)."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.member), pk=run_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="avviste-meldinger-{run.pk}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("fil"), _("rad"), _("kolonne"), _("feil")])
    for problem in run.problems.iterator():
        writer.writerow([spreadsheet_safe(problem.file_name), problem.row, problem.column, problem.message])
    return response


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_refused(request: MemberRequest, run_id: int) -> HttpResponseBase:
    """The refused rows as they were sent, in the same format, to mend and send again."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.member).exclude(rows_file=""), pk=run_id)
    if not may_have_rows(run, request.member):
        raise PermissionDenied
    try:
        rows = rows_path(run).open("rb")
    except OSError:
        messages.error(request, _("Radene kan ikke hentes igjen. Bruk filen du lastet opp."))
        return redirect("import_run", run.pk)
    return FileResponse(rows, as_attachment=True, filename=run.rows_file)
