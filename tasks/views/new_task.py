"""«Ny oppgave»: what somebody rang or wrote about; when it is urgent, it is given to somebody at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.actions import record_access
from patients.models import Patient
from patients.queries import birth_dates, patient_with_number
from tasks.actions.creating import create_task
from tasks.actions.urgent import place_now
from tasks.forms import NewTaskForm, PatientSearch
from tasks.presenters.placing import placed_words
from tasks.queries import quick_kinds
from tasks.queries.patients import Words, found
from tasks.segment import Segment
from tasks.views.once import key_of
from teams.calendar import oslo_date, working_day_on_or_after
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

MOST_FOUND = 10


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def new_task(request: MemberRequest) -> HttpResponse:
    """A patient comes along from their own page, by id, or is searched for here, by POST."""
    today = oslo_date(timezone.now())
    if request.method != "POST":
        chosen = _from_page(request)
        values = {"due_on": working_day_on_or_after(today), "urgent": True, "patient": chosen}
        return _page(request, values, found=[chosen] if chosen else None)
    if "find" in request.POST:
        found = _find(request, today)
        return _page(request, request.POST, found=found, searched=True)
    patients = Patient.objects.visible_to(request.member)
    first = quick_kinds(request.member, today=today)
    form = NewTaskForm(request.POST, patients=patients, today=today, first=first)
    if not form.is_valid():
        return _page(request, request.POST, form=form, found=_ticked(request), status=422)
    return _make(request, form, today)


def _make(request: MemberRequest, form: NewTaskForm, today: dt.date) -> HttpResponse:
    data, now = {**form.cleaned_data}, timezone.now()
    urgent = data.pop("urgent")
    data["origin"] = data["origin"] or data["kind"].origin
    try:
        task = create_task(by=request.member, at=now, urgent=False, once=key_of(request), **data)
    except ValueError as error:
        text = {"due_on": _("Velg en frist fra i dag, innen et år.")}.get(str(error), _("Kan ikke brukes."))
        form.add_error(str(error) if str(error) in form.fields else None, text)
        return _page(request, request.POST, form=form, found=_ticked(request), status=422)
    if not urgent:
        messages.success(
            request, _("%(name)s er laget. Neste fordeling gir den til noen.") % {"name": task.name}
        )
        return HttpResponseRedirect(reverse("task", args=[task.pk]))
    if task.opened_at != now:  # the same form once more: it is placed already
        messages.success(request, _("%(name)s er laget.") % {"name": task.name})
        return HttpResponseRedirect(reverse("why", args=[task.pk]))
    done = place_now(task.pk, by=request.member, at=now)
    level = messages.warning if done.obstacle else messages.success
    level(request, placed_words(done, by=request.member, today=today))
    return HttpResponseRedirect(reverse("why", args=[task.pk]))


def _from_page(request: MemberRequest) -> Patient | None:
    asked = request.GET.get("pasient", "")
    if not asked or not may(request.member, Permission.SEE_PATIENTS):
        return None
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    patient: Patient = get_object_or_404(Patient.objects.visible_to(request.member), pk=number)
    record_access(patient, by=request.member, ground="oppfølging", what="ny oppgave")
    return patient


def _find(request: MemberRequest, today: dt.date) -> list[Patient]:
    """By number, else by names and days of birth, of those on the list. Two queries, bounded."""
    search = PatientSearch(request.POST)
    text = search.cleaned_data["q"] if search.is_valid() else ""
    digits = "".join(text.split())
    if len(digits) == 11 and digits.isdecimal():
        one = patient_with_number(request.member, digits)
        return [one] if one else []
    if not text.strip():
        return []
    born = {word: birth_dates(word, today=today) for word in text.split()}
    names = tuple(word for word, days in born.items() if not days)
    words = Words(names=names, born=tuple(day for days in born.values() for day in days))
    ids = found(request.member, Segment(), words, today=today, points={}, limit=MOST_FOUND).ids
    patients = Patient.objects.visible_to(request.member).in_bulk(ids)
    return [patients[each] for each in ids]


def _ticked(request: MemberRequest) -> list[Patient]:
    """The patient that was chosen when the form was refused, so that it stands there still."""
    asked = request.POST.get("patient", "")
    if not asked.isdecimal() or len(asked) > 18:
        return []
    return list(Patient.objects.visible_to(request.member).filter(pk=int(asked)))


def _page(
    request: MemberRequest,
    values: dict[str, Any] | QueryDict,
    *,
    form: NewTaskForm | None = None,
    found: list[Patient] | None = None,
    searched: bool = False,
    status: int = 200,
) -> HttpResponse:
    today, found = oslo_date(timezone.now()), found or []
    initial = {name: values.get(name) for name in NewTaskForm.base_fields}
    patients = Patient.objects.visible_to(request.member)
    first = [] if form else quick_kinds(request.member, today=today)
    typed = values.get("q", "") if isinstance(values, QueryDict) else ""
    chosen = str(getattr(initial["patient"], "pk", initial["patient"] or ""))
    context = {
        "form": form or NewTaskForm(initial=initial, patients=patients, today=today, first=first),
        "search": PatientSearch(initial={"q": typed}),
        "found": [(p.pk, _patient(p), str(p.pk) == chosen) for p in found],
        "many": len(found) == MOST_FOUND,
        "searched": searched,
        "sees_patients": may(request.member, Permission.SEE_PATIENTS),
    }
    return render(request, "tasks/new_task.html", context, status=status)


def _patient(patient: Patient) -> str:
    return _("%(name)s, født %(day)s") % {"name": patient, "day": f"{patient.birth_date:%d.%m.%Y}"}
