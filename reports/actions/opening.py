"""Looking at the tasks behind a number: an act of its own, with its own permission, and logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from reports.behind import PAGE, behind
from reports.models import NumberOpened, WeeklyReport
from tasks.models import Task, TaskKind
from teams.calendar import Week
from teams.models import Member
from teams.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Opened:
    """How many tasks there are, and the first of them after `before`."""

    count: int
    tasks: list[Task]
    more: bool


@transaction.atomic
def open_number(
    report: WeeklyReport,
    what: str,
    kind: TaskKind | None,
    *,
    by: Member,
    at: dt.datetime,
    before: int | None = None,
) -> Opened:
    """The tasks behind the number, a page of them, logged once a page.

    Raises PermissionDenied, KeyError for a number without tasks behind it.
    """  # fmt: skip
    require(by, Permission.OPEN_NUMBERS)
    found = behind(by, what, Week(report.year, report.week), kind.pk if kind else None)
    count = found.count()
    page = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    NumberOpened.objects.create(
        clinic_id=by.clinic_id, report=report, what=what, kind=kind, by=by, at=at, tasks=count
    )
    return Opened(count, page[:PAGE], len(page) > PAGE)
