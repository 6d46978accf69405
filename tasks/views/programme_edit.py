"""A programme is written: a new one, or the next version of one; its year is drawn as it changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tasks.actions.changing import Changed
from tasks.actions.drafting import discard_draft, draft_programme, may_draft, save_draft
from tasks.forms.programme_editor import Editor
from tasks.life import NotAllowed
from tasks.models import Certainty, Programme, TaskKind
from tasks.presenters.programmes import changes
from tasks.presenters.year import example_year
from tasks.programme_checks import STEPS_MAX, Unsound
from tasks.programme_text import ProgrammeText, StepText
from tasks.queries.programmes import (
    code_names,
    followed_names,
    in_force,
    kind_names,
    next_text,
    read_digest,
    used_slugs,
)
from tasks.views.programme import begins_on, found_or_404
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.permissions import Permission, requires

FIRST = "steg-1"
NEW = ProgrammeText(name="", steps=(StepText(slug=FIRST, name="", kind="", months=12, opens=30),))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PROGRAMMES)
def new_programme(request: MemberRequest) -> HttpResponse:
    _require_drafting(request)
    if told := request.POST.get("do"):
        return _again(request, None, told)
    editor = _editor(request, None, data=_sent(request))
    if editor.sent is not None and editor.is_valid():
        try:
            made = draft_programme(editor.read(), by=request.member, at=timezone.now())
        except Unsound as unsound:
            editor.show(unsound.problems)
        else:
            messages.success(request, _("Forslaget er lagret. Det er i bruk når en lege har godkjent det."))
            return HttpResponseRedirect(reverse("programme", args=[made.pk]))
    return _page(request, None, editor, status=200 if editor.sent is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PROGRAMMES)
def edit_programme(request: MemberRequest, programme_id: int) -> HttpResponse:
    _require_drafting(request)
    found = found_or_404(request, programme_id)
    if told := request.POST.get("do"):
        return _again(request, found, told)
    editor, met = _editor(request, found, data=_sent(request)), None
    if editor.sent is not None and editor.is_valid():
        read = request.POST.get("read", "")
        try:
            save_draft(programme_id, editor.read(), read=read, by=request.member, at=timezone.now())
        except Unsound as unsound:
            editor.show(unsound.problems)
        except Changed as changed:
            editor.problems.append(str(changed))
            met = found_or_404(request, programme_id)
        except NotAllowed as refused:
            editor.problems.append(str(refused))
        else:
            return _saved(request, found_or_404(request, programme_id))
    return _page(request, found, editor, met=met, status=200 if editor.sent is None else 422)


@require_POST
@requires(Permission.SEE_PROGRAMMES)
def preview_programme(request: MemberRequest) -> HttpResponse:
    """The year of what stands in the form, as far as it can be read. Nothing is looked up or kept."""
    _require_drafting(request)
    today = oslo_date(timezone.now())
    text = _editor(request, None, data=request.POST).read()
    year = example_year(text, start=begins_on(request.POST.get("start"), today))
    return render(request, "tasks/programme_year.html", {"year": year})


@require_POST
@requires(Permission.SEE_PROGRAMMES)
def discard_programme_draft(request: MemberRequest, programme_id: int) -> HttpResponse:
    _require_drafting(request)
    found_or_404(request, programme_id)
    try:
        discard_draft(programme_id, read=request.POST.get("read", ""), by=request.member, at=timezone.now())
    except NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Utkastet er forkastet."))
    return HttpResponseRedirect(reverse("programme", args=[programme_id]))


def _require_drafting(request: MemberRequest) -> None:
    if not may_draft(request.member):
        raise PermissionDenied("draft_programme")


def _sent(request: MemberRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _editor(
    request: MemberRequest, found: Programme | None, *, data: QueryDict | None, quiet: bool = False
) -> Editor:
    today = oslo_date(timezone.now())
    return Editor(
        data=data, quiet=quiet, text=next_text(found) if found else NEW, before=in_force(found) if found else None,
        kinds=list(TaskKind.objects.all()), codes=followed_names(request.member),
        start=begins_on(request.POST.get("start"), today),
    )  # fmt: skip


def _again(request: MemberRequest, found: Programme | None, told: str) -> HttpResponse:
    """As it stands in the form, with a step added, taken out or moved; nothing is kept."""
    data, focus = request.POST.copy(), ""
    verb, _colon, slug = told.partition(":")
    slugs = data.getlist("steg")
    if verb == "add" and len(slugs) < STEPS_MAX:
        slug = _free_slug({*slugs, *(used_slugs(found) if found else ())})
        slugs.append(slug)
        for name, value in (("months", "12"), ("opens", "30"), ("certainty", Certainty.DERIVED.value)):
            data[f"{slug}-{name}"] = value
    elif verb == "remove" and slug in slugs:
        slugs.remove(slug)
        focus = "legg-til"
    elif verb in ("up", "down") and slug in slugs:
        at = slugs.index(slug)
        to = min(len(slugs) - 1, max(0, at + (1 if verb == "down" else -1)))
        slugs.insert(to, slugs.pop(at))
        focus = f"{slug}-{verb}"
    data.setlist("steg", slugs)
    editor = _editor(request, found, data=data, quiet=True)
    if verb == "add" and editor.steps:
        editor.focus_on(editor.steps[-1], "name")
    return _page(request, found, editor, focus=focus)


def _free_slug(taken: set[str]) -> str:
    return next(slug for n in range(1, 10_000) if (slug := f"steg-{n}") not in taken)


def _page(
    request: MemberRequest,
    found: Programme | None,
    editor: Editor,
    *,
    met: Programme | None = None,
    focus: str = "",
    status: int = 200,
) -> HttpResponse:
    """`met`: what somebody else made of it meanwhile; sent again, that is what was read."""
    context: dict[str, Any] = {
        "programme": found,
        "editor": editor,
        "focus": focus,
        "digest": _read(request, found, met),
        "year": example_year(_shown(request, found, editor), start=_start(request)),
        "full": len(editor.slugs) >= STEPS_MAX,
        "met": met,
    }
    if met:
        context["theirs"] = changes(next_text(met), editor.read(), kinds=kind_names(), codes=code_names())
    template = "tasks/programme_edit.html"
    if request.htmx.target == "redigering":
        template += "#form"
    return render(request, template, context, status=status)


def _read(request: MemberRequest, found: Programme | None, met: Programme | None) -> str:
    if met:
        return read_digest(met)
    return request.POST.get("read", "") if request.POST else read_digest(found) if found else ""


def _start(request: MemberRequest) -> dt.date:
    return begins_on(request.POST.get("start"), oslo_date(timezone.now()))


def _shown(request: MemberRequest, found: Programme | None, editor: Editor) -> ProgrammeText:
    """What the year is drawn of: what stands in the form."""
    if editor.data is None:
        return next_text(found) if found else NEW
    return _editor(request, found, data=editor.data).read()


def _saved(request: MemberRequest, found: Programme) -> HttpResponse:
    if found.draft is None:
        messages.info(request, _("Ingenting er endret."))
        return HttpResponseRedirect(reverse("programme", args=[found.pk]))
    messages.success(request, _("Utkastet er lagret. Det gjelder når en lege har godkjent det."))
    name = "programme_draft" if found.state == Programme.State.APPROVED else "programme"
    return HttpResponseRedirect(reverse(name, args=[found.pk]))
