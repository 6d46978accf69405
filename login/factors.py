"""The second factors as we have them: names that people know, secrets encrypted, a code good once."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from login import keeping


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("Koden er feil, eller brukt før. Vent på neste kode og prøv igjen."),
    }

    def _get_site_name(self) -> str:
        return "Fordel"

    def encrypt(self, text: str) -> str:
        return keeping.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return keeping.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passnøkkel")

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        place = user.places.order_by("-pk").first()
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": place.name if place else user.get_username()}


def step_of(secret: str, code: str) -> int | None:
    """Which of the half minutes around now a code belongs to."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    for step in range(now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE + 1):
        if constant_time_compare(format_hotp_value(hotp_value(secret, step)), code.strip().replace(" ", "")):
            return step
    return None
