"""After-control: what is unusual about who has looked at whom, and what came of looking into it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patients.access_forms import ReviewForm
from patients.access_queries import patients_by_id
from patients.actions.reviewing import review_access
from tasks.presenters.unusual import groups, titles
from tasks.queries.unusual import MOST, RULES, unusual
from teams.calendar import DAY, oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires

SPANS = (7, 14, 30, 90)


@require_safe
@requires(Permission.CONTROL_ACCESS)
def unusual_access(request: MemberRequest) -> HttpResponse:
    """The last days by rule: `dager`, `regel`, and `alle` for what has been controlled too. Three queries."""
    return _page(request)


def _page(request: MemberRequest, refused: ReviewForm | None = None) -> HttpResponse:
    today, asked = oslo_date(timezone.now()), request.GET.get("dager", "")
    span = int(asked) if asked in map(str, SPANS) else SPANS[1]
    rule = request.GET.get("regel", "") if request.GET.get("regel", "") in RULES else ""
    controlled = "alle" in request.GET
    found = unusual(request.member, today - (span - 1) * DAY, today, rule=rule, reviewed=controlled)
    patients = patients_by_id(request.member, (each.patient_id for each in found[:MOST]))
    context = {
        "groups": groups(found[:MOST], patients, request.member),
        "more": len(found) > MOST,
        "most": MOST,
        "span": span,
        "spans": SPANS,
        "rule": rule,
        "rules": titles(),
        "controlled": controlled,
        "reads": may(request.member, Permission.READ_ACCESS_LOG),
        "refused": refused,
    }
    return render(request, "tasks/unusual.html", context, status=422 if refused else 200)


@require_POST
@requires(Permission.CONTROL_ACCESS)
def review(request: MemberRequest) -> HttpResponse:
    """One finding is looked into, with a word on what that showed."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        if set(form.errors) != {"note"}:
            raise Http404
        return _page(request, form)
    data = form.cleaned_data
    member = get_object_or_404(Member.objects.visible_to(request.member), pk=data["member"])
    if data["rule"] not in RULES or not _was_found(
        request.member, data["rule"], member, data["day"], data["patient"]
    ):
        raise Http404
    review_access(
        rule=data["rule"], member=member, day=data["day"], patient_id=data["patient"], note=data["note"],
        by=request.member, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Kontrollert."))
    return HttpResponseRedirect(reverse("unusual_access"))


def _was_found(reader: Member, rule: str, member: Member, day: dt.date, patient_id: int) -> bool:
    found = unusual(reader, day, day, rule=rule, reviewed=True)
    return any((each.member_id, each.patient_id) == (member.pk, patient_id) for each in found)
