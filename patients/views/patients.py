"""The clinic's patients."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from patients.forms import SearchForm
from patients.presenters import patient_rows
from patients.queries import Page, condition_choices, list_doctors, patient_page, patient_with_number
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
