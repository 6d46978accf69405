"""One programme: what it says, its year, whom it is for, its versions; approved, taken out of use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.changing import Changed
from tasks.actions.drafting import may_draft
from tasks.actions.programmes import approve_programme, retire_programme
from tasks.forms.programmes import RetireForm
from tasks.models import Programme
from tasks.presenters.programme_pages import history, to_read
from tasks.presenters.programmes import yearly_work
from tasks.presenters.year import example_year
from tasks.programme_checks import Unsound
from tasks.programme_text import ProgrammeText
from tasks.queries.programmes import (
    Counts,
    clinic_programmes,
    code_names,
    in_force,
    kind_names,
    kinds_of,
    next_text,
    plans_affected,
    professions_here,
    programme_counts,
    read_digest,
    versions_of,
)
from teams.calendar import YEARS, oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

State = Programme.State


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def programme(request: MemberRequest, programme_id: int) -> HttpResponse:
    """What is in force; of a proposal, and of what is out of use, what a doctor would approve."""
    found = found_or_404(request, programme_id)
    return programme_page(
        request, found, in_force(found) if found.state == State.APPROVED else next_text(found)
    )


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def draft(request: MemberRequest, programme_id: int) -> HttpResponse:
    """The next version of what is in force, with what would be otherwise."""
    found = found_or_404(request, programme_id)
    if found.draft is None:
        raise Http404
    if found.state != State.APPROVED:
        return HttpResponseRedirect(reverse("programme", args=[programme_id]))
    return programme_page(request, found, next_text(found), is_draft=True)


@require_safe
@requires(Permission.SEE_PROGRAMMES)
def versions(request: MemberRequest, programme_id: int) -> HttpResponse:
    """Every version word for word, newest first, with what each changed and who approved it."""
    found = found_or_404(request, programme_id)
    lines = history(versions_of(found), kinds=kind_names(), codes=code_names())
    return render(request, "tasks/programme_versions.html", {"programme": found, "versions": lines})


@require_POST
@requires(Permission.APPROVE_PROGRAMMES)
def approve(request: MemberRequest, programme_id: int) -> HttpResponse:
    """The words whose digest the page sent along. Somebody else's meanwhile are not approved: they are shown."""
    found, page = found_or_404(request, programme_id), "programme"
    try:
        approved = approve_programme(
            programme_id, read=request.POST.get("read", ""), by=request.member, at=timezone.now()
        )
    except (Changed, Unsound) as refused:
        messages.error(request, str(refused))
        page = "programme_draft" if found.state == State.APPROVED and found.draft is not None else page
    else:
        said = _("%(name)s er godkjent, versjon %(n)d.") % {"name": approved.name, "n": approved.version}
        messages.success(request, said)
    return HttpResponseRedirect(reverse(page, args=[programme_id]))


@require_POST
@requires(Permission.APPROVE_PROGRAMMES)
def retire(request: MemberRequest, programme_id: int) -> HttpResponse:
    found, form = found_or_404(request, programme_id), RetireForm(request.POST)
    if not form.is_valid():
        return programme_page(request, found, in_force(found), retiring=form, status=422)
    try:
        stopped = retire_programme(
            programme_id, reason=form.cleaned_data["reason"], by=request.member, at=timezone.now()
        )
    except Changed as changed:
        messages.error(request, str(changed))
    else:
        told = [_("%(name)s er tatt ut av bruk.") % {"name": found.name}]
        if stopped:
            told.append(
                ngettext("%(n)d plan er stanset.", "%(n)d planer er stanset.", stopped) % {"n": stopped}
            )
        messages.success(request, " ".join(told))
    return HttpResponseRedirect(reverse("programme", args=[programme_id]))


def found_or_404(request: MemberRequest, programme_id: int) -> Programme:
    found: Programme = get_object_or_404(clinic_programmes(request.member), pk=programme_id)
    return found


def begins_on(text: str | None, today: dt.date) -> dt.date:
    """When the example patient begins; today for what is no day of this century."""
    try:
        day = parse_date(text or "")
    except ValueError:
        day = None
    return day if day and day.year in YEARS and day.year + 2 in YEARS else today


def programme_page(
    request: MemberRequest,
    found: Programme,
    text: ProgrammeText,
    *,
    is_draft: bool = False,
    retiring: RetireForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = oslo_date(timezone.now())
    year = example_year(text, start=begins_on(request.GET.get("fra"), today))
    if request.htmx.target == "aar":
        return render(request, "tasks/programme_year.html", {"year": year})
    before = in_force(found)
    context = {
        "programme": found,
        "read": to_read(found, text, before, kinds=kind_names(), codes=code_names()),
        "year": year,
        "is_draft": is_draft,
        "digest": read_digest(found),
        "affected": plans_affected(found, text) if is_draft else None,
        "retiring": retiring or RetireForm(),
        **_people(request, found, text, before if is_draft else text, today),
        **_may(request, found),
    }
    return render(request, "tasks/programme.html", context, status=status)


def _people(
    request: MemberRequest, found: Programme, text: ProgrammeText, in_use: ProgrammeText, today: dt.date
) -> dict[str, Any]:
    by = request.member
    counts = programme_counts(by, today, only=found.pk).get(found.pk, Counts())
    here = professions_here(by, today)
    work = yearly_work(
        text, in_use, kinds_of([text, in_use]), here=here, plans=counts.active,
        everybody=counts.active + counts.lacking,
    )  # fmt: skip
    return {"counts": counts, "work": work, "by_list": text.by_condition and not text.on_discharge}


def _may(request: MemberRequest, found: Programme) -> dict[str, bool]:
    by = request.member
    doctor = may(by, Permission.APPROVE_PROGRAMMES)
    return {
        "may_approve": doctor,
        "may_retire": doctor and found.state != State.RETIRED,
        "may_start": may(by, Permission.START_PLANS) and found.state == State.APPROVED,
        "may_draft": may_draft(by) and found.state != State.RETIRED,
        "sees_patients": may(by, Permission.SEE_PATIENTS),
    }
