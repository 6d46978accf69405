"""One sharing out in words: what changes for whom, what stays, how good it is. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.allocation.problem import Obstacle
from tasks.models import AllocationRun, Cause, RunState
from tasks.presenters.lines import patient_words
from tasks.presenters.words import ADVICE, OBSTACLES, Person, day_words, reason
from tasks.sharings import NOBODY, WAITING, ChangeRow, ChangeSum, LeftRow
from teams.models import Member
from teams.templatetags.fordel import short_day

BEST = 0.0005  # a gap that no decimal shows

CAUSES = {
    Cause.NIGHT: gettext_lazy("Nattens fordeling"),
    Cause.ASKED: gettext_lazy("En leder ba om den"),
    Cause.ABSENCE: gettext_lazy("Noen er borte"),
    Cause.DELEGATION: gettext_lazy("En delegering er gitt, utløpt eller trukket tilbake"),
    Cause.ENDED: gettext_lazy("Noen har begynt eller sluttet"),
    Cause.URGENT: gettext_lazy("En oppgave som hastet"),
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One task that moves, as the page writes it."""

    task_id: int
    who: str
    name: str
    minutes: int
    from_words: str
    to_words: str
    why: str
    only_day: bool
    applied: bool


@dataclass(slots=True)
class ChangeGroup:
    """Everything one member gets (or, for NOBODY and WAITING, that has no place). `lines` may be the first of many.

    `givers` are (name, tasks), without a name for tasks that nobody had.
    """

    key: int
    title: str
    count: int = 0
    minutes: int = 0
    new: int = 0
    new_minutes: int = 0
    givers: list[tuple[str, int]] = field(default_factory=list)
    lines: list[ChangeLine] = field(default_factory=list)

    @property
    def only_day(self) -> int:
        return self.count - self.new

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def change_groups(
    sums: Iterable[ChangeSum],
    rows: Iterable[ChangeRow],
    members: Mapping[int, Member],
    *,
    today: dt.date,
    away: Collection[tuple[int, dt.date]] = (),
) -> list[ChangeGroup]:
    """Who gets what from whom, the one who gets most first, what loses its place last.

    `away`: members by id and the days on which they have no minutes, so that it is said who could not keep it.
    """
    groups: dict[int, ChangeGroup] = {}
    for part in sums:
        group = groups.setdefault(part.group, ChangeGroup(part.group, _title(part.group, members)))
        group.count += part.tasks
        group.minutes += part.minutes
        if part.from_member != part.group:
            group.new += part.tasks
            group.new_minutes += part.minutes
            giver = members.get(part.from_member or 0)
            group.givers.append((giver.name if giver else "", part.tasks))
    for row in rows:
        groups[row.group].lines.append(change_line(row, members, today=today, away=away))
    return sorted(groups.values(), key=lambda g: (-min(g.key, 1), -g.new, -g.count, g.title))


def _title(group: int, members: Mapping[int, Member]) -> str:
    if group in members:
        return members[group].name
    return _("Kan vente") if group == WAITING else _("Får ikke plass lenger")


def change_line(
    row: ChangeRow,
    members: Mapping[int, Member],
    *,
    today: dt.date,
    away: Collection[tuple[int, dt.date]] = (),
) -> ChangeLine:
    """From whom and when to whom and when, and why."""
    to = members.get(row.to_member or 0)
    person = Person(to.name, to.profession) if to else Person("")
    told = [reason(row.to_why or {}, person, day=row.to_day, today=today)]
    if row.from_member and row.from_day and (row.from_member, row.from_day) in away:
        words = {"name": members[row.from_member].name, "day": day_words(row.from_day, today)}
        told.insert(0, _("%(name)s er ikke på jobb %(day)s.") % words)
    return ChangeLine(
        task_id=row.task_id,
        who=patient_words(row.patient_id, row.given_name, row.family_name, row.birth_date, today),
        name=row.name,
        minutes=row.to_minutes,
        from_words=_place(members.get(row.from_member or 0), row.from_day),
        to_words=_place(to, row.to_day),
        why=" ".join(filter(None, told)),
        only_day=row.from_member == row.to_member and row.to_day is not None,
        applied=row.applied,
    )


def _place(member: Member | None, day: dt.date | None) -> str:
    if member is None:
        return _("ingen")
    if day is None:
        return _("%(name)s, uten dag") % {"name": member.name}
    return _("%(name)s, %(day)s") % {"name": member.name, "day": short_day(day)}


@dataclass(frozen=True, slots=True)
class LeftGroup:
    """Tasks that stay without a place for one reason, and what can be done about it."""

    text: str
    advice: str
    count: int
    lines: tuple[LeftLine, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class LeftLine:
    task_id: int
    who: str
    name: str
    minutes: int
    due_on: dt.date | None
    hard: bool
    overdue: bool


def left_groups(
    left: Iterable[tuple[int, str]], rows: Mapping[int, LeftRow], *, today: dt.date
) -> list[LeftGroup]:
    """What stays, by why: deadlines that must not slip first, then most first, and what may just as well wait last.

    `rows` may hold only the first of many.
    """
    ids: dict[Obstacle, list[int]] = {}
    for task_id, obstacle in left:
        ids.setdefault(Obstacle(obstacle), []).append(task_id)
    found = []

    def order(of: tuple[Obstacle, list[int]]) -> tuple[bool, bool, int]:
        hard = any(task_id in rows and rows[task_id].hard for task_id in of[1])
        return of[0] == Obstacle.MAY_WAIT, not hard, -len(of[1])

    for obstacle, tasks in sorted(ids.items(), key=order):
        lines = tuple(left_line(rows[task_id], today) for task_id in tasks if task_id in rows)
        found.append(LeftGroup(str(OBSTACLES[obstacle]), str(ADVICE[obstacle]), len(tasks), lines))
    return found


def left_line(row: LeftRow, today: dt.date) -> LeftLine:
    who = patient_words(row.patient_id, row.given_name, row.family_name, row.birth_date, today)
    overdue = row.due_on is not None and row.due_on < today
    return LeftLine(row.id, who, row.name, row.minutes, row.due_on, row.hard, overdue)


@dataclass(frozen=True, slots=True)
class Sums:
    """A sharing out in numbers: change hands, get somebody for the first time, only change day, lose their place, wait."""

    hands: int
    fresh: int
    days: int
    lost: int
    waiting: int
    stuck: int
    may_wait: int
    gap: str

    @property
    def all(self) -> int:
        return self.hands + self.fresh + self.days + self.lost + self.waiting


def run_sums(sums: Iterable[ChangeSum], left: Iterable[tuple[int, str]], gap: float | None) -> Sums:
    found = list(sums)
    placed = [part for part in found if part.group > NOBODY]
    obstacles = [obstacle for _task, obstacle in left]
    may_wait = obstacles.count(Obstacle.MAY_WAIT)
    return Sums(
        hands=sum(p.tasks for p in placed if p.from_member not in (None, p.group)),
        fresh=sum(p.tasks for p in placed if p.from_member is None),
        days=sum(p.tasks for p in placed if p.from_member == p.group),
        lost=sum(p.tasks for p in found if p.group == NOBODY),
        waiting=sum(p.tasks for p in found if p.group == WAITING),
        stuck=len(obstacles) - may_wait,
        may_wait=may_wait,
        gap="–" if gap is None else gap_number(gap),
    )


def run_title(run: AllocationRun) -> str:
    """What the page of a sharing out is called, by what can be done with it."""
    if run.state in (RunState.WAITING, RunState.RUNNING, RunState.PROPOSED):
        return _("Forslag til fordeling")
    return _("Nattens fordeling") if run.cause == Cause.NIGHT else _("Fordeling")


def gap_words(gap: float | None) -> str:
    """«høyst 0,4 % fra det beste som er mulig»: the gap to a bound, so the truth may be better."""
    if gap is None:
        return _("ukjent hvor nær det beste")
    if gap < BEST:
        return _("så bra som det er mulig")
    return _("høyst %(gap)s fra det beste som er mulig") % {"gap": gap_number(gap)}


def gap_number(gap: float) -> str:
    """0.0042 → «0,4 %»; what no decimal shows is «0 %»."""
    if gap < BEST:
        return "0\u00a0%"
    return f"{number_format(round(100 * gap, 1), decimal_pos=1, use_l10n=True)}\u00a0%"


def chosen(
    changes: Iterable[tuple[int, int]],
    *,
    groups: Collection[int],
    shown: Collection[int],
    ticked: Collection[int],
) -> set[int]:
    """Which tasks to move: of the groups ticked, all but what was shown and not ticked.

    `changes` are (task id, group). What was too many to show goes with its group.
    """
    return {
        task_id
        for task_id, group in changes
        if group in groups and (task_id in ticked or task_id not in shown)
    }
