"""What the demo needs of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What the catalogue says of a kind, as far as the demo needs it."""

    id: int
    slug: str
    name: str
    origin: str
    professions: tuple[str, ...]
    delegable_to: tuple[str, ...]
    minutes: Mapping[str, int]
    return_rule: str
    preparable_by: tuple[str, ...] = ()
    prepare_minutes: int = 0
    decide_minutes: int = 0
    paired: bool = False
    channels: tuple[str, ...] = ()

    def minutes_for(self, profession: str) -> int:
        return self.minutes.get(profession) or next(iter(self.minutes.values()), 10)

    @property
    def usual_minutes(self) -> int:
        return self.minutes.get(self.professions[0], 10)
