"""What counts as need, as a page shows it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.forms import BoundField, Form

from tasks import need


class Decided(Protocol):
    """What a clinic has decided of one reason: a NeedPoints row."""

    points: int
    by: Any
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class PointsRow:
    """`by` and `at`: who changed it last, and when; empty and None where nobody has."""

    reason: str
    text: str
    per: bool
    default: int
    points: int
    by: str
    at: dt.datetime | None
    field: BoundField | None


def points_rows(own: Mapping[str, Decided], form: Form | None) -> list[PointsRow]:
    return [
        PointsRow(
            reason, text, reason in need.PER, need.DEFAULT[reason],
            own[reason].points if reason in own else need.DEFAULT[reason],
            str(own[reason].by or "") if reason in own else "",
            own[reason].at if reason in own else None,
            form[reason] if form else None,
        )
        for reason, text in need.TEXTS.items()
    ]  # fmt: skip
