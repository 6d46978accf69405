"""Reads of people and their ordinary weeks: for whoever may see the team, without why somebody is away."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from teams.models import Duty, DutyKind, Member, Profession, WorkingHours
from teams.weekly import Bound, Span, Timetable, timetables

ORDER = ("doctor", "psychologist", "physiotherapist", "nurse", "bioengineer", "secretary", "")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line of the list: who, and what the ordinary week holds now (None: no hours and no duties written)."""

    member: Member
    week: Timetable


@dataclass(frozen=True, slots=True)
class Supervision:
    """A doctor in training, and how much time of their supervisor's is set off for supervision now."""

    trainee: Member
    supervisor: Member
    minutes: int


def colleagues(by: Member, today: dt.date) -> tuple[list[Colleague], list[Member]]:
    """Those who work here or will, by profession; and those who worked here before. Three queries."""
    members = list(Member.objects.visible_to(by).select_related("supervisor"))
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in WorkingHours.objects.visible_to(by).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)):
        spans[row.member_id].append(_span(row))
    duties: dict[int, list[Bound]] = defaultdict(list)
    for duty in Duty.objects.visible_to(by).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), day=None):
        duties[duty.member_id].append(bound(duty))
    here = [m for m in members if m.ends_on is None or m.ends_on >= today]
    here.sort(key=lambda m: (ORDER.index(m.profession), m.name, m.pk))
    found = [Colleague(m, timetables(spans[m.pk], duties[m.pk], max(today, m.starts_on))[0]) for m in here]
    return found, [m for m in members if m not in here]


def weeks_of(member: Member, today: dt.date) -> tuple[list[Timetable], list[Duty]]:
    """The ordinary week now and those to come, and the duties that are not over. Two queries."""
    rows = WorkingHours.objects.filter(clinic=member.clinic_id, member=member)
    not_over = (
        Q(day__gte=today)
        | Q(weekday__isnull=False, ends_on__isnull=True)
        | Q(weekday__isnull=False, ends_on__gte=today)
    )
    duties = list(
        Duty.objects.filter(not_over, clinic=member.clinic_id, member=member).order_by("weekday", "day", "pk")
    )
    first = max(today, member.starts_on)
    return timetables([_span(row) for row in rows], [bound(duty) for duty in duties], first), duties


def supervision_of(member: Member, today: dt.date) -> list[Supervision]:
    """Whom the member supervises, or who supervises the member, with the supervisor's minutes a week. Two queries."""
    pairs = Member.objects.filter(Q(pk=member.pk) | Q(supervisor=member), clinic=member.clinic_id)
    trainees = [m for m in pairs.employed_on(today).select_related("supervisor") if m.supervisor_id]
    if not trainees:
        return []
    weekly = Duty.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today,
        clinic=member.clinic_id, member__in=[m.supervisor_id for m in trainees], kind=DutyKind.SUPERVISION,
        weekday__isnull=False,
    )  # fmt: skip
    minutes: dict[int, int] = defaultdict(int)
    for who, taken in weekly.values_list("member", "minutes"):
        minutes[who] += taken
    return [Supervision(m, m.supervisor, minutes[m.supervisor.pk]) for m in trainees if m.supervisor]


def supervisors(by: Member, today: dt.date, *, but: int | None = None) -> QuerySet[Member]:
    """Doctors of the clinic who are there and not in training themselves: whom a choice offers."""
    there = Member.objects.visible_to(by).employed_on(today)
    return there.filter(profession=Profession.DOCTOR, training="").exclude(pk=but)


def bound(duty: Duty) -> Bound:
    return Bound(
        duty.kind, duty.minutes, duty.rest_minutes, duty.weekday, duty.day, duty.starts_on, duty.ends_on
    )


def _span(row: WorkingHours) -> Span:
    return Span(row.pk, row.weekday, row.minutes, row.booked_minutes, row.starts_on, row.ends_on)
