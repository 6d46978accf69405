"""What follow-up will ask for in the coming year, and what there is to do it with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tasks.allocation.weights import LADDER
from tasks.statements import calendar_from, statement
from teams.calendar import DAY, Week, working_day_on_or_after
from teams.models import Clinic, Member, Profession
from teams.queries import capacity

WEEKS = 53  # the one at hand, and 52 whole ones
LATELY = 8  # weeks that other work is reckoned from, where the clinic has been at it so long
LEAD = 400  # days that something may be done before what it leads to, at most
# Professions, the lowest that may do a thing first: as the sharing out weighs them.
_LADDER = sorted(Profession.values, key=lambda profession: LADDER[profession])

# programme id (0: plans that run) → profession → minutes a week
Minutes = dict[int, dict[str, list[int]]]

# What was done that no plan asked for. A preparation is follow-up when what it prepares is.
_OTHER = """
SELECT m.profession, sum(t.minutes) / %(weeks)s
FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id JOIN tasks_taskkind k ON k.id = t.kind_id
WHERE t.clinic_id = %(clinic)s AND t.ended_at >= %(since)s AND t.ended_at < %(until)s
  AND t.plan_step_id IS NULL AND t.leads_to_id IS NULL AND NOT (t.logged AND k.by_appointment)
  AND NOT EXISTS (SELECT FROM tasks_task s WHERE s.after_id = t.id AND s.plan_step_id IS NOT NULL)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`mondays` of the week at hand and 52 more, and minutes by profession in each: of follow-up, and of time for tasks.

    `other` is what all else took a week lately, on average of the last `lately` weeks; none when a clinic is new.
    The week at hand is that of the next working day: on a Saturday the one that comes.
    """

    mondays: list[dt.date]
    follow_up: Minutes
    capacity: dict[str, list[int]]
    other: dict[str, int]
    lately: int


def forecast(clinic_id: int, *, today: dt.date) -> Forecast:
    """The coming year of one clinic, and the plans that approved programmes would start. Five queries."""
    first = working_day_on_or_after(today)
    mondays = [Week.of(first).plus(n).monday for n in range(WEEKS)]
    until = mondays[-1] + 7 * DAY
    follow_up: Minutes = defaultdict(lambda: defaultdict(lambda: [0] * WEEKS))
    with connection.cursor() as cursor:
        told: dict[str, Any] = {
            "clinic": clinic_id, "clinics": [clinic_id], "programmes": None, "states": ["approved"], "most": None,
            "today": today, "on": today, "first": first, "until": until, "ladder": _LADDER,
            **calendar_from(today - LEAD * DAY, until),
        }  # fmt: skip
        cursor.execute(statement("forecast").replace("/* whom */", statement("candidates")), told)
        for programme_id, profession, monday, minutes in cursor.fetchall():
            follow_up[programme_id][profession][(monday - mondays[0]).days // 7] += minutes
    other, lately = _other(clinic_id, Week.of(today))
    return Forecast(mondays, follow_up, _capacity(clinic_id, mondays), other, lately)


def would_start(clinic_id: int, programmes: Collection[int], *, on: dt.date) -> tuple[int, int]:
    """(plans, patients) that these programmes would start for, as the list is now. One query."""
    told: dict[str, Any] = {
        "clinics": [clinic_id], "programmes": list(programmes), "on": on, "most": None, "states": ["approved"],
    }  # fmt: skip
    with connection.cursor() as cursor:
        found = statement("candidates")
        cursor.execute(f"SELECT count(*), count(DISTINCT patient_id) FROM ({found}) found", told)  # noqa: S608
        plans, patients = cursor.fetchone()
    return plans, patients


def _other(clinic_id: int, this_week: Week) -> tuple[dict[str, int], int]:
    """Minutes a week by profession, and of how many weeks that is the average. Two queries."""
    started = Clinic.objects.values_list("started_on", flat=True).get(pk=clinic_id)
    since = max(this_week.plus(-LATELY), Week.of(started))
    weeks = (this_week.monday - since.monday).days // 7
    if weeks < 1:
        return {}, 0
    told: dict[str, Any] = {"clinic": clinic_id, "since": since.starts_at, "until": this_week.starts_at}
    with connection.cursor() as cursor:
        cursor.execute(_OTHER, {**told, "weeks": weeks})
        return {profession: int(minutes) for profession, minutes in cursor.fetchall()}, weeks


def _capacity(clinic_id: int, mondays: list[dt.date]) -> dict[str, list[int]]:
    """Minutes for tasks a week by profession: hours less what is booked, known absence and holidays. Two queries."""
    days = [monday + n * DAY for monday in mondays for n in range(7)]
    professions = dict(Member.objects.filter(clinic=clinic_id).values_list("pk", "profession"))
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for member_id, minutes in capacity(days, [clinic_id]).items():
        for day, n in minutes.items():
            weeks[professions[member_id]][(day - mondays[0]).days // 7] += n
    return dict(weeks)
