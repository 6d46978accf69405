"""Many tasks changed at once: looked at first, carried out, taken back. A drag moves one, and can be taken back too."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from tasks.actions import bulk
from tasks.ahead import weeks_ahead
from tasks.forms.bulk import CarryOutForm, PickForm
from tasks.life import NotAllowed
from tasks.many import MOST, Judged, Wish
from tasks.models import BulkChange, Task
from tasks.presenters.bulk import done_words, left_groups, left_words, named, week_loads, wish_words
from tasks.queries.board import bulk_items, colleagues_ahead, first_ids, minutes_ahead, time_ahead, week_sums
from tasks.views.picking import Place, place_of, refused_list
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires

REFUSED = {
    "tasks": gettext_lazy("Velg minst én oppgave, og høyst 500."),
    "to": gettext_lazy("Velg en som jobber her nå."),
    "until": gettext_lazy("Velg en dag som kommer, innen et år."),
    "closing": gettext_lazy("Velg hvorfor de avsluttes."),
    "on": gettext_lazy("Velg dagen det ble gjort, i dag eller før."),
    "reason": gettext_lazy("Skriv høyst 300 tegn."),
}
SHOWN = 50  # tasks named in a preview


@require_POST
@requires(Permission.SEE_PATIENTS)
def preview(request: MemberRequest) -> HttpResponse:
    """What would change and what cannot; nothing is changed yet."""
    place, form = place_of(request), PickForm(request.POST, members=_members(request))
    if form.is_valid():
        try:
            found = bulk.preview(
                _chosen(request, place, form), form.wish(), by=request.member, at=timezone.now()
            )
            return _preview(request, place, form.wish(), found)
        except ValueError as error:
            _refuse(form, str(error))
        except Task.DoesNotExist:
            raise Http404 from None
    return refused_list(request, place, form)


@require_POST
@requires(Permission.SEE_PATIENTS)
def carry_out(request: MemberRequest) -> HttpResponse:
    """Exactly what was looked at, but for what has changed since."""
    place, form = place_of(request), CarryOutForm(request.POST, members=_members(request))
    if not form.is_valid():
        return refused_list(request, place, form)
    wish, data = form.wish(), form.cleaned_data
    try:
        done = bulk.carry_out(
            data["tasks"], wish, by=request.member, reason=data["reason"], at=timezone.now()
        )
    except ValueError as error:
        _refuse(form, str(error))
        return refused_list(request, place, form)
    except Task.DoesNotExist:
        raise Http404 from None
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done_words(wish, len(done.written)))
        if left := left_words(done.left, wish.to.name if wish.to else ""):
            messages.warning(request, left)
    return HttpResponseRedirect(place.address)


@require_POST
@requires(Permission.SEE_PATIENTS)
def move(request: MemberRequest) -> HttpResponse:
    """One task dropped on somebody. Whoever may not have it does not get it, and the page says why."""
    place, form = place_of(request), CarryOutForm(request.POST, members=_members(request))
    if not form.is_valid():
        return refused_list(request, place, form)
    wish, tasks = form.wish(), form.cleaned_data["tasks"]
    try:
        found = bulk.preview(tasks, wish, by=request.member, at=timezone.now())
        if found.left:
            messages.error(request, left_words(found.left, wish.to.name if wish.to else ""))
        else:
            done = bulk.carry_out(tasks, wish, by=request.member, reason="", at=timezone.now())
            messages.success(request, done_words(wish, len(done.written)))
    except Task.DoesNotExist:
        raise Http404 from None
    except (NotAllowed, ValueError) as error:
        messages.error(request, str(REFUSED.get(str(error), error)))
    return HttpResponseRedirect(place.address)


@require_safe
@requires(Permission.SEE_PATIENTS)
def change(request: MemberRequest, bulk_id: int) -> HttpResponse:
    """What one change of many did, to look at and to take back."""
    changes = BulkChange.objects.visible_to(request.member).select_related("by", "undone_by")
    found = get_object_or_404(changes, pk=bulk_id)
    today = oslo_date(timezone.now())
    if not may(request.member, Permission.ASSIGN_TASKS) and found.by_id != request.member.pk:
        raise PermissionDenied("neither a leader nor who did it")
    items = bulk_items(found)
    context = {
        "change": found,
        "lines": [(named(item.task, today), item.task.version != item.version) for item in items[:SHOWN]],
        "count": len(items),
        "more": max(0, len(items) - SHOWN),
        "may_undo": bulk.may_undo(found, request.member),
        "place": place_of(request),
    }
    return render(request, "tasks/bulk_change.html", context)


@require_POST
@requires(Permission.SEE_PATIENTS)
def undo(request: MemberRequest, bulk_id: int) -> HttpResponse:
    try:
        done = bulk.undo(bulk_id, by=request.member, at=timezone.now())
    except BulkChange.DoesNotExist:
        raise Http404 from None
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        n = len(done.written)
        text = ngettext(
            "Endringen er angret for %(n)d oppgave.", "Endringen er angret for %(n)d oppgaver.", n
        )
        messages.success(request, text % {"n": n})
        if left := left_words(done.left, _("den som hadde dem")):
            messages.warning(request, left)
    return HttpResponseRedirect(place_of(request).address)


def _members(request: MemberRequest) -> dict[int, Member]:
    """Who works here today, by id, with a profession. One query."""
    today = oslo_date(timezone.now())
    return {m.pk: m for m in colleagues_ahead(request.member, today) if m.starts_on <= today}


def _chosen(request: MemberRequest, place: Place, form: PickForm) -> list[int]:
    if not form.cleaned_data["all"]:
        return sorted(form.cleaned_data["task"])
    return first_ids(place.selection.tasks(request.member, oslo_date(timezone.now())), MOST)


def _refuse(form: forms.Form, field: str) -> None:
    form.add_error(field if field in form.fields and field != "tasks" else None, str(REFUSED[field]))


def _preview(request: MemberRequest, place: Place, wish: Wish, found: Judged) -> HttpResponse:
    """Seven queries, however many tasks."""
    by, today = request.member, oslo_date(timezone.now())
    holders = {task.assignee.pk: task.assignee for task in found.changes if task.assignee}
    members = holders | ({wish.to.pk: wish.to} if wish.to else {})
    initial: dict[str, Any] = {
        "verb": wish.verb.value, "to": wish.to.pk if wish.to else 0, "until": wish.until, "closing": wish.closing,
        "on": wish.on, "tasks": ",".join(f"{pk}:{version}" for pk, version in found.versions.items()),
    }  # fmt: skip
    context = {
        "title": wish_words(wish, len(found.changes)),
        "count": len(found.changes),
        "minutes": sum(task.planned_minutes for task in found.changes),
        "along": len(found.along & found.versions.keys()),
        "from_plans": sum(1 for task in found.changes if task.plan_step_id) if wish.closing else 0,
        "loads": week_loads(
            found, wish, members.values(), minutes_ahead(by, today, time_ahead(by, today)), week_sums(by, today),
            today=today, weeks=weeks_ahead(today),
        ),
        "weeks": weeks_ahead(today),
        "lines": [named(task, today) for task in found.changes[:SHOWN]],
        "more": max(0, len(found.changes) - SHOWN),
        "left": left_groups(found.left, wish, today),
        "fields": {name: value for name, value in initial.items() if value not in (None, "")},
        "place": place,
    }  # fmt: skip
    template = "tasks/bulk_preview.html" + ("#preview" if request.htmx.target == "ark" else "")
    return render(request, template, context)
