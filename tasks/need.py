"""What counts as a patient's need, and how much: reasons that are shown, and a sum to sort a list by. Pure.

No verdict and no clinical priority: nothing is opened, refused or given to anybody because of it. The same sum is
made in SQL for a whole list (tasks/queries/patients.py); a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.recurrence import add_months

FILE = Path(__file__).parent / "data" / "need.toml"
_DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
TEXTS: dict[str, str] = {reason: row["text"] for reason, row in _DATA.items()}
DEFAULT: dict[str, int] = {reason: row["points"] for reason, row in _DATA.items()}
PER = frozenset(reason for reason, row in _DATA.items() if row.get("per"))
MOST_POINTS = 50

CONDITION, AGE_75, AGE_85, DRUGS_4, DRUGS_8, ADMISSION, OVERDUE, NEVER, HOME_CARE = _DATA
ADMITTED_WITHIN = 90  # days


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one patient: ICPC-2 codes lived with, whole years, drugs in use, and four yes or no."""

    conditions: tuple[str, ...] = ()
    age: int = 0
    drugs: int = 0
    admitted: bool = False
    overdue: bool = False
    never: bool = False
    home_care: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason that holds for a patient, and its points. `code` is the condition's, where it is one."""

    reason: str
    points: int
    code: str = ""


def grounds(facts: Facts, points: Mapping[str, int]) -> list[Ground]:
    """Every reason that holds, in the order of the table; one that the clinic counts for nothing is left out."""
    found = [Ground(CONDITION, points[CONDITION], code) for code in facts.conditions]
    found += [Ground(reason, points[reason]) for reason in _holding(facts)]
    return [ground for ground in found if ground.points]


def _holding(facts: Facts) -> Iterator[str]:
    if facts.age >= 75:
        yield AGE_85 if facts.age >= 85 else AGE_75
    if facts.drugs >= 4:
        yield DRUGS_8 if facts.drugs >= 8 else DRUGS_4
    whether = {
        ADMISSION: facts.admitted, OVERDUE: facts.overdue, NEVER: facts.never, HOME_CARE: facts.home_care,
    }  # fmt: skip
    yield from (reason for reason, holds in whether.items() if holds)


def total(found: list[Ground]) -> int:
    return sum(ground.points for ground in found)


def born_by(age: int, today: dt.date) -> dt.date:
    """The last birth date of somebody who is `age` whole years today."""
    return add_months(today, -12 * age)
