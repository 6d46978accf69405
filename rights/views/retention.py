"""What is kept for how long, what the night took, and what waits for somebody to decide."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.actions import record_accesses
from rights.actions.deleting import accept_back
from rights.models import Tombstone
from rights.queries.deleting import came_back, deletions, latest_runs, outlived, waiting
from rights.retention_rows import rule_rows
from rights.views.patient import GROUND
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

SHOWN = 50


@require_safe
@requires(Permission.PATIENT_RIGHTS)
def retention(request: MemberRequest) -> HttpResponse:
    """Seven queries. That patients are named here is written down at each of them."""
    reader, today = request.member, oslo_date(timezone.now())
    asked, back, gone = waiting(reader), came_back(reader), outlived(reader, today)
    listed = list(gone[:SHOWN])
    named = {each.patient_id for each in asked if each.patient_id} | {
        each.back_id for each in back if each.back_id
    }
    record_accesses(
        named | {each.pk for each in listed}, by=reader, ground=str(GROUND), what=_("oppbevaring og sletting")
    )
    context = {
        "rules": rule_rows(latest_runs()),
        "asked": asked,
        "back": back,
        "gone": listed,
        "gone_total": len(listed) if len(listed) < SHOWN else gone.count(),
        "deletions": deletions(reader)[:SHOWN],
        "may_decide": may(reader, Permission.DECIDE_DELETION),
    }
    return render(request, "rights/retention.html", context)


@require_POST
@requires(Permission.DECIDE_DELETION)
def may_stay(request: MemberRequest, tombstone_id: int) -> HttpResponse:
    try:
        accept_back(tombstone_id, by=request.member)
    except Tombstone.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Pasienten blir stående."))
    return HttpResponseRedirect(reverse("retention"))
