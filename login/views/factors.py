"""Second factors set up and taken away: allauth's own pages, and what follows from them with us."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.http import HttpResponse

from login import actions


class ActivateCodes(ActivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        added = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        actions.use_code(added, form.cleaned_data["code"])
        actions.factor_added(self.request, added)
        return response


class DeactivateCodes(DeactivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.factor_removed(self.request, self.request.user)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """Always one that the device keeps and asks a PIN or a finger for: two factors in one, and good by itself."""

    def get_context_data(self, **about: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**about)
        context["js_data"] = {"creation_options": begin_registration(self.request.user, True)}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        passkeys = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.WEBAUTHN)
        actions.factor_added(self.request, passkeys.latest("pk"))
        return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        actions.factor_removed(self.request, self.request.user)
        return response
