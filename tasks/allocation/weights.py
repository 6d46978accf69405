"""What weighs how much: data (tasks/data/weights.toml) that a leader can see, not sliders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent.parent / "data" / "weights.toml"


@dataclass(frozen=True, slots=True)
class Weights:
    """Points per minute of work; `texts` say each in bokmål. `level` is per step of the ladder."""

    late: int
    hard: int
    level: int
    tie: int
    holder: int
    day: int
    even: int


_DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
LADDER: dict[str, int] = _DATA.pop("ladder")
TEXTS: dict[str, str] = {name: row["text"] for name, row in _DATA.items()}
DEFAULT = Weights(**{name: row["points"] for name, row in _DATA.items()})
