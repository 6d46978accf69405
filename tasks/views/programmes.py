"""The clinic's programmes: the list, and all that waits for a doctor to read and approve at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.actions.changing import Changed
from tasks.actions.drafting import may_draft
from tasks.actions.programmes import approve_programmes
from tasks.forms.programmes import ApproveForm
from tasks.jobs import share_out_clinic
from tasks.presenters.programme_pages import grouped, to_read
from tasks.programme_checks import Unsound
from tasks.queries import last_sharing
from tasks.queries.programmes import (
    clinic_programmes,
    code_names,
    in_force,
    kind_names,
    next_text,
    programme_counts,
    read_digest,
    waiting_programmes,
)
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def programmes(request: MemberRequest) -> HttpResponse:
    """By where they stand, what waits for a doctor first."""
    by = request.member
    rows = [(p, in_force(p) if p.state == p.State.APPROVED else next_text(p)) for p in clinic_programmes(by)]
    groups = grouped(
        rows, programme_counts(by, oslo_date(timezone.now())), kinds=kind_names(), codes=code_names()
    )
    context = {
        "groups": groups,
        "waiting": sum(line.waits for group in groups for line in group.lines),
        "last": last_sharing(by),
        "may_approve": may(by, Permission.APPROVE_PROGRAMMES),
        "may_start": may(by, Permission.START_PLANS),
        "may_draft": may_draft(by),
        "sees_patients": may(by, Permission.SEE_PATIENTS),
    }
    return render(request, "tasks/programmes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.APPROVE_PROGRAMMES)
def read_programmes(request: MemberRequest) -> HttpResponse:
    """All that waits for a doctor, every word of it; those ticked are approved. `?program=` has one ticked."""
    by = request.member
    rows = waiting_programmes(by)
    choices = {p.pk: f"{p.pk}:{read_digest(p)}" for p in rows}
    form = ApproveForm(request.POST if request.method == "POST" else None, choices=choices.values())
    if form.is_valid():
        try:
            approved = approve_programmes(form.digests(), by=by, at=timezone.now())
        except (Changed, Unsound) as refused:
            form.add_error(None, str(refused))
        else:
            text = ngettext("%(n)d program er godkjent.", "%(n)d programmer er godkjent.", len(approved))
            messages.success(request, text % {"n": len(approved)})
            return HttpResponseRedirect(reverse("programmes"))
    ticked = request.POST.getlist("read") or [
        choice for pk, choice in choices.items() if str(pk) == request.GET.get("program")
    ]
    kinds, codes = kind_names(), code_names()
    shown = [to_read(p, next_text(p), in_force(p), kinds=kinds, codes=codes) for p in rows]
    context = {
        "shown": [(each, choices[each.programme.pk], choices[each.programme.pk] in ticked) for each in shown],
        "form": form,
    }
    return render(request, "tasks/programmes_read.html", context, status=422 if form.is_bound else 200)


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
