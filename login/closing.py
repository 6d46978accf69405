"""How people get an account (by invitation, never by signing up), and how a login is taken in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from login import limits
from login.second_factor import seconds_since_authentication
from teams.middleware import MemberMiddleware

WRONG = _("Brukernavnet eller passordet er feil.")
TOO_MANY = _(
    "For mange forsøk på kort tid. Vent et kvarter, eller logg inn fra en nettleser du har brukt før, eller med passnøkkel."
)


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": _("Passordet er feil."),
        "enter_current_password": _("Skriv passordet du har nå."),
        "incorrect_code": _("Koden er feil, eller brukt før. Vent på neste kode og prøv igjen."),
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        """That column alone: who is a superuser is not the application's to write (teams/migrations/0002)."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        used = limits.attempt(request, credentials.get("username", ""))
        if used is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = used  # allauth takes it back when the password was right

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **about)
        limits.know(request, response, user.get_username())
        return response

    def is_reauthentication_required(self, *, app: str, **about: Any) -> bool:
        """Who has logged in this very minute has just shown who they are; allauth itself would ask at once again."""
        if seconds_since_authentication(self.request) < REAUTHENTICATION_TIMEOUT:
            return False
        required: bool = super().is_reauthentication_required(app=app, **about)
        return required


class Inside(MemberMiddleware):
    """The view, and what allauth means by raising: «log in again first», «this is the answer».

    Django asks middleware about exceptions of views that it calls itself; ours are called from `process_view`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self._answer = AccountMiddleware(get_response).process_exception

    def process_view(
        self,
        request: Any,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase:
        try:
            return super().process_view(request, view, args, kwargs)
        except (ReauthenticationRequired, ImmediateHttpResponse) as raised:
            response: HttpResponseBase = self._answer(request, raised)
            return response


class LoginRequired(LoginRequiredMiddleware):
    """Closed by default. A fragment asked for after the session has ended sends the whole page to the login."""

    def handle_no_permission(  # type: ignore[override]  # Django promises a redirect; 204 carries one
        self, request: Any, view_func: Any
    ) -> HttpResponseBase:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        to_login = redirect_to_login(request.htmx.current_url_abs_path or "/")
        return HttpResponse(status=204, headers={"HX-Redirect": to_login.url})
