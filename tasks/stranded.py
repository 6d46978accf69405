"""What of the plan in use no longer holds, and what is possible that was not: why a leader would share out again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from tasks.eligibility import KindRule, ground_for, rule_for
from tasks.gathering import HORIZON, SQL, employed, free, spent_on
from tasks.models import AllocationRun, Cause, Delegation, RunState, TaskKind
from teams.calendar import oslo_date, working_days
from teams.models import Member
from teams.queries import time_for_tasks

SLACK = 30  # minutes: of today, that work has taken longer than planned is no news


class Reason(StrEnum):
    """Why a task cannot be done by whom and when it is planned, in the order they are looked at."""

    ENDED = "ended"  # the holder does not work here any more (by the day it is planned)
    MAY_NOT = "may_not"  # a delegation is over, or the catalogue or a profession has changed
    AWAY = "away"  # no minutes on the planned day
    OVERBOOKED = "overbooked"  # more planned on a day than it holds


class News(StrEnum):
    """What has become possible since the last sharing out."""

    DELEGATED = "delegated"
    BEGUN = "begun"


class Sort(NamedTuple):
    """A sort of task that somebody holds: which kind, and which part of one."""

    holder: int
    kind: int
    part: str


class Sum(NamedTuple):
    tasks: int
    minutes: int


NONE = Sum(0, 0)
Days = dict[tuple[int, dt.date | None], Sum]  # by holder and the day planned
Time = Mapping[int, Mapping[dt.date, int]]  # minutes by member id and day

CAUSES: dict[Reason | News, Cause] = {
    Reason.ENDED: Cause.ENDED,
    Reason.MAY_NOT: Cause.DELEGATION,
    Reason.AWAY: Cause.ABSENCE,
    Reason.OVERBOOKED: Cause.ASKED,
    News.DELEGATED: Cause.DELEGATION,
    News.BEGUN: Cause.ENDED,
}


@dataclass(frozen=True, slots=True)
class Group:
    """One member's tasks that do not hold for one reason. `minutes` are those planned; for `OVERBOOKED`, too many.

    `days` are the planned days concerned, in order.
    """

    reason: Reason
    member: Member
    tasks: int
    minutes: int
    days: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Possibility:
    """Somebody who may take what they could not when it was last shared out. `kinds`: so many delegated."""

    news: News
    member: Member
    kinds: int = 0


@dataclass(frozen=True, slots=True)
class Stranded:
    groups: tuple[Group, ...]
    possibilities: tuple[Possibility, ...]

    def __bool__(self) -> bool:
        return bool(self.groups or self.possibilities)

    @property
    def cause(self) -> Cause:
        """What a sharing out asked for now would be for: the first in the order above."""
        reasons = {group.reason for group in self.groups} | {each.news for each in self.possibilities}
        return next((cause for reason, cause in CAUSES.items() if reason in reasons), Cause.ASKED)


@dataclass(frozen=True, slots=True)
class Room:
    """The days that a plan is made for and everybody's minutes by member id and day: all of them, and those left."""

    today: dt.date
    days: tuple[dt.date, ...]
    time: Time
    left: Time


def stranded(clinic_id: int, today: dt.date, *, time: Time | None = None) -> Stranded:
    """By member and reason, added up in the database. Seven queries, whatever the clinic; two more where somebody holds
    what their profession alone does not let them do. Inside a scope that sees it.

    `time` is what `time_for_tasks` says of the weeks ahead, where it has been read already: one query fewer.
    """
    room = _room(clinic_id, today, time)
    members = {m.pk: m for m in Member.objects.filter(clinic=clinic_id)}
    sorts, by_day = _held(clinic_id, room)
    unlawful = _unlawful(sorts, by_day, members, clinic_id, room)
    found: dict[tuple[Reason, int], list[tuple[dt.date | None, Sum]]] = defaultdict(list)
    for (who, day), held in by_day.items():
        for reason, some in _broken(members[who], day, held, unlawful.get((who, day), NONE), room):
            found[reason, who].append((day, some))
    groups = [
        Group(
            reason, members[who], sum(some.tasks for _day, some in of_days), sum(some.minutes for _day, some in of_days),
            tuple(sorted(day for day, _some in of_days if day)),
        )
        for (reason, who), of_days in found.items()
    ]  # fmt: skip
    groups += _overbooked(room, by_day, members)
    order = list(Reason)
    groups.sort(key=lambda group: (order.index(group.reason), group.member.name, group.member.pk))
    return Stranded(tuple(groups), tuple(_possibilities(clinic_id, members.values(), today)))


def _room(clinic_id: int, today: dt.date, time: Time | None) -> Room:
    """Two queries; one where the time is known."""
    days = tuple(working_days(today, HORIZON))
    time = time_for_tasks(days, [clinic_id]) if time is None else time
    return Room(today, days, time, free(time, spent_on([clinic_id], days[0]), days[0]))


def _held(clinic_id: int, room: Room) -> tuple[list[Sort], Days]:
    """The sorts of task that each holder has, and how much by the day planned. One query."""
    sorts: list[Sort] = []
    by_day: Days = {}
    rows = _run("held", {"clinic": clinic_id, "horizon": room.days[-1]})
    for who, kind, part, day, is_day, tasks, minutes in rows:
        if is_day:
            by_day[who, day] = Sum(tasks, minutes)
        else:
            sorts.append(Sort(who, kind, part))
    return sorts, by_day


def _unlawful(
    sorts: Iterable[Sort], by_day: Days, members: Mapping[int, Member], clinic_id: int, room: Room
) -> Days:
    """How much of it the holders may not do, by holder and day: all, for those who do not work here today. One query,
    and two more when the profession alone does not settle it.
    """
    staff = {m.pk for m in members.values() if m.profession and employed(m, room.today)}
    found = {key: held for key, held in by_day.items() if key[0] not in staff}
    kinds = {k.pk: k for k in TaskKind.objects.only("professions", "preparable_by", "delegable_to")}
    rules = {(kind, part): rule_for(kinds[kind], part) for kind, part in {sort[1:] for sort in sorts}}
    rest = {
        sort: rules[sort[1:]]
        for sort in sorts
        if sort.holder in staff and members[sort.holder].profession not in rules[sort[1:]].professions
    }
    if rest:
        for key, some in _without_delegation(rest, members, clinic_id, room):
            had = found.get(key, NONE)
            found[key] = Sum(had.tasks + some.tasks, had.minutes + some.minutes)
    return found


def _without_delegation(
    rules: Mapping[Sort, KindRule], members: Mapping[int, Member], clinic_id: int, room: Room
) -> Iterator[tuple[tuple[int, dt.date | None], Sum]]:
    """What of these sorts is for patients whose doctor has not delegated it to the holder. Two queries."""
    delegated: dict[int, set[tuple[int, int]]] = defaultdict(set)
    in_force = Delegation.objects.filter(clinic=clinic_id).in_force(room.today)
    for kind, doctor, member in in_force.values_list("kind", "doctor", "member"):
        delegated[kind].add((doctor, member))
    holders, kinds, parts = map(list, zip(*rules, strict=True))
    rows = _run("held_by_doctor", {
        "clinic": clinic_id, "horizon": room.days[-1], "holders": holders, "kinds": kinds, "parts": parts,
    })  # fmt: skip
    for who, kind, part, doctor, day, tasks, minutes in rows:
        if not ground_for(
            rules[Sort(who, kind, part)], member_id=who, profession=members[who].profession, list_doctor_id=doctor,
            delegated=delegated[kind],
        ):  # fmt: skip
            yield (who, day), Sum(tasks, minutes)


def _broken(
    member: Member, day: dt.date | None, held: Sum, unlawful: Sum, room: Room
) -> Iterator[tuple[Reason, Sum]]:
    """What of a day's tasks the holder cannot do, the first reason only."""
    planned = day if day in room.days else None
    lawful = Sum(held.tasks - unlawful.tasks, held.minutes - unlawful.minutes)
    if not employed(member, planned or room.today):
        yield Reason.ENDED, held
        return
    if unlawful.tasks:
        yield Reason.MAY_NOT, unlawful
    if lawful.tasks and planned and not room.time.get(member.pk, {}).get(planned):
        yield Reason.AWAY, lawful


def _overbooked(room: Room, by_day: Days, members: Mapping[int, Member]) -> list[Group]:
    over: dict[int, dict[dt.date, Sum]] = defaultdict(dict)
    for (who, day), held in by_day.items():
        # Who has no time at all is away, which says more.
        if day is None or day not in room.days or not room.time.get(who, {}).get(day):
            continue
        too_much = held.minutes - room.left.get(who, {}).get(day, 0)
        if too_much > _slack(day, room):
            over[who][day] = Sum(held.tasks, too_much)
    return [
        Group(
            Reason.OVERBOOKED, members[who], sum(held.tasks for held in days.values()),
            sum(held.minutes for held in days.values()), tuple(sorted(days)),
        )
        for who, days in over.items()
    ]  # fmt: skip


def _run(name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"), parameters)
        return list(cursor.fetchall())


def _slack(day: dt.date, room: Room) -> int:
    return SLACK if day == room.today else 0


def _possibilities(clinic_id: int, members: Iterable[Member], today: dt.date) -> Iterator[Possibility]:
    """Compared with the last time that everything was shared out. Two queries."""
    runs = AllocationRun.objects.filter(clinic=clinic_id, state=RunState.APPLIED).exclude(cause=Cause.URGENT)
    last = runs.order_by("-ran_at").values_list("ran_at", flat=True).first()
    if last is None:
        return
    new = Delegation.objects.filter(clinic=clinic_id, signed_at__gt=last).in_force(today)
    kinds: dict[int, set[int]] = defaultdict(set)
    for member_id, kind_id in new.values_list("member", "kind"):
        kinds[member_id].add(kind_id)
    for member in members:
        if oslo_date(last) < member.starts_on <= today and member.profession:
            yield Possibility(News.BEGUN, member)
        elif member.pk in kinds and employed(member, today):
            yield Possibility(News.DELEGATED, member, len(kinds[member.pk]))
