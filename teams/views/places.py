"""Which of one's clinics one works in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from teams.accesses import closed_places_of
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import MunicipalLead


@require_POST
def choose_place(request: MemberRequest) -> HttpResponse:
    """Work in another of one's own clinics."""
    wanted = request.POST.get("member", "")
    place = next((p for p in request.places if str(p.pk) == wanted), None)
    if place is None:
        raise Http404
    request.session["member_id"] = place.pk
    # A form left open in another tab belongs to the clinic just left: its token is no longer good.
    rotate_token(request)
    return HttpResponseRedirect("/")


@require_safe
def no_place(request: HttpRequest) -> HttpResponse:
    """Logged in, but with no place in any clinic today; perhaps with a municipality to look at."""
    user: Any = request.user
    leads = user.is_authenticated and MunicipalLead.objects.filter(user=user).exists()
    closed = closed_places_of(user, oslo_date(timezone.now())) if user.is_authenticated else []
    return render(request, "teams/no_place.html", {"leads": leads, "closed": closed})
