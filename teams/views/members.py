"""Who works here: the list, one member's page with the week as it comes out, and what is changed of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from teams.accesses import history_of, state_of, to_look_at
from teams.actions.members import add_member, change_member
from teams.calendar import oslo_date
from teams.forms.members import DutyForm, EndDutyForm, MemberForm, NewMemberForm
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.presenters import duty_rows, week_rows
from teams.timetables import colleagues, supervision_of, supervisors, weeks_of

REFUSED = {
    "name": gettext_lazy("Skriv navnet."),
    "profession": gettext_lazy("Velg fra listen."),
    "access": gettext_lazy("Den som ikke har noe yrke, må ha en annen tilgang enn medarbeider."),
    "starts_on": gettext_lazy("Velg en dag innen ett år."),
    "training": gettext_lazy("Bare leger er LIS1- eller ALIS-leger."),
    "supervisor": gettext_lazy("Veilederen må være en lege her som ikke selv er under utdanning."),
    "own_access": gettext_lazy("Du kan ikke gi deg selv mer enn du har. Be en annen om det."),
    "last_leader": gettext_lazy(
        "Ingen andre med innlogging leder teamet. Gjør en annen til teamleder først."
    ),
    "ended": gettext_lazy("Medarbeideren har sluttet og kan ikke endres."),
    "no_access": gettext_lazy("Tilgangen gjelder ikke nå. Godkjenn den først, under Tilganger."),
    "minutes": gettext_lazy("En dag har høyst 24 timer."),
    "booked": gettext_lazy("Det kan ikke være satt av mer tid enn det er på jobb."),
}
FIELDS = {
    "own_access": "access",
    "no_access": "access",
    "last_leader": "access",
    "ended": None,
    "minutes": None,
    "booked": None,
}


@require_safe
@requires(Permission.SEE_TEAM)
def members(request: MemberRequest) -> HttpResponse:
    today = oslo_date(timezone.now())
    here, before = colleagues(request.member, today)
    context = {
        "here": here,
        "before": before,
        "today": today,
        "may_manage": (manages := may(request.member, Permission.MANAGE_MEMBERS)),
        "to_look_at": to_look_at(request.member, today) if manages else 0,
    }
    return render(request, "teams/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def new_member(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    choice = supervisors(request.member, oslo_date(now))
    form = NewMemberForm(request.POST or None, supervisors=choice, initial={"starts_on": oslo_date(now)})
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("profession", "starts_on")}
        try:
            made = add_member(form.profile(), **data, hours=form.hours(), by=request.member, at=now)
        except ValueError as error:
            form.add_error(FIELDS.get(str(error), str(error)), str(REFUSED[str(error)]))
        else:
            messages.success(request, _("%(who)s er lagt til.") % {"who": made.name})
            return HttpResponseRedirect(reverse("member", args=[made.pk]))
    return render(request, "teams/new_member.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.SEE_TEAM)
def member(request: MemberRequest, member_id: int) -> HttpResponse:
    return member_page(request, member_id)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def change(request: MemberRequest, member_id: int) -> HttpResponse:
    """Another name, access, or training."""
    found = get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    form = _member_form(request, found, request.POST)
    if not form.is_valid():
        return member_page(request, member_id, form=form)
    try:
        changed = change_member(member_id, form.profile(), by=request.member, at=timezone.now())
    except ValueError as error:
        form.add_error(FIELDS.get(str(error), str(error)), str(REFUSED[str(error)]))
        return member_page(request, member_id, form=form)
    messages.success(request, _("%(who)s er endret.") % {"who": changed.name})
    return HttpResponseRedirect(reverse("member", args=[member_id]))


def member_page(
    request: MemberRequest,
    member_id: int,
    *,
    form: MemberForm | None = None,
    duty: DutyForm | None = None,
    ending: tuple[int, EndDutyForm] | None = None,
) -> HttpResponse:
    """The page; with a form that was refused (`ending`: of the duty of this id), that form open and 422.

    At most eight queries.
    """
    by, today = request.member, oslo_date(timezone.now())
    found = get_object_or_404(Member.objects.visible_to(by).select_related("supervisor"), pk=member_id)
    weeks, duties = weeks_of(found, today)
    manages = may(by, Permission.MANAGE_MEMBERS)
    there = found.ends_on is None or found.ends_on >= today
    context: dict[str, Any] = {
        "person": found, "week": weeks[0], "rows": week_rows(weeks[0]), "upcoming": weeks[1:],
        "duties": duty_rows(duties, today, private=manages or found == by),
        "supervision": supervision_of(found, today), "there": there, "may_manage": manages and there,
        "own": found == by, "access_state": state_of(found, today),
        "access_days": ((found.access_until or today) - today).days,
        "history": history_of(found) if manages or found == by else None,
    }  # fmt: skip
    if context["may_manage"]:
        context["form"] = form or _member_form(request, found)
        context["duty"] = duty or DutyForm(initial=_suggested(request, context))
        context["ending_id"], context["ending"] = ending or (None, None)
    return render(request, "teams/member.html", context, status=422 if form or duty or ending else 200)


def _member_form(request: MemberRequest, found: Member, data: Any = None) -> MemberForm:
    choice = supervisors(request.member, oslo_date(timezone.now()), but=found.pk)
    names = ("name", "access", "training", "supervisor")
    initial = {name: getattr(found, name) for name in names}
    return MemberForm(data, supervisors=choice, doctor=found.is_doctor, initial=initial)


def _suggested(request: MemberRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The duty form begins with supervision where somebody is supervised and no time is set off for it."""
    initial: dict[str, Any] = {"starts_on": oslo_date(timezone.now())}
    if any(s.supervisor == context["person"] and not s.minutes for s in context["supervision"]):
        return initial | {"kind": "supervision", "minutes": "1:00"}
    return initial
