"""Two numbers a week as a strip of bars: figures in, the paths of an SVG out. Pure.

Today's bars are outlined and the scenario's filled, so that they are told apart in greyscale and by anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WEEK, BAR, GAP, HIGH = 16, 6, 1, 24  # of a week: its width, a bar's, between the two, and the strip's height


@dataclass(frozen=True, slots=True)
class Strip:
    width: int
    today: str
    then: str


def strip(pairs: Sequence[tuple[float, float]]) -> Strip:
    """Bars from nought to the most of them all, today's to the left of each pair."""
    most = max((max(pair) for pair in pairs), default=0) or 1
    return Strip(
        WEEK * len(pairs),
        "".join(_bar(WEEK * n + GAP, today / most) for n, (today, _) in enumerate(pairs)),
        "".join(_bar(WEEK * n + 2 * GAP + BAR, then / most) for n, (_, then) in enumerate(pairs)),
    )


def _bar(left: int, share: float) -> str:
    high = round((HIGH - 1) * share, 1)
    return f"M{left + 0.5:g} {HIGH}v{-high:g}h{BAR - 1}v{high:g}z" if high else ""
