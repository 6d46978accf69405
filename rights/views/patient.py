"""A patient's rights: what is held, all of it as a file, and what is asked to be deleted."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from patients.actions import record_access
from patients.models import Patient
from patients.views.corrections import found_or_404
from rights.actions.deleting import ask
from rights.files import write_all
from rights.forms import AskForm, scope_choices
from rights.queries.deleting import deletable, requests_of
from rights.queries.held import counted, everything
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

GROUND = gettext_lazy("pasientens innsyn")
REFUSED = {
    "scope": gettext_lazy("Velg fra listen."),
    "row": gettext_lazy("Den finnes ikke lenger hos denne pasienten."),
    "open": gettext_lazy("Oppgaven er ikke avsluttet. Avslutt den først."),
    "asker": gettext_lazy("Velg fra listen."),
    "wish": gettext_lazy("Skriv hva det gjelder, høyst 1000 tegn."),
    "asked": gettext_lazy("Det er alt meldt, og venter."),
}
FIELDS = {"scope": "hva", "row": "hva", "open": "hva", "asked": "hva", "asker": "hvem", "wish": "krav"}


@require_safe
@requires(Permission.PATIENT_RIGHTS)
def patient_rights(request: MemberRequest, patient_id: int) -> HttpResponse:
    return page(request, found_or_404(request, patient_id))


def page(request: MemberRequest, found: Patient, *, form: AskForm | None = None) -> HttpResponse:
    """What is held, by table, what was asked, and a form to ask with. A query a table, and ten."""
    record_access(
        found, by=request.member, ground=str(GROUND), what=_("hva som er lagret, og krav om sletting")
    )
    context = {
        "patient": found,
        "tables": [(table.title, n) for table, n in counted(found) if n],
        "requests": requests_of(found),
        "form": form or AskForm(choices=scope_choices(*deletable(found))),
    }
    return render(request, "rights/patient.html", context, status=422 if form else 200)


@require_POST
@requires(Permission.PATIENT_RIGHTS)
def export_all(request: MemberRequest, patient_id: int) -> HttpResponseBase:
    """All that is held, as one file. It is whole before any of it is sent, in the transaction that wrote down that it was."""
    found, now = found_or_404(request, patient_id), timezone.now()
    record_access(found, by=request.member, ground=str(GROUND), what=_("alt som er lagret, som fil"))
    file = tempfile.TemporaryFile(prefix="fordel-")  # noqa: SIM115  # without a name; the response closes it
    write_all(file, everything(found), clinic=request.member.clinic.name, at=now)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"innsyn-{oslo_date(now)}.zip")


@require_POST
@requires(Permission.PATIENT_RIGHTS)
def ask_deletion(request: MemberRequest, patient_id: int) -> HttpResponse:
    found = found_or_404(request, patient_id)
    form = AskForm(request.POST, choices=scope_choices(*deletable(found)))
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = ask(
                patient_id, scope=form.scope, row=form.row, asker=told["hvem"], wish=told["krav"], by=request.member
            )  # fmt: skip
        except ValueError as error:
            form.add_error(FIELDS[str(error)], str(REFUSED[str(error)]))
        else:
            messages.success(request, _("Kravet er skrevet ned og venter på en lege som leder."))
            return HttpResponseRedirect(reverse("deletion", args=[made.pk]))
    return page(request, found, form=form)
