"""One patient: what is next, what is open, who did the last; then plans, the story, and what we know."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from patients.access_queries import open_glass
from patients.actions import record_access
from patients.models import Patient
from patients.presenters import condition_rows, identifier_rows
from patients.queries import Story, story
from patients.views.corrections import found_or_404
from tasks.presenters.patient import access_words, done_rows, open_rows, standing_words
from tasks.presenters.plans import fits, plan_cards
from tasks.presenters.timeline import lines, tabs
from tasks.presenters.visits import next_visits
from tasks.queries.patient import FollowUp, follow_up
from tasks.queries.timeline import timeline
from tasks.timeline import SHOWN, parse_place
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

# What the page shows, as the access log says it.
_SHOWN = gettext_lazy("pasientside: planer, oppgaver, hendelser, tilstander, legemidler")


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient(request: MemberRequest, patient_id: int) -> HttpResponse:
    """All of one patient. That it was opened is written down first, so that the page shows it too. Some 25 queries."""
    found, now = found_or_404(request, patient_id), timezone.now()
    record_access(found, by=request.member, ground=_("oppfølging"), what=str(_SHOWN))
    told, follow = story(found, today=oslo_date(now)), follow_up(found, by=request.member)
    context = {
        **_about(found, told, oslo_date(now)),
        **_follow(found, told, follow, oslo_date(now)),
        **_story(request, found, now),
        "may_make": may(request.member, Permission.DO_TASKS),
        "may_plan": may(request.member, Permission.PLAN_PATIENTS),
        "may_block": may(request.member, Permission.BLOCK_PATIENTS),
        "glass": open_glass(request.member, found.pk),
        "may_rights": may(request.member, Permission.PATIENT_RIGHTS),
    }
    return render(request, "tasks/patient.html", context)


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient_timeline(request: MemberRequest, patient_id: int) -> HttpResponse:
    """The story alone: of one kind (`slag`), or what came before (`etter`)."""
    found = found_or_404(request, patient_id)
    record_access(found, by=request.member, ground=_("oppfølging"), what=_("hendelser"))
    part = {"hendelser": "#timeline", "eldre": "#older"}.get(request.htmx.target or "", "")
    context = {"patient": found, **_story(request, found, timezone.now())}
    return render(request, f"tasks/patient_timeline.html{part}", context)


def _about(found: Patient, told: Story, today: dt.date) -> dict[str, Any]:
    return {
        "patient": found,
        "year": today.year,
        "age": found.age_on(found.deceased_on or today),
        "conditions": [row for row, c in zip(condition_rows(told.conditions), told.conditions, strict=True) if c.struck_at is None],
        "medications": told.medications,
        "identifiers": identifier_rows(told.identifiers),
        "accesses": access_words(told.accesses),
    }  # fmt: skip


def _follow(found: Patient, told: Story, follow: FollowUp, today: dt.date) -> dict[str, Any]:
    has = {c.icpc2: c for c in told.conditions if c.struck_at is None and c.ends_on is None}
    titles = {row.code: row.name for row in condition_rows(has.values())}
    codes = frozenset(has)
    drugs = sum(d.ends_on is None or d.ends_on > today for d in told.medications)
    cards = plan_cards(follow.plans, follow.events, codes, drugs)
    other = fits(follow.programmes, follow.plans, codes, titles, drugs)
    opened = open_rows(follow.open_tasks, today)
    followed = found.deceased_on is None and found.moved_on is None and found.institution_on is None
    return {
        "followed": followed,
        "visits": next_visits(follow.plans, follow.leading, today=today) if followed else [],
        "open_tasks": opened,
        "standing": standing_words(opened),
        "done_tasks": done_rows(follow.done_tasks, today),
        "plans": [card for card in cards if card.state == "active"],
        "ended": [card for card in cards if card.state != "active"],
        "to_resume": [card for card in cards if card.gone and card.resumable] if followed else [],
        "fits": [fit for fit in other if fit.why],
        "others": [fit for fit in other if not fit.why],
    }


def _story(request: MemberRequest, found: Patient, now: dt.datetime) -> dict[str, Any]:
    chosen, key = request.GET.get("slag", ""), request.GET.get("etter", "")
    if chosen not in SHOWN:
        raise Http404
    after = parse_place(key) if key else None
    page = timeline(found, by=request.member, now=now, kinds=SHOWN[chosen], after=after)
    return {
        "lines": lines(page.found),
        "tabs": tabs(chosen),
        "kind": chosen,
        "after": page.after.key if page.after else "",
        "older": after is not None,
    }
