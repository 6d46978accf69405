"""Reads of closed weeks. Every function is a bounded number of queries, whatever the clinic's size."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from reports.models import (
    Bucket,
    CapacityLine,
    Change,
    MovableLine,
    MoveLine,
    ReportChart,
    SenderLine,
    WeeklyReport,
    WorkLine,
)
from tasks.models import Origin
from teams.calendar import Week
from teams.models import Member, Profession
from teams.permissions import Permission, may

TREND_WEEKS = 12
PAGE = 26  # half a year of weeks
COUNTED = (
    Bucket.MOVABLE,
    Bucket.PREPARABLE,
    Bucket.RETURNABLE,
)  # a doctor's minute is in at most one of these


@dataclass(slots=True)
class Headline:
    """A report and its sums: every number that reports/figures.py tells of, by its name, 0 where there is none."""

    report: WeeklyReport
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def week(self) -> Week:
        return Week(self.report.year, self.report.week)

    @property
    def buckets(self) -> dict[str, int]:
        return {bucket: self.numbers[bucket] for bucket in COUNTED}

    @property
    def minutes(self) -> int:
        """Doctors' minutes that others could have had."""
        return sum(self.buckets.values())


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything that stands under one report, for the reader it was fetched for."""

    movable: list[MovableLine]
    moves: list[MoveLine]
    changes: list[Change]
    work: list[WorkLine]
    senders: list[SenderLine]
    professions: list[CapacityLine]
    persons: list[CapacityLine]


def editions_of(member: Member, week: Week) -> list[WeeklyReport]:
    """The clinic's reports of the week: its editions, the newest first."""
    reports = WeeklyReport.objects.visible_to(member).filter(year=week.year, week=week.number)
    return list(reports.order_by("-revision"))


def report_of(member: Member, week: Week) -> WeeklyReport | None:
    """The clinic's report of the week, in its latest edition."""
    return next(iter(editions_of(member, week)), None)


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


# The report's own columns, and the sums of its lines' columns: which line, the name of the sum, of what, of which lines.
OWN = (
    "followups_due", "followups_in_time", "overdue", "overdue_7_days", "overdue_14_days", "overdue_28_days", "hard_due",
    "hard_missed", "met_before", "met_same", "overrides",
)  # fmt: skip
_DOCTORS = Q(profession=Profession.DOCTOR)
_PLANNED = Q(origin=Origin.PLAN)
SUMS: tuple[tuple[type[CapacityLine | WorkLine | MovableLine], Q, dict[str, Sum]], ...] = (
    (CapacityLine, Q(member=None), {
        "capacity": Sum("capacity_minutes"), "done": Sum("done"), "done_minutes": Sum("done_minutes"),
        "planned_minutes": Sum("planned_minutes"), "logged_minutes": Sum("logged_minutes"),
        "appointment_minutes": Sum("appointment_minutes"), "late_minutes": Sum("late_minutes"),
        "long_days": Sum("long_days"), "doctors_minutes": Sum("done_minutes", filter=_DOCTORS),
    }),
    (WorkLine, Q(), {
        "opened": Sum("opened"), "ended_undone": Sum("ended_undone"), "cancelled": Sum("cancelled"),
        "returned": Sum("returned"), "plan_done": Sum("done", filter=_PLANNED),
        "plan_done_doctors": Sum("done", filter=_PLANNED & _DOCTORS),
    }),
    (MovableLine, Q(), {
        **{bucket: Sum("minutes", filter=Q(bucket=bucket)) for bucket in COUNTED},
        "if_delegated": Sum("if_delegated"),
    }),
)  # fmt: skip


def headlines(reports: Sequence[WeeklyReport]) -> list[Headline]:
    """The reports with their sums, in the order given. Three queries."""
    found = {report.pk: Headline(report) for report in reports}
    for each in found.values():
        each.numbers.update({name: getattr(each.report, name) for name in OWN})
    for lines, of, sums in SUMS:
        rows = lines._default_manager.filter(of, report__in=found).values("report").annotate(**_apart(sums))
        for row in rows:
            numbers = found[row["report"]].numbers
            numbers.update({name: row[f"sum_{name}"] or 0 for name in sums})
    for each in found.values():
        numbers = each.numbers
        numbers["task_minutes"] = numbers["done_minutes"] - numbers["appointment_minutes"]
        numbers["plan_done_others"] = numbers["plan_done"] - numbers["plan_done_doctors"]
        numbers["expired"] = numbers["ended_undone"] - numbers["cancelled"] - numbers["returned"]
        numbers["doctor_minutes"] = each.minutes
    return list(found.values())


def _apart(sums: dict[str, Sum]) -> dict[str, Sum]:
    """Under names that no column has."""
    return {f"sum_{name}": each for name, each in sums.items()}


def newest(member: Member) -> int:
    """The id of the clinic's newest report: while it is the same, no page about its weeks has changed."""
    found: int | None = (
        WeeklyReport.objects.visible_to(member).order_by("-pk").values_list("pk", flat=True).first()
    )
    return found or 0


def person_lines(report: WeeklyReport, reader: Member) -> list[CapacityLine]:
    """The lines per person, where the clinic has them: all for whoever may see everybody's, and else one's own."""
    if not reader.clinic.person_reports:
        return []
    lines = CapacityLine.objects.filter(report=report).exclude(member=None).select_related("member")
    if not may(reader, Permission.SEE_PERSON_REPORTS):
        lines = lines.filter(member=reader)
    return list(lines.order_by("profession", "member__name", "member"))


def lines_of(report: WeeklyReport, reader: Member | None) -> Lines:
    """The report's lines; those per person only for a reader who may see them."""
    return Lines(
        movable=list(
            MovableLine.objects.filter(report=report).select_related("kind").order_by("-minutes", "kind")
        ),
        moves=list(
            MoveLine.objects.filter(report=report).select_related("kind").order_by("kind__position", "bucket")
        ),
        changes=list(Change.objects.filter(report=report).select_related("kind")),
        senders=list(
            SenderLine.objects.filter(report=report)
            .select_related("kind")
            .order_by("-done_minutes", "sender", "kind")
        ),
        work=list(
            WorkLine.objects.filter(report=report).select_related("kind").order_by("kind__position", "origin")
        ),
        professions=list(CapacityLine.objects.filter(report=report, member=None).order_by("profession")),
        persons=person_lines(report, reader) if reader else [],
    )


def sender_lines(reports: Sequence[WeeklyReport]) -> list[SenderLine]:
    """What hospitals sent, of these reports, with its kind."""
    return list(SenderLine.objects.filter(report__in=reports).select_related("kind"))


def trend_weeks(week: Week) -> list[Week]:
    """The week and the twelve before it, oldest first."""
    return [week.plus(-back) for back in reversed(range(TREND_WEEKS + 1))]


def trends(reports: Sequence[WeeklyReport]) -> dict[int, list[Headline]]:
    """For each report, its clinic's twelve weeks before it and itself, oldest first. Four queries for all of them."""
    weeks = {week for report in reports for week in trend_weeks(Week(report.year, report.week))}
    # The report itself in the edition given, the weeks before in their latest.
    own = {(report.clinic_id, report.year, report.week): report for report in reports}
    found = of_weeks({report.clinic_id for report in reports}, weeks)
    by_clinic: dict[int, list[Headline]] = defaultdict(list)
    for headline in headlines([own.get((each.clinic_id, each.year, each.week), each) for each in found]):
        by_clinic[headline.report.clinic_id].append(headline)
    return {
        report.pk: [
            each
            for each in by_clinic[report.clinic_id]
            if each.week in trend_weeks(Week(report.year, report.week))
        ]
        for report in reports
    }


def team_of(member: Member, today: dt.date) -> list[Member]:
    """Those who work at the member's clinic that day, by name."""
    return list(Member.objects.visible_to(member).employed_on(today).order_by("name", "pk"))


def drawn(report: WeeklyReport) -> set[str]:
    """Names of the charts that have been drawn of the report."""
    return set(ReportChart.objects.filter(report=report).values_list("name", flat=True))


def chart(member: Member, week: Week, name: str, *, dark: bool, edition: int | None = None) -> str | None:
    """A chart's SVG, of that edition of the clinic's report of the week, or the latest."""
    charts = ReportChart.objects.visible_to(member).filter(
        report__year=week.year, report__week=week.number, name=name, dark=dark
    )
    if edition is not None:
        charts = charts.filter(report__revision=edition)
    return charts.order_by("-report__revision").values_list("svg", flat=True).first()


def undrawn(clinics: Sequence[int] | None = None, limit: int = 5000) -> list[int]:
    """Ids of reports without charts, the newest first, of these clinics or of all (inside jobs_scope)."""
    reports = WeeklyReport.objects.filter(reportcharts=None, **_of(clinics)).order_by(
        "-year", "-week", "clinic_id"
    )
    return list(reports.values_list("pk", flat=True)[:limit])


def _of(clinics: Sequence[int] | None) -> dict[str, Any]:
    return {} if clinics is None else {"clinic__in": clinics}


def unadvised(clinics: Sequence[int] | None, limit: int) -> list[int]:
    """Ids of reports with movable lines that nobody has looked at for what could move (inside jobs_scope)."""
    told = MovableLine.objects.filter(report=OuterRef("pk"))
    looked_at = MoveLine.objects.filter(report=OuterRef("pk"))
    reports = WeeklyReport.objects.filter(Exists(told), ~Exists(looked_at), **_of(clinics))
    return list(reports.order_by("-year", "-week", "clinic_id").values_list("pk", flat=True)[:limit])


def to_draw(
    reports: Sequence[int],
) -> list[tuple[Headline, list[MovableLine], list[CapacityLine], list[Headline]]]:
    """What the charts of these reports show, for those that have none yet. Eight queries for the batch."""
    rows = list(WeeklyReport.objects.filter(pk__in=reports, reportcharts=None).order_by("pk"))
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
