"""A member's ordinary week and duties are changed."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from teams.actions.duties import add_duty, end_duty
from teams.actions.hours import set_hours
from teams.calendar import DAY, oslo_date
from teams.forms.members import DutyForm, EndDutyForm, HoursForm
from teams.middleware import MemberRequest
from teams.models import Duty, Member
from teams.permissions import Permission, requires
from teams.templatetags.fordel import long_day
from teams.timetables import weeks_of
from teams.views.members import member_page
from teams.weekly import Timetable

EARLIEST = gettext_lazy("Velg en dag fra mandag denne uken, innen ett år. Uker som er over, endres ikke.")
CONFIRM = gettext_lazy(
    "Dagen er alt over. Kryss av for at den skal regnes på nytt, eller velg en senere dag."
)
LAST = gettext_lazy("Siste dag kan ikke være før første, og høyst fem år etter den.")
HOURS_REFUSED = {
    "starts_on": EARLIEST,
    "ends_on": LAST,
    "confirmed": CONFIRM,
    "minutes": gettext_lazy("En dag har høyst 24 timer."),
    "booked": gettext_lazy("Det kan ikke være satt av mer tid enn det er på jobb."),
}
DUTY_REFUSED = {
    "kind": gettext_lazy("Velg hva det er."),
    "doctor": gettext_lazy("Bare leger har kommunalt legearbeid og veileder LIS1 og ALIS."),
    "supervision": gettext_lazy("Den som selv er under utdanning, veileder ikke."),
    "minutes": gettext_lazy("Skriv hvor lang tid det tar, høyst 24 timer."),
    "rest": gettext_lazy("Hvile dagen etter hører bare til legevakt."),
    "weekday": gettext_lazy("Velg ukedag."),
    "day": EARLIEST,
    "starts_on": EARLIEST,
    "ends_on": LAST,
    "confirmed": CONFIRM,
    "municipal": gettext_lazy(
        "Kommunalt legearbeid kan pålegges høyst 7,5 timer i uken (fastlegeforskriften § 32). Dette blir mer."
    ),
    "note": gettext_lazy("Skriv høyst 120 tegn."),
}
DUTY_FIELDS = {"doctor": "kind", "supervision": "kind", "day": "starts_on", "municipal": "minutes"}
END_REFUSED = {"on": EARLIEST, "confirmed": CONFIRM}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_MEMBERS)
def hours(request: MemberRequest, member_id: int) -> HttpResponse:
    """`?fra=` opens the form on a change to come."""
    found = get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    now = timezone.now()
    week, first = _shown(request, found, oslo_date(now))
    form = HoursForm(request.POST or None, week=week, initial={"starts_on": first})
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on", "confirmed")}
        try:
            until = set_hours(member_id, form.hours(), **data, by=request.member, at=now)
        except ValueError as error:
            field = None if str(error) in ("minutes", "booked") else str(error)
            form.add_error(field, str(HOURS_REFUSED[str(error)]))
        else:
            messages.success(request, _told(found, data["starts_on"], until))
            return HttpResponseRedirect(reverse("member", args=[member_id]))
    context = {"person": found, "form": form}
    return render(request, "teams/hours.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def new_duty(request: MemberRequest, member_id: int) -> HttpResponse:
    get_object_or_404(Member.objects.visible_to(request.member), pk=member_id)
    form = DutyForm(request.POST)
    if not form.is_valid():
        return member_page(request, member_id, duty=form)
    data = {name: form.cleaned_data[name] for name in ("note", "confirmed")}
    try:
        made = add_duty(member_id, form.bound(), **data, by=request.member, at=timezone.now())
    except ValueError as error:
        form.add_error(DUTY_FIELDS.get(str(error), str(error)), str(DUTY_REFUSED[str(error)]))
        return member_page(request, member_id, duty=form)
    messages.success(request, _("%(what)s er lagt inn.") % {"what": made.get_kind_display().capitalize()})
    return HttpResponseRedirect(reverse("member", args=[member_id]))


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def end(request: MemberRequest, duty_id: int) -> HttpResponse:
    """A weekly duty gets a last day (empty: yesterday); a single one is taken away."""
    duty = get_object_or_404(Duty.objects.visible_to(request.member), pk=duty_id)
    form, now = EndDutyForm(request.POST), timezone.now()
    if form.is_valid():
        last = form.cleaned_data["on"] or oslo_date(now) - DAY
        try:
            left = end_duty(
                duty_id, on=last, confirmed=form.cleaned_data["confirmed"], by=request.member, at=now
            )
        except ValueError as error:
            form.add_error(str(error), str(END_REFUSED[str(error)]))
            if duty.day is not None:  # what is over no longer stands on the page
                messages.error(request, _("Dagen er alt over, og plikten står."))
        else:
            what = {"what": duty.get_kind_display().capitalize(), "day": long_day(last)}
            text = _("%(what)s varer til og med %(day)s.") if left else _("%(what)s er tatt bort.")
            messages.success(request, text % what)
            return HttpResponseRedirect(reverse("member", args=[duty.member_id]))
    return member_page(request, duty.member_id, ending=(duty_id, form))


def _shown(request: MemberRequest, found: Member, today: dt.date) -> tuple[Timetable, dt.date]:
    """The ordinary week in force on the day asked for, else today; and that day."""
    weeks, _duties = weeks_of(found, today)
    try:
        first = max(dt.date.fromisoformat(request.GET.get("fra", "")), today)
    except ValueError:
        first = max(today, found.starts_on)
    return next((week for week in reversed(weeks) if week.starts_on <= first), weeks[0]), first


def _told(found: Member, first: dt.date, until: dt.date | None) -> str:
    words = {"who": found.name, "first": long_day(first), "last": long_day(until) if until else ""}
    if until:
        return _("Arbeidstiden til %(who)s gjelder fra %(first)s til og med %(last)s.") % words
    return _("Arbeidstiden til %(who)s gjelder fra %(first)s.") % words
