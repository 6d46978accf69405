"""Which of the team's tasks a list shows, as its address says it: the filter, and what a cell of the board adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from tasks.ahead import lying_in
from tasks.filters import NEXT_WEEK, TEAM, THIS_WEEK, Filter
from tasks.models import Task, TaskQuerySet
from teams.calendar import Week
from teams.models import Member, Profession

GROUP, LATE = "gruppe", "forfalt"


@dataclass(frozen=True, slots=True)
class Selection:
    """The filter, of holders of one profession (`group`), and only what is overdue (`late`)."""

    filter: Filter
    group: str = ""
    late: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, Any], *, who: str | int = TEAM) -> Selection:
        """From a QueryDict; what is no value of a field is as if it were not there."""
        group = query.get(GROUP)
        return cls(
            Filter.from_query(query, who=who),
            group=group if group in Profession.values else "",
            late=query.get(LATE) == "1",
        )

    def query(self) -> str:
        """The query string that `from_query` reads as this selection, whoever a page means that does not say."""
        own = {
            name: value for name, value in ((GROUP, self.group), (LATE, "1" if self.late else "")) if value
        }
        return "&".join(part for part in (self.filter.query(who=""), urlencode(own)) if part)

    @property
    def narrows(self) -> bool:
        """Does it leave out anything of whose tasks it shows?"""
        return bool(self.filter.narrows or self.group or self.late)

    def but(self, **fields: Any) -> Selection:
        """The same with other values of these fields of the filter."""
        return replace(self, filter=self.filter.but(**fields))

    def week(self, today: dt.date) -> Week | None:
        """The ISO week it is about, if one."""
        ahead = {THIS_WEEK: 0, NEXT_WEEK: 1}.get(self.filter.week)
        if ahead is not None:
            return Week.of(today).plus(ahead)
        return Week.parse(self.filter.week) if self.filter.week else None

    def tasks(self, member: Member, today: dt.date) -> TaskQuerySet:
        """The clinic's open tasks that it shows. No query.

        A week holds what the board counts in it: what is overdue lies in the week at hand.
        """
        open_tasks = Task.objects.visible_to(member).open()
        found = self.filter.but(week="").apply(open_tasks, member, today)
        if self.group:
            found = found.filter(assignee__profession=self.group)
        if self.late:
            found = found.filter(due_on__lt=today)
        week = self.week(today)
        return lying_in(found, week, today=today) if week else found
