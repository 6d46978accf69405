"""Words on a task set right beside what was written."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.actions import record_access
from rights.actions.rectifying import rectify
from rights.forms import RectifyForm
from rights.queries.rectifying import words_of
from tasks.models import Task
from tasks.views.sheet import task_or_404
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def rectify_task(request: MemberRequest, task_id: int) -> HttpResponse:
    found, form = task_or_404(request, task_id), RectifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            rectify(task_id, about=told["om"], text=told["tekst"], by=request.member, at=timezone.now())
        except ValueError:
            form.add_error("tekst", _("Skriv det som er riktig, til noe som står på siden."))
        else:
            messages.success(request, _("Rettelsen står ved siden av det som var skrevet."))
            return HttpResponseRedirect(reverse("rectify_task", args=[task_id]))
    return _page(request, found, form)


def _page(request: MemberRequest, found: Task, form: RectifyForm) -> HttpResponse:
    """The page; or what was set right alone, for the task's own sheet, which has been written down already."""
    words, part = words_of(found), "#rectified" if request.htmx.target == "rettet" else ""
    if found.patient and (not part or any(each.rectified for each in words)):
        record_access(
            found.patient, by=request.member, ground=_("oppfølging"), what=_("oppgave: tekster og rettelser")
        )
    refused = {form.data.get("om"): form} if form.is_bound else {}
    context = {
        "task": found,
        "words": [(each, refused.get(each.about)) for each in words],
        "empty": RectifyForm(),
    }
    return render(request, f"rights/rectify.html{part}", context, status=422 if form.errors else 200)
