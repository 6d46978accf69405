"""Fravær: who is away in the coming weeks, and registering it with what it uncovers in view at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tasks.actions import absence as actions
from tasks.forms.absence import AbsenceForm
from tasks.presenters.absence import absence_lines, calendar, weeks_shown
from tasks.presenters.taking_back import back_words
from tasks.queries.absence import came_back, uncovered_now
from tasks.queries.leaving import latest_for_absence
from tasks.views import absence_page, sharing_page
from teams.absences import absences_in, by_member, colleagues_in
from teams.actions.absence import BACK, LONGEST
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_TEAM)
def absences(request: MemberRequest) -> HttpResponse:
    """Eight weeks as a calendar, and every absence that is, comes, or has just been. Five queries at most."""
    by, today = request.member, oslo_date(timezone.now())
    known, weeks = absences_in(by, today - BACK, today + 2 * LONGEST), weeks_shown(today)
    leads = may(by, Permission.ASSIGN_TASKS)
    lines = absence_lines(known, uncovered_now(by, today) if leads else {})
    context: dict[str, Any] = {
        "weeks": weeks,
        "rows": calendar(colleagues_in(by, weeks[0].monday, weeks[-1].sunday), by_member(known), weeks),
        "now": [line for line in lines if line.row.starts_on <= today <= line.row.ends_on],
        "coming": [line for line in lines if today < line.row.starts_on <= weeks[-1].sunday],
        "later": [line for line in lines if line.row.starts_on > weeks[-1].sunday],
        "been": [line for line in reversed(lines) if line.row.ends_on < today],
        "leads": leads,
        "came_back": back_words(came_back(by, today, everybodys=leads), by, today),
    }
    return render(request, "tasks/absences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_TEAM)
def new_absence(request: MemberRequest) -> HttpResponse:
    """Leaders for everybody, others for themselves."""
    form = _form(request)
    if "member" not in form.fields and request.POST.get("member") not in (None, str(request.member.pk)):
        raise PermissionDenied("somebody else's absence")
    if form.is_valid():
        member = form.cleaned_data.get("member") or request.member
        try:
            found, run = actions.register(member, form.away(), by=request.member, at=timezone.now())
        except ValueError as error:
            absence_page.refuse(form, error, member)
        else:
            messages.success(request, _said(request, member.name, asked=run is not None))
            if words := absence_page.cover_words(found):
                messages.warning(request, words)
            return HttpResponseRedirect(reverse("absence", args=[found.pk]))
    return render(request, "tasks/absence_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.SEE_TEAM)
def absence(request: MemberRequest, absence_id: int) -> HttpResponse:
    """What it uncovers, the proposal, and what can be had back, on one page."""
    found = absence_page.absence_or_404(request, absence_id)
    if request.htmx.target != "framdrift":
        return absence_page.page(request, found)
    run = latest_for_absence(found) if may(request.member, Permission.ASSIGN_TASKS) else None
    return sharing_page.answer_progress(request, run, reverse("absence", args=[absence_id]))


def _form(request: MemberRequest) -> AbsenceForm:
    by, today = request.member, oslo_date(timezone.now())
    everybody = may(by, Permission.ASSIGN_TASKS)
    members = absence_page.staff(by, today - BACK)
    sent = request.GET.get("hvem", "")
    initial = {"starts_on": today, "member": int(sent) if sent.isdecimal() and len(sent) < 19 else None}
    return AbsenceForm(request.POST or None, members=members, everybody=everybody, initial=initial)


def _said(request: MemberRequest, name: str, *, asked: bool) -> str:
    if asked:
        return _(
            "Fraværet til %(name)s er registrert. Her ser du hva som står udekket, og snart et forslag."
        ) % {"name": name}
    if may(request.member, Permission.ASSIGN_TASKS):
        return _("Fraværet til %(name)s er registrert.") % {"name": name}
    return _("Fraværet ditt er registrert. Teamlederen ser det, og fordeler oppgavene.")
