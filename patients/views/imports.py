"""Taking in a patient list: upload, progress, what came of it."""

from __future__ import annotations

import csv

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients.actions import remove_upload, start_import, store_upload, stored_path
from patients.forms import UploadForm
from patients.imports.reading import recognise
from patients.imports.rows import Unreadable
from patients.jobs import import_list
from patients.models import ImportRun
from patients.presenters import import_summary, spreadsheet_safe
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

RUNS_SHOWN = 25
PROBLEMS_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT_PATIENTS)
def imports(request: MemberRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            run = _take_upload(request, form)
        except Unreadable as error:
            form.add_error("upload", str(error))
        else:
            return redirect("import_run", run.pk)
    runs = ImportRun.objects.visible_to(request.member).select_related("started_by")[:RUNS_SHOWN]
    return render(
        request, "patients/imports.html", {"form": form, "runs": runs}, status=422 if form.errors else 200
    )


def _take_upload(request: MemberRequest, form: UploadForm) -> ImportRun:
    """Keep the files and leave the rest to a worker. Raises Unreadable for what cannot be an import."""
    files = form.cleaned_data["upload"]
    stored_as = store_upload(files)
    try:
        run = start_import(
            recognise(stored_path(stored_as)),
            by=request.member,
            clinic_id=request.member.clinic_id,
            file_name=", ".join(file.name for file in files),
            stored_as=stored_as,
            good_rows_only=bool(form.cleaned_data["good_rows"]),
        )
    except BaseException:
        remove_upload(stored_as)
        raise
    # If the queue is away, the run waits, and resume_imports finds it.
    transaction.on_commit(lambda: import_list.delay(run.pk, run.clinic_id), robust=True)
    return run


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_run(request: MemberRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(
        ImportRun.objects.visible_to(request.member).select_related("started_by"), pk=run_id
    )
    context = {
        "run": run,
        "summary": import_summary(
            run.counts,
            run.unmapped,
            run.rows_read,
            run.rows_total,
            exact=may(request.member, Permission.SEE_PATIENTS),
        ),
        "problems": run.problems.all()[:PROBLEMS_SHOWN],
        "finished": run.state not in ImportRun.UNFINISHED,
        "behind_another": run.state == ImportRun.State.WAITING
        and ImportRun.objects.visible_to(request.member).running().exists(),
    }
    part = "#run" if request.htmx.target == "run" else ""
    return render(request, f"patients/import_run.html{part}", context)


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_problems(request: MemberRequest, run_id: int) -> HttpResponse:
    """The refused rows as CSV, for whoever mends the list. Bounded by what a run keeps (patients/tally.py)."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.member), pk=run_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="avviste-rader-{run.pk}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("fil"), _("rad"), _("kolonne"), _("feil")])
    for problem in run.problems.iterator():
        writer.writerow([spreadsheet_safe(problem.file_name), problem.row, problem.column, problem.message])
    return response
