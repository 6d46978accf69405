"""The clinic's patients: found, narrowed, kept as segments, taken out as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url

from patients.queries import patient_with_number
from tasks.actions.desk import delete_view, save_view
from tasks.forms.choosing import ViewForm
from tasks.forms.patients import FindForm, SegmentForm
from tasks.models import SavedView
from tasks.presenters.patients import orders, patient_lines, segment_chips, segments
from tasks.queries import saved_views
from tasks.queries.patients import Found, Words, found, rows
from tasks.queries.patients_choices import choices, need_points
from tasks.segment import Segment
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

KEPT = "patients"  # the page, as saved views name it
AFTER = "etter"
REFUSED = {
    "name": gettext_lazy("Skriv et navn på høyst 40 tegn."),
    "views": gettext_lazy("Du har alt tjue utvalg. Slett et først."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PATIENTS)
def patients(request: MemberRequest) -> HttpResponse:
    """The list. The segment lives in the address; what is typed is sent by POST and is gone with the answer."""
    wanted, form = asked(request)
    if form.is_valid() and form.number:
        there = patient_with_number(request.member, form.number)
        if there:
            address = reverse("patient", args=[there.pk])
            return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
        form.add_error("q", _("Ingen pasient her har dette fødselsnummeret."))
    typed = bool(form.data.get("q"))
    if request.method == "POST" and not typed and not request.htmx:
        return HttpResponseRedirect(_address(wanted))
    return list_page(request, wanted, form)


def asked(request: MemberRequest) -> tuple[Segment, FindForm]:
    """Which patients, and what was typed: `utvalg` is a segment's query in forms that only carry it along."""
    sent = request.POST if request.method == "POST" else request.GET
    kept = request.POST.get("utvalg")
    wanted = Segment.from_query(sent if kept is None else QueryDict(kept))
    typed = {"q": request.POST.get("q", "")}
    return wanted, FindForm(typed, today=oslo_date(timezone.now()))


def whom(wanted: Segment, form: FindForm) -> tuple[Segment, Words]:
    """Whoever looks for somebody by name should find them, and see that they are dead."""
    words = form.words()
    return (wanted.but(everybody=True) if words != Words() else wanted), words


def list_page(request: MemberRequest, wanted: Segment, form: FindForm, **more: Any) -> HttpResponse:
    """The page, or its list. At most nine queries."""
    today = oslo_date(timezone.now())
    quietly = request.htmx.target == "list"
    context = _context(request, wanted, form, today) | more
    if not quietly:
        context["filter"] = SegmentForm(wanted, choices(request.member))
    answer = render(
        request,
        "tasks/patients.html" + ("#list" if quietly else ""),
        context,
        status=422 if form.errors or more else 200,
    )
    if quietly and not form.errors and request.method == "POST" and AFTER not in request.POST:
        push_url(answer, _address(wanted))
    return answer


def _context(request: MemberRequest, wanted: Segment, form: FindForm, today: dt.date) -> dict[str, Any]:
    by, sent = request.member, request.POST if request.method == "POST" else request.GET
    points, page = need_points(by), Found([], 0, "")
    if form.is_valid():
        page = found(by, *whom(wanted, form), today=today, points=points, after=sent.get(AFTER, ""))
    saved = saved_views(by, KEPT)
    return {
        "form": form,
        "typed": form.data.get("q", ""),
        "wanted": wanted,
        "query": wanted.query(),
        "page": page,
        "later": bool(sent.get(AFTER)),
        "lines": patient_lines(rows(by, page.ids, today=today), points, today),
        "orders": orders(wanted),
        "segments": segments(wanted, saved),
        "saved": saved,
        "chips": segment_chips(wanted, choices(by, conditions=False)) if wanted.narrows else [],
        "may_set_points": may(by, Permission.START_PLANS),
    }


def _address(wanted: Segment) -> str:
    query = wanted.query()
    return reverse("patients") + (f"?{query}" if query else "")


@require_POST
@requires(Permission.SEE_PATIENTS)
def save_segment(request: MemberRequest) -> HttpResponse:
    """Keep what is shown under a name."""
    wanted, typed = asked(request)
    view = ViewForm(request.POST)
    name = view.cleaned_data["name"] if view.is_valid() else ""
    try:
        kept, new = save_view(by=request.member, page=KEPT, name=name, wanted=wanted)
    except ValueError as error:
        shown = request.POST.get("name", "")[:80].replace("\0", "")
        return list_page(request, wanted, typed, error=str(REFUSED[str(error)]), name_typed=shown)
    said = (
        _("Utvalget «%(name)s» er lagret.")
        if new
        else _("Utvalget «%(name)s» er lagret i stedet for det gamle.")
    )
    messages.success(request, said % {"name": kept.name})
    return HttpResponseRedirect(_address(wanted))


@require_POST
@requires(Permission.SEE_PATIENTS)
def delete_segment(request: MemberRequest, view_id: int) -> HttpResponse:
    """Forget one of one's own segments."""
    try:
        kept = delete_view(view_id, by=request.member)
    except SavedView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Utvalget «%(name)s» er slettet.") % {"name": kept.name})
    return HttpResponseRedirect(reverse("patients"))
