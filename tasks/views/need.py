"""«Poeng for behov»: what sorts a list of patients by need, seen by all, decided by those who lead."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tasks.actions.need import set_points
from tasks.forms.patients import PointsForm
from tasks.need import DEFAULT
from tasks.presenters.need import points_rows
from tasks.queries.patients_choices import own_points
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, require, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PATIENTS)
def need(request: MemberRequest) -> HttpResponse:
    """The table, and for those who lead the numbers in it. One query."""
    if request.method == "POST":
        return _change(request)
    own = own_points(request.member)
    now = DEFAULT | {reason: row.points for reason, row in own.items()}
    may_change = may(request.member, Permission.START_PLANS)
    form = PointsForm(initial=now) if may_change else None
    return render(request, "tasks/patients_need.html", {"rows": points_rows(own, form)})


def _change(request: MemberRequest) -> HttpResponse:
    require(request.member, Permission.START_PLANS)
    form = PointsForm(DEFAULT if "tilbake" in request.POST else request.POST)
    if not form.is_valid():
        rows = points_rows(own_points(request.member), form)
        return render(request, "tasks/patients_need.html", {"rows": rows}, status=422)
    changed = len(set_points(form.cleaned_data, by=request.member, at=timezone.now()))
    text = ngettext("%(n)d grunn fikk nye poeng.", "%(n)d grunner fikk nye poeng.", changed)
    messages.success(request, text % {"n": changed} if changed else _("Ingen poeng ble endret."))
    return HttpResponseRedirect(reverse("need"))
