"""The buttons on the login page, one for each provider."""

from __future__ import annotations

from typing import Any

from django import template

from login.oidc.providers import providers

register = template.Library()


@register.inclusion_tag("login/oidc_buttons.html", takes_context=True)
def oidc_buttons(context: template.Context, onward: str = "") -> dict[str, Any]:
    return {
        "providers": list(providers().values()),
        "onward": onward or "",
        "csrf_token": context.get("csrf_token"),
    }
