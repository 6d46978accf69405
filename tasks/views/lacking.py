"""«Mangler oppfølging»: who, why, and a plan for one or many of them (fastlegeforskriften §§ 24, 25)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tasks.actions.lacking import Begun, decline_chosen, start_chosen, undo_started
from tasks.actions.plans import NotApproved
from tasks.forms.lacking import START, ChosenForm, DeclineForm, StartForm
from tasks.models import Programme
from tasks.presenters.lacking import lack_lines, preview_rows, reason_links
from tasks.queries.lacking import Lack
from tasks.queries.lacking import lacking as who_lacks
from tasks.queries.patients_choices import choices
from tasks.segment import NOBODY, number_of
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, may, requires

BEGUN = "begun"  # in the session: the plans just started, and when, until something else is done
UNDO_WITHIN = dt.timedelta(minutes=30)


@require_safe
@requires(Permission.SEE_PATIENTS)
def lacking(request: MemberRequest) -> HttpResponse:
    """The overview. Three queries."""
    return _page(request, Lack.from_query(request.GET))


def _page(request: MemberRequest, wanted: Lack, form: ChosenForm | None = None) -> HttpResponse:
    by, today = request.member, oslo_date(timezone.now())
    page = who_lacks(by, wanted, today=today, after=number_of(request.GET.get("etter")) or None)
    narrowing = choices(by, conditions=False)
    context = {
        "wanted": wanted,
        "query": wanted.query(),
        "nobody": NOBODY,
        "links": reason_links(wanted, page.counts),
        "count": page.counts[wanted.reason],
        "lines": (lines := lack_lines(page.rows, today)),
        "to_choose": may(by, Permission.PLAN_PATIENTS)
        and any(r.pair for line in lines for r in line.reasons),
        "after": page.after,
        "later": "etter" in request.GET,
        "programmes": narrowing.programmes,
        "doctors": narrowing.doctors,
        "form": form,
        "begun": len(_begun(request)),
    }
    return render(request, "tasks/lacking.html", context, status=422 if form else 200)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def choose(request: MemberRequest) -> HttpResponse:
    """What is about to happen, before it does: a sheet, or a page."""
    form = ChosenForm(request.POST)
    if not form.is_valid():
        answer = _page(request, _lack(request), form)
        # The bar alone: the list stays where it was scrolled to.
        answer["HX-Retarget"] = answer["HX-Reselect"] = ".choose-bar"
        answer["HX-Reswap"] = "outerHTML"
        return answer
    if form.cleaned_data["verb"] == START:
        return _sheet(request, form, StartForm(today=oslo_date(timezone.now()), auto_id="start_%s"))
    return _sheet(request, form, DeclineForm(auto_id="nei_%s"))


def _sheet(request: MemberRequest, chosen: ChosenForm, form: ChosenForm) -> HttpResponse:
    """Two queries at most."""
    pairs: set[tuple[int, int]] = chosen.cleaned_data["pairs"]
    found = Programme.objects.visible_to(request.member).filter(pk__in={pair[1] for pair in pairs})
    programmes = dict(found.filter(state=Programme.State.APPROVED).values_list("pk", "name"))
    context = {
        "form": form,
        "starts": isinstance(form, StartForm),
        "rows": preview_rows(pairs, programmes),
        "plans": sum(1 for pair in pairs if pair[1] in programmes),
        "patients": len({pair[0] for pair in pairs}),
        "pairs": [f"{patient}.{programme}" for patient, programme in sorted(pairs)],
        "query": _lack(request).query(),
    }
    template = "tasks/lacking_sheet.html" + ("#sheet" if request.htmx.target == "ark" else "")
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def start(request: MemberRequest) -> HttpResponse:
    """A plan for each that was chosen."""
    now = timezone.now()
    form = StartForm(request.POST, today=oslo_date(now), auto_id="start_%s")
    if not form.is_valid():
        return _refused(request, form)
    told: dict[str, Any] = {"by": request.member, "on": oslo_date(now), "at": now}
    try:
        begun = start_chosen(form.cleaned_data["pairs"], first_on=form.first_day(), **told)
    except Programme.DoesNotExist:
        raise Http404 from None
    except NotApproved as error:
        text = _("%(name)s er ikke godkjent av en lege. Ingen planer er startet.")
        messages.error(request, text % {"name": error})
        return _back(request)
    request.session[BEGUN] = {"at": now.isoformat(), "by": request.member.pk, "plans": begun}
    text = ngettext("%(n)d plan er startet.", "%(n)d planer er startet.", len(begun))
    messages.success(request, text % {"n": len(begun)})
    return _back(request)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def decline(request: MemberRequest) -> HttpResponse:
    """They said no: kept, and not asked for again."""
    now = timezone.now()
    form = DeclineForm(request.POST, auto_id="nei_%s")
    if not form.is_valid():
        return _refused(request, form)
    told: dict[str, Any] = {"by": request.member, "on": oslo_date(now), "at": now}
    try:
        count = decline_chosen(form.cleaned_data["pairs"], reason=form.cleaned_data["reason"], **told)
    except Programme.DoesNotExist:
        raise Http404 from None
    text = ngettext("Takket nei er skrevet ned for %(n)d.", "Takket nei er skrevet ned for %(n)d.", count)
    messages.success(request, text % {"n": count})
    return _back(request)


@require_POST
@requires(Permission.PLAN_PATIENTS)
def undo(request: MemberRequest) -> HttpResponse:
    """The plans that were started a moment ago are not."""
    now, begun = timezone.now(), _begun(request)
    request.session.pop(BEGUN, None)
    count = undo_started(begun, by=request.member, on=oslo_date(now), at=now)
    text = ngettext("%(n)d plan er stanset igjen.", "%(n)d planer er stanset igjen.", count)
    messages.success(request, text % {"n": count} if count else _("Det er ikke noe å angre."))
    return _back(request)


def _begun(request: MemberRequest) -> list[Begun]:
    """What this member started lately in this session, and can still be taken back."""
    kept = request.session.get(BEGUN)
    if not kept or kept["by"] != request.member.pk:
        return []
    fresh = timezone.now() - dt.datetime.fromisoformat(kept["at"]) < UNDO_WITHIN
    return [Begun(*each) for each in kept["plans"]] if fresh else []


def _refused(request: MemberRequest, form: ChosenForm) -> HttpResponse:
    """The sheet again with what was wrong; the list, if it is not known of whom."""
    return (
        _sheet(request, form, form)
        if form.cleaned_data.get("pairs")
        else _page(request, _lack(request), form)
    )


def _lack(request: MemberRequest) -> Lack:
    return Lack.from_query(QueryDict(request.POST.get("utvalg", "")))


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('lacking')}?{_lack(request).query()}")
