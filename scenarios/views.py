"""Hva om: what somebody has tried out, one of them, and a form for a new one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scenarios import actions, drafts
from scenarios.changes import MOST, read
from scenarios.choices import Choices
from scenarios.definitions import DEFINITIONS
from scenarios.forms import FORMS, NameForm
from scenarios.models import Scenario
from scenarios.presenters import monday_to_come, shown
from scenarios.queries import choices_for, listed
from scenarios.situation import spans_from
from scenarios.wording import in_words
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

LISTED = 50
SLOW = 60  # seconds that nothing has been heard for


@require_safe
@requires(Permission.SEE_REPORTS)
def scenarios(request: MemberRequest) -> HttpResponse:
    """One's own and the shared ones. Five queries."""
    choices = choices_for(request.member, oslo_date(timezone.now()))
    rows = [(each, in_words(read(each.changes), choices)) for each in listed(request.member)[:LISTED]]
    kinds = [(form.what, form.title) for form in FORMS.values()]
    return render(request, "scenarios/scenarios.html", {"rows": rows, "kinds": kinds, "me": request.member})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_REPORTS)
def new_scenario(request: MemberRequest) -> HttpResponse:
    """A form that changes are added to and taken out of; kept, it is worked out at once."""
    today = oslo_date(timezone.now())
    told = choices_for(request.member, today), monday_to_come(today)
    if request.method != "POST":
        return _form(request, _begun(request, *told))
    if "legg" in request.POST or "fjern" in request.POST:
        return _form(request, drafts.changed(request.POST, *told))
    draft = drafts.sent(request.POST, *told)
    if not draft.is_valid():
        return _form(request, draft, status=422)
    about = draft.about.cleaned_data
    made = actions.make(**about, changes=draft.read(), by=request.member, at=timezone.now())
    return HttpResponseRedirect(reverse("scenario", args=[made.pk]))


def _begun(request: MemberRequest, choices: Choices, monday: dt.date) -> drafts.Draft:
    """Empty, with the kinds that the address names, or like another scenario."""
    like = request.GET.get("fra", "")
    if like.isdecimal() and len(like) < 19:
        found = _visible(request, int(like))
        return drafts.like(found, read(found.changes), choices, monday)
    return drafts.blank(choices, monday, kinds=request.GET.getlist("endring"))


def _form(request: MemberRequest, draft: drafts.Draft, *, status: int = 200) -> HttpResponse:
    kinds = [(form.what, form.title) for form in FORMS.values()]
    context = {"draft": draft, "kinds": kinds, "most": MOST, "none": status == 422 and not draft.changes}
    return render(request, "scenarios/new_scenario.html", context, status=status)


@require_safe
@requires(Permission.SEE_REPORTS)
def scenario(request: MemberRequest, scenario_id: int) -> HttpResponse:
    """While it is worked out, and what it came to. Five queries, or one for the fragment that asks how far it is."""
    found = _visible(request, scenario_id)
    if request.htmx.target == "framdrift":
        if found.unfinished:
            return render(request, "scenarios/progress.html", _progress(found))
        # The whole page, so that its title and the hand's place follow.
        return HttpResponse(headers={"HX-Redirect": reverse("scenario", args=[found.pk])})
    return _page(request, found)


def _page(
    request: MemberRequest, found: Scenario, *, name: NameForm | None = None, status: int = 200
) -> HttpResponse:
    choices = choices_for(request.member, oslo_date(timezone.now()))
    context = {
        **_progress(found),
        "changes": in_words(read(found.changes), choices),
        "own": found.by_id == request.member.pk,
        "name": name or NameForm(initial={"name": found.name}),
        "shown": shown(found.result) if found.result else None,
        "definitions": DEFINITIONS,
    }
    return render(request, "scenarios/scenario.html", context, status=status)


def _progress(found: Scenario) -> dict[str, Any]:
    weeks = len(spans_from(oslo_date(found.asked_at), found.weeks))
    silent = (timezone.now() - (found.beat_at or found.asked_at)).total_seconds()
    return {"scenario": found, "total": 2 * weeks, "slow": silent > SLOW}


@require_POST
@requires(Permission.SEE_REPORTS)
def run_scenario(request: MemberRequest, scenario_id: int) -> HttpResponse:
    return _did(request, scenario_id, actions.run_again, at=timezone.now())


@require_POST
@requires(Permission.SEE_REPORTS)
def share_scenario(request: MemberRequest, scenario_id: int) -> HttpResponse:
    return _did(request, scenario_id, actions.share, shared=request.POST.get("del") == "1")


@require_POST
@requires(Permission.SEE_REPORTS)
def rename_scenario(request: MemberRequest, scenario_id: int) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, _visible(request, scenario_id), name=form, status=422)
    return _did(request, scenario_id, actions.rename, name=form.cleaned_data["name"])


@require_POST
@requires(Permission.SEE_REPORTS)
def delete_scenario(request: MemberRequest, scenario_id: int) -> HttpResponse:
    try:
        actions.delete(scenario_id, by=request.member)
    except Scenario.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Regnestykket er slettet."))
    return HttpResponseRedirect(reverse("scenarios"))


def _did(request: MemberRequest, scenario_id: int, action: Any, **told: Any) -> HttpResponse:
    """Do it to one's own, and back to its page."""
    try:
        action(scenario_id, by=request.member, **told)
    except Scenario.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("scenario", args=[scenario_id]))


def _visible(request: MemberRequest, scenario_id: int) -> Scenario:
    rows = Scenario.objects.visible_to(request.member).select_related("by")
    found: Scenario = get_object_or_404(rows, pk=scenario_id)
    return found
