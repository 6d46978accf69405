"""What a leader does with a sharing out: asks for it, takes it whole or in part, leaves it, undoes it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tasks.actions import proposals
from tasks.forms import ChooseForm, ProposeForm
from tasks.life import NotAllowed
from tasks.models import Cause
from tasks.presenters.banner import left_alone_words
from tasks.presenters.sharing import chosen
from tasks.sharings import change_keys
from tasks.views.sharing_page import page, run_or_404
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_POST
@requires(Permission.ASSIGN_TASKS)
def propose(request: MemberRequest) -> HttpResponse:
    """Ask for a proposal; nothing is changed before somebody has seen it."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Last siden på nytt og prøv igjen."))
        return HttpResponseRedirect(reverse("sharing"))
    run = proposals.propose(
        request.member.clinic_id,
        by=request.member,
        cause=Cause(form.cleaned_data["cause"] or Cause.ASKED),
        calm=form.cleaned_data["calm"],
        now=timezone.now(),
    )
    return HttpResponseRedirect(reverse("sharing_run", args=[run.pk]))


@require_POST
@requires(Permission.ASSIGN_TASKS)
def apply(request: MemberRequest, run_id: int) -> HttpResponse:
    run, form = run_or_404(request, run_id), ChooseForm(request.POST)
    if not form.is_valid():
        return page(request, run, status=422, errors=[_("Last siden på nytt og velg en gang til.")])
    data = form.cleaned_data
    only = None
    if not data["all"]:
        only = chosen(change_keys(run), groups=data["group"], shown=data["shown"], ticked=data["task"])
        if not only:
            error = _("Velg minst én oppgave, eller forkast forslaget.")
            return page(request, run, status=422, errors=[error], data=data)
    try:
        done = proposals.apply(run_id, by=request.member, now=timezone.now(), only=only)
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        _tell(
            request,
            done,
            ngettext("%(n)d oppgave er flyttet.", "%(n)d oppgaver er flyttet.", len(done.written)),
        )
    return HttpResponseRedirect(_back(request, reverse("sharing_run", args=[run_id])))


@require_POST
@requires(Permission.ASSIGN_TASKS)
def discard(request: MemberRequest, run_id: int) -> HttpResponse:
    run_or_404(request, run_id)
    try:
        proposals.discard(run_id, by=request.member, now=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Forslaget er forkastet. Ingenting er endret."))
    return HttpResponseRedirect(_back(request, reverse("sharing")))


@require_POST
@requires(Permission.ASSIGN_TASKS)
def undo(request: MemberRequest, run_id: int) -> HttpResponse:
    run_or_404(request, run_id)
    try:
        done = proposals.undo(run_id, by=request.member, now=timezone.now())
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        text = ngettext(
            "Fordelingen er angret: %(n)d oppgave er som før.",
            "Fordelingen er angret: %(n)d oppgaver er som før.",
            len(done.written),
        )
        _tell(request, done, text)
    return HttpResponseRedirect(_back(request, reverse("sharing_run", args=[run_id])))


def _back(request: MemberRequest, otherwise: str) -> str:
    """The page of ours that the proposal was shown on, as its form says."""
    here = request.POST.get("here", "")
    ours = here.startswith("/") and url_has_allowed_host_and_scheme(here, allowed_hosts=None)
    return here if ours else otherwise


def _tell(request: MemberRequest, done: proposals.Decided, text: str) -> None:
    """What was done, and apart from it what was left alone and why."""
    messages.success(request, text % {"n": len(done.written)})
    if done.left_alone:
        messages.warning(request, left_alone_words(done.left_alone.values()))
