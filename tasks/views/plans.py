"""What somebody decides about one patient's plans: a page each, and the same as a sheet over the patient's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from patients.actions import record_access
from patients.models import Patient
from tasks.actions import intervals
from tasks.actions import one_patient as actions
from tasks.actions.changing import Changed
from tasks.forms.plans import EndForm, IntervalForm, StartForm
from tasks.models import FollowUpPlan, PlanStep, Programme
from tasks.presenters.plans import happened, often_words, step_words
from tasks.queries.patient import events_since, interval_events, latest_event, plan_step_of
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

REFUSED = {
    "first_on": gettext_lazy("Velg en dag fra i dag, innen to år."),
    "reason": gettext_lazy("Skriv kort hvorfor, høyst 120 tegn."),
    "interval": gettext_lazy("Skriv hvor mange måneder eller dager, minst én dag og høyst fem år."),
}
FIELDS = {"interval": "months"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLAN_PATIENTS)
def start(request: MemberRequest, patient_id: int, programme_id: int) -> HttpResponse:
    """A plan in the programme, also one that was stopped or declined before."""
    patient, programme = _patient(request, patient_id), _programme(request, programme_id)
    had = _plans(request).filter(patient=patient, programme=programme, discharge=None).first()
    today, again = oslo_date(timezone.now()), had is not None
    form = StartForm(request.POST or None, again=again, today=today, seen=latest_event(had))

    def act(data: dict[str, Any]) -> str:
        started = actions.start_one(
            patient_id, programme_id, seen=data["seen"], first_on=form.first_day(), reason=data["reason"],
            by=request.member, at=timezone.now(),
        )  # fmt: skip
        text = _("Planen er startet: %(name)s.") if started else _("Planen gikk alt: %(name)s.")
        return text % {"name": programme.name}

    told = {
        "title": _("Start igjen") if again else _("Start plan"), "button": _("Start plan"),
        "closed": _closed(programme, had),
        "steps": step_words(programme.steps.filter(retired=False), had.steps.all() if had else ()),
    }  # fmt: skip
    return _decide(request, patient, programme, form, act, had, told)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLAN_PATIENTS)
def decline(request: MemberRequest, patient_id: int, programme_id: int) -> HttpResponse:
    """The patient wants nothing of the programme: kept, whether or not there was a plan."""
    patient, programme = _patient(request, patient_id), _programme(request, programme_id)
    had = _plans(request).filter(patient=patient, programme=programme, discharge=None).first()
    form = EndForm(request.POST or None, declined=True, seen=latest_event(had))

    def act(data: dict[str, Any]) -> str:
        actions.decline_one(patient_id, programme_id, **data, by=request.member, at=timezone.now())
        return _("Notert: pasienten har takket nei til %(name)s.") % {"name": programme.name}

    running = had is not None and had.state == FollowUpPlan.State.ACTIVE
    told = {"title": _("Takket nei"), "button": _("Noter takket nei"), "ends": running}
    return _decide(request, patient, programme, form, act, had, told)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLAN_PATIENTS)
def stop(request: MemberRequest, plan_id: int) -> HttpResponse:
    plan = get_object_or_404(_plans(request).select_related("programme"), pk=plan_id)
    patient = _patient(request, plan.patient_id)
    form = EndForm(request.POST or None, declined=False, seen=latest_event(plan))

    def act(data: dict[str, Any]) -> str:
        actions.stop_one(plan_id, **data, by=request.member, at=timezone.now())
        return _("Planen er stanset: %(name)s.") % {"name": plan.programme.name}

    running = plan.state == FollowUpPlan.State.ACTIVE
    told = {
        "title": _("Stans planen"), "button": _("Stans planen"), "ends": running,
        "closed": "" if running else _("Planen går ikke nå."),
    }  # fmt: skip
    return _decide(request, patient, plan.programme, form, act, plan, told)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLAN_PATIENTS)
def interval(request: MemberRequest, plan_step_id: int) -> HttpResponse:
    """This patient's own interval in one step, or the programme's again. The action asks for a doctor or a nurse."""
    found = plan_step_of(plan_step_id, by=request.member)
    found = found or get_object_or_404(PlanStep.objects.none())
    plan = found.plan
    patient = _patient(request, plan.patient_id)
    months, days = found.interval_months, found.interval_days
    form = IntervalForm(request.POST or None, months=months, days=days, seen=latest_event(plan))

    def act(data: dict[str, Any]) -> str:
        months, days = form.interval()
        actions.change_interval_of_one(
            found, seen=data["seen"], months=months, days=days, reason=data["reason"], by=request.member,
            at=timezone.now(),
        )  # fmt: skip
        return _("Intervallet er endret: %(name)s.") % {"name": found.step.name}

    told = {
        "title": _("Hvor ofte: %(name)s") % {"name": found.step.name}, "button": _("Lagre"), "usual": often_words(found.step), "own": months is not None,
        "closed": "" if request.member.profession in intervals.JUDGE else _("En lege eller sykepleier bestemmer intervallet."),
        "steps": step_words([found.step], [found]),
        "changes": happened(interval_events(plan, found.step)),
    }  # fmt: skip
    return _decide(request, patient, plan.programme, form, act, plan, told)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def resume_after(request: MemberRequest, patient_id: int) -> HttpResponse:
    """Home from the institution, back on the list or not dead: the plans that stopped for it begin again."""
    patient = _patient(request, patient_id)
    begun = actions.resume_after_gone(patient.pk, by=request.member, at=timezone.now())
    text = ngettext("%(n)d plan er startet igjen.", "%(n)d planer er startet igjen.", begun)
    messages.success(request, text % {"n": begun})
    return HttpResponseRedirect(reverse("patient", args=[patient_id]))


def _decide(
    request: MemberRequest,
    patient: Patient,
    programme: Programme,
    form: Form,
    act: Callable[[dict[str, Any]], str],
    plan: FollowUpPlan | None,
    told: dict[str, Any],
) -> HttpResponse:
    """Do it and go back to the patient; else the form, with what somebody else did meanwhile, or why it is closed."""
    stale = form.is_bound and request.POST.get("seen") != str(latest_event(plan))
    if form.is_bound and not stale and not told.get("closed") and form.is_valid():
        try:
            text = act(form.cleaned_data)
        except Changed:
            stale = True
        except ValueError as error:
            _refuse(form, error)
        else:
            messages.success(request, text)
            there = reverse("patient", args=[patient.pk])
            return HttpResponseClientRedirect(there) if request.htmx else HttpResponseRedirect(there)
    if stale:
        told = {**told, "met": _meet(request, patient, programme, form, plan)}
    seen = _("plan: %(name)s") % {"name": programme.name}
    record_access(patient, by=request.member, ground=_("oppfølging"), what=seen[:120])
    context = {"patient": patient, "programme": programme, "form": form, "here": request.path, **told}
    template = "tasks/plan_form.html" + ("#sheet" if request.htmx.target == "ark" else "")
    return render(request, template, context, status=422 if form.is_bound else 200)


def _closed(programme: Programme, plan: FollowUpPlan | None) -> str:
    """Why no plan can be started, if none can."""
    if programme.state != Programme.State.APPROVED:
        return _("En lege ved kontoret må godkjenne programmet før planer kan startes.")
    return _("Planen går alt.") if plan and plan.state == FollowUpPlan.State.ACTIVE else ""


def _refuse(form: Form, error: ValueError) -> None:
    name = FIELDS.get(str(error), str(error))
    form.add_error(name if name in form.fields else None, str(REFUSED[str(error)]))


def _meet(
    request: MemberRequest, patient: Patient, programme: Programme, form: Form, plan: FollowUpPlan | None
) -> list[str]:
    """What happened to the plan since the page was shown; sent again, the form is over that."""
    plan = plan or _plans(request).filter(patient=patient, programme=programme, discharge=None).first()
    seen = request.POST.get("seen", "")
    form.data = {**request.POST.dict(), "seen": latest_event(plan)}
    return (
        happened(events_since(plan, int(seen) if seen.isdecimal() and len(seen) < 19 else 0)) if plan else []
    )


def _patient(request: MemberRequest, patient_id: int) -> Patient:
    found: Patient = get_object_or_404(Patient.objects.visible_to(request.member), pk=patient_id)
    return found


def _programme(request: MemberRequest, programme_id: int) -> Programme:
    rows = Programme.objects.visible_to(request.member).filter(on_discharge=False)
    found: Programme = get_object_or_404(rows.exclude(state=Programme.State.RETIRED), pk=programme_id)
    return found


def _plans(request: MemberRequest) -> QuerySet[FollowUpPlan]:
    return FollowUpPlan.objects.visible_to(request.member)
