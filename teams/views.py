"""Who works here."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from teams.calendar import OSLO, working_days
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires
from teams.queries import capacity


@require_POST
def choose_place(request: MemberRequest) -> HttpResponse:
    """Work in another of one's own clinics."""
    wanted = request.POST.get("member", "")
    place = next((p for p in request.places if str(p.pk) == wanted), None)
    if place is None:
        raise Http404
    request.session["member_id"] = place.pk
    return HttpResponseRedirect("/")


def no_place(request: HttpRequest) -> HttpResponse:
    """Logged in, but with no place in any clinic today."""
    return render(request, "teams/no_place.html")


@require_GET
@requires(Permission.SEE_TEAM)
def team(request: MemberRequest) -> HttpResponse:
    today = dt.datetime.now(OSLO).date()
    days = working_days(today, 5)
    minutes = capacity(days)
    members = Member.objects.visible_to(request.member).employed_on(today).exclude(profession="")
    rows = [(m, [minutes.get(m.pk, {}).get(day) for day in days]) for m in members]
    return render(request, "teams/team.html", {"days": days, "rows": rows})
