"""What a patient may have done in one visit. Pure.

When an occasion opens, what else the same patient is due for within thirty days before or after comes along, all on the
day of the first (DOMAIN §4.2), so that diabetes, heart disease and kidneys share one visit. A hard deadline is moved by
nothing, and nothing is moved by more than half its own interval. Bloods that lead to a check-up draw the patient's other
bloods to their day in the same way: one needle. The night does the same in SQL (tasks/sql/open_due.sql); a test holds
the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from teams.calendar import DAY, working_day_on_or_before

WITHIN = 30  # days
BLOODS = "bloods"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan step's next occasion. `shares` as in Step; `length` is its interval in days; `yearly` is what is done once
    every calendar year, and so not before New Year; `bloods` is how many days before it bloods are taken for it."""

    id: int
    opens_on: dt.date
    due_on: dt.date
    shares: str
    hard: bool
    length: int
    yearly: bool = False
    bloods: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """`ids` of the occasions that are opened together, in order of their own due dates; `due_on` the first's."""

    opens_on: dt.date
    due_on: dt.date
    ids: tuple[int, ...]


# The day of each visit of a night, and what is done in it.
Made = list[tuple[dt.date, list[Waiting]]]


def coming_visits(occasions: Iterable[Waiting], *, today: dt.date) -> list[Visit]:
    """One patient's occasions as the visits that the nights will make of them, if nothing else happens; by due date.

    Bloods are merged with bloods, visits with visits. What should have been opened already is opened today.
    """
    left = sorted(occasions, key=lambda o: (o.due_on, o.id))
    visits: list[Visit] = []
    while left:
        night = max(today, min(o.opens_on for o in left))
        made = _of_night(left, night)
        left = [o for o in left if all(o not in along for _, along in made)]
        needle = _needle(made, night)
        if needle:
            made, left = _one_needle(made, left, needle, night)
        visits += [Visit(night, due_on, tuple(o.id for o in along)) for due_on, along in made]
    return sorted(visits, key=lambda visit: (visit.due_on, visit.ids))


def _of_night(left: list[Waiting], night: dt.date) -> Made:
    """What opens that night, with what comes along, and the day of it."""
    found: Made = []
    merged = set()  # of each sort one visit a night: what lies too far from it comes by itself
    while first := next((o for o in left if o.opens_on <= night), None):
        alone = first.shares in merged or not first.shares or first.hard
        along = [first] if alone else [o for o in left if goes_along(first, o, night)]
        if not alone:
            merged.add(first.shares)
        left = [o for o in left if o not in along]
        # Not the past: what comes along is not late because something else is.
        found.append((max(along[0].due_on, min(night, along[-1].due_on)), along))
    return found


def _needle(made: Made, night: dt.date) -> dt.date | None:
    """The first day on which bloods are taken for what opens that night."""
    days = [
        min(due_on, o.due_on) - o.bloods * DAY
        for due_on, along in made
        for o in along
        if o.bloods is not None
    ]
    return max(working_day_on_or_before(min(days)), night) if days else None


def _one_needle(
    made: Made, left: list[Waiting], needle: dt.date, night: dt.date
) -> tuple[Made, list[Waiting]]:
    """Bloods that open that night, and others that are near, are taken on the day of the needle; and what is left."""
    drawn = [o for o in left if _drawn(needle, o, night)]
    whole = [*made, *((o.due_on, [o]) for o in drawn)]
    near = [o for due_on, along in whole for o in along if needle < due_on and _drawn(needle, o, night)]
    others = [(due_on, [o for o in along if o not in near]) for due_on, along in whole]
    return [each for each in [*others, (needle, near)] if each[1]], [o for o in left if o not in drawn]


def _drawn(needle: dt.date, other: Waiting, night: dt.date) -> bool:
    return other.shares == BLOODS and goes_along(replace(other, id=-1, due_on=needle), other, night)


def goes_along(first: Waiting, other: Waiting, night: dt.date) -> bool:
    """May `other` be done in the visit that `first` opens that night?"""
    apart = abs((other.due_on - first.due_on).days)
    return other is first or (
        first.shares == other.shares != ""
        and not first.hard
        and not other.hard
        and apart <= min(WITHIN, other.length // 2)
        and not (other.yearly and night.year < other.due_on.year)
    )
