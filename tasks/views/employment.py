"""Somebody leaves: the last day, what hangs on them, and the proposal for what they hold."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tasks.actions import employment as actions
from tasks.forms.absence import LastDayForm
from tasks.presenters.uncovering import uncovering
from tasks.queries.leaving import hanging_on, latest_for_leaving
from tasks.uncovering import left_by_leaving
from tasks.views import sharing_page
from teams.calendar import DAY, oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.templatetags.fordel import long_day

REFUSED = {
    "last_day": gettext_lazy(
        "Velg en dag fra en måned siden til et år frem, etter at arbeidsforholdet begynte."
    ),
    "ended": gettext_lazy(
        "Arbeidsforholdet er alt slutt. Legg til en ny medarbeider om noen begynner igjen."
    ),
    "last_leader": gettext_lazy(
        "Ingen andre med innlogging leder teamet etter den dagen. Gjør en annen til teamleder først."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def end(request: MemberRequest, member_id: int) -> HttpResponse:
    """Set the last day; then the page shows what that uncovers, with a proposal for it."""
    found, now = _member(request, member_id), timezone.now()
    form = LastDayForm(
        request.POST or None, today=oslo_date(now), initial={"last_day": found.ends_on or oslo_date(now)}
    )
    if form.is_valid():
        day = form.cleaned_data["last_day"]
        try:
            actions.end(member_id, day, by=request.member, at=now)
        except ValueError as error:
            form.add_error("last_day", str(REFUSED[str(error)]))
        else:
            words = {"name": found.name, "day": long_day(day)}
            messages.success(request, _("%(name)s har siste arbeidsdag %(day)s.") % words)
            return HttpResponseRedirect(reverse("end_employment", args=[member_id]))
    if request.htmx.target == "framdrift":
        return sharing_page.answer_progress(request, latest_for_leaving(request.member), request.path)
    return _page(request, found, form)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def undo(request: MemberRequest, member_id: int) -> HttpResponse:
    """The member stays after all."""
    found = _member(request, member_id)
    try:
        done = actions.undo(member_id, by=request.member, at=timezone.now())
    except ValueError as error:
        messages.error(request, str(REFUSED[str(error)]))
    else:
        text = _("%(name)s slutter ikke likevel. %(n)d delegeringer gjelder videre.")
        messages.success(request, text % {"name": found.name, "n": done.delegations})
    return HttpResponseRedirect(reverse("end_employment", args=[member_id]))


@require_POST
@requires(Permission.ASSIGN_TASKS)
def propose(request: MemberRequest, member_id: int) -> HttpResponse:
    _member(request, member_id)
    actions.propose(member_id, by=request.member, at=timezone.now())
    return HttpResponseRedirect(reverse("end_employment", args=[member_id]))


def _member(request: MemberRequest, member_id: int) -> Member:
    found: Member = get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    return found


def _page(request: MemberRequest, found: Member, form: LastDayForm) -> HttpResponse:
    """Some twenty-five queries, however many tasks. Whoever manages members without patients sees numbers alone."""
    by, today = request.member, oslo_date(timezone.now())
    here = reverse("end_employment", args=[found.pk])
    last_day = found.ends_on or today
    run = latest_for_leaving(by) if found.ends_on and may(by, Permission.ASSIGN_TASKS) else None
    left = left_by_leaving(found, last_day + DAY, by, today)
    context: dict[str, Any] = {
        **(sharing_page.context(request, run, here) if run else {"here": here}),
        "person": found,
        "form": form,
        "past": found.ends_on is not None and found.ends_on < today,
        "names": may(by, Permission.SEE_PATIENTS),
        "shares_out": may(by, Permission.ASSIGN_TASKS),
        "uncovering": uncovering(left, today),
        "hanging": hanging_on(found, by, last_day),
        "apart": True,
    }
    return render(request, "tasks/employment.html", context, status=422 if form.is_bound else 200)
