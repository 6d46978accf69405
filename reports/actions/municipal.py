"""Adding clinics up to municipalities: once a week, from the first editions."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import Count, Q, Sum

from reports import queries
from reports.actions.making import statement
from reports.models import MunicipalLine, WeeklyReport, WorkLine
from reports.municipality import lines
from tasks.models import Task, TaskState
from teams.calendar import DAY, Week, oslo_date
from teams.models import Clinic, ClinicQuerySet, Profession
from teams.wall import jobs_scope

YEAR = 365 * DAY


def add_up(*, now: dt.datetime) -> int:
    """Make last week's lines of every municipality that lacks them; how many municipalities.

    How many are in follow-up is counted as it stands now, so a week that was missed gets no lines later. Eight
    statements whatever the number of clinics; safe to run twice and at the same time as another.
    """
    week = Week.of(oslo_date(now)).plus(-1)
    with jobs_scope():
        reports = _first_editions(week)
        if not reports:
            return 0
        numbers = _numbers(reports, now)
        of: dict[int, dict[int, Counter[str]]] = defaultdict(dict)
        for report in reports:
            of[report.clinic.municipality_id][report.clinic_id] = numbers[report.clinic_id]
        names = {report.clinic_id: report.clinic.name for report in reports}
        MunicipalLine.objects.bulk_create(
            (
                MunicipalLine(
                    municipality_id=municipality, year=week.year, week=week.number, clinic_id=clinic,
                    clinic_name=names.get(clinic, "") if clinic else "", figure=figure, part=part, whole=whole,
                )
                for municipality, clinics in of.items()
                for clinic, figure, part, whole in lines(clinics)
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        return len(of)


def _first_editions(week: Week) -> list[WeeklyReport]:
    """Of the municipalities that have no lines of the week, and whose clinics are all closed."""
    told = MunicipalLine.objects.filter(year=week.year, week=week.number).values("municipality")
    reports = WeeklyReport.objects.filter(year=week.year, week=week.number, revision=1)
    waited_for = Clinic.objects.filter(started_on__lte=week.sunday).exclude(pk__in=reports.values("clinic"))
    return list(
        reports.exclude(clinic__municipality__in=told)
        .exclude(clinic__municipality__in=waited_for.values("municipality"))
        .select_related("clinic")
        .order_by("clinic__name", "pk")
    )


def _numbers(reports: Sequence[WeeklyReport], now: dt.datetime) -> dict[int, Counter[str]]:
    """By clinic: the report's own sums, and what a municipality asks for besides."""
    found = {each.report.clinic_id: each.numbers for each in queries.headlines(reports)}
    work = WorkLine.objects.filter(report__in=reports, done__gt=0)
    for kind, name in (("hjemmebesok", "home_visits"), ("moter", "meetings")):
        _add(found, name, work.filter(kind__slug=kind))
    _add(found, "nurse_follow_up", work.filter(profession=Profession.NURSE, origin="plan"))
    with connection.cursor() as cursor:
        cursor.execute(statement("in_follow_up"), {"since": now - YEAR})
        for clinic, patients, reviewed in cursor.fetchall():
            if clinic in found:
                found[clinic].update({"in_follow_up": patients, "reviewed": reviewed})
    for clinic, people, doctors in _people(
        [each.clinic_id for each in reports], Week(reports[0].year, reports[0].week)
    ):
        found[clinic].update({"people": people, "doctors": doctors})
    return found


def _people(clinics: Sequence[int], week: Week) -> list[tuple[int, int, int]]:
    """Clinic, how many did something there in the week, and how many of them were doctors."""
    done = Task.objects.filter(
        clinic__in=clinics, state=TaskState.DONE, ended_at__gte=week.starts_at, ended_at__lt=week.ends_at
    )
    people, doctors = (
        Count("done_by", distinct=True, filter=of) for of in (None, Q(done_by__profession=Profession.DOCTOR))
    )
    return list(done.values_list("clinic").annotate(people=people, doctors=doctors))


def _add(found: dict[int, Counter[str]], name: str, work: ClinicQuerySet) -> None:
    for clinic, times in work.values_list("clinic").annotate(Sum("done")):
        found[clinic][name] = times
