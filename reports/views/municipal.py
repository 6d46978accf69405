"""A municipality's clinics side by side, for those who lead it: no patients, no staff."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.models import MunicipalLine
from reports.municipal_page import municipal_page
from teams.calendar import Week
from teams.models import MunicipalLead

WEEKS = 13


@require_safe
def municipality(request: HttpRequest) -> HttpResponse:
    """`?kommune=0301&uke=2026-W47`; the first that one leads, and its newest week. 404 for whoever leads none."""
    user: Any = request.user
    leads = list(
        MunicipalLead.objects.filter(user=user).select_related("municipality").order_by("municipality__name")
    )
    wanted = request.GET.get("kommune")
    led = next((each.municipality for each in leads if wanted in (None, each.municipality.number)), None)
    if led is None:
        raise Http404
    lines = MunicipalLine.objects.filter(municipality=led)
    weeks = [
        Week(year, week)
        for year, week in lines.order_by("-year", "-week").values_list("year", "week").distinct()[:WEEKS]
    ]
    week = _week(request.GET.get("uke"), weeks)
    rows = lines.filter(year=week.year, week=week.number) if week else lines.none()
    context = municipal_page(led, [each.municipality for each in leads], week, weeks, rows)
    return render(request, "reports/municipality.html", context)


def _week(asked: str | None, weeks: list[Week]) -> Week | None:
    if asked is None:
        return weeks[0] if weeks else None
    found = next((week for week in weeks if str(week) == asked), None)
    if found is None:
        raise Http404
    return found
