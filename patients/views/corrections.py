"""A patient set right: who it is, what the patient lives with, and every correction that was made.

What stops or resumes plans is done by tasks.views.whereabouts, which shows this same page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.access_forms import OwnLogForm
from patients.access_presenters import look_lines
from patients.access_queries import PAGE, Wanted, log
from patients.actions import record_access
from patients.actions.corrections import (
    Stale,
    add_condition,
    correct,
    details_of,
    end_condition,
    restore_condition,
    strike_condition,
)
from patients.actions.leaving import DAYS
from patients.correction_forms import ConditionForm, DetailsForm, EndForm, GoneForm, StrikeForm
from patients.models import Condition, Ground, Patient
from patients.presenters import condition_rows, identifier_rows
from patients.queries import conditions_to_add, corrections_of, might_be, story
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Profession
from teams.permissions import Permission, may, requires

REFUSED = {
    "given_name": gettext_lazy("Skriv navnet, høyst 80 tegn."),
    "family_name": gettext_lazy("Skriv navnet, høyst 80 tegn."),
    "birth_date": gettext_lazy("Velg en dag som kan stemme, og som ikke er etter dødsdagen."),
    "sex": gettext_lazy("Velg fra listen."),
    "list_doctor": gettext_lazy("Velg en lege som arbeider her."),
    "usual_nurse": gettext_lazy("Velg en sykepleier som arbeider her."),
    "reason": gettext_lazy("Skriv kort hvorfor, høyst 200 tegn."),
    "icpc2": gettext_lazy("Velg en tilstand som følges her."),
    "has": gettext_lazy("Pasienten har den alt."),
    "struck": gettext_lazy("Den er strøket som feil. Ta strykingen tilbake i stedet."),
    "starts_on": gettext_lazy("Velg en dag etter fødselen, til og med i dag."),
    "on": gettext_lazy("Velg en dag etter at den begynte, til og med i dag."),
}
FIELDS = {"has": "icpc2", "struck": "icpc2", "list_doctor_id": "list_doctor", "usual_nurse_id": "usual_nurse"}
STALE = gettext_lazy("Endret av andre siden du åpnet siden. Se under hva som er endret, og lagre på nytt.")


def found_or_404(request: MemberRequest, patient_id: int) -> Patient:
    rows = Patient.objects.visible_to(request.member).select_related("list_doctor", "usual_nurse")
    found: Patient = get_object_or_404(rows, pk=patient_id)
    return found


def page(
    request: MemberRequest, patient_id: int, *, refused: Mapping[str, Form] | None = None
) -> HttpResponse:
    """With forms that were `refused` (by name, a condition's by `end:7`), those open, and 422. Twelve queries."""
    found, today, refused = found_or_404(request, patient_id), oslo_date(timezone.now()), refused or {}
    record_access(found, by=request.member, ground=_("oppfølging"), what=_("opplysninger og rettelser"))
    told = story(found, today=today)
    context = {
        "patient": found,
        "details": refused.get("details") or details_form(request, found, None, today),
        "add": refused.get("add") or ConditionForm(choices=conditions_to_add(found), today=today),
        "conditions": [
            (row, condition, refused.get(f"end:{condition.pk}") or EndForm(today=today, key=condition.pk),
             refused.get(f"strike:{condition.pk}") or StrikeForm(key=condition.pk))
            for row, condition in zip(condition_rows(told.conditions), told.conditions, strict=True)
        ],
        "gone": [_gone(found, field, today, refused) for field in DAYS],
        "identifiers": identifier_rows(told.identifiers),
        "corrections": corrections_of(found),
    }  # fmt: skip
    return render(request, "patients/patient_correct.html", context, status=422 if refused else 200)


def details_form(request: MemberRequest, found: Patient, data: Any, today: dt.date) -> DetailsForm:
    doctors = might_be(request.member, Profession.DOCTOR, today, found.list_doctor_id)
    nurses = might_be(request.member, Profession.NURSE, today, found.usual_nurse_id)
    return DetailsForm(data, stood=details_of(found), doctors=doctors, nurses=nurses, today=today)


def _gone(found: Patient, field: str, today: dt.date, refused: Mapping[str, Form]) -> dict[str, Any]:
    """One of DAYS: the day, the form that sets it and, where there is one, the form that takes it back."""
    day = getattr(found, field)
    return {
        "field": field,
        "day": day,
        "form": refused.get(field) or GoneForm(field=field, stood=day, today=today),
        "back": refused.get(f"{field}:back") or GoneForm(field=field, stood=day, today=today, back=True),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PATIENTS)
def correct_patient(request: MemberRequest, patient_id: int) -> HttpResponse:
    """Everything about a patient that can be set right; sent, who the patient is."""
    found, now = found_or_404(request, patient_id), timezone.now()
    if request.method != "POST":
        return page(request, patient_id)
    form = details_form(request, found, request.POST, oslo_date(now))
    if form.is_valid():
        data = form.cleaned_data
        try:
            done = correct(
                patient_id, form.wanted(), read=data["read"], reason=data["reason"], by=request.member, at=now
            )
        except Stale:
            form = details_form(
                request, found, {**request.POST.dict(), "read": details_of(found).digest}, oslo_date(now)
            )
            form.add_error(None, str(STALE))
        except ValueError as error:
            _refuse(form, error)
        else:
            text = ngettext("%(n)d opplysning er rettet.", "%(n)d opplysninger er rettet.", len(done))
            messages.success(request, text % {"n": len(done)} if done else _("Ingenting er endret."))
            return HttpResponseRedirect(reverse("correct_patient", args=[patient_id]))
    return page(request, patient_id, refused={"details": form})


@require_POST
@requires(Permission.SEE_PATIENTS)
def new_condition(request: MemberRequest, patient_id: int) -> HttpResponse:
    found, now = found_or_404(request, patient_id), timezone.now()
    form = ConditionForm(request.POST, choices=conditions_to_add(found), today=oslo_date(now))
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_condition(patient_id, data["icpc2"], starts_on=data["starts_on"], by=request.member, at=now)
        except ValueError as error:
            _refuse(form, error)
        else:
            return _corrected(request, patient_id, _("Tilstanden er lagt til."))
    return page(request, patient_id, refused={"add": form})


@require_POST
@requires(Permission.SEE_PATIENTS)
def change_condition(request: MemberRequest, condition_id: int, what: str) -> HttpResponse:
    """Ended, struck out as a mistake, or either taken back."""
    if what not in ("end", "strike", "restore", "resume"):
        raise Http404
    found: Condition = get_object_or_404(Condition.objects.visible_to(request.member), pk=condition_id)
    get_object_or_404(Patient.objects.visible_to(request.member), pk=found.patient_id)
    form, act, text = _changing(request, condition_id, what)
    if form is None or form.is_valid():
        try:
            act(form.cleaned_data if form else {})
        except ValueError as error:
            _refuse(form or Form(), error)
        else:
            return _corrected(request, found.patient_id, text)
    return page(request, found.patient_id, refused={f"{what}:{condition_id}": form} if form else None)


def _changing(
    request: MemberRequest, condition_id: int, what: str
) -> tuple[Form | None, Callable[[Mapping[str, Any]], object], str]:
    """The form that it takes, what is then done, and what is said of it."""
    who: Any = {"by": request.member, "at": timezone.now()}
    if what == "end":
        form = EndForm(request.POST, today=oslo_date(who["at"]), key=condition_id)
        return (
            form,
            lambda data: end_condition(condition_id, on=data["on"], **who),
            _("Tilstanden er avsluttet."),
        )
    if what == "strike":
        strike = StrikeForm(request.POST, key=condition_id)
        return (
            strike,
            lambda data: strike_condition(condition_id, reason=data["reason"], **who),
            _("Tilstanden er strøket. Den kommer ikke tilbake med neste import."),
        )
    if what == "restore":
        return None, lambda _data: restore_condition(condition_id, **who), _("Strykingen er tatt tilbake.")
    return (
        None,
        lambda _data: end_condition(condition_id, on=None, **who),
        _("Pasienten har tilstanden igjen."),
    )


@require_safe
@requires(Permission.SEE_PATIENTS)
def accesses(request: MemberRequest, patient_id: int) -> HttpResponse:
    """Who has looked, what at and on what ground, all of it. This look is written down first."""
    found = found_or_404(request, patient_id)
    after = request.GET.get("etter", "")
    record_access(found, by=request.member, ground=Ground.CONTROL, what=_("innsynslogg"))
    looks = log(found.clinic_id, Wanted(patient=found.pk), after=after, limit=PAGE + 1)
    context = {
        "patient": found,
        "lines": look_lines(looks[:PAGE], {}, only=found.pk),
        "next": looks[PAGE - 1].key if len(looks) > PAGE else "",
        "first": not after,
        "hands_out": may(request.member, Permission.READ_ACCESS_LOG),
        "form": OwnLogForm(),
    }
    template = "patients/patient_accesses.html" + ("#rows" if request.htmx.target == "flere" else "")
    return render(request, template, context)


def _corrected(request: MemberRequest, patient_id: int, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(reverse("correct_patient", args=[patient_id]) + "#tilstander")


def _refuse(form: Form, error: ValueError) -> None:
    name = FIELDS.get(str(error), str(error))
    words = REFUSED.get(str(error)) or REFUSED[name]
    form.add_error(name if name in form.fields else None, str(words))
