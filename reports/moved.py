"""Did it move? Who did a kind of work in the weeks before its first delegation took effect, and in those since. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tasks.models import TaskKind
from teams.calendar import Week
from teams.models import Profession

BEFORE = 12  # weeks


@dataclass(frozen=True, slots=True)
class Since:
    """A kind that has been delegated: from when first, and by how many doctors to how many."""

    kind: TaskKind
    starts_on: dt.date
    doctors: int
    members: int


@dataclass(frozen=True, slots=True)
class Done:
    """Minutes done of a kind in a closed week by one profession."""

    week: Week
    kind: int
    profession: str
    minutes: int


@dataclass(slots=True)
class Spent:
    """Over some weeks: minutes by doctors and by others."""

    weeks: int = 0
    doctors: int = 0
    others: int = 0

    def add(self, profession: str, minutes: int) -> None:
        if profession == Profession.DOCTOR:
            self.doctors += minutes
        else:
            self.others += minutes

    @property
    def all(self) -> int:
        return self.doctors + self.others

    @property
    def doctors_a_week(self) -> int | None:
        return round(self.doctors / self.weeks) if self.weeks else None

    @property
    def others_a_week(self) -> int | None:
        return round(self.others / self.weeks) if self.weeks else None


@dataclass(slots=True)
class Moved:
    """A kind's twelve weeks before the first delegation took effect, and every closed week since; and week by week."""

    since: Since
    before: Spent = field(default_factory=Spent)
    after: Spent = field(default_factory=Spent)
    by_week: dict[Week, Spent] = field(default_factory=lambda: defaultdict(Spent))

    @property
    def bars(self) -> list[tuple[int, int, bool]]:
        """For each week with any, oldest first: its place, the others' share in per cent, and whether it is after."""
        first = Week.of(self.since.starts_on)
        return [
            (place, round(100 * spent.others / spent.all), week >= first)
            for place, (week, spent) in enumerate(sorted(self.by_week.items()))
            if spent.all
        ]


def moved(delegated: Sequence[Since], weeks: Sequence[Week], done: Iterable[Done]) -> list[Moved]:
    """A row a kind, the newest delegation first. The week it began in counts as after, as a whole.

    `weeks` are the closed ones. A week in which nobody did the kind is a week all the same.
    """
    of = {each.kind.pk: Moved(each) for each in delegated}
    for each in of.values():
        first = Week.of(each.since.starts_on)
        for week in weeks:
            if first.plus(-BEFORE) <= week:
                (each.after if week >= first else each.before).weeks += 1
                each.by_week[week] = Spent(1)
    for row in done:
        each_of = of.get(row.kind)
        if each_of is not None and row.week in each_of.by_week:
            after = row.week >= Week.of(each_of.since.starts_on)
            (each_of.after if after else each_of.before).add(row.profession, row.minutes)
            each_of.by_week[row.week].add(row.profession, row.minutes)
    return sorted(of.values(), key=lambda each: (-each.since.starts_on.toordinal(), each.since.kind.name))
