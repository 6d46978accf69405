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
from tasks.gathering import SQL, Gathered, employed, gather
from tasks.models import AllocationRun, Cause, Delegation, RunState
from teams.calendar import oslo_date
from teams.models import Member

SLACK = 30  # minutes: of today, that work has taken longer than planned is no news


class Reason(StrEnum):
    """Why a task cannot be done by whom and when it is planned, in the order they are looked at."""

    ENDED = "ended"  # the holder does not work here any more (by the day it is planned)
    MAY_NOT = "may_not"  # a delegation is over, or a leader ruled it out
    AWAY = "away"  # no minutes on the planned day
    OVERBOOKED = "overbooked"  # more planned on a day than it holds


class News(StrEnum):
    """What has become possible since the last sharing out."""

    DELEGATED = "delegated"
    BEGUN = "begun"


class Sort(NamedTuple):
    """What decides whether a holder may do a task: its kind and part, the patient's doctor, a leader's word."""

    holder: int
    kind: int
    part: str
    doctor: int | None
    forbidden: bool


class Sum(NamedTuple):
    tasks: int
    minutes: int


NONE = Sum(0, 0)
Days = dict[tuple[int, dt.date | None], Sum]  # by holder and the day planned

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


def stranded(clinic_id: int, today: dt.date) -> Stranded:
    """By member and reason, added up in the database. Ten queries, whatever the clinic; one more when somebody has
    what they may not do any more. Inside a scope that sees it.
    """
    gathered = gather([clinic_id], today=today, tasks=False)
    members = {m.pk: m for m in gathered.members.get(clinic_id, ())}
    by_sort, by_day = _held(gathered, clinic_id)
    unlawful = _unlawful(by_sort, gathered, members, clinic_id)
    found: dict[tuple[Reason, int], list[tuple[dt.date | None, Sum]]] = defaultdict(list)
    for (who, day), held in by_day.items():
        for reason, some in _broken(members[who], day, held, unlawful.get((who, day), NONE), gathered):
            found[reason, who].append((day, some))
    groups = [
        Group(
            reason, members[who], sum(some.tasks for _day, some in of_days), sum(some.minutes for _day, some in of_days),
            tuple(sorted(day for day, _some in of_days if day)),
        )
        for (reason, who), of_days in found.items()
    ]  # fmt: skip
    groups += _overbooked(gathered, by_day, members)
    order = list(Reason)
    groups.sort(key=lambda group: (order.index(group.reason), group.member.name, group.member.pk))
    return Stranded(tuple(groups), tuple(_possibilities(clinic_id, members.values(), today)))


def _held(gathered: Gathered, clinic_id: int) -> tuple[list[Sort], Days]:
    """What each holder has: the sorts of task, and how much by the day planned. One query."""
    by_sort: list[Sort] = []
    by_day: Days = {}
    parameters = {"clinic": clinic_id, "horizon": gathered.days[-1]}
    for who, kind, part, doctor, forbidden, day, is_day, tasks, minutes in _run("held", parameters):
        if is_day:
            by_day[who, day] = Sum(tasks, minutes)
        else:
            by_sort.append(Sort(who, kind, part, doctor, forbidden))
    return by_sort, by_day


def _unlawful(
    by_sort: Iterable[Sort], gathered: Gathered, members: Mapping[int, Member], clinic_id: int
) -> Days:
    """How much of it the holders may not do, by holder and day. One query, none when all is lawful."""
    staff = {m.pk for m in gathered.staff(clinic_id)}
    rules: dict[tuple[int, str], KindRule] = {}
    bad = [
        sort for sort in by_sort if sort.holder not in staff or not _lawful(sort, gathered, members, rules)
    ]
    if not bad:
        return {}
    holders, kinds, parts, doctors, forbidden = map(list, zip(*bad, strict=True))
    rows = _run("held_unlawfully", {
        "clinic": clinic_id, "horizon": gathered.days[-1], "holders": holders, "kinds": kinds, "parts": parts,
        "doctors": doctors, "forbidden": forbidden,
    })  # fmt: skip
    return {(who, day): Sum(tasks, minutes) for who, day, tasks, minutes in rows}


def _lawful(
    sort: Sort, gathered: Gathered, members: Mapping[int, Member], rules: dict[tuple[int, str], KindRule]
) -> bool:
    """`rules` remembers those of the kinds and parts seen: a large clinic has some thousand sorts."""
    key = (sort.kind, sort.part)
    rule = rules.get(key) or rules.setdefault(key, rule_for(gathered.kinds[sort.kind], sort.part))
    return not sort.forbidden and bool(
        ground_for(
            rule, member_id=sort.holder, profession=members[sort.holder].profession, list_doctor_id=sort.doctor,
            delegated=gathered.delegated.get(sort.kind, set()),
        )
    )  # fmt: skip


def _broken(
    member: Member, day: dt.date | None, held: Sum, unlawful: Sum, gathered: Gathered
) -> Iterator[tuple[Reason, Sum]]:
    """What of a day's tasks the holder cannot do, the first reason only."""
    planned = day if day in gathered.days else None
    lawful = Sum(held.tasks - unlawful.tasks, held.minutes - unlawful.minutes)
    if not employed(member, planned or gathered.today):
        yield Reason.ENDED, held
        return
    if unlawful.tasks:
        yield Reason.MAY_NOT, unlawful
    if lawful.tasks and planned and not gathered.time.get(member.pk, {}).get(planned):
        yield Reason.AWAY, lawful


def _overbooked(gathered: Gathered, by_day: Days, members: Mapping[int, Member]) -> list[Group]:
    over: dict[int, dict[dt.date, Sum]] = defaultdict(dict)
    for (who, day), held in by_day.items():
        # Who has no time at all is away, which says more.
        if day is None or day not in gathered.days or not gathered.time.get(who, {}).get(day):
            continue
        too_much = held.minutes - gathered.minutes.get(who, {}).get(day, 0)
        if too_much > _slack(day, gathered):
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


def _slack(day: dt.date, gathered: Gathered) -> int:
    return SLACK if day == gathered.today else 0


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
