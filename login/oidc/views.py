"""Out to a login provider, and back."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from login.limits import attempt_elsewhere
from login.oidc import exchange, waiting
from login.oidc.actions import log_in
from login.oidc.providers import Provider, providers
from login.oidc.refusals import Reason, Refused, words

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_POST
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """A form with its token, so that no other site can begin a login here; the browser is sent on by the page it gets.

    Not by a redirect: the policy `form-action 'self'` holds for every address a form's answer leads to, and a provider
    leads on to others that nobody here knows the names of.
    """
    provider = _provider(provider_id)
    try:
        if not attempt_elsewhere(request):
            raise Refused(Reason.TOO_MANY)
        address, state, begun = exchange.begin(
            provider, redirect_uri=_redirect_uri(provider), onward=_onward(request)
        )
    except Refused as refused:
        return _refusal(request, provider, refused)
    waiting.put(request.session, state, begun)
    return render(request, "login/oidc_sending.html", {"provider": provider.name, "address": address})


@login_not_required
@never_cache
@require_GET
def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """What the provider sent the browser back with. Whoever is let in goes on; nobody else is told why in detail."""
    provider = _provider(provider_id)
    try:
        begun = waiting.take(request.session, request.GET.get("state", ""), provider)
        person = exchange.finish(provider, begun, request.GET, redirect_uri=_redirect_uri(provider))
        place = log_in(request, person, provider=provider)
    except Refused as refused:
        return _refusal(request, provider, refused)
    log.info("login through a provider: %s, member %s", provider.id, place.pk)
    return HttpResponseRedirect(begun.onward)


def _provider(provider_id: str) -> Provider:
    found = providers().get(provider_id)
    if found is None:
        raise Http404
    return found


def _redirect_uri(provider: Provider) -> str:
    """As it is registered with the provider: of the installation, never of the request. One for each provider, too."""
    return settings.PUBLIC_URL + reverse("oidc_answer", args=[provider.id])


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    own = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=own, require_https=request.is_secure())
    return wanted if safe else "/"


def _refusal(request: HttpRequest, provider: Provider, refused: Refused) -> HttpResponse:
    log.warning(
        "login through a provider refused: %s %s %s", provider.id, refused.reason.value, refused.detail or "-"
    )
    told = words(refused.reason)
    page: dict[str, Any] = {
        "title": told.title % {"provider": provider.name},
        "text": told.text % {"provider": provider.name},
    }
    return render(request, "login/oidc_refused.html", page, status=told.status)
