"""Who lacks follow-up, and why (fastlegeforskriften § 24). One statement a page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection

from tasks.queries.patients import BY_FAMILY, BY_GIVEN
from tasks.recurrence import SLACK
from tasks.segment import NOBODY, member_of, number_of
from tasks.statements import statement
from tasks.visits import WITHIN
from teams.calendar import DAY
from teams.models import Member

PAGE = 50
AHEAD = 90  # days
NONE, LONG, APART, DECLINED = "none", "long", "apart", "declined"
# What each is called in an address.
REASONS = {"uten": NONE, "lenge": LONG, "samle": APART, "nei": DECLINED}


@dataclass(frozen=True, slots=True)
class Lack:
    """What the page shows: of a reason (empty: all but what was decided), a programme, a doctor's (or nobody's)."""

    reason: str = ""
    programme: int | None = None
    doctor: int | str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Lack:
        return cls(
            REASONS.get(query.get("grunn", ""), ""),
            number_of(query.get("program")) or None,
            member_of(query.get("lege")),
        )

    @property
    def word(self) -> str:
        """The reason as an address calls it."""
        return next((word for word, reason in REASONS.items() if reason == self.reason), "")

    def query(self) -> str:
        fields = {"grunn": self.word, "program": self.programme, "lege": self.doctor}
        return urlencode({name: value for name, value in fields.items() if value})


class Lacking(NamedTuple):
    """One patient, with every reason as tasks/sql/lacking.sql tells it."""

    id: int
    given_name: str
    family_name: str
    birth_date: dt.date
    doctor: str | None
    reasons: list[dict[str, Any]]


class LackPage(NamedTuple):
    """`counts`: patients by reason, and under the empty one all that a page without a reason shows."""

    rows: list[Lacking]
    counts: dict[str, int]
    after: int | None


def lacking(member: Member, wanted: Lack, *, today: dt.date, after: int | None = None) -> LackPage:
    """Fifty of the clinic's patients in the order of their names, after this one. One query."""
    told: dict[str, Any] = {
        "clinics": [member.clinic_id], "today": today, "until": today + AHEAD * DAY, "within": WITHIN, "slack": SLACK,
        "programme": wanted.programme, "reason": wanted.reason,
        "doctor": wanted.doctor if isinstance(wanted.doctor, int) else None,
        "no_doctor": wanted.doctor == NOBODY, "after": after, "limit": PAGE + 1,
    }  # fmt: skip
    text = statement("lacking").replace("__FAMILY__", BY_FAMILY).replace("__GIVEN__", BY_GIVEN)
    with connection.cursor() as cursor:
        cursor.execute(text, told)
        found = cursor.fetchall()
    rows = [Lacking._make([*row[1:6], json.loads(row[6])]) for row in found if row[1]]
    more = len(rows) > PAGE
    return LackPage(rows[:PAGE], json.loads(found[0][0]), rows[PAGE - 1].id if more else None)
