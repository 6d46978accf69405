"""Reads of closed weeks. Every function is a bounded number of queries, whatever the clinic's size."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from patients.models import Patient
from reports.models import Bucket, CapacityLine, MovableLine, ReportChart, WeeklyReport, WorkLine
from tasks.models import Origin
from teams.calendar import Week
from teams.models import Member, Profession
from teams.permissions import Permission, may

TREND_WEEKS = 12
PAGE = 26  # half a year of weeks


@dataclass(slots=True)
class Headline:
    """A report and the few sums that stand for it: minutes by bucket, done work and capacity in all."""

    report: WeeklyReport
    buckets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Bucket.values, 0))
    done: int = 0
    done_minutes: int = 0
    capacity_minutes: int = 0

    @property
    def week(self) -> Week:
        return Week(self.report.year, self.report.week)

    @property
    def minutes(self) -> int:
        """Doctors' minutes that others could have had."""
        return sum(self.buckets.values())


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything that stands under one report, for the reader it was fetched for."""

    movable: list[MovableLine]
    work: list[WorkLine]
    professions: list[CapacityLine]
    persons: list[CapacityLine]


def report_of(member: Member, week: Week) -> WeeklyReport | None:
    """The clinic's report of the week, in its latest edition."""
    reports = WeeklyReport.objects.visible_to(member).filter(year=week.year, week=week.number)
    return reports.order_by("-revision").first()


def weeks_before(member: Member, before: Week | None, *, limit: int = PAGE) -> list[WeeklyReport]:
    """The clinic's reports, newest first, older than `before`; one more than `limit` tells that there are more."""
    reports = WeeklyReport.objects.visible_to(member)
    if before:
        reports = reports.filter(Q(year__lt=before.year) | Q(year=before.year, week__lt=before.number))
    latest = reports.order_by("-year", "-week", "-revision").distinct("year", "week")
    return list(latest[: limit + 1])


def of_weeks(clinics: Iterable[int], weeks: Iterable[Week]) -> list[WeeklyReport]:
    """These clinics' reports of these weeks, oldest first, in their latest editions."""
    wanted = Q()
    for week in weeks:
        wanted |= Q(year=week.year, week=week.number)
    reports = WeeklyReport.objects.filter(wanted, clinic_id__in=list(clinics))
    return list(
        reports.order_by("clinic_id", "year", "week", "-revision").distinct("clinic_id", "year", "week")
    )


def headlines(reports: Sequence[WeeklyReport]) -> list[Headline]:
    """The reports with their sums, in the order given. Two queries."""
    found = {report.pk: Headline(report) for report in reports}
    sums = MovableLine.objects.filter(report__in=found).values_list("report", "bucket")
    for report, bucket, minutes in sums.annotate(Sum("minutes")):
        found[report].buckets[bucket] = minutes
    capacity = CapacityLine.objects.filter(report__in=found, member=None).values_list("report")
    for report, done, minutes, whole in capacity.annotate(
        Sum("done"), Sum("done_minutes"), Sum("capacity_minutes")
    ):
        each = found[report]
        each.done, each.done_minutes, each.capacity_minutes = done, minutes, whole
    return list(found.values())


def lines_of(report: WeeklyReport, reader: Member) -> Lines:
    """The report's lines. Lines per person only for whoever may see everybody's, and else one's own."""
    capacity = CapacityLine.objects.filter(report=report).select_related("member")
    capacity = capacity.order_by("profession", "member__name", "member")
    if not reader.clinic.person_reports:
        capacity = capacity.filter(member=None)
    elif not may(reader, Permission.SEE_PERSON_REPORTS):
        capacity = capacity.filter(Q(member=None) | Q(member=reader))
    capacities = list(capacity)
    return Lines(
        movable=list(
            MovableLine.objects.filter(report=report).select_related("kind").order_by("-minutes", "kind")
        ),
        work=list(
            WorkLine.objects.filter(report=report).select_related("kind").order_by("kind__position", "origin")
        ),
        professions=[line for line in capacities if line.member_id is None],
        persons=[line for line in capacities if line.member_id is not None],
    )


def trend_weeks(week: Week) -> list[Week]:
    """The twelve weeks that end with this one."""
    return [week.plus(-back) for back in reversed(range(TREND_WEEKS))]


def trends(reports: Sequence[WeeklyReport]) -> dict[int, list[Headline]]:
    """For each report, its clinic's last twelve weeks up to it, oldest first. Three queries for all of them."""
    weeks = {week for report in reports for week in trend_weeks(Week(report.year, report.week))}
    by_clinic: dict[int, list[Headline]] = defaultdict(list)
    for headline in headlines(of_weeks({report.clinic_id for report in reports}, weeks)):
        by_clinic[headline.report.clinic_id].append(headline)
    return {
        report.pk: [
            each
            for each in by_clinic[report.clinic_id]
            if each.week in trend_weeks(Week(report.year, report.week))
        ]
        for report in reports
    }


def drawn(report: WeeklyReport) -> set[str]:
    """Names of the charts that have been drawn of the report."""
    return set(ReportChart.objects.filter(report=report).values_list("name", flat=True))


def chart(member: Member, week: Week, name: str, *, dark: bool) -> str | None:
    """A chart's SVG, of the latest edition of the clinic's report of the week."""
    charts = ReportChart.objects.visible_to(member).filter(
        report__year=week.year, report__week=week.number, name=name, dark=dark
    )
    return charts.order_by("-report__revision").values_list("svg", flat=True).first()


def undrawn(limit: int = 5000) -> list[int]:
    """Ids of reports without charts, the newest first, of all clinics (inside jobs_scope)."""
    reports = WeeklyReport.objects.filter(charts=None).order_by("-year", "-week", "clinic_id")
    return list(reports.values_list("pk", flat=True)[:limit])


def to_draw(
    reports: Sequence[int],
) -> list[tuple[Headline, list[MovableLine], list[CapacityLine], list[Headline]]]:
    """What the charts of these reports show, for those that have none yet. Eight queries for the batch."""
    rows = list(WeeklyReport.objects.filter(pk__in=reports, charts=None).order_by("pk"))
    movable, professions = defaultdict(list), defaultdict(list)
    for line in MovableLine.objects.filter(report__in=rows).select_related("kind"):
        movable[line.report_id].append(line)
    for each in CapacityLine.objects.filter(report__in=rows, member=None):
        professions[each.report_id].append(each)
    weeks = trends(rows)
    return [
        (headline, movable[headline.report.pk], professions[headline.report.pk], weeks[headline.report.pk])
        for headline in headlines(rows)
    ]


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
