"""The page of one absence: what it uncovers, the proposal for it, what can be had back, and setting it right."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.forms.absence import AbsenceForm, BackForm
from tasks.models import AllocationRun, BulkChange, RunState
from tasks.presenters.absence import days_words, what_words
from tasks.presenters.taking_back import back_offer
from tasks.presenters.uncovering import uncovering
from tasks.queries.absence import offer
from tasks.queries.leaving import latest_for_absence
from tasks.uncovering import left_by_absence
from tasks.views import sharing_page
from teams.absences import Known, away_too
from teams.actions.absence import BACK, Overlap, may_cancel, may_register
from teams.calendar import DAY, oslo_date
from teams.middleware import MemberRequest
from teams.models import Absence, Member
from teams.permissions import Permission, may
from teams.templatetags.fordel import short_day

REFUSED = {
    "ends_on": gettext_lazy("Siste dag kan ikke være før den første."),
    "too_long": gettext_lazy("Et fravær varer høyst et år. Registrer resten for seg."),
    "starts_on": gettext_lazy("Velg en dag fra en måned siden til et år frem."),
    "employment": gettext_lazy("%(name)s er ikke ansatt alle de dagene."),
    "reason": gettext_lazy("Velg årsak."),
    "part": gettext_lazy("Velg fra listen."),
    "minutes": gettext_lazy("Skriv hvor mange timer, høyst 12."),
    "cover": gettext_lazy("Stedfortrederen må være en annen, som jobber her alle dagene."),
    "overlap": gettext_lazy(
        "%(name)s er alt borte %(days)s (%(what)s). Endre det fraværet, eller velg andre dager."
    ),
    "day": gettext_lazy("Velg en dag fra i dag, etter første dag borte."),
}
FIELDS = {"too_long": "ends_on", "employment": "starts_on", "overlap": "starts_on"}


def absence_or_404(request: MemberRequest, absence_id: int) -> Absence:
    """Of the clinic, and the member's own or for a leader: others know only that somebody is away."""
    rows = Absence.objects.visible_to(request.member).select_related("member", "cover", "by")
    found: Absence = get_object_or_404(rows, pk=absence_id)
    if not may_register(request.member, found.member):
        raise PermissionDenied("neither a leader nor oneself")
    return found


def page(
    request: MemberRequest,
    found: Absence,
    *,
    form: AbsenceForm | None = None,
    back: BackForm | None = None,
    errors: list[str] | None = None,
) -> HttpResponse:
    """With a form that was refused, that form open and 422. Some thirty queries, however many tasks."""
    by, today = request.member, oslo_date(timezone.now())
    here = reverse("absence", args=[found.pk])
    run = latest_for_absence(found) if may(by, Permission.ASSIGN_TASKS) else None
    left = left_by_absence(found, by, today)
    uncovers = uncovering(left, today) if left else None
    context: dict[str, Any] = {
        **(sharing_page.context(request, run, here) if run else {"here": here}),
        "absence": found, "what": what_words(Known(found, why=True)), "days": days_words(found.starts_on, found.ends_on),
        "today": today, "tomorrow": today + DAY, "own": found.member_id == by.pk,
        "shares_out": may(by, Permission.ASSIGN_TASKS), "apart": True,
        "over": found.ends_on < today, "begun": found.starts_on <= today,
        "uncovering": uncovers, "names": may(by, Permission.SEE_PATIENTS),
        "lead": _lead(uncovers.tasks if uncovers else 0, run),
        "offer": back_offer(offer(found, by, today), today) if takes_back(by, found) else None,
        "change": _change(request, by),
        "form": form or change_form(request, found) if found.ends_on >= today - BACK else None,
        "back": back or BackForm(initial={"day": max(found.starts_on, today) + DAY}),
        "may_cancel": may_cancel(found, today), "errors": errors or [],
    }  # fmt: skip
    return render(request, "tasks/absence.html", context, status=422 if form or back or errors else 200)


def _lead(tasks: int, run: AllocationRun | None) -> str:
    """What the page says first: when a proposal has been carried out, how much it left."""
    if not tasks:
        return _("Ingenting står udekket")
    if run and run.state == RunState.APPLIED:
        return _("Står igjen: %(n)d") % {"n": tasks}
    return _("Dette står udekket")


def takes_back(by: Member, found: Absence) -> bool:
    """May they have the tasks back? Who only manages now has no tasks, and sees no patient's name."""
    return may(by, Permission.DO_TASKS if by.pk == found.member_id else Permission.ASSIGN_TASKS)


def _change(request: MemberRequest, by: Member) -> BulkChange | None:
    """The taking back that has just been done, to be undone; the address names it."""
    sent = request.GET.get("endring", "")
    if not sent.isdecimal() or len(sent) > 18:
        return None
    changes = BulkChange.objects.visible_to(by).filter(pk=int(sent), by=by, undone_at__isnull=True)
    found: BulkChange | None = changes.first()
    return found


def staff(by: Member, today: dt.date) -> QuerySet[Member]:
    """The clinic's members who work there or will."""
    rows: QuerySet[Member] = Member.objects.visible_to(by).exclude(ends_on__lt=today)
    return rows


def change_form(request: MemberRequest, found: Absence, data: Any = None) -> AbsenceForm:
    members = staff(request.member, found.starts_on).exclude(pk=found.member_id)
    return AbsenceForm(data, members=members, everybody=False, initial=AbsenceForm.says(found))


def refuse(form: AbsenceForm, error: ValueError, member: Member) -> None:
    """Say at the field what the action refused, in words."""
    words = {"name": member.name}
    if isinstance(error, Overlap):
        other = Known(error.other, why=True)
        words |= {"days": days_words(other.row.starts_on, other.row.ends_on), "what": what_words(other)}
    form.add_error(FIELDS.get(str(error), str(error)), str(REFUSED[str(error)]) % words)


def cover_words(found: Absence) -> str:
    """A warning when whoever stands in is away too; empty when not. At most one query."""
    if found.cover is None:
        return ""
    both = away_too(found.cover, found.starts_on, found.ends_on)
    if not both:
        return ""
    first, last = max(both[0].starts_on, found.starts_on), min(both[-1].ends_on, found.ends_on)
    days = short_day(first) if first == last else days_words(first, last)
    return _("%(name)s, som er stedfortreder, er selv borte %(days)s.") % {
        "name": found.cover.name,
        "days": days,
    }
