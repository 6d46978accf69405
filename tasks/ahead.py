"""The weeks ahead that the team plans by, and in which of them a task's minutes lie."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, DateField, F, When
from django.db.models.functions import Coalesce, Greatest

from tasks.models import TaskQuerySet
from teams.calendar import DAY, Week, working_days

WEEKS = 4


def weeks_ahead(today: dt.date) -> list[Week]:
    """The week of the working day at hand and the next three: on a Saturday, the one that comes."""
    first = Week.of(working_days(today, 1)[0])
    return [first.plus(n) for n in range(WEEKS)]


def days_ahead(today: dt.date) -> list[dt.date]:
    """Every day of those weeks that is not over."""
    days = [day for week in weeks_ahead(today) for day in week.days]
    return [day for day in days if day >= today]


def work_day(today: dt.date) -> Any:
    """The day that decides a task's week, as an expression: planned, else due, though not before it shows again.

    Nothing for a task without any of these. A due date is not moved by this: it says when there is work, not when
    it is late.
    """
    shows = Case(When(opens_on__gt=today, then=F("opens_on")), output_field=DateField())
    return Coalesce("planned_on", Greatest("due_on", shows))


# The same in words of SQL, for the task `t`.
WORK_DAY = "coalesce(t.planned_on, greatest(t.due_on, CASE WHEN t.opens_on > %(today)s THEN t.opens_on END))"


def lying_in(tasks: TaskQuerySet, week: Week, *, today: dt.date) -> TaskQuerySet:
    """Those whose minutes lie in the week; what should have been done before lies in the first of the weeks ahead."""
    dated: TaskQuerySet = tasks.annotate(work_day=work_day(today))
    first = weeks_ahead(today)[0]
    if week <= first:
        return dated.filter(work_day__lte=first.sunday)
    return dated.filter(work_day__gte=week.monday, work_day__lt=week.monday + 7 * DAY)


def column_of(
    today: dt.date, *, planned_on: dt.date | None, due_on: dt.date | None, opens_on: dt.date
) -> int:
    """In which of the weeks ahead (0 to 3) such a task lies; 4 when later or without a day: `work_day` in Python."""
    shows = opens_on if opens_on > today else None
    day = planned_on or max((d for d in (due_on, shows) if d), default=None)
    ends = [week.sunday for week in weeks_ahead(today)]
    return next((n for n, end in enumerate(ends) if day and day <= end), WEEKS)
