"""Planer for hele listen: what it would mean to start all that approved programmes suggest, and starting them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from tasks.actions import enrolling
from tasks.definitions import FORECAST
from tasks.forms.enrolling import ProgrammesForm
from tasks.jobs import carry_plans_on
from tasks.models import PlanRun, Programme
from tasks.presenters.forecast import outlook
from tasks.presenters.strip import strip
from tasks.queries.forecast import would_start
from tasks.queries.plan_runs import would_stop
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

RUNS_SHOWN = 20
SLOW = 30  # seconds that nothing has happened in
TOO_LATE = gettext_lazy("Noen har alt startet eller forkastet disse planene.")
BY_ONE = gettext_lazy(
    "Det er mer enn et døgn siden. Planene stanses nå for én pasient om gangen, på pasientens side."
)
NOTHING_LEFT = gettext_lazy(
    "Det er ingenting å stanse: alle planene er stanset fra før, endret, eller det er gjort noe i dem."
)
WHO = ("asked_by", "started_by", "taken_back_by")
State = PlanRun.State


@require_safe
@requires(Permission.START_PLANS)
def plan_runs(request: MemberRequest) -> HttpResponse:
    """What it is, the button that asks, and those before. Three queries."""
    programmes = Programme.objects.visible_to(request.member)
    runs = PlanRun.objects.visible_to(request.member).select_related(*WHO)
    states = list(programmes.filter(by_condition=True).values_list("state", flat=True))
    context = {
        "runs": runs.defer("result")[:RUNS_SHOWN],
        "approved": states.count(Programme.State.APPROVED),
        "proposed": states.count(Programme.State.PROPOSED),
    }
    return render(request, "tasks/plan_runs.html", context)


@require_POST
@requires(Permission.START_PLANS)
def ask(request: MemberRequest) -> HttpResponse:
    """From a programme's own page, with it alone chosen to begin with (`program`): the address keeps it meanwhile."""
    run = enrolling.ask(by=request.member, at=timezone.now())
    _carry_on(run)
    if run.state == State.STARTING:
        messages.info(request, _("Noen starter planer nå. Når det er gjort, kan du regne ut på nytt."))
    named = request.POST.getlist("program")
    chosen = f"?{urlencode({'valgt': 1, 'program': named}, doseq=True)}" if named else ""
    return HttpResponseRedirect(reverse("plan_run", args=[run.pk]) + chosen)


@require_safe
@requires(Permission.START_PLANS)
def plan_run(request: MemberRequest, run_id: int) -> HttpResponse:
    """One counting: while a worker is at it, when it can be chosen from, and what came of it. The choice comes along."""
    run = _run_or_404(request, run_id)
    if request.htmx.target == "framdrift":
        if run.state in PlanRun.UNFINISHED:
            return render(request, "tasks/plan_run_progress.html", _progress(request, run))
        # The whole page, so that its title and the hand's place follow.
        return HttpResponse(headers={"HX-Redirect": request.get_full_path()})
    if run.state != State.READY:
        return render(request, "tasks/plan_run.html", _progress(request, run) | {"title": _title(run)})
    counted = [each["id"] for each in run.result["programmes"]]
    named = request.GET.getlist("program")
    chosen = [pk for pk in counted if str(pk) in named] if "valgt" in request.GET else counted
    part = "plan_run_effect" if request.htmx.target == "virkning" else "plan_run"
    return render(
        request, f"tasks/{part}.html", _ready(run, chosen) | {"fragment": part == "plan_run_effect"}
    )


@require_POST
@requires(Permission.START_PLANS)
def start_run(request: MemberRequest, run_id: int) -> HttpResponse:
    run = _run_or_404(request, run_id)
    form = ProgrammesForm(request.POST, result=run.result or {"programmes": []})
    if run.state == State.READY and not form.is_valid():
        return _refused(request, run, [str(error) for error in form.errors["program"]])
    try:
        chosen = form.cleaned_data["program"] if form.is_valid() else []
        started = enrolling.start(run_id, chosen, by=request.member, at=timezone.now())
    except enrolling.NotReady:
        messages.error(request, TOO_LATE)
    except ValueError:
        return _refused(request, run, [_("Et av programmene er ikke godkjent lenger. Regn ut på nytt.")])
    else:
        _carry_on(started)
    return HttpResponseRedirect(reverse("plan_run", args=[run_id]))


@require_POST
@requires(Permission.START_PLANS)
def drop_run(request: MemberRequest, run_id: int) -> HttpResponse:
    _run_or_404(request, run_id)
    try:
        enrolling.drop(run_id, by=request.member, at=timezone.now())
    except enrolling.NotReady:
        messages.error(request, TOO_LATE)
    return HttpResponseRedirect(reverse("plan_run", args=[run_id]))


@require_POST
@requires(Permission.START_PLANS)
def take_back_run(request: MemberRequest, run_id: int) -> HttpResponse:
    """Stop what it started. The page tells how many there were."""
    _run_or_404(request, run_id)
    try:
        stopped = enrolling.take_back(run_id, by=request.member, at=timezone.now())
    except enrolling.NotReady:
        messages.error(request, _("Det er ingen planer å stanse her, eller noen har alt stanset dem."))
    except enrolling.TooLate:
        messages.error(request, BY_ONE)
    else:
        if not stopped:
            messages.info(request, NOTHING_LEFT)
    return HttpResponseRedirect(reverse("plan_run", args=[run_id]))


def _run_or_404(request: MemberRequest, run_id: int) -> PlanRun:
    runs = PlanRun.objects.visible_to(request.member).select_related(*WHO)
    found: PlanRun = get_object_or_404(runs, pk=run_id)
    return found


def _refused(request: MemberRequest, run: PlanRun, errors: list[str]) -> HttpResponse:
    """The page with what was wrong; nothing is chosen."""
    return render(request, "tasks/plan_run.html", _ready(run, []) | {"errors": errors}, status=422)


def _carry_on(run: PlanRun) -> None:
    """If the queue is away, the run waits, and resume_plans finds it."""
    transaction.on_commit(lambda: carry_plans_on.delay(run.pk, run.clinic_id), robust=True)


def _title(run: PlanRun) -> str:
    titles = {
        State.READY: _("Planer for hele listen: forhåndsvisning"),
        State.STARTING: _("Starter planer"),
        State.DONE: _("Planene er startet"),
        State.DISCARDED: _("Planer som ikke ble startet"),
        State.FAILED: _("Planene stoppet opp"),
        State.TAKEN_BACK: _("Planene er stanset igjen"),
    }
    return titles.get(State(run.state), _("Regner ut planer for hele listen"))


def _progress(request: MemberRequest, run: PlanRun) -> dict[str, Any]:
    waited = (timezone.now() - run.asked_at).total_seconds()
    names = {each["id"]: each["name"] for each in run.result.get("programmes", [])}
    return {
        "run": run,
        "here": request.get_full_path(),
        "unfinished": run.state in PlanRun.UNFINISHED,
        "slow": run.state in (State.WAITING, State.COUNTING) and waited > SLOW,
        "programmes": [names[pk] for pk in run.programmes if pk in names],
        "fewer": max(0, run.total - run.done),
        "stood": max(0, run.done - run.taken_back),
        **_back(run),
    }


def _back(run: PlanRun) -> dict[str, Any]:
    """What may be stopped of what it started, while it may. One query, or none."""
    if run.back_until is None:
        return {}
    if timezone.now() > run.back_until:
        return {"back": {"late": BY_ONE}}
    plans, patients = would_stop(run)
    return {
        "back": {
            "plans": plans,
            "patients": patients,
            "stands": max(0, run.done - plans),
            "nothing": NOTHING_LEFT,
        }
    }


def _ready(run: PlanRun, chosen: Collection[int]) -> dict[str, Any]:
    """A counting to choose from, with these programmes chosen. One query."""
    found = outlook(run.result, chosen)
    plans, patients = would_start(run.clinic_id, chosen, on=oslo_date(timezone.now())) if chosen else (0, 0)
    return {
        "run": run,
        "title": _title(run),
        "outlook": found,
        "years": [(year, strip(year)) for year in found.years],
        "plans": plans,
        "patients": patients,
        "stale": plans != found.plans,
        "definitions": FORECAST,
    }
