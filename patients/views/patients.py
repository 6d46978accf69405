"""The clinic's patients, and one patient's page."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from patients.actions import record_access
from patients.forms import SearchForm
from patients.models import Patient
from patients.presenters import condition_rows, encounter_rows, identifier_rows, patient_rows
from patients.queries import Page, condition_choices, list_doctors, patient_page, patient_with_number, story
from teams.calendar import OSLO
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PATIENTS)
def patients(request: MemberRequest) -> HttpResponse:
    """The list. Names and numbers are searched for by POST, so that they stand in no URL and no log."""
    today = dt.datetime.now(OSLO).date()
    form = SearchForm(
        request.POST if request.method == "POST" else {k: v for k, v in request.GET.items() if k != "q"},
        doctors=list_doctors(request.member),
        conditions=condition_choices(request.member),
        today=today,
    )
    page = Page([], 0, None)
    if form.is_valid() and form.number:
        found = patient_with_number(request.member, form.number)
        if found:
            there = reverse("patient", args=[found.pk])
            return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
        form.add_error("q", _("Ingen pasient her har dette fødselsnummeret."))
    elif form.is_valid():
        page = patient_page(request.member, form.wanted(), after=form.cleaned_data["etter"])
    context = {
        "form": form,
        "page": page,
        "rows": patient_rows(page.patients, today),
        "next": _next(form, page),
        "filtered": any(form.data.get(name) for name in ("q", "tilstand", "lege", "alle")),
    }
    part = "#list" if request.htmx.target == "list" else ""
    return render(request, f"patients/patients.html{part}", context, status=422 if form.errors else 200)


def _next(form: SearchForm, page: Page) -> str:
    """Query of the next page's link; empty when a search by POST must be repeated, or on the last page."""
    if page.after is None or form.data.get("q"):
        return ""
    kept = {name: form.data[name] for name in ("tilstand", "lege", "alle") if form.data.get(name)}
    return urlencode({**kept, "etter": page.after})


@require_safe
@requires(Permission.SEE_PATIENTS)
def patient(request: MemberRequest, patient_id: int) -> HttpResponse:
    """One patient. That it was opened is written down first, so that the page shows it too."""
    rows = Patient.objects.visible_to(request.member).select_related("list_doctor", "usual_nurse")
    found = get_object_or_404(rows, pk=patient_id)
    record_access(found, by=request.member, ground=_("oppfølging"), what=_("pasientside"))
    today = dt.datetime.now(OSLO).date()
    told = story(found, today=today)
    context = {
        "patient": found,
        "age": found.age_on(found.deceased_on or today),
        "story": told,
        "conditions": condition_rows(told.conditions),
        "encounters": encounter_rows(told.encounters),
        "identifiers": identifier_rows(told.identifiers),
    }
    return render(request, "patients/patient.html", context)
