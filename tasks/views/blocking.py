"""A patient's blocks: registered, with what that does to the tasks of those who are blocked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from patients.access_forms import BlockForm
from patients.access_queries import block_lines
from patients.actions import record_access
from patients.models import Ground
from patients.views.corrections import found_or_404
from tasks.actions.blocking import Blocked
from tasks.actions.blocking import block_patient as block
from teams.calendar import DAY, midnight, oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BLOCK_PATIENTS)
def block_patient(request: MemberRequest, patient_id: int) -> HttpResponse:
    """The patient's blocks so far, and a new one."""
    found, now = found_or_404(request, patient_id), timezone.now()
    members = Member.objects.visible_to(request.member).employed_on(oslo_date(now)).order_by("name")
    form = BlockForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = midnight(data["until"] + DAY) if data["until"] else None
        try:
            done = block(
                found, list(data["members"]), all_but=data["all_but"] == "1", until=until, note=data["note"],
                by=request.member, at=now,
            )  # fmt: skip
        except ValueError as error:
            form.add_error(str(error), _("Velg en dag som kommer."))
        else:
            messages.success(request, _words(done))
            return HttpResponseRedirect(reverse("blocks"))
    record_access(found, by=request.member, ground=Ground.FOLLOW_UP, what="sperringer")
    context = {"patient": found, "form": form, "lines": block_lines(request.member, patient_id=found.pk)}
    return render(request, "tasks/block_patient.html", context, status=422 if form.errors else 200)


def _words(done: Blocked) -> str:
    text = _("Sperringen gjelder fra nå.")
    if done.moved:
        moved = ngettext(
            "%(n)d oppgave er flyttet til andre.",
            "%(n)d oppgaver er flyttet til andre.",
            done.moved - done.left,
        )
        text += " " + moved % {"n": done.moved - done.left}
    if done.left:
        left = ngettext("%(n)d har ingen ennå.", "%(n)d har ingen ennå.", done.left)
        text += " " + left % {"n": done.left}
    return text
