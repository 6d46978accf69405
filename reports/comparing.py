"""A week's numbers beside those of the weeks before, and an edition beside the one before it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.figures import BY_NAME, FIGURES
from reports.queries import Headline
from teams.definitions import Definition


@dataclass(frozen=True, slots=True)
class Compared:
    """One number: this week, the week before, and the average of the weeks before."""

    definition: Definition
    this: str
    last: str
    average: str


def compared(this: Headline, before: Sequence[Headline]) -> list[dict[str, Any]]:
    """The groups of reports/figures.py with a row a number; `before` are the weeks before, oldest first."""
    last = before[-1].numbers if before and before[-1].week == this.week.plus(-1) else None
    weeks = [each.numbers for each in before]
    return [
        {
            "name": group,
            "rows": [
                Compared(
                    each.definition, each.told(this.numbers), each.told(last) if last else "–", each.average(weeks)
                )
                for each in figures
            ],
        }
        for group, figures in FIGURES
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetRight:
    """A number that another edition of the week says otherwise."""

    definition: Definition
    before: str
    after: str


def set_right(before: Headline, after: Headline) -> list[SetRight]:
    """What a later edition of the same week changed, of the numbers that are told of it."""
    return [
        SetRight(each.definition, each.told(before.numbers), each.told(after.numbers))
        for each in BY_NAME.values()
        if any(before.numbers[name] != after.numbers[name] for name in (each.of, each.per) if name)
    ]
