"""What is done with an absence: set right, ended early, taken out, made up for, and what went to others had back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tasks.actions import absence as actions
from tasks.actions import bulk
from tasks.forms.absence import BackForm, TakeBackForm
from tasks.life import NotAllowed
from tasks.models import BulkChange
from tasks.views.absence_page import REFUSED, absence_or_404, change_form, cover_words, page, refuse
from teams.actions.absence import TooLate, come_back
from teams.middleware import MemberRequest
from teams.models import Absence
from teams.permissions import Permission, requires
from teams.templatetags.fordel import long_day

P = ParamSpec("P")


def told_when_gone(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[MemberRequest, P], HttpResponse]:
    """Somebody may take the absence out between its being looked up and its being locked."""

    @wraps(view)
    def told(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Absence.DoesNotExist:
            messages.error(request, _("Fraværet er alt tatt bort."))
            return HttpResponseRedirect(reverse("absences"))

    return told


@require_POST
@requires(Permission.SEE_TEAM)
@told_when_gone
def change(request: MemberRequest, absence_id: int) -> HttpResponse:
    found = absence_or_404(request, absence_id)
    form = change_form(request, found, request.POST)
    if not form.is_valid():
        return page(request, found, form=form)
    try:
        changed, _run = actions.change(absence_id, form.away(), by=request.member, at=timezone.now())
    except TooLate as error:
        messages.error(request, str(error))
    except ValueError as error:
        refuse(form, error, found.member)
        return page(request, absence_or_404(request, absence_id), form=form)
    else:
        messages.success(request, _("Fraværet er endret."))
        if words := cover_words(changed):
            messages.warning(request, words)
    return _to(absence_id)


@require_POST
@requires(Permission.SEE_TEAM)
@told_when_gone
def back(request: MemberRequest, absence_id: int) -> HttpResponse:
    """Back at work on a day: today, tomorrow or another."""
    found, form = absence_or_404(request, absence_id), BackForm(request.POST)
    if not form.is_valid():
        return page(request, found, back=form)
    try:
        come_back(absence_id, form.cleaned_data["day"], by=request.member, at=timezone.now())
    except TooLate as error:
        messages.error(request, str(error))
    except ValueError as error:
        form.add_error("day", str(REFUSED[str(error)]))
        return page(request, found, back=form)
    else:
        words = {"name": found.member.name, "day": long_day(form.cleaned_data["day"])}
        messages.success(request, _("%(name)s er tilbake %(day)s.") % words)
    return _to(absence_id)


@require_POST
@requires(Permission.SEE_TEAM)
@told_when_gone
def cancel(request: MemberRequest, absence_id: int) -> HttpResponse:
    found = absence_or_404(request, absence_id)
    try:
        _gone, taken = actions.cancel(
            absence_id, by=request.member, at=timezone.now(), give_back="give_back" in request.POST
        )
    except TooLate as error:
        messages.error(request, str(error))
        return _to(absence_id)
    messages.success(request, _("Fraværet til %(name)s er tatt bort.") % {"name": found.member.name})
    if taken:
        messages.success(request, _taken(taken))
        return HttpResponseRedirect(reverse("bulk_change", args=[taken.pk]))
    return HttpResponseRedirect(reverse("absences"))


@require_POST
@requires(Permission.ASSIGN_TASKS)
@told_when_gone
def propose(request: MemberRequest, absence_id: int) -> HttpResponse:
    """Ask for a proposal again."""
    absence_or_404(request, absence_id)
    try:
        actions.propose(absence_id, by=request.member, at=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error))
    return _to(absence_id)


@require_POST
@requires(Permission.SEE_TEAM)
@told_when_gone
def take_back(request: MemberRequest, absence_id: int) -> HttpResponse:
    found, form = absence_or_404(request, absence_id), TakeBackForm(request.POST)
    if not form.is_valid() or not form.versions():
        return page(request, found, errors=[_("Velg minst én oppgave.")])
    try:
        taken = actions.take_back(absence_id, form.versions(), by=request.member, at=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error))
        return _to(absence_id)
    messages.success(request, _taken(taken))
    if left := len(form.versions()) - taken.items.count():
        text = ngettext(
            "%(n)d oppgave ble ikke flyttet, fordi noen andre har endret den.",
            "%(n)d oppgaver ble ikke flyttet, fordi noen andre har endret dem.",
            left,
        )
        messages.warning(request, text % {"n": left})
    return HttpResponseRedirect(f"{reverse('absence', args=[absence_id])}?endring={taken.pk}")


@require_POST
@requires(Permission.SEE_TEAM)
def undo(request: MemberRequest, absence_id: int, bulk_id: int) -> HttpResponse:
    """What was had back goes where it was."""
    absence_or_404(request, absence_id)
    try:
        done = bulk.undo(bulk_id, by=request.member, at=timezone.now())
    except BulkChange.DoesNotExist:
        raise Http404 from None
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        text = ngettext(
            "Angret: %(n)d oppgave er der den var.",
            "Angret: %(n)d oppgaver er der de var.",
            len(done.written),
        )
        messages.success(request, text % {"n": len(done.written)})
        if left := sum(map(len, done.left.values())):
            text = ngettext(
                "%(n)d oppgave ble ikke flyttet, fordi noen andre har endret den.",
                "%(n)d oppgaver ble ikke flyttet, fordi noen andre har endret dem.",
                left,
            )
            messages.warning(request, text % {"n": left})
    return _to(absence_id)


def _to(absence_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("absence", args=[absence_id]))


def _taken(taken: BulkChange) -> str:
    n = taken.items.count()
    return ngettext("%(n)d oppgave er tatt tilbake.", "%(n)d oppgaver er tatt tilbake.", n) % {"n": n}
