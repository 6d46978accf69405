"""How full people's days are. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, Sum

from tasks.models import (
    Task,
    TaskState,
)
from teams.calendar import DAY, midnight
from teams.models import Member
from teams.queries import time_for_tasks
from teams.timetables import ORDER


@dataclass(frozen=True, slots=True)
class DayLoad:
    """Minutes of one member's day: for tasks in all, booked for what is left, done already."""

    member: Member
    capacity: int
    booked: int
    done: int

    @property
    def total(self) -> int:
        return self.booked + self.done

    @property
    def left(self) -> int:
        """Minutes free; negative when more is booked than there is."""
        return self.capacity - self.total

    @property
    def over(self) -> int:
        return -self.left


def team_load(member: Member, day: dt.date) -> list[DayLoad]:
    """Every colleague's day, by profession with doctors first. Four queries."""
    minutes = time_for_tasks([day])
    on_the_day = Q(planned_on__lte=day) | Q(planned_on__isnull=True, due_on__lte=day, opens_on__lte=day)
    open_tasks = Task.objects.visible_to(member).open().filter(on_the_day, assignee__isnull=False)
    booked = dict(open_tasks.values_list("assignee").annotate(Sum("planned_minutes")))
    done_rows = (
        Task.objects.visible_to(member)
        .taking_time()
        .filter(state=TaskState.DONE, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY))
    )
    done = dict(done_rows.values_list("done_by").annotate(Sum("minutes")))
    colleagues = Member.objects.visible_to(member).employed_on(day).exclude(profession="")
    return [
        DayLoad(m, minutes.get(m.pk, {}).get(day, 0), booked.get(m.pk, 0), done.get(m.pk, 0))
        for m in sorted(colleagues, key=lambda m: (ORDER.index(m.profession), m.name))
    ]


def week_load(member: Member, days: list[dt.date]) -> dict[int, dict[dt.date, int]]:
    """Minutes booked by member id and day, for tasks planned on these days. One query."""
    rows = (
        Task.objects.visible_to(member)
        .open()
        .filter(planned_on__in=days, assignee__isnull=False)
        .values_list("assignee", "planned_on")
        .annotate(Sum("planned_minutes"))
    )
    found: dict[int, dict[dt.date, int]] = {}
    for who, day, minutes in rows:
        found.setdefault(who, {})[day] = minutes
    return found


def minutes_left(member: Member, day: dt.date, *, today: dt.date, but: int | None = None) -> tuple[int, int]:
    """(minutes for tasks with overtime, minutes taken) of a member's day; the task `but` is not counted. Three queries."""
    whole = time_for_tasks([day], [member.clinic_id]).get(member.pk, {}).get(day, 0)
    begun = Q(state=TaskState.STARTED) if day == today else Q()
    mine = Task.objects.visible_to(member).open().held_by(member).exclude(pk=but)
    taken = mine.filter(Q(planned_on=day) | begun).aggregate(Sum("planned_minutes", default=0))
    done = (
        Task.objects.visible_to(member)
        .taking_time()
        .filter(done_by=member, ended_at__gte=midnight(day), ended_at__lt=midnight(day + DAY))
    )
    spent = done.aggregate(Sum("minutes", default=0))["minutes__sum"]
    return whole, taken["planned_minutes__sum"] + spent
