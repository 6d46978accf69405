"""Named sets of instances of the sharing out: synthetic clinics, the same for the same seed.

`clinic_week` has the shape on which solvers were compared (twelve members, five days, 900 tasks in steps of
five minutes). The others are harder or nearer to life: lengths from the catalogue in whole minutes, doctors
who have delegated to some and not to others, pins, preparations before signatures, tasks that are overdue
already or not due in these days.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tasks.allocation.problem import Candidate, MemberDays, Problem, TaskToPlace, Tie
from tasks.allocation.weights import LADDER

MONDAY = dt.date(2026, 11, 23)
STEP = 5  # minutes
LONGEST = 30
TIED = {"doctor": Tie.LIST_DOCTOR, "nurse": Tie.USUAL_NURSE}


@dataclass(frozen=True, slots=True)
class Kind:
    """A share of the tasks: who may do them (lowest profession first), and how long they take.

    `minutes` are drawn with equal chance; `delegated` professions may only for patients of some doctors.
    """

    share: float
    professions: tuple[str, ...]
    minutes: tuple[int, ...]
    delegated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a set's instances have in common.

    `staff` is a row per member: profession and task minutes on an ordinary day. `demand` is the range of the
    tasks' minutes as a share of the members'; with `tasks` given, lengths are stretched to meet it, otherwise
    tasks are drawn until it is met. `away`, `held`, `hard`, … are shares.
    """

    staff: tuple[tuple[str, int], ...]
    mix: tuple[Kind, ...]
    demand: tuple[float, float]
    tasks: int | None = None
    days: int = 5
    patients_per_task: float = 650 / 900
    away: float = 0.12
    weeks_away: bool = False
    ill: int = 0
    burst: int = 0
    held: float = 0.6
    hard: float = 0.02
    later: float = 0.2
    overdue: float = 0.0
    beyond: float = 0.0
    pinned: float = 0.0
    chained: float = 0.0


CLINIC_MIX = (
    Kind(0.22, ("doctor",), (5, 5, 10, 10, 10, 15, 15)),
    Kind(0.28, ("nurse", "doctor"), (5, 5, 10, 10, 10, 15, 20)),
    Kind(0.15, ("nurse",), (10, 10, 15, 15, 15, 20, 30)),
    Kind(0.20, ("secretary", "nurse"), (5, 10, 15, 15, 20, 25)),
    Kind(0.15, ("secretary", "nurse", "doctor"), (5, 10, 15, 20, 20, 30)),
)
CATALOGUE_MIX = (  # lengths as in tasks/data/kinds.csv
    Kind(0.26, ("doctor",), (2, 4, 5, 5, 6, 8, 8, 10, 12, 15, 25)),
    Kind(0.20, ("nurse", "doctor"), (3, 5, 5, 6, 15, 20, 45), delegated=("nurse",)),
    Kind(0.12, ("nurse", "doctor"), (15, 20, 25, 30)),
    Kind(0.12, ("secretary", "nurse", "doctor"), (2, 4, 6, 10), delegated=("secretary", "nurse")),
    Kind(0.30, ("secretary", "nurse", "doctor"), (2, 3, 3, 5, 8, 8, 10, 15, 30, 60)),
)
BURST = Kind(1.0, ("secretary", "nurse", "doctor"), (5, 5, 10))


def _staff(doctors: int, nurses: int, secretaries: int, times: float = 1.0) -> tuple[tuple[str, int], ...]:
    per_day = (("doctor", 150, doctors), ("nurse", 270, nurses), ("secretary", 300, secretaries))
    return tuple(
        (profession, round(minutes * times / STEP) * STEP)
        for profession, minutes, number in per_day
        for _ in range(number)
    )


CLINIC_WEEK = Shape(_staff(5, 3, 4), CLINIC_MIX, (0.95, 1.02), tasks=900)
LIVED_IN = replace(CLINIC_WEEK, tasks=None, overdue=0.05, pinned=0.03, chained=0.05)
SHAPES: dict[str, Shape] = {
    "clinic_week": CLINIC_WEEK,
    "pilot": replace(  # three lists, one nurse's post shared by two, two secretaries
        LIVED_IN,
        staff=(*_staff(3, 0, 0), ("nurse", 160), ("nurse", 110), *_staff(0, 0, 2)),
        mix=CATALOGUE_MIX,
        demand=(0.85, 1.0),
        days=10,
        beyond=0.08,
    ),
    "overload": replace(LIVED_IN, demand=(1.3, 1.3)),
    "summer_leave": replace(LIVED_IN, demand=(0.95, 1.1), days=10, away=0.4, weeks_away=True, beyond=0.1),
    "flu_week": replace(LIVED_IN, demand=(0.9, 0.95), ill=2, burst=150),
    "growth_12": CLINIC_WEEK,
    # More tasks a member than in clinic_week: so that the mix stays, their days are longer instead.
    "growth_25": replace(CLINIC_WEEK, staff=_staff(10, 6, 9, 2000 / 25 / 75), tasks=2000),
    "growth_50": replace(CLINIC_WEEK, staff=_staff(21, 12, 17, 5000 / 50 / 75), tasks=5000),
}


def instance(name: str, seed: int) -> Problem:
    """The instance of this set and seed; two calls give equal problems. Raises KeyError for no such set."""
    return _Maker(SHAPES[name], random.Random(f"{name}/{seed}")).problem()


def instances(name: str, number: int, *, seed: int) -> Iterator[Problem]:
    """So many different ones of a set. Another seed gives others."""
    return (instance(name, seed * 1_000_003 + each) for each in range(number))


@dataclass(slots=True)
class _Patient:
    list_doctor: int
    usual_nurse: int | None


@dataclass(slots=True)
class _Maker:
    """Draws one instance, in one fixed order, from one stream of chance."""

    shape: Shape
    chance: random.Random
    days: tuple[dt.date, ...] = ()
    members: tuple[MemberDays, ...] = ()
    patients: list[_Patient] = field(default_factory=list)
    delegations: set[tuple[int, int]] = field(default_factory=set)  # (doctor, member)
    tasks: list[TaskToPlace] = field(default_factory=list)

    def problem(self) -> Problem:
        self.days = tuple(working_days(MONDAY, self.shape.days))
        self.members = self._members()
        self._people()
        room = sum(sum(m.minutes.values()) for m in self.members)
        wanted = round(self.chance.uniform(*self.shape.demand) * room)
        while (len(self.tasks) < self.shape.tasks) if self.shape.tasks else (self._minutes() < wanted):
            self._draw()
        if self.shape.tasks:
            self._stretch(wanted)
        for _ in range(self.shape.burst):
            day = self.days[self.chance.randrange(2)]
            self._add(BURST, earliest=self.days[0], due=day, hard=self.chance.random() < 0.1)
        return Problem(self.days, self.members, tuple(self.tasks))

    def _members(self) -> tuple[MemberDays, ...]:
        away = self._away()
        return tuple(
            MemberDays(
                at + 1,
                {
                    day: max(STEP, minutes + STEP * self.chance.randint(-6, 6))
                    for day in self.days
                    if (at, day) not in away
                },
                profession,
            )
            for at, (profession, minutes) in enumerate(self.shape.staff)
        )

    def _away(self) -> set[tuple[int, dt.date]]:
        everybody = range(len(self.shape.staff))
        if self.shape.weeks_away:
            weeks = [(at, first) for at in everybody for first in range(0, len(self.days), 5)]
            leave = self.chance.sample(weeks, round(self.shape.away * len(weeks)))
            return {(at, day) for at, first in leave for day in self.days[first : first + 5]}
        away = {(at, day) for at in everybody for day in self.days if self.chance.random() < self.shape.away}
        ill = self.chance.sample(everybody, self.shape.ill)
        return away | {(at, day) for at in ill for day in self.days[:3]}

    def _people(self) -> None:
        doctors, nurses = self._of("doctor"), self._of("nurse")
        guess = self.shape.tasks or 13 * len(self.shape.staff) * len(self.days)
        self.patients = [
            _Patient(self.chance.choice(doctors), self.chance.choice(nurses))
            for _ in range(round(guess * self.shape.patients_per_task))
        ]
        others = [m.id for m in self.members if m.profession != "doctor"]
        self.delegations = {(d, o) for d in doctors for o in others if self.chance.random() < 0.7}

    def _of(self, profession: str) -> list[int]:
        return [m.id for m in self.members if m.profession == profession]

    def _minutes(self) -> int:
        return sum(t.minutes for t in self.tasks)

    def _draw(self) -> None:
        kind = self.chance.choices(self.shape.mix, [k.share for k in self.shape.mix])[0]
        if kind.professions == ("doctor",) and self.chance.random() < self.shape.chained:
            self._add(kind, patient=self._add(self.shape.mix[-1]), signature=True)
        else:
            self._add(kind)

    def _add(
        self,
        kind: Kind,
        *,
        patient: int | None = None,
        signature: bool = False,
        earliest: dt.date | None = None,
        due: dt.date | None = None,
        hard: bool | None = None,
    ) -> int:
        """One more task, of whom; a signature comes after the task added last, its preparation."""
        if patient is None:
            patient = self.chance.randrange(len(self.patients))
        opens, falls_due = self._window()
        earliest, due = earliest or opens, due or falls_due
        if signature:
            earliest, due = max(earliest, self.tasks[-1].earliest), max(due, self.tasks[-1].due or due)
        hard = self.chance.random() < self.shape.hard if hard is None else hard
        candidates = self._candidates(kind, self.patients[patient])
        task = TaskToPlace(
            id=len(self.tasks) + 1,
            minutes=self.chance.choice(kind.minutes),
            earliest=earliest,
            due=due,
            latest=max(due, self.days[0]) + dt.timedelta(self.chance.randint(0, 2)) if hard else None,
            hard=hard,
            candidates=candidates,
            patient=patient + 1,
            after=self.tasks[-1].id if signature else None,
        )
        self.tasks.append(self._held(task))
        return patient

    def _window(self) -> tuple[dt.date, dt.date]:
        """When it may be done from, and when it is due: a working day not before."""
        first = self.chance.randrange(1, len(self.days)) if self.chance.random() < self.shape.later else 0
        due = self.days[self.chance.randrange(first, len(self.days))]
        other = self.chance.random()
        if other < self.shape.overdue:
            return self.days[0] - dt.timedelta(21), self.days[0] - dt.timedelta(self.chance.randint(1, 14))
        if other < self.shape.overdue + self.shape.beyond:
            return self.days[first], self.days[-1] + dt.timedelta(self.chance.randint(1, 14))
        return self.days[first], due

    def _candidates(self, kind: Kind, patient: _Patient) -> tuple[Candidate, ...]:
        own = {patient.list_doctor, patient.usual_nurse}
        return tuple(
            Candidate(
                m.id,
                LADDER[m.profession],
                "delegation" if m.profession in kind.delegated else "profession",
                TIED.get(m.profession) if m.id in own else None,
            )
            for m in self.members
            if m.profession in kind.professions
            and (m.profession not in kind.delegated or (patient.list_doctor, m.id) in self.delegations)
        )

    def _held(self, task: TaskToPlace) -> TaskToPlace:
        """Who had it yesterday and for which day: now and then the next best, as plans of yesterday are."""
        if not task.candidates or self.chance.random() >= self.shape.held:
            return task
        lowest = min(c.level for c in task.candidates)
        likely = [c for c in task.candidates if c.level == lowest]
        tied = [c for c in likely if c.tie]
        pool = (tied or likely) if self.chance.random() < 0.6 else task.candidates
        open_days = [d for d in self.days if task.earliest <= d <= (task.latest or d)]
        in_time = [d for d in open_days if task.due is None or d <= task.due] or open_days[:1]
        pinned = self.chance.random() < self.shape.pinned
        return replace(
            task,
            holder=self.chance.choice(pool).member_id,
            planned=self.chance.choice(in_time) if in_time else None,
            pinned=pinned,
            pinned_day=pinned and bool(in_time) and self.chance.random() < 0.3,
        )

    def _stretch(self, wanted: int) -> None:
        """Lengthen or shorten tasks by a step, one after another by chance, until their sum is as wanted."""
        left = (wanted - self._minutes()) // STEP
        while left:
            step = STEP if left > 0 else -STEP
            at = self.chance.randrange(len(self.tasks))
            if STEP <= self.tasks[at].minutes + step <= LONGEST:
                self.tasks[at] = replace(self.tasks[at], minutes=self.tasks[at].minutes + step)
                left -= 1 if step > 0 else -1


def working_days(first: dt.date, number: int) -> Iterator[dt.date]:
    """So many days from Monday to Friday."""
    day = first
    while number:
        if day.weekday() < 5:
            yield day
            number -= 1
        day += dt.timedelta(1)
