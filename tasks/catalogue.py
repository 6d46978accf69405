"""The defaults that come with Fordel: task kinds and programmes, read from tasks/data/.

Pure. Both are only beginnings: kinds become rows that can be edited, programmes become each clinic's own.
"""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def kinds() -> list[dict[str, Any]]:
    """One dict per kind, keyed by `TaskKind`'s field names."""
    with (DATA / "kinds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [
        {
            **row,
            "professions": row["professions"].split(),
            "delegable_to": row["delegable_to"].split(),
            "preparable_by": row["preparable_by"].split(),
            "minutes": {who: int(n) for who, n in (pair.split("=") for pair in row["minutes"].split())},
            "prepare_minutes": int(row["prepare_minutes"]),
            "decide_minutes": int(row["decide_minutes"]),
            "paired": row["paired"] == "1",
            "by_appointment": row["by_appointment"] == "1",
            "channels": row["channels"].split(),
            "position": position,
        }
        for position, row in enumerate(rows, start=1)
    ]


@cache
def programmes() -> tuple[dict[str, Any], ...]:
    """The default programmes, each with its `steps`, as written in programmes.toml."""
    with (DATA / "programmes.toml").open("rb") as file:
        return tuple(tomllib.load(file)["programme"])
