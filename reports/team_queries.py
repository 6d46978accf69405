"""Reads of who works here and what they have agreed on, beside the closed weeks. Each a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Sum

from patients.models import Patient
from reports.models import WorkLine
from reports.moved import Done, Since
from reports.queries import TREND_WEEKS, weeks_before
from tasks.models import Delegation, Origin, TaskKind
from teams.calendar import Week
from teams.models import Member, Profession

YEAR = 52  # weeks


@dataclass(frozen=True, slots=True)
class DoctorList:
    """A doctor of today, how many living patients are on the list, and the cap if one is set."""

    member: Member
    length: int


def doctor_lists(reader: Member, today: dt.date) -> list[DoctorList]:
    """By name. Two queries."""
    doctors = Member.objects.visible_to(reader).filter(profession=Profession.DOCTOR).employed_on(today)
    # Counted for a manager too, who may see no patient.
    on_list = Patient.objects.filter(clinic=reader.clinic_id, deceased_on=None, moved_on=None)
    lengths = dict(on_list.exclude(list_doctor=None).values_list("list_doctor").annotate(Count("pk")))
    return [DoctorList(member, lengths.get(member.pk, 0)) for member in doctors.order_by("name", "pk")]


def followed_up_by(reader: Member) -> dict[str, int]:
    """Minutes of follow-up by profession in the last twelve closed weeks: work that plans asked for. Two queries."""
    weeks = weeks_before(reader, None, limit=TREND_WEEKS)[:TREND_WEEKS]
    lines = WorkLine.objects.filter(report__in=weeks, origin=Origin.PLAN).exclude(profession="")
    return dict(lines.values_list("profession").annotate(Sum("done_minutes")))


def delegated_kinds(reader: Member) -> list[Since]:
    """The kinds that somebody at the clinic has signed a delegation of, and since when. Two queries."""
    signed = Delegation.objects.visible_to(reader).exclude(signed_at=None).values("kind")
    told = signed.annotate(
        first=Min("starts_on"), doctors=Count("doctor", distinct=True), members=Count("member", distinct=True)
    )
    rows = list(told.order_by("kind"))
    kinds = TaskKind.objects.in_bulk([row["kind"] for row in rows])
    return [Since(kinds[row["kind"]], row["first"], row["doctors"], row["members"]) for row in rows]


def done_by_kind(reader: Member, kinds: list[int]) -> tuple[list[Week], list[Done]]:
    """The last year's closed weeks, and minutes done of these kinds in them by profession. Two queries."""
    reports = {each.pk: Week(each.year, each.week) for each in weeks_before(reader, None, limit=YEAR)[:YEAR]}
    lines = WorkLine.objects.filter(report__in=reports, kind__in=kinds, done__gt=0)
    sums = lines.values_list("report", "kind", "profession").annotate(Sum("done_minutes"))
    return list(reports.values()), [
        Done(reports[report], kind, profession, minutes) for report, kind, profession, minutes in sums
    ]
