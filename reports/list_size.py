"""How many patients one doctor can carry, by hours per patient-year and what others do of them. Pure.

The formula is Altschuler et al.'s (Annals of Family Medicine 2012;10:396-400): a year's hours divided by the hours that
each patient asks of the doctor in a year, in preventive, chronic and acute care, less what is delegated. It is a sum over
averages of American patients; what it leaves out (documentation, messages, whoever comes most) is not little.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

AREAS = ("preventive", "chronic", "acute")
STEP = 1_000  # patients, where the base grant changed from 2020 until 30 April 2023
_DATA = Path(__file__).parent / "data" / "list_size.toml"


@dataclass(frozen=True, slots=True)
class Care:
    """Hours per patient-year of one area, and how many per cent of them others do."""

    hours: float
    delegated: float

    @property
    def left(self) -> float:
        """The doctor's own hours per patient-year."""
        return self.hours * (1 - self.delegated / 100)


@dataclass(frozen=True, slots=True)
class Model:
    """A published row: `total` hours per patient-year left to the doctor as printed, and the list that follows."""

    name: str
    delegated: Mapping[str, float]
    total: float
    list: int


@dataclass(frozen=True, slots=True)
class Day:
    """Hours a day for 2,500 patients (Porter et al. 2023): the doctor alone, and with a team."""

    name: str
    alone: float
    team: float


@dataclass(frozen=True, slots=True)
class Grant:
    """Kroner a year for each patient up to the step, and above it, from that day; `own`: a clinic wrote it down itself."""

    begins: dt.date
    below: int
    above: int
    source: str
    own: bool = False

    def of(self, length: int) -> int:
        """Kroner a year for a list of so many patients."""
        return min(length, STEP) * self.below + max(length - STEP, 0) * self.above


def in_force(grants: Iterable[Grant], on: dt.date) -> Grant | None:
    """The one that began last, of those that had begun."""
    return max((each for each in grants if each.begins <= on), key=lambda each: each.begins, default=None)


def list_size(hours_per_patient: float, year: float) -> int:
    """Patients, to the nearest whole one; both in hours. Raises ValueError where a patient asks for nothing."""
    if hours_per_patient <= 0:
        raise ValueError("hours")
    return round(year / hours_per_patient)


def total(care: Mapping[str, Care]) -> float:
    """The doctor's hours per patient-year."""
    return sum(each.left for each in care.values())


@cache
def published() -> dict[str, Any]:
    """`hours` by area and `year`, `models`, `days` and `grants`, as in reports/data/list_size.toml."""
    told = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {
        "hours": told["hours"],
        "models": [Model(**row) for row in told["model"]],
        "days": [Day(**row) for row in told["day"]],
        "grants": [Grant(row["from"], row["below"], row["above"], row["source"]) for row in told["grant"]],
    }
