"""How people get an account: by invitation, never by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.http.response import HttpResponseBase


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def is_open_for_signup(self, request: Any) -> bool:
        return False


class LoginRequired(LoginRequiredMiddleware):
    """Closed by default. A fragment asked for after the session has ended sends the whole page to the login."""

    def handle_no_permission(  # type: ignore[override]  # Django promises a redirect; 204 carries one
        self, request: Any, view_func: Any
    ) -> HttpResponseBase:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        to_login = redirect_to_login(request.htmx.current_url_abs_path or "/")
        return HttpResponse(status=204, headers={"HX-Redirect": to_login.url})
