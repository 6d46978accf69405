"""How long each kind of data is kept: rights/data/retention.toml, with the numbers that an installation has changed. Pure."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tasks.recurrence import add_months

FILE = Path(__file__).parent / "data" / "retention.toml"


class How(StrEnum):
    AUTO = "auto"
    DECISION = "decision"
    KEPT = "kept"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Rule:
    """`days` or `years`, none for what is kept. `certainty` is one of tasks.models.Certainty."""

    name: str
    title: str
    how: How
    keep: str
    why: str
    certainty: str
    days: int | None = None
    years: int | None = None

    def before(self, now: dt.datetime) -> dt.datetime:
        """What is older than this has been kept for as long as it may."""
        return now - dt.timedelta(days=self.days or 0)

    def last_day(self, today: dt.date) -> dt.date:
        return add_months(today, -12 * (self.years or 0))


@cache
def rules() -> dict[str, Rule]:
    """By name, in the order of the file. Raises ImproperlyConfigured for an installation's file that is wrong."""
    changed = settings.RETENTION_FILE
    own = tomllib.loads(Path(changed).read_text(encoding="utf-8")) if changed else {}
    return read(tomllib.loads(FILE.read_text(encoding="utf-8")), own)


def read(told: Mapping[str, Mapping[str, Any]], own: Mapping[str, Mapping[str, Any]]) -> dict[str, Rule]:
    for name, numbers in own.items():
        known = {key for key in ("days", "years") if key in told.get(name, {})}
        if not known or not numbers.keys() <= known or any(not _counts(n) for n in numbers.values()):
            raise ImproperlyConfigured(
                f"FORDEL_RETENTION: «{name}» kan bare ha {', '.join(sorted(known)) or 'ingenting'},"
                " et helt tall større enn null."
            )
    return {
        name: Rule(name=name, **{**row, **own.get(name, {}), "how": How(row["how"])})
        for name, row in told.items()
    }


def _counts(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0
