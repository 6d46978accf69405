"""Back to the sender: the rule, the letter, and what waits for an answer. And texts for the journal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.actions import record_access
from tasks.actions import returns
from tasks.actions.changing import Changed
from tasks.forms import AnswerForm, ReturnForm, version_of
from tasks.letters import RULES, ReturnRule, letter, rules_for
from tasks.life import NotAllowed
from tasks.models import Answer, JournalNote, SenderReturn, Task
from tasks.presenters.returns import waiting_lines
from tasks.presenters.story import Conflict
from tasks.queries import waiting_returns
from tasks.queries.told import journal_note as read_note
from tasks.queries.told import letter as read_letter
from tasks.views.meeting import MAY_NOT, add_refusal, meet
from tasks.views.sheet import task_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DO_TASKS)
def return_task(request: MemberRequest, task_id: int) -> HttpResponse:
    """Choose the rule, look over the letter, send it: that stores it and ends the task."""
    task = task_or_404(request, task_id)
    rules = rules_for(task.kind.return_rule, task.origin)
    if not rules:
        raise Http404
    if request.method != "POST":
        chosen = _chosen(rules, request.GET.get("regel", task.kind.return_rule))
        initial = version_of(task)
        if chosen:
            initial |= {"rule": chosen.code, "text": _letter(request, task, chosen)}
        return _page(request, task, rules, ReturnForm(rules=rules, initial=initial))
    form = ReturnForm(request.POST, rules=rules)
    if form.is_valid():
        try:
            sent = returns.return_to_sender(
                task_id, by=request.member, at=timezone.now(), **form.cleaned_data
            )
        except (ValueError, PermissionDenied, NotAllowed) as error:
            return _refused(request, task, rules, form, error)
        messages.success(request, _("%(name)s er returnert.") % {"name": task.name})
        return HttpResponseRedirect(reverse("letter", args=[sent.pk]))
    return _page(request, task, rules, form, status=422)


def _refused(
    request: MemberRequest, task: Task, rules: list[ReturnRule], form: ReturnForm, error: Exception
) -> HttpResponse:
    """The page again with the letter as it was typed; and when somebody was first, what they did."""
    conflict = None
    if isinstance(error, ValueError):
        add_refusal(form, error)
    elif isinstance(error, NotAllowed):
        task = task_or_404(request, task.pk)
        again = isinstance(error, Changed) and task.ended_at is None
        shown = request.POST.get("version", "")
        conflict = meet(request, task, shown, again=again, typed=[], form_id="skjema-retur")
        form = ReturnForm({**request.POST.dict(), "version": str(task.version)}, rules=rules)
        form.is_valid()
    else:
        form.add_error(None, str(MAY_NOT))
    return _page(request, task, rules, form, conflict=conflict, status=422)


def _page(
    request: MemberRequest,
    task: Task,
    rules: list[ReturnRule],
    form: ReturnForm,
    *,
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    if task.patient:
        record_access(task.patient, by=request.member, ground="oppfølging", what="oppgave")
    chosen = _chosen(rules, str(form["rule"].value() or ""))
    context = {"task": task, "rules": rules, "chosen": chosen, "form": form, "conflict": conflict}
    return render(request, "tasks/return.html", context, status=status)


def _chosen(rules: list[ReturnRule], code: str) -> ReturnRule | None:
    """The kind's own rule to begin with; where it has none, whoever sends it chooses: a wrong ground is worse."""
    return next((rule for rule in rules if rule.code == code), None)


def _letter(request: MemberRequest, task: Task, rule: ReturnRule) -> str:
    clinic = request.member.clinic.name
    return letter(rule, what=task.name, sender=task.sender, clinic=clinic, today=oslo_date(timezone.now()))


@require_safe
@requires(Permission.DO_TASKS)
def show_letter(request: MemberRequest, return_id: int) -> HttpResponse:
    """The letter to copy or print. Who the patient is stands above it on paper, and is nowhere stored with it."""
    try:
        found = read_letter(request.member, return_id)
    except SenderReturn.DoesNotExist:
        raise Http404 from None
    if found.task.patient:
        record_access(found.task.patient, by=request.member, ground="oppfølging", what="brev")
    context = {"letter": found, "rule": RULES.get(found.rule), "answers": Answer}
    return render(request, "tasks/letter.html", context)


@require_safe
@requires(Permission.DO_TASKS)
def waiting(request: MemberRequest) -> HttpResponse:
    """«Venter på svar»: letters without an answer, the longest overdue first. One query for them all, 200 at most."""
    return render(request, "tasks/returns.html", _waiting(request))


def _waiting(request: MemberRequest) -> dict[str, Any]:
    today = oslo_date(timezone.now())
    return {"lines": waiting_lines(waiting_returns(request.member), RULES, today=today)}


@require_POST
@requires(Permission.DO_TASKS)
def answer(request: MemberRequest, return_id: int) -> HttpResponse:
    """What the sender said; «vi gjør det likevel» opens the task again."""
    get_object_or_404(SenderReturn.objects.visible_to(request.member), pk=return_id)
    form = AnswerForm(request.POST)
    refused = _("Velg hva avsender svarte, og skriv høyst 300 tegn.")
    if form.is_valid():
        try:
            found = returns.answer(
                return_id, by=request.member, at=timezone.now(),
                answer=Answer(form.cleaned_data["answer"]), note=form.cleaned_data["note"],
            )  # fmt: skip
        except SenderReturn.DoesNotExist:
            raise Http404 from None
        except NotAllowed as error:
            refused = str(error)
        else:
            kept = found.answer == Answer.KEPT
            text = _("%(name)s er åpnet igjen.") if kept else _("%(name)s: avsender gjør det selv.")
            messages.success(request, text % {"name": found.task.name})
            return HttpResponseRedirect(
                reverse("task", args=[found.task_id]) if kept else reverse("waiting_returns")
            )
    return render(request, "tasks/returns.html", {**_waiting(request), "error": refused}, status=422)


@require_safe
@requires(Permission.DO_TASKS)
def journal_note(request: MemberRequest, note_id: int) -> HttpResponse:
    """What fastlegeforskriften § 25 asks to have in the journal, ready to copy."""
    try:
        note = read_note(request.member, note_id)
    except JournalNote.DoesNotExist:
        raise Http404 from None
    record_access(note.patient, by=request.member, ground="oppfølging", what="journaltekst")
    return render(request, "tasks/journal_note.html", {"note": note})
