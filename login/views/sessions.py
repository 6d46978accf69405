"""How long one is still in, and where else one is logged in."""

from __future__ import annotations

import time
from typing import Any

from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from login import actions
from login.idle import left
from login.presenters import session_rows


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # allauth is untyped
    def get_context_data(self, **about: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**about)
        context["rows"] = session_rows(context["sessions"], self.request.session.session_key)
        return context


@require_POST
def end_session(request: Any, session_id: int) -> HttpResponse:
    try:
        actions.end_session(request.user, session_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("Økten er avsluttet."))
    return HttpResponseRedirect(reverse("usersessions_list"))


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def session_state(request: Any) -> HttpResponse:
    """Seconds left, and whose page it is now. GET asks; POST is use, and has put the end off (login/idle.py)."""
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0})
    seconds, final = left(request.session, time.time())
    member = getattr(request, "member", None)
    return JsonResponse(
        {
            "left": max(0, seconds),
            "final": final,
            "user": str(request.user.pk),
            "place": str(member.pk) if member else "",
            "csrf": get_token(request),
        }
    )


@require_safe
def unlocked(request: HttpRequest) -> HttpResponse:
    """Where a login in a locked page, or in a tab opened from it, ends."""
    return render(request, "login/unlocked.html")
