"""Taking in a patient list: the upload, how far it has come, what would come or came of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from patients.actions import receive_upload
from patients.import_forms import ConfirmForm, UploadForm
from patients.import_presenters import (
    differences,
    gone,
    import_summary,
    kept_text,
    outcome,
    patient_sums,
    row_ranges,
    takes_anything,
)
from patients.import_queries import changes, list_size, new_rows
from patients.imports.rows import PATIENTS, Unreadable
from patients.jobs import import_list
from patients.models import ImportChange, ImportRun
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires

RUNS_SHOWN = 25
PROBLEMS_SHOWN = 100
CHANGES_SHOWN = 20
# Where more of the list than one in so many would go, the preview asks twice.
GONE_WARNED_OF = 10


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT_PATIENTS)
def imports(request: MemberRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            run = receive_upload(told["upload"], by=request.member, whole_list=told["whole_list"])
        except Unreadable as error:
            form.add_error("upload", str(error))
        else:
            return go_on(run)
    runs = (
        ImportRun.objects.visible_to(request.member).select_related("started_by").defer("asked")[:RUNS_SHOWN]
    )
    rows = [(run, outcome(run)) for run in runs]
    return render(
        request, "patients/imports.html", {"form": form, "rows": rows}, status=422 if form.errors else 200
    )


def go_on(run: ImportRun) -> HttpResponse:
    """To the worker if there is something for it to do, and to the page that tells how far it has come."""
    if run.state == ImportRun.State.WAITING:
        # If the queue is away, the run waits, and resume_imports finds it.
        transaction.on_commit(lambda: import_list.delay(run.pk, run.clinic_id), robust=True)
    return redirect("import_run", run.pk)


@require_safe
@requires(Permission.IMPORT_PATIENTS)
def import_run(request: MemberRequest, run_id: int) -> HttpResponse:
    """How far it has come, and what came of it. Whoever waits here is led on to what they are asked."""
    rows = ImportRun.objects.visible_to(request.member).select_related("started_by", "confirmed_by")
    run = get_object_or_404(rows.defer("asked"), pk=run_id)
    part = "#run" if request.htmx.target == "run" else ""
    if part and run.state == ImportRun.State.MAPPING and may_have_rows(run, request.member):
        return HttpResponseClientRedirect(reverse("import_columns", args=[run.pk]))
    return render(request, f"patients/import_run.html{part}", run_context(run, request.member))


def run_context(run: ImportRun, member: Member) -> dict[str, Any]:
    """What the page of an import shows. Seven queries at most."""
    sees = may(member, Permission.SEE_PATIENTS)
    problems = list(run.problems.all()[:PROBLEMS_SHOWN])
    ready = run.state == ImportRun.State.READY
    context: dict[str, Any] = {
        "run": run,
        "summary": import_summary(run.counts, run.unmapped, run.rows_read, run.rows_total, exact=sees),
        "problems": problems,
        "kept_text": kept_text(run.counts.get("kept", 0)),
        "unfinished": run.state in ImportRun.UNFINISHED,
        "behind_another": run.state == ImportRun.State.WAITING
        and ImportRun.objects.visible_to(member).running().exists(),
        "differences": differences(run),
        "rows_back": bool(run.rows_file) and may_have_rows(run, member),
        "may_see_patients": sees,
    }
    told = {**context, **_preview_context(run, sees)} if ready else context
    files = {
        row.file_name
        for row in [*problems, *told.get("changed_rows", ()), *told.get("kept_rows", ())]
        if row.file_name
    }
    return {**told, "several_files": bool(files - {run.file_name})}


def _preview_context(run: ImportRun, sees: bool) -> dict[str, Any]:
    missing, size = gone(run.counts), list_size(run.clinic_id)
    # Also those of whom only a condition, drug or contact changes: more than `counts` tells of patients.
    changed = list(changes(run, ImportChange.Fate.CHANGED)[: CHANGES_SHOWN + 1])
    return {
        "form": ConfirmForm(initial={"seen": run.finished_at.isoformat() if run.finished_at else ""}),
        "sums": patient_sums(run.counts, whole_list=run.whole_list),
        "takes": takes_anything(run.counts),
        **{fate: run.counts.get(PATIENTS, {}).get(fate, 0) for fate in ("new", "refused")},
        "gone": missing,
        "gone_rows": list(changes(run, ImportChange.Fate.GONE)[:CHANGES_SHOWN]) if sees and missing else [],
        "gone_is_much": missing * GONE_WARNED_OF > size,
        "size": size,
        "changed_rows": changed[:CHANGES_SHOWN],
        "more_changed": len(changed) > CHANGES_SHOWN,
        "kept_rows": list(changes(run, ImportChange.Fate.KEPT)[:CHANGES_SHOWN])
        if run.counts.get("kept")
        else [],
        "new_rows": row_ranges(new_rows(run)),
        "columns": [(theirs, ours) for theirs, ours in run.mapping.items() if ours],
    }


def may_have_rows(run: ImportRun, member: Member) -> bool:
    """May the member have rows of the file? Whoever sent it has them; others must be allowed to see patients."""
    return run.started_by_id == member.pk or may(member, Permission.SEE_PATIENTS)
