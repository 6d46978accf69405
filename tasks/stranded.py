"""What of the plan in use no longer holds, and what is possible that was not: why a leader would share out again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tasks.gathering import Gathered, Key, Row, employed, gather
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
    """By member and reason. Ten queries, whatever the clinic; inside a scope that sees it."""
    gathered = gather([clinic_id], today=today)
    members = {m.pk: m for m in gathered.members.get(clinic_id, ())}
    found: dict[tuple[Reason, int], list[Row]] = defaultdict(list)
    for reason, row in _broken(gathered, clinic_id, members):
        found[reason, row.assignee_id or 0].append(row)
    groups = [
        Group(
            reason, members[who], len(rows), sum(row.planned_minutes for row in rows),
            tuple(sorted({row.planned_on for row in rows if row.planned_on})),
        )
        for (reason, who), rows in found.items()
    ]  # fmt: skip
    groups += _overbooked(gathered, clinic_id, members)
    order = list(Reason)
    groups.sort(key=lambda group: (order.index(group.reason), group.member.name, group.member.pk))
    return Stranded(tuple(groups), tuple(_possibilities(clinic_id, members.values(), today)))


def _broken(gathered: Gathered, clinic_id: int, members: dict[int, Member]) -> Iterator[tuple[Reason, Row]]:
    """Tasks with a holder who cannot do them, the first reason only."""
    staff = gathered.staff(clinic_id)
    may: dict[Key, set[int]] = {}
    for row in gathered.rows.get(clinic_id, ()):
        if row.assignee_id is None:
            continue
        if row.key not in may:
            may[row.key] = {c.member_id for c in gathered.candidates(row, staff)}
        planned = row.planned_on if row.planned_on in gathered.days else None
        if not employed(members[row.assignee_id], planned or gathered.today):
            yield Reason.ENDED, row
        elif row.assignee_id not in may[row.key]:
            yield Reason.MAY_NOT, row
        elif planned and not gathered.time.get(row.assignee_id, {}).get(planned):
            yield Reason.AWAY, row


def _overbooked(gathered: Gathered, clinic_id: int, members: dict[int, Member]) -> list[Group]:
    booked: dict[int, dict[dt.date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in gathered.rows.get(clinic_id, ()):
        if row.assignee_id is not None and row.planned_on in gathered.days:
            booked[row.assignee_id][row.planned_on].append(row.planned_minutes)
    groups = []
    for who, days in booked.items():
        over = {
            day: too_much
            for day, minutes in days.items()
            if gathered.time.get(who, {}).get(day)  # else they are away, which says more
            and (too_much := sum(minutes) - gathered.minutes[who].get(day, 0)) > _slack(day, gathered)
        }
        if over:
            tasks = sum(len(days[day]) for day in over)
            groups.append(
                Group(Reason.OVERBOOKED, members[who], tasks, sum(over.values()), tuple(sorted(over)))
            )
    return groups


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
