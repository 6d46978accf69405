"""The week's report by e-mail: asking for it, and what became of what was sent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reports.actions.subscribing import send_again, subscribe, unsubscribe
from reports.forms import MailForm
from reports.models import Delivery, Language, Recipient
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_REPORTS)
def by_mail(request: MemberRequest) -> HttpResponse:
    """One's own wish, and the last deliveries: one's own, everybody's for a leader."""
    reader = request.member
    own = Recipient.objects.filter(member=reader).first()
    initial: dict[str, Any] = {
        "adresse": own.address if own else request.user.email,
        "papir": own.paper if own else True,
        "sprak": own.language if own else Language.BOKMAL,
    }
    form = MailForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and settings.EMAIL_HOST:
        said = form.cleaned_data
        subscribe(
            by=reader, address=said["adresse"], paper=said["papir"], language=said["sprak"], at=timezone.now()
        )
        messages.success(
            request, _("Du får ukesrapporten hver mandag morgen fra og med den neste uken som lukkes.")
        )
        return HttpResponseRedirect(reverse("by_mail"))
    deliveries = Delivery.objects.visible_to(reader).select_related("recipient__member")
    if not may(reader, Permission.MANAGE_MEMBERS):
        deliveries = deliveries.filter(recipient__member=reader)
    context = {
        "form": form,
        "own": own,
        "on": bool(settings.EMAIL_HOST),
        "deliveries": deliveries.order_by("-id")[:SHOWN],
    }
    return render(request, "reports/by_mail.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.SEE_REPORTS)
def no_mail(request: MemberRequest) -> HttpResponse:
    unsubscribe(by=request.member)
    messages.success(request, _("Du får ikke ukesrapporten på e-post lenger."))
    return HttpResponseRedirect(reverse("by_mail"))


@require_POST
@requires(Permission.SEE_REPORTS)
def mail_again(request: MemberRequest, delivery_id: int) -> HttpResponse:
    try:
        send_again(delivery_id, by=request.member, at=timezone.now())
    except Delivery.DoesNotExist:
        raise Http404 from None
    except ValueError:
        messages.warning(request, _("Den er alt sendt, eller er på vei."))
    else:
        messages.success(request, _("Den blir sendt igjen innen ti minutter."))
    return HttpResponseRedirect(reverse("by_mail"))
