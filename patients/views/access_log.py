"""The access log: read and filtered by the clinic's leaders, taken out as a file, handed out to the patient it is about."""

from __future__ import annotations

import datetime as dt
import io
import tempfile

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from patients.access_forms import LogFilter, OwnLogForm
from patients.access_paper import own_log_pdf
from patients.access_presenters import (
    FILE_WIDTHS,
    OWN_WIDTHS,
    file_headings,
    file_rows,
    look_lines,
    own_headings,
    own_rows,
    wanted_names,
)
from patients.access_queries import MOST_IN_A_FILE, MOST_ON_PAPER, PAGE, Look, Wanted, log, patients_by_id
from patients.actions import record_access
from patients.models import Ground, ListShown, Patient
from patients.spreadsheets import Cell, write_csv, write_xlsx
from patients.views.corrections import found_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, requires


def _form(request: MemberRequest) -> LogFilter:
    """What is asked of the log. Raises Http404 for a patient that the reader may not see."""
    sent = request.POST if request.method == "POST" else request.GET
    form = LogFilter(sent, members=Member.objects.visible_to(request.member).order_by("name"))
    if form.is_valid() and (patient := form.wanted().patient):
        found_or_404(request, patient)
    return form


@require_safe
@requires(Permission.READ_ACCESS_LOG)
def access_log(request: MemberRequest) -> HttpResponse:
    """A page of the log. Reading it shows patients, and is itself written down. Four queries, of one patient five."""
    form, after = _form(request), request.GET.get("etter", "")
    valid = form.is_valid()
    wanted = form.wanted()
    looks = log(request.member.clinic_id, wanted, after=after, limit=PAGE + 1)
    shown = looks[:PAGE]
    patients = patients_by_id(request.member, wanted_names(shown))
    context = {
        "form": form,
        "lines": look_lines(shown, patients, only=wanted.patient),
        "about": patients.get(wanted.patient or 0),
        "query": wanted.query(),
        "next": shown[-1].key if len(looks) > PAGE else "",
        "older": bool(after),
    }
    part = "#rows" if request.htmx.target == "flere" else ""
    return render(request, f"patients/access_log.html{part}", context, status=200 if valid else 422)


@require_safe
@requires(Permission.READ_ACCESS_LOG)
def access_list(request: MemberRequest, shown_id: int) -> HttpResponse:
    """Everybody who stood on one list."""
    found = ListShown.objects.visible_to(request.member).select_related("member").filter(pk=shown_id).first()
    if found is None:
        raise Http404
    patients = patients_by_id(request.member, found.patients)
    named = sorted(patients.values(), key=lambda each: (each.family_name, each.given_name, each.pk))
    return render(request, "patients/access_list.html", {"found": found, "patients": named})


@require_POST
@requires(Permission.READ_ACCESS_LOG)
def access_log_file(request: MemberRequest) -> HttpResponseBase:
    """What is filtered, a row for each patient each time; the latest first, and no more than MOST_IN_A_FILE looks."""
    form = _form(request)
    if not form.is_valid():
        return render(request, "patients/access_log.html", {"form": form, "lines": []}, status=422)
    looks = log(request.member.clinic_id, form.wanted(), limit=MOST_IN_A_FILE)
    rows = file_rows(looks, patients_by_id(request.member, wanted_names(looks)))
    kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
    return _file(kind, file_headings(), [list(row) for row in rows], FILE_WIDTHS, "innsynslogg")


@require_POST
@requires(Permission.READ_ACCESS_LOG)
def own_log(request: MemberRequest, patient_id: int) -> HttpResponseBase:
    """The patient's own log, to hand out: on paper or as a sheet. That it was handed out is written down first."""
    found, form = found_or_404(request, patient_id), OwnLogForm(request.POST)
    if not form.is_valid():
        raise Http404
    data, now = form.cleaned_data, timezone.now()
    record_access(
        found, by=request.member, ground=Ground.HAND_OUT, what="innsynslogg, skrevet ut til pasienten"
    )
    wanted = Wanted(patient=found.pk, starts_on=data["fra"], ends_on=data["til"])
    if data["format"] == "xlsx":
        looks = log(found.clinic_id, wanted, limit=MOST_IN_A_FILE)
        return _file(
            "xlsx", own_headings(), [list(row) for row in own_rows(looks)], OWN_WIDTHS, "innsynslogg-pasient"
        )
    looks = log(found.clinic_id, wanted, limit=MOST_ON_PAPER + 1)
    return _paper(found, looks, wanted, request.member.clinic.name, now)


def _paper(found: Patient, looks: list[Look], wanted: Wanted, clinic: str, now: dt.datetime) -> FileResponse:
    pdf = own_log_pdf(found, looks, wanted, clinic=clinic, at=now)
    return FileResponse(
        io.BytesIO(pdf), as_attachment=True, filename=f"innsynslogg-pasient-{oslo_date(now)}.pdf"
    )


def _file(
    kind: str, heading: list[str], rows: list[list[Cell]], widths: tuple[int, ...], name: str
) -> FileResponse:
    file = tempfile.TemporaryFile(prefix="fordel-")  # noqa: SIM115  # without a name; the response closes it
    if kind == "csv":
        write_csv(file, heading, rows)
    else:
        write_xlsx(file, heading, rows, widths=widths)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}-{oslo_date(timezone.now())}.{kind}")
