"""A member's login, as those see it who manage members: the link to it, sent, shown once, taken back."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

import structlog
from django.contrib import messages
from django.core.mail import get_connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from teams.accesses import open_link
from teams.actions.invitations import make_link, take_link_back
from teams.forms.logins import LinkForm
from teams.login_mail import message
from teams.middleware import MemberRequest
from teams.models import Invitation, Member
from teams.permissions import Permission, requires

ANSWERS_WITHIN = 8  # seconds: somebody waits for the page
REFUSED = {
    "ended": gettext_lazy("Medarbeideren har sluttet."),
    "no_access": gettext_lazy("Medarbeideren har ingen tilgang nå. Godkjenn den først, under Tilganger."),
    "own": gettext_lazy("Ditt eget passord bytter du under innloggingen din."),
    "more": gettext_lazy("Medarbeideren har tilgang til mer enn du har. Be en teamleder lage lenken."),
    "elsewhere": gettext_lazy(
        "Brukeren har også tilgang et annet sted. Da lager den som drifter Fordel lenken."
    ),
}
log = structlog.get_logger()


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def member_login(request: MemberRequest, member_id: int) -> HttpResponse:
    """Whether the member has a login, and a link to it. The link itself is on this one answer and never again."""
    person = get_object_or_404(Member.objects.visible_to(request.member).select_related("user"), pk=member_id)
    now = timezone.now()
    form = LinkForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"person": person, "form": form}
    if form.is_valid():
        try:
            made, token = make_link(member_id, by=request.member, at=now)
        except ValueError as error:
            form.add_error(None, str(REFUSED[str(error)]))
        else:
            context["link"] = request.build_absolute_uri(reverse("open_invitation", args=[token]))
            context |= {
                "made": made,
                "sent_to": _send(request, made, token, form.cleaned_data.get("email", "")),
            }
    context["open"] = open_link(person, now)
    return render(request, "teams/login.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def take_back(request: MemberRequest, member_id: int) -> HttpResponse:
    get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    if take_link_back(member_id, by=request.member, at=timezone.now()):
        messages.success(request, _("Lenken er trukket tilbake og virker ikke mer."))
    return HttpResponseRedirect(reverse("member_login", args=[member_id]))


def _send(request: MemberRequest, made: Invitation, token: str, to: str) -> str:
    """Where it was sent; nothing when it was not, and then the page says so: the link is there to copy."""
    if not to:
        return ""
    try:
        get_connection(timeout=ANSWERS_WITHIN).send_messages([message(made, token, request.member, to)])
    except (SMTPException, OSError) as problem:
        log.warning("invitation_not_mailed", invitation=made.pk, problem=type(problem).__name__)
        messages.error(request, _("E-posten ble ikke sendt. Kopier lenken og gi den selv."))
        return ""
    return to
