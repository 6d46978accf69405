"""What follow-up will ask for in the coming year, and what there is to do it with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tasks.statements import statement
from teams.calendar import DAY, Week
from teams.models import Member
from teams.queries import capacity

WEEKS = 53
LATELY = 8  # weeks that other work is reckoned from

# programme id (0: plans that run) → profession → minutes a week
Minutes = dict[int, dict[str, list[int]]]

_OTHER = """
SELECT m.profession, sum(t.minutes) / %(weeks)s
FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id JOIN tasks_taskkind k ON k.id = t.kind_id
WHERE t.clinic_id = %(clinic)s AND t.ended_at >= %(since)s AND t.ended_at < %(until)s
  AND t.plan_step_id IS NULL AND t.part <> 'prepare' AND t.leads_to_id IS NULL AND NOT (t.logged AND k.by_appointment)
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Forecast:
    """`mondays` of the coming 53 weeks, and minutes by profession in each: of follow-up, and of time for tasks.

    `other` is what all else took a week lately, on average.
    """

    mondays: list[dt.date]
    follow_up: Minutes
    capacity: dict[str, list[int]]
    other: dict[str, int]


def forecast(clinic_id: int, *, today: dt.date) -> Forecast:
    """The coming year of one clinic, and the plans that approved programmes would start. Four queries."""
    first = Week.of(today)
    mondays = [first.plus(n).monday for n in range(WEEKS)]
    told: dict[str, Any] = {"clinic": clinic_id, "today": today, "until": mondays[-1] + 7 * DAY}
    follow_up: Minutes = defaultdict(lambda: defaultdict(lambda: [0] * WEEKS))
    with connection.cursor() as cursor:
        told |= {
            "clinics": [clinic_id],
            "programmes": None,
            "on": today,
            "most": None,
            "states": ["approved"],
        }
        cursor.execute(statement("forecast").replace("/* whom */", statement("candidates")), told)
        for programme_id, profession, monday, minutes in cursor.fetchall():
            follow_up[programme_id][profession][(monday - mondays[0]).days // 7] += minutes
        since = first.plus(-LATELY).starts_at
        cursor.execute(
            _OTHER, {"clinic": clinic_id, "since": since, "until": first.starts_at, "weeks": LATELY}
        )
        other = {profession: int(minutes) for profession, minutes in cursor.fetchall()}
    return Forecast(mondays, follow_up, _capacity(clinic_id, mondays), other)


def _capacity(clinic_id: int, mondays: list[dt.date]) -> dict[str, list[int]]:
    """Minutes for tasks a week by profession: hours less what is booked, known absence and holidays. Two queries."""
    days = [monday + n * DAY for monday in mondays for n in range(7)]
    professions = dict(Member.objects.filter(clinic=clinic_id).values_list("pk", "profession"))
    weeks: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for member_id, minutes in capacity(days, [clinic_id]).items():
        for day, n in minutes.items():
            weeks[professions[member_id]][(day - mondays[0]).days // 7] += n
    return dict(weeks)
