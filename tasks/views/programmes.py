"""Programmes: proposed, approved by a doctor, started for those they are for."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.plans import NotApproved, start_plans
from tasks.actions.programmes import approve_programme
from tasks.jobs import share_out_clinic
from tasks.models import Programme
from tasks.presenters.kinds import yearly_minutes
from tasks.queries import candidate_counts, last_sharing, programme_list
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def programmes(request: MemberRequest) -> HttpResponse:
    context = {
        "programmes": programme_list(request.member),
        "last": last_sharing(request.member),
        "may_approve": may(request.member, Permission.APPROVE_PROGRAMMES),
        "may_start": may(request.member, Permission.START_PLANS),
    }
    return render(request, "tasks/programmes.html", context)


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def programme(request: MemberRequest, programme_id: int) -> HttpResponse:
    found = _programme(request, programme_id)
    today = oslo_date(timezone.now())
    may_start = may(request.member, Permission.START_PLANS)
    steps = list(found.steps.select_related("kind"))
    active = found.plans.filter(state="active").count()
    waiting = candidate_counts(request.member.clinic_id, on=today).get(found.pk, 0) if may_start else None
    context = {
        "programme": found,
        "steps": steps,
        "active": active,
        "waiting": waiting,
        "now_minutes": yearly_minutes(steps, active),
        "more_minutes": yearly_minutes(steps, waiting or 0),
        "may_approve": may(request.member, Permission.APPROVE_PROGRAMMES),
        "may_start": may_start,
    }
    return render(request, "tasks/programme.html", context)


@require_POST
@requires(Permission.APPROVE_PROGRAMMES)
def approve(request: MemberRequest, programme_id: int) -> HttpResponse:
    _programme(request, programme_id)
    approved = approve_programme(programme_id, by=request.member, at=timezone.now())
    messages.success(request, _("%(name)s er godkjent.") % {"name": approved.name})
    return HttpResponseRedirect(reverse("programme", args=[programme_id]))


@require_POST
@requires(Permission.START_PLANS)
def start(request: MemberRequest, programme_id: int) -> HttpResponse:
    found = _programme(request, programme_id)
    try:
        count = start_plans(programme_id, by=request.member, on=oslo_date(timezone.now()))
    except NotApproved:
        messages.error(request, _("En lege må godkjenne programmet før planer kan startes."))
    else:
        text = ngettext("%(n)d pasient fikk plan i %(name)s.", "%(n)d pasienter fikk plan i %(name)s.", count)
        messages.success(request, text % {"n": count, "name": found.name})
    return HttpResponseRedirect(reverse("programme", args=[programme_id]))


@require_POST
@requires(Permission.START_PLANS)
def run_night(request: MemberRequest) -> HttpResponse:
    """Do tonight's work now, for this clinic: open what is due and share it out."""
    clinic_id = request.member.clinic_id
    if not cache.add(f"night:{clinic_id}", 1, timeout=30):
        messages.info(request, _("Fordelingen går alt. Last siden på nytt om litt."))
        return HttpResponseRedirect(reverse("programmes"))
    transaction.on_commit(lambda: share_out_clinic.delay(clinic_id))
    messages.success(
        request, _("Oppgavene åpnes og fordeles nå. Resultatet står her når siden lastes på nytt.")
    )
    return HttpResponseRedirect(reverse("programmes"))


def _programme(request: MemberRequest, programme_id: int) -> Programme:
    found: Programme = get_object_or_404(Programme.objects.visible_to(request.member), pk=programme_id)
    return found
