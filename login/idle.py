"""A session ends after twenty minutes without use, and after ten hours whatever is done.

Twenty, because a consulting room is left between patients and a reception is passed by strangers; ten hours, because
no working day there is longer, so that nobody's login of today is still open tomorrow. Kept here, in the session; the
page's script only warns before, and covers the page after (static/fordel/okt.js). What a page asks for by itself is
no use: else one forgotten page would keep a session alive for ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

BEGAN, USED = "login.began", "login.used"
BACKGROUND = "X-Fordel-Background"


def _grain() -> float:
    """A session is not written on every request; what that may cost in seconds is given back."""
    return min(30, settings.IDLE_SECONDS / 20)


def left(session: Any, now: float) -> tuple[int, bool]:
    """Seconds until the session ends, and whether use no longer puts that off."""
    idle = session.get(USED, now) + settings.IDLE_SECONDS + _grain() - now
    absolute = session.get(BEGAN, now) + settings.SESSION_COOKIE_AGE - now
    return int(min(idle, absolute)), absolute <= idle


def use(request: HttpRequest, now: float) -> None:
    session = request.session
    if BEGAN not in session:
        session[BEGAN] = int(now)
    if now - session.get(USED, 0) >= _grain():
        session[USED] = int(now)
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def is_use(request: HttpRequest) -> bool:
    asked_only = request.method == "GET" and request.path == reverse("session_state")
    return BACKGROUND not in request.headers and not asked_only


class IdleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = time.time()
        if request.user.is_authenticated:
            if left(request.session, now)[0] <= 0:
                self._end(request)
            elif is_use(request):
                use(request, now)
        return self.get_response(request)

    @staticmethod
    def _end(request: HttpRequest) -> None:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        if is_use(request):
            messages.info(request, _("Du ble logget ut fordi Fordel ikke var i bruk."))
