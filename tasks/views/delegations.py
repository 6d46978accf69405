"""The register of delegations: who may do what for which doctor, from when to when, by which written instruction."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.delegating import REGISTERED_FIRST
from tasks.forms.delegations import RegisterFilter, RevokeForm
from tasks.models import Task
from tasks.presenters.delegations import entry, matrices
from tasks.queries.delegations import (
    Registered,
    as_registered,
    begun_without_ground,
    could_be_given,
    delegable_kinds,
    delegations,
    doctors,
    register,
    versions,
    warnings,
)
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member, Profession
from teams.permissions import Permission, may, requires


@require_safe
@requires(Permission.SEE_TEAM)
def delegation_register(request: MemberRequest) -> HttpResponse:
    """As a table per doctor, or as a list; a filter in the address. A fixed number of queries."""
    by, today = request.member, oslo_date(timezone.now())
    form = _filter(request)
    only = form.only() if form.is_valid() else {}
    view = form.cleaned_data.get("vis") or "tabell"
    rows = register(by, today, everything=view == "alt", **only)
    context: dict[str, Any] = {
        "form": form, "view": view, "entries": [entry(each) for each in rows], "address": request.GET.urlencode(),
        "warnings": warnings(by, today, everybodys=True), "may_draft": may(by, Permission.DO_TASKS),
    }  # fmt: skip
    if view == "tabell":
        kinds = [only["kind"]] if "kind" in only else list(delegable_kinds())
        members = [only["member"]] if "member" in only else could_be_given(by, today, kinds)
        shown = [only["doctor"]] if "doctor" in only else doctors(by, today)
        context |= {"matrices": matrices(shown, members, kinds, rows), "open": bool(only)}
    return render(request, "tasks/delegations.html", context)


@require_safe
@requires(Permission.SEE_TEAM)
def print_register(request: MemberRequest) -> HttpResponse:
    """The same rows with their whole instructions, for paper."""
    by, today = request.member, oslo_date(timezone.now())
    form = _filter(request)
    only = form.only() if form.is_valid() else {}
    everything = form.cleaned_data.get("vis") == "alt"
    rows = [entry(each) for each in register(by, today, everything=everything, **only)]
    return render(request, "tasks/delegations_print.html", {"entries": rows, "today": today})


@require_safe
@requires(Permission.SEE_TEAM)
def delegation(request: MemberRequest, delegation_id: int) -> HttpResponse:
    return delegation_page(request, delegation_id)


def delegation_page(
    request: MemberRequest, delegation_id: int, *, form: RevokeForm | None = None, status: int = 200
) -> HttpResponse:
    """One delegation with its words and its other versions. Four queries at most."""
    by, today = request.member, oslo_date(timezone.now())
    each = found_or_404(request, delegation_id)
    row, drafted = each.row, each.standing.value == "draft"
    doctor_left = row.doctor.ends_on is not None and row.doctor.ends_on < today
    own = row.doctor_id == by.pk and may(by, Permission.DELEGATE)
    revokes = row.doctor_id == by.pk and by.is_doctor
    leads = may(by, Permission.ASSIGN_TASKS)
    revocable = each.current and not drafted
    context = {
        "entry": entry(each), "row": row, "drafted": drafted, "own": own, "doctor_left": doctor_left,
        "registered_first": row.kind.slug in REGISTERED_FIRST,
        "others": [entry(other) for other in versions(row, by, today) if other.row.pk != row.pk],
        "may_write": may(by, Permission.DO_TASKS),
        "may_discard": drafted and (own or leads or row.drafted_by_id == by.pk),
        "revoke": (form or RevokeForm()) if revocable and (revokes or (leads and doctor_left)) else None,
        "begun": _begun(request, each) if each.standing.value == "revoked" else (),
    }  # fmt: skip
    return render(request, "tasks/delegation.html", context, status=status)


def found_or_404(request: MemberRequest, delegation_id: int) -> Registered:
    row = delegations(request.member).filter(pk=delegation_id).first()
    if row is None:
        raise Http404
    return as_registered(row, oslo_date(timezone.now()))


def _begun(request: MemberRequest, each: Registered) -> list[Task]:
    """What the member was at when it was taken back, and may not finish: for whoever is concerned. One query."""
    row = each.row
    return [
        task
        for task in begun_without_ground(request.member, oslo_date(timezone.now()), everybodys=True)
        if (task.assignee_id, task.kind_id) == (row.member_id, row.kind_id)
        and task.patient is not None
        and task.patient.list_doctor_id == row.doctor_id
    ]


def _filter(request: MemberRequest) -> RegisterFilter:
    colleagues = Member.objects.visible_to(request.member).exclude(profession="")
    professions = [profession for profession in Profession.values if profession != Profession.DOCTOR]
    form = RegisterFilter(
        request.GET,
        doctors=colleagues.filter(profession=Profession.DOCTOR),
        members=colleagues.filter(profession__in=professions),
        kinds=delegable_kinds(),
    )
    form.is_valid()
    return form
