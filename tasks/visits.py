"""What a patient may have done in one visit. Pure.

When an occasion opens, what else the same patient is due for within thirty days before or after comes along, all on the
day of the first (DOMAIN §4.2), so that diabetes, heart disease and kidneys share one visit. A hard deadline is moved by
nothing, and nothing is moved by more than half its own interval. The night does the same in SQL
(tasks/sql/open_due.sql); a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

WITHIN = 30  # days


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan step's next occasion. `shares` as in Step; `length` is its interval in days; `yearly` is what is done once
    every calendar year, and so not before New Year."""

    id: int
    opens_on: dt.date
    due_on: dt.date
    shares: str
    hard: bool
    length: int
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """`ids` of the occasions that are opened together, in order of their own due dates; `due_on` the first's."""

    opens_on: dt.date
    due_on: dt.date
    ids: tuple[int, ...]


def coming_visits(occasions: Iterable[Waiting], *, today: dt.date) -> list[Visit]:
    """One patient's occasions as the visits that the nights will make of them, if nothing else happens; by due date.

    Bloods are merged with bloods, visits with visits. What should have been opened already is opened today.
    """
    left = sorted(occasions, key=lambda o: (o.due_on, o.id))
    visits, made = [], set()  # of each sort one visit a night: what lies too far from it comes by itself
    while left:
        night = max(today, min(o.opens_on for o in left))
        first = next(o for o in left if o.opens_on <= night)
        alone = (night, first.shares) in made or not first.shares or first.hard
        along = [first] if alone else [o for o in left if goes_along(first, o, night)]
        if not alone:
            made.add((night, first.shares))
        left = [o for o in left if o not in along]
        # Not the past: what comes along is not late because something else is.
        due_on = max(along[0].due_on, min(night, along[-1].due_on))
        visits.append(Visit(night, due_on, tuple(o.id for o in along)))
    return sorted(visits, key=lambda visit: (visit.due_on, visit.ids))


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
