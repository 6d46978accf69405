"""What somebody decides of an import: how its columns are read, that it is taken in, or that it is not."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.actions import (
    AlreadyDecided,
    confirm_import,
    discard_import,
    map_columns,
)
from patients.headings import Asked
from patients.import_forms import ConfirmForm, MappingForm
from patients.imports.rows import Unreadable
from patients.models import ImportRun
from patients.views.imports import go_on, may_have_rows, run_context
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT_PATIENTS)
def import_columns(request: MemberRequest, run_id: int) -> HttpResponse:
    """Their headings with what stands under them, and our column for each."""
    run = get_object_or_404(ImportRun.objects.visible_to(request.member).undecided(), pk=run_id)
    if not may_have_rows(run, request.member):
        raise PermissionDenied
    asked = _asked(run)
    if asked is None:
        return redirect("import_run", run.pk)
    form = MappingForm(request.POST or None, asked=asked, chosen=run.mapping)
    if request.method == "POST" and form.is_valid():
        try:
            return go_on(map_columns(run, by=request.member, headings=asked.headings, mapping=form.mapping()))
        except AlreadyDecided as error:
            messages.info(request, str(error))
            return redirect("import_run", run.pk)
        except Unreadable as error:
            form.add_error(None, str(error))
    context = {"run": run, "asked": asked, "form": form}
    return render(request, "patients/import_columns.html", context, status=422 if form.errors else 200)


def _asked(run: ImportRun) -> Asked | None:
    """The file to map: the one that waits for it, or when all are mapped, the first. None if nothing is to map."""
    if not run.asked:
        return None
    return Asked.kept(run.asked[-1 if run.state == ImportRun.State.MAPPING else 0])


@require_POST
@requires(Permission.IMPORT_PATIENTS)
def import_confirm(request: MemberRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.member), pk=run_id)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Se igjennom på nytt, og bekreft igjen."))
        context = run_context(run, request.member)
        if "form" in context:
            context["form"].initial["take_off"] = "take_off" in request.POST
        return render(request, "patients/import_run.html", context, status=422)
    told = form.cleaned_data
    try:
        return go_on(confirm_import(run, by=request.member, seen=told["seen"], take_off=told["take_off"]))
    except AlreadyDecided as error:
        messages.info(request, str(error))
        return redirect("import_run", run.pk)


@require_POST
@requires(Permission.IMPORT_PATIENTS)
def import_discard(request: MemberRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.visible_to(request.member), pk=run_id)
    try:
        discard_import(run, by=request.member)
    except AlreadyDecided as error:
        messages.info(request, str(error))
        return redirect("import_run", run.pk)
    messages.success(request, _("Importen er forkastet. Ingenting er tatt inn."))
    return redirect("imports")
