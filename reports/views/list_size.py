"""List size and delegation: how many patients a doctor can carry, and how long the clinic's lists are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports import team_queries
from reports.actions.rates import forget_rate, set_rate
from reports.forms import HOURS, SHARES, YEAR, CapForm, ListSizeForm, RateDayForm, RateForm
from reports.list_size import AREAS, published
from reports.list_size_page import list_size_page
from reports.models import GrantRate
from teams.actions.list_caps import set_list_cap
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_REPORTS)
def list_size(request: MemberRequest) -> HttpResponse:
    """With the published hours until somebody writes others; what is written stands in the address."""
    asked = any(name in request.GET for name in (*HOURS.values(), *SHARES.values(), YEAR))
    return _page(request, ListSizeForm(request.GET if asked else _published()))


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def set_cap(request: MemberRequest) -> HttpResponse:
    form = CapForm(request.POST)
    if not form.is_valid():
        wrong = {"member": request.POST.get("member", ""), "text": request.POST.get("cap", "")[:10]}
        return _page(request, ListSizeForm(_published()), refused={**wrong, "why": form.errors})
    try:
        doctor = set_list_cap(form.cleaned_data["member"], form.cleaned_data["cap"], by=request.member)
    except Member.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Listetaket til %(name)s er lagret.") % {"name": doctor.name})
    return HttpResponseRedirect(reverse("list_size"))


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def set_grant_rate(request: MemberRequest) -> HttpResponse:
    form = RateForm(request.POST)
    if not form.is_valid():
        return _page(request, ListSizeForm(_published()), rate=form)
    told = form.cleaned_data
    set_rate(
        begins=told["fra"], below=told["til"], above=told["over"], source=told["kilde"], by=request.member,
        at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Satsen er lagret."))
    return HttpResponseRedirect(reverse("list_size") + "#tilskudd")


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def forget_grant_rate(request: MemberRequest) -> HttpResponse:
    form = RateDayForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        forget_rate(form.cleaned_data["fra"], by=request.member)
    except GrantRate.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Satsen er tatt bort."))
    return HttpResponseRedirect(reverse("list_size") + "#tilskudd")


def _published() -> dict[str, str]:
    told = {HOURS[area]: published()["hours"][area] for area in AREAS} | dict.fromkeys(SHARES.values(), 0)
    return {
        name: str(value).replace(".", ",")
        for name, value in {**told, YEAR: published()["hours"]["year"]}.items()
    }


def _page(
    request: MemberRequest,
    form: ListSizeForm,
    refused: dict[str, Any] | None = None,
    rate: RateForm | None = None,
) -> HttpResponse:
    """Five queries."""
    today = oslo_date(timezone.now())
    care = form.care() if form.is_valid() else None
    year = float(form.cleaned_data[YEAR]) if care else 0
    lists = team_queries.doctor_lists(request.member, today)
    rates = GrantRate.objects.visible_to(request.member)
    minutes = team_queries.followed_up_by(request.member)
    context = list_size_page(care, year, lists, minutes, rates, today)
    context |= {"form": form, "refused": refused, "may_set": may(request.member, Permission.MANAGE_MEMBERS)}
    context |= {"rate_form": rate or RateForm(), "rate_refused": rate is not None}
    wrong = not care or refused or rate
    return render(request, "reports/list_size.html", context, status=422 if wrong else 200)
