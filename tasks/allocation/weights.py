"""What weighs how much: data (tasks/data/weights.toml) that a leader can see, not sliders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "weights.toml"


@dataclass(frozen=True, slots=True)
class Weights:
    """Points per minute of work (`visit`: per visit). What each means stands in weights.toml and costs.py."""

    hard: int
    late: int
    wait: int
    level: int
    tie: int
    visit: int
    holder: int
    day: int
    margin: int
    even: int
    spread: int


_DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
LADDER: dict[str, int] = _DATA.pop("ladder")
TEXTS: dict[str, str] = {name: row["text"] for name, row in _DATA.items()}
DEFAULT = Weights(**{name: row["points"] for name, row in _DATA.items()})

# After an absence or a new delegation only what must move shall move: keeping person and day outweighs
# everything but lateness.
CALM = replace(DEFAULT, holder=DEFAULT.late // 3, day=DEFAULT.late // 6)
