"""Which patients have blocked somebody, a block ended, and a blocked patient opened all the same."""

from __future__ import annotations

import structlog
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.access_forms import BreakGlassForm
from patients.access_queries import block_lines, glasses
from patients.actions import blocking
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

log = structlog.get_logger()
# Whoever guesses who has blocked them is stopped. Only misses count: an emergency has a patient.
MISSES = {"break_glass": "10/h/user"}


@require_safe
@requires(Permission.BLOCK_PATIENTS)
def blocks(request: MemberRequest) -> HttpResponse:
    """Every block of the clinic, those in force first. Two queries."""
    lines = block_lines(request.member)
    context = {
        "in_force": [line for line in lines if line.in_force],
        "over": [line for line in lines if not line.in_force],
    }
    return render(request, "patients/blocks.html", context)


@require_POST
@requires(Permission.BLOCK_PATIENTS)
def end_block(request: MemberRequest, block_id: int) -> HttpResponse:
    block = blocking.end_block(block_id, by=request.member, at=timezone.now())
    messages.success(request, _("Sperringen er opphevet."))
    return HttpResponseRedirect(reverse("block_patient", args=[block.patient_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.BREAK_GLASS)
def break_glass(request: MemberRequest) -> HttpResponse:
    """Who is meant is sent, never in an address; the answer is the same whether there is nobody so called or no block.

    After ten misses in an hour 429: they are in the log, without whom they were about.
    """
    form = BreakGlassForm(request.POST or None)
    if not _may_miss(request, dry_run=True):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    if request.method == "POST" and form.is_valid():
        found = blocking.break_glass(**form.cleaned_data, by=request.member, at=timezone.now())
        if found:
            return HttpResponseRedirect(reverse("patient", args=[found.pk]))
        _may_miss(request, dry_run=False)
        log.warning("glass_missed", member=request.member.pk, clinic=request.member.clinic_id)
        form.add_error(None, _("Ingen pasient med disse opplysningene er sperret for deg."))
    context = {
        "form": form,
        "minutes": int(blocking.OPEN_FOR.total_seconds() // 60),
        "glasses": glasses(request.member),
    }
    return render(request, "patients/break_glass.html", context, status=422 if form.errors else 200)


def _may_miss(request: MemberRequest, *, dry_run: bool) -> bool:
    return bool(
        ratelimit.consume(request, app="patients", action="break_glass", config=MISSES, dry_run=dry_run)
    )
