"""Whoever comes with a link: nobody yet, or somebody who works elsewhere too.

The token is in the address once. Its hash goes to the session and the browser to an address without it (as Django's own
password reset does), so that it stands in no history, no Referer and no log of the page itself.
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from teams.actions.invitations import hash_of, join_as, join_as_new, look, set_password
from teams.forms.logins import NewLoginForm, NewPasswordForm
from teams.models import Invitation, Purpose

KEPT = "invitation"  # in the session: the hash
# Nobody guesses 256 bits; whoever tries is stopped anyway. Only links that are good for nothing count.
DEAD_LINKS = {KEPT: "30/5m/ip"}
REFUSED = {
    "username": gettext_lazy("Brukernavnet er tatt. Velg et annet."),
    "has_place": gettext_lazy("Brukeren du er logget inn med, har en plass ved legekontoret fra før."),
}


@require_safe
@login_not_required
@never_cache
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    request.session[KEPT] = hash_of(token)
    return HttpResponseRedirect(reverse("invitation"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """What the link is for, and the form. Opening it uses nothing: programs that look through e-mail open links too."""
    if not _limit(request, dry_run=True):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    try:
        found = look(request.session.get(KEPT, ""), at=timezone.now())
        form = _form(found, request.POST if request.method == "POST" else None)
        if form.is_bound and _use(request, found, form):
            del request.session[KEPT]
            return HttpResponseRedirect("/")
    except Invitation.DoesNotExist:
        _limit(request, dry_run=KEPT not in request.session)
        request.session.pop(KEPT, None)
        return render(request, "teams/invitation_dead.html", status=410)
    context = {"invitation": found, "form": form, "join": found.purpose == Purpose.JOIN}
    return render(request, "teams/invitation.html", context, status=422 if form.is_bound else 200)


def _limit(request: HttpRequest, *, dry_run: bool) -> bool:
    """May this address try again? allauth's own limit, which knows the proxy in front."""
    return bool(
        ratelimit.consume(
            request, app="teams", action=KEPT, config=DEAD_LINKS, limit_get=True, dry_run=dry_run
        )
    )


def _form(found: Invitation, data: Any) -> NewLoginForm | NewPasswordForm:
    user = found.member.user
    if found.purpose == Purpose.JOIN:
        return NewLoginForm(data)
    if user is None:
        raise Invitation.DoesNotExist
    return NewPasswordForm(user, data)


def _use(request: Any, found: Invitation, form: NewLoginForm | NewPasswordForm) -> bool:
    """False when something must be mended first, and the form says what. Raises Invitation.DoesNotExist."""
    token_hash, now = request.session[KEPT], timezone.now()
    try:
        if found.purpose == Purpose.JOIN and request.user.is_authenticated:
            join_as(token_hash, request.user, at=now)
            messages.success(
                request, _("Du har fått plassen ved %(clinic)s.") % {"clinic": found.clinic.name}
            )
        elif not form.is_valid():
            return False
        elif isinstance(form, NewLoginForm):
            join_as_new(token_hash, form.cleaned_data["username"], form.cleaned_data["password1"], at=now)
            messages.success(request, _("Innloggingen er laget. Logg inn med den."))
        else:
            set_password(token_hash, form.cleaned_data["new_password1"], at=now)
            messages.success(request, _("Passordet er byttet. Logg inn med det."))
    except ValueError as error:
        form.add_error("username", str(REFUSED[str(error)]))
        return False
    return True
