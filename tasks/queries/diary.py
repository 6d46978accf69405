"""What somebody's week was made of, and how long they were at work. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, Q

from tasks.gathering import employed
from tasks.models import Task, TaskKind, TaskState
from teams.calendar import DAY, Week, day_share, midnight
from teams.models import Absence, DayPart, Member, WorkingHours

MOST_ENTRIES = 500  # of a week
QUICK = 8
# Always at hand for whoever does them: what most of a day is made of.
CONSULTATIONS = ("konsultasjon", "sykepleierkonsultasjon")


class Entry(NamedTuple):
    """One piece of work that is done, without a word about the patient."""

    id: int
    version: int
    name: str
    nature: str
    channels: list[str]
    ended_at: dt.datetime
    minutes: int
    channel: str
    logged: bool


def entries(member: Member, week: Week) -> list[Entry]:
    """What the member did in the week, the earliest first. One query, bounded."""
    done = Task.objects.visible_to(member).filter(
        done_by=member, state=TaskState.DONE, ended_at__gte=week.starts_at, ended_at__lt=week.ends_at
    )
    rows = done.order_by("ended_at", "id").values_list(
        "id", "version", "name", "kind__nature", "kind__channels", "ended_at", "minutes", "channel", "logged"
    )
    return [Entry._make(row) for row in rows[:MOST_ENTRIES]]


def hours_at_work(member: Member, days: list[dt.date]) -> dict[dt.date, int]:
    """Minutes at work by day, whatever they are booked for: hours in force, less absence and holidays, in proportion as
    capacity has it, while the member is employed. Two queries.

    Not the time for tasks: a doctor's consultations are work too.
    """
    in_force = Q(ends_on__isnull=True) | Q(ends_on__gte=days[0])
    hours = WorkingHours.objects.visible_to(member).filter(in_force, member=member, starts_on__lte=days[-1])
    away = Absence.objects.visible_to(member).filter(
        member=member, starts_on__lte=days[-1], ends_on__gte=days[0]
    )
    hours_, away_ = list(hours), list(away)
    return {day: _at_work(day, hours_, away_) if employed(member, day) else 0 for day in days}


def _at_work(day: dt.date, hours: list[WorkingHours], away: list[Absence]) -> int:
    whole = sum(
        row.minutes
        for row in hours
        if row.weekday == day.isoweekday()
        and row.starts_on <= day
        and (row.ends_on is None or row.ends_on >= day)
    )
    lost = sum(_lost(each, whole) for each in away if each.starts_on <= day <= each.ends_on)
    return round(whole * day_share(day) * max(0, 1 - lost))


def _lost(absence: Absence, whole: int) -> float:
    """So much of the day, from 0 to 1 or more."""
    if absence.part == DayPart.HOURS:
        return (absence.minutes or 0) / max(whole, 1)
    return 1 if absence.part == DayPart.WHOLE else 0.5


def kinds_to_log(member: Member) -> list[TaskKind]:
    """The kinds that the member's profession has a part in. One query."""
    profession = [member.profession]
    has_a_part = (
        Q(professions__contains=profession)
        | Q(delegable_to__contains=profession)
        | Q(preparable_by__contains=profession)
    )
    return list(TaskKind.objects.filter(has_a_part))


def most_done(member: Member, kinds: list[TaskKind], *, today: dt.date, limit: int = QUICK) -> list[TaskKind]:
    """Of these kinds those the member did most in the last 90 days, filled up in the catalogue's order. One query.

    Consultations, where they are the profession's own, are always among them, and first.
    """
    done = Task.objects.visible_to(member).filter(
        done_by=member, state=TaskState.DONE, ended_at__gte=midnight(today - 90 * DAY)
    )
    used = dict(done.values_list("kind").annotate(n=Count("id")))
    own = [kind for kind in kinds if member.profession in kind.professions or used.get(kind.pk)]

    def rank(kind: TaskKind) -> tuple[bool, int, int]:
        always = kind.slug in CONSULTATIONS and (member.profession in kind.professions or kind.pk in used)
        return (not (always and kind.slug == _consultation(member)), -used.get(kind.pk, 0), kind.position)

    return sorted(own, key=rank)[:limit]


def _consultation(member: Member) -> str:
    return CONSULTATIONS[0] if member.profession == "doctor" else CONSULTATIONS[1]
