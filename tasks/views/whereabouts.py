"""Dead, moved or in an institution: set right on the patient's page of corrections, with what that does to plans."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from patients.actions.corrections import Stale
from patients.actions.leaving import DAYS
from patients.changes import told
from patients.correction_forms import GoneForm
from patients.views.corrections import STALE, found_or_404, page
from tasks.actions.whereabouts import set_whereabouts
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

REFUSED = {
    "day": gettext_lazy("Velg en dag etter fødselen, til og med i dag."),
    "reason": gettext_lazy("Skriv kort hvorfor, høyst 200 tegn."),
}


@require_POST
@requires(Permission.SEE_PATIENTS)
def set_gone(request: MemberRequest, patient_id: int, field: str) -> HttpResponse:
    return _answer(request, patient_id, field, back=False)


@require_POST
@requires(Permission.SEE_PATIENTS)
def take_back_gone(request: MemberRequest, patient_id: int, field: str) -> HttpResponse:
    return _answer(request, patient_id, field, back=True)


def _answer(request: MemberRequest, patient_id: int, field: str, *, back: bool) -> HttpResponse:
    """The patient's page with what came of it, else the page of corrections with the form."""
    if field not in DAYS:
        raise Http404
    now = timezone.now()
    stood = getattr(found_or_404(request, patient_id), field)
    form = GoneForm(request.POST, field=field, stood=stood, today=oslo_date(now), back=back)
    try:
        if request.POST.get("was", "") != told(stood):
            raise Stale
        if form.is_valid():
            data = form.cleaned_data
            ended = set_whereabouts(
                patient_id, field, data.get("day"), was=stood, reason=data.get("reason", ""),
                by=request.member, at=now,
            )  # fmt: skip
            messages.success(request, _words(ended, set_now=stood is None))
            return HttpResponseRedirect(reverse("patient", args=[patient_id]))
    except Stale:
        stood = getattr(found_or_404(request, patient_id), field)
        sent = {**request.POST.dict(), "was": told(stood)}
        form = GoneForm(sent, field=field, stood=stood, today=oslo_date(now), back=back and stood is not None)
        form.add_error(None, str(STALE))
    except ValueError as error:
        form.add_error(str(error) if str(error) in form.fields else None, str(REFUSED[str(error)]))
    return page(request, patient_id, refused={f"{field}:back" if back and stood else field: form})


def _words(ended: int, *, set_now: bool) -> str:
    if not set_now:
        return _("Rettet.")
    text = ngettext(
        "Registrert. Planene er stanset, og %(n)d åpen oppgave er avsluttet.",
        "Registrert. Planene er stanset, og %(n)d åpne oppgaver er avsluttet.",
        ended,
    )
    return text % {"n": ended}
