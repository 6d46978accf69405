"""Which tasks a page shows: a filter that lives in the URL, is kept in the session, and can be saved. Pure parsing.

Fields come from the reader's own address line: what is no value of a field is as if it were not there. Free text is
never among them, so that nobody's name gets into an address or a log.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from tasks.models import Origin, Part, TaskQuerySet
from teams.calendar import Week
from teams.models import Member, Profession

ME, TEAM, NOBODY = "me", "team", "nobody"
# A week by its relation to today keeps its meaning in a saved view.
THIS_WEEK, NEXT_WEEK = "this", "next"
WEEKS = {THIS_WEEK: 0, NEXT_WEEK: 1}

# The field's name in the address, and its field here.
KIND, PROFESSION, PATIENT, ORIGIN, HARD, WHO, WEEK = (
    "type", "yrke", "pasient", "opphav", "hard", "hvem", "uke",
)  # fmt: skip
NAMES = (KIND, PROFESSION, PATIENT, ORIGIN, HARD, WHO, WEEK)
_NUMBER = re.compile(r"[1-9]\d{0,17}")


@dataclass(frozen=True, slots=True)
class Filter:
    """`who` has the task: me, the team (everybody, and nobody), nobody, or the member of this id.

    `profession` may do it by law (or prepare it, where the task is a preparation). `week` is `this`, `next` or an ISO
    week (`2026-W47`): what is planned for it, or due in it and not planned.
    """

    kind: int | None = None
    profession: str = ""
    patient: int | None = None
    origin: str = ""
    hard: bool = False
    who: str | int = ME
    week: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any], *, who: str | int = ME) -> Filter:
        """From a QueryDict; `who` is meant where the address does not say."""
        return cls(
            kind=_number(query.get(KIND)),
            profession=_among(query.get(PROFESSION), Profession.values),
            patient=_number(query.get(PATIENT)),
            origin=_among(query.get(ORIGIN), Origin.values),
            hard=query.get(HARD) == "1",
            who=_among(query.get(WHO), [ME, TEAM, NOBODY]) or _number(query.get(WHO)) or who,
            week=_week(query.get(WEEK)),
        )

    def query(self, *, who: str | int = ME) -> str:
        """The query string that `from_query` with the same `who` reads as this filter; empty when that says it all."""
        fields = {
            KIND: self.kind, PROFESSION: self.profession, PATIENT: self.patient, ORIGIN: self.origin,
            HARD: "1" if self.hard else "", WHO: "" if self.who == who else self.who, WEEK: self.week,
        }  # fmt: skip
        return urlencode({name: value for name, value in fields.items() if value})

    def but(self, **fields: Any) -> Filter:
        """The same with other values of these fields."""
        return replace(self, **fields)

    @property
    def narrows(self) -> bool:
        """Does it leave out anything of whose tasks it shows?"""
        return self != Filter(who=self.who)

    def apply(self, queryset: TaskQuerySet, member: Member, today: dt.date) -> TaskQuerySet:
        """The rows among these that it lets through, as `member` sees them. No query."""
        found = self._of_whom(queryset, member)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.profession:
            prepares = Q(part=Part.PREPARE, kind__preparable_by__contains=[self.profession])
            found = found.filter(prepares | Q(kind__professions__contains=[self.profession]))
        if self.patient:
            found = found.filter(patient=self.patient)
        if self.origin:
            found = found.filter(origin=self.origin)
        if self.hard:
            found = found.filter(hard=True)
        if self.week:
            monday, sunday = self._days(today)
            by_due = Q(planned_on__isnull=True, due_on__range=(monday, sunday))
            found = found.filter(Q(planned_on__range=(monday, sunday)) | by_due)
        return found

    def _of_whom(self, queryset: TaskQuerySet, member: Member) -> TaskQuerySet:
        if self.who == TEAM:
            return queryset
        if self.who == NOBODY:
            return queryset.filter(assignee__isnull=True)
        return queryset.filter(assignee=member.pk if self.who == ME else self.who)

    def _days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        ahead = WEEKS.get(self.week)
        week = Week.parse(self.week) if ahead is None else Week.of(today).plus(ahead)
        return week.monday, week.sunday


def _number(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def _among(text: Any, values: list[str]) -> str:
    return text if text in values else ""


def _week(text: Any) -> str:
    if text in WEEKS:
        return str(text)
    try:
        return str(Week.parse(text or ""))
    except ValueError:
        return ""
