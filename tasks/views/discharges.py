"""Home from hospital: noted here, with what it will open told before; and what earlier ones came to."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from patients.actions import record_access
from patients.models import Discharge, Patient
from patients.views.corrections import found_or_404
from tasks.actions import discharges
from tasks.forms.plans import DischargeForm, MistakeForm
from tasks.models import Task
from tasks.presenters.discharges import discharge_rows, to_open
from tasks.queries.patient import discharge_programmes, discharges_of
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

REFUSED = {
    "discharged_on": gettext_lazy("Velg en dag fra de siste 30 dagene."),
    "hospital": gettext_lazy("Skriv det kortere, høyst 120 tegn."),
    "department": gettext_lazy("Skriv det kortere, høyst 120 tegn."),
    "reason": gettext_lazy("Skriv kort hvorfor, høyst 120 tegn."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLAN_PATIENTS)
def patient_discharges(request: MemberRequest, patient_id: int) -> HttpResponse:
    """The form with what it opens (for the day that is typed), and the discharges that are known."""
    found, now = found_or_404(request, patient_id), timezone.now()
    form = _form(request.POST or None, oslo_date(now))
    if form.is_valid():
        try:
            made = discharges.note_discharge(patient_id, by=request.member, at=now, **form.cleaned_data)
        except discharges.AlreadyNoted:
            form.add_error("discharged_on", _("Denne utskrivningen er alt registrert."))
        except Patient.DoesNotExist:
            form.add_error(None, _("Pasienten følges ikke opp her nå, og det åpnes ingen oppgaver."))
        except ValueError as error:
            form.add_error(str(error), str(REFUSED[str(error)]))
        else:
            n = Task.objects.visible_to(request.member).filter(plan_step__plan__discharge=made).count()
            text = ngettext("Registrert. %(n)d oppgave er åpnet.", "Registrert. %(n)d oppgaver er åpnet.", n)
            messages.success(request, text % {"n": n})
            return HttpResponseRedirect(reverse("patient_discharges", args=[patient_id]))
    return _page(request, found, form=form)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def discharge_mistaken(request: MemberRequest, discharge_id: int) -> HttpResponse:
    """It never was: what is open of it ends."""
    row = get_object_or_404(Discharge.objects.visible_to(request.member), pk=discharge_id)
    found, form = found_or_404(request, row.patient_id), MistakeForm(request.POST, key=discharge_id)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        discharges.take_back_discharge(discharge_id, by=request.member, at=timezone.now(), reason=reason)
        messages.success(
            request, _("Utskrivningen er tatt tilbake, og det som var åpent etter den, er avsluttet.")
        )
        return HttpResponseRedirect(reverse("patient_discharges", args=[row.patient_id]))
    return _page(request, found, mistake=(discharge_id, form))


def _page(
    request: MemberRequest,
    found: Patient,
    *,
    form: DischargeForm | None = None,
    mistake: tuple[int, MistakeForm] | None = None,
) -> HttpResponse:
    today = oslo_date(timezone.now())
    record_access(found, by=request.member, ground=_("oppfølging"), what=_("utskrivninger"))
    programmes = discharge_programmes(by=request.member)
    approved = [p for p in programmes if p.state == "approved"]
    context = {
        "patient": found,
        "form": form or _form(None, today),
        "followed": found.deceased_on is None and found.moved_on is None and found.institution_on is None,
        "opens": to_open(approved, _day(request, today)),
        "approved": approved,
        "waiting": [p for p in programmes if p.state != "approved"],
        "discharges": [
            (row, mistake[1] if mistake and mistake[0] == row.id else MistakeForm(key=row.id))
            for row in discharge_rows(discharges_of(found, by=request.member), today)
        ],
    }
    if request.htmx.target == "apnes":
        return render(request, "tasks/patient_discharges.html#opens", context)
    refused = mistake is not None or (form is not None and form.is_bound)
    return render(request, "tasks/patient_discharges.html", context, status=422 if refused else 200)


def _form(data: dict[str, str] | None, today: dt.date) -> DischargeForm:
    return DischargeForm(data, today=today, earliest=today - discharges.LATELY)


def _day(request: MemberRequest, today: dt.date) -> dt.date:
    """The day for which deadlines are told: as it is typed, else today."""
    text = request.POST.get("discharged_on") or request.GET.get("discharged_on", "")
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return day if today - discharges.LATELY <= day <= today else today
