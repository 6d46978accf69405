"""One request to delete: what would go, the decision, and the letter when it is refused."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.actions import record_access
from patients.models import Patient
from rights.actions.deleting import decide, stop
from rights.forms import DecideForm
from rights.letters import refusal_pdf
from rights.models import DeletionRequest
from rights.queries.deleting import kept_accesses, what_words, would_go
from rights.views.patient import GROUND
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

REFUSED = {
    "decided": gettext_lazy("Den er alt avgjort."),
    "alone": gettext_lazy("Du meldte kravet selv. En annen som leder, må avgjøre det."),
    "ground": gettext_lazy("Velg grunnlaget i loven."),
    "outlived": gettext_lazy("Pasienten har ikke vært borte så lenge som regelen sier."),
    "reason": gettext_lazy("Skriv hvorfor, høyst 1000 tegn."),
}
FIELDS = {"ground": "grunnlag", "outlived": "grunnlag", "reason": "begrunnelse"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PATIENT_RIGHTS)
def deletion(request: MemberRequest, request_id: int) -> HttpResponse:
    found, form = _found_or_404(request, request_id), DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            decide(
                request_id, grant=told["svar"] == form.GRANT, ground=told["grunnlag"], reason=told["begrunnelse"],
                by=request.member,
            )  # fmt: skip
        except ValueError as error:
            form.add_error(FIELDS.get(str(error)), str(REFUSED[str(error)]))
        else:
            messages.success(request, _("Avgjørelsen er lagret."))
            return HttpResponseRedirect(reverse("deletion", args=[request_id]))
    return _page(request, found, form)


def _page(request: MemberRequest, found: DeletionRequest, form: DecideForm) -> HttpResponse:
    patient = found.patient
    waits = found.state in DeletionRequest.WAITING
    if patient:
        record_access(patient, by=request.member, ground=str(GROUND), what=_("krav om sletting"))
    context = {
        "asked": found,
        "patient": patient,
        "what": what_words(found),
        "would_go": would_go(patient, found.scope, found.row) if patient and waits else [],
        "may_decide": may(request.member, Permission.DECIDE_DELETION),
        "waits": waits,
        "looked": kept_accesses(found) if found.state == DeletionRequest.State.DONE else [],
        "form": form,
    }
    return render(request, "rights/deletion.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.PATIENT_RIGHTS)
def stop_deletion(request: MemberRequest, request_id: int) -> HttpResponse:
    _found_or_404(request, request_id)
    try:
        stop(request_id, by=request.member)
    except ValueError:
        messages.warning(request, _("Den venter ikke lenger."))
    else:
        messages.success(request, _("Den er stanset. Ingenting slettes."))
    return HttpResponseRedirect(reverse("deletion", args=[request_id]))


@require_safe
@requires(Permission.PATIENT_RIGHTS)
def refusal_letter(request: MemberRequest, request_id: int) -> HttpResponse:
    """To hand to the patient: why, and how to complain."""
    found = _found_or_404(request, request_id)
    if found.state != DeletionRequest.State.REFUSED or not found.patient:
        raise Http404
    record_access(found.patient, by=request.member, ground=str(GROUND), what=_("brev om avslag"))
    pdf = refusal_pdf(found, clinic=request.member.clinic.name)
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="avslag.pdf"'}
    )


def _found_or_404(request: MemberRequest, request_id: int) -> DeletionRequest:
    rows = DeletionRequest.objects.visible_to(request.member)
    found: DeletionRequest = get_object_or_404(
        rows.select_related("patient", "asked_by", "decided_by", "stopped_by", "deletion"), pk=request_id
    )
    if found.patient_id:
        get_object_or_404(Patient.objects.visible_to(request.member), pk=found.patient_id)
    return found
