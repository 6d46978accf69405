"""What the municipality's page holds: a column a clinic, a row a figure. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reports.models import MunicipalLine
from reports.municipality import BY_NAME, FIGURES
from teams.calendar import Week
from teams.models import Municipality


def municipal_page(
    led: Municipality,
    others: Sequence[Municipality],
    week: Week | None,
    weeks: Sequence[Week],
    lines: Iterable[MunicipalLine],
) -> dict[str, Any]:
    """Clinics by name; the sum last. A cell that is left out is None."""
    cells: dict[tuple[str, int | None], dict[str, str | None]] = {}
    for line in lines:
        row = cells.setdefault((line.clinic_name, line.clinic_id), {})
        told = BY_NAME.get(line.figure)
        if told is not None:
            row[line.figure] = None if line.part is None else told.words(line.part, line.whole)
    clinics = sorted((key for key in cells if key[1] is not None), key=lambda key: key[0])
    kept = [cells[key] for key in clinics]
    whole = next((found for (_name, clinic), found in cells.items() if clinic is None), {})
    return {
        "led": led,
        "others": [each for each in others if each.pk != led.pk],
        "week": week,
        "weeks": weeks,
        "names": [name for name, _clinic in clinics],
        "table": [
            {"definition": figure.definition, "cells": [row.get(figure.name, "–") for row in [whole, *kept]]}
            for figure in FIGURES
        ],
    }
