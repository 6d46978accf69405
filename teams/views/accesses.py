"""Who is let in until when, and the decisions about it; and the table of who may do what."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teams.accesses import access_lines, another_manages
from teams.actions.access import YEAR, approve_access, withdraw_access
from teams.calendar import oslo_date
from teams.forms.logins import ApproveForm, WithdrawForm
from teams.matrix import heads, right_lines, room_lines
from teams.middleware import MemberRequest
from teams.models import Access, Member
from teams.permissions import Permission, may, requires

REFUSED = {
    "nobody": gettext_lazy("Kryss av for hvem det gjelder."),
    "until": gettext_lazy("Velg en dag fra i dag til om ett år."),
    "ended": gettext_lazy("En av dem har sluttet."),
    "own": gettext_lazy("Din egen tilgang godkjennes av en annen, så lenge noen andre kan."),
    "reason": gettext_lazy("Skriv grunnen, høyst 200 tegn."),
    "withdrawn": gettext_lazy("Tilgangen er trukket fra før."),
    "last_leader": gettext_lazy(
        "Ingen andre med innlogging leder teamet. Gjør en annen til teamleder først."
    ),
}


@require_safe
@requires(Permission.SEE_TEAM)
def accesses(request: MemberRequest) -> HttpResponse:
    """Everybody's for those who manage members; else one's own."""
    return accesses_page(request)


def accesses_page(request: MemberRequest, form: ApproveForm | None = None) -> HttpResponse:
    by, today = request.member, oslo_date(timezone.now())
    manages = may(by, Permission.MANAGE_MEMBERS)
    lines = access_lines(by, today, only=None if manages else by.pk)
    context = {
        "lines": lines, "today": today, "may_manage": manages, "ticked": request.POST.getlist("member") if form else None,
        "own_by_another": manages and another_manages(by, today),
        "form": form or ApproveForm(latest=today + YEAR),
    }  # fmt: skip
    return render(request, "teams/accesses.html", context, status=422 if form else 200)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def approve(request: MemberRequest) -> HttpResponse:
    """One, some or all, until the same day."""
    now = timezone.now()
    form = ApproveForm(request.POST, latest=oslo_date(now) + YEAR)
    if not form.is_valid():
        return accesses_page(request, form)
    try:
        approved = approve_access(
            form.cleaned_data["member"], form.cleaned_data["until"], by=request.member, at=now
        )
    except Member.DoesNotExist as unknown:
        raise Http404 from unknown
    except ValueError as error:
        form.add_error("until" if str(error) == "until" else None, str(REFUSED[str(error)]))
        return accesses_page(request, form)
    n = len(approved)
    messages.success(
        request, ngettext("%(n)d tilgang er godkjent.", "%(n)d tilganger er godkjent.", n) % {"n": n}
    )
    return HttpResponseRedirect(reverse("accesses"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def withdraw(request: MemberRequest, member_id: int) -> HttpResponse:
    person = get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw_access(member_id, form.cleaned_data["reason"], by=request.member, at=timezone.now())
        except ValueError as error:
            form.add_error(None, str(REFUSED[str(error)]))
        else:
            messages.success(request, _("Tilgangen til %(who)s er trukket tilbake.") % {"who": person.name})
            return HttpResponseRedirect(reverse("accesses"))
    context = {"person": person, "form": form}
    return render(request, "teams/withdraw.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.SEE_TEAM)
def matrix(request: MemberRequest) -> HttpResponse:
    """For whoever works here, and for a security officer to print: the table that the addresses themselves go by."""
    context = {
        "accesses": [access.label for access in Access], "heads": heads(), "rights": right_lines(), "rooms": room_lines(),
        "today": oslo_date(timezone.now()),
    }  # fmt: skip
    return render(request, "teams/matrix.html", context)
