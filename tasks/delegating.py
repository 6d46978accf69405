"""A doctor's delegations: where each stands, which need more than a signature, and drafts of their words. Pure.

Sources: helsepersonelloven §§ 4 and 5; the rule of 2026 on consultations, home visits and meetings (DOMAIN §1.5).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from teams.calendar import DAY

WARN = dt.timedelta(days=30)

# Refunded only when the nurse is employed at the office and the delegation is registered with Helfo beforehand.
REGISTERED_FIRST = frozenset({"sykepleierkonsultasjon", "hjemmebesok", "moter"})


class Standing(StrEnum):
    """Where a delegation stands on a day."""

    DRAFT = "draft"
    AHEAD = "ahead"  # signed, and not begun
    IN_FORCE = "in_force"
    EXPIRING = "expiring"  # in force, and ends within 30 days with nothing to follow it
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"  # by a new version of the text
    DISCARDED = "discarded"  # a draft that nobody signed


CURRENT = frozenset({Standing.DRAFT, Standing.AHEAD, Standing.IN_FORCE, Standing.EXPIRING})


def last_day(ends_on: dt.date | None, revoked_on: dt.date | None) -> dt.date | None:
    """The last day it holds, as things are: what ends with somebody's employment is revoked from a day to come."""
    last = revoked_on - DAY if revoked_on else None
    return min((day for day in (ends_on, last) if day), default=None)


def standing(
    *,
    signed: bool,
    starts_on: dt.date,
    ends_on: dt.date | None,
    revoked_on: dt.date | None,
    replaced: bool,
    today: dt.date,
) -> Standing:
    """`replaced`: a signed version follows it, which may begin later than today."""
    if not signed:
        return Standing.DISCARDED if revoked_on else Standing.DRAFT
    if revoked_on is not None and revoked_on <= today:
        # Replaced by one that begins as early as itself, it never counted.
        return Standing.REPLACED if replaced and revoked_on <= starts_on else Standing.REVOKED
    ends_on = last_day(ends_on, revoked_on)
    if ends_on is not None and ends_on < today:
        return Standing.REPLACED if replaced else Standing.EXPIRED
    if starts_on > today:
        return Standing.AHEAD
    if ends_on is not None and not replaced and ends_on <= today + WARN:
        return Standing.EXPIRING
    return Standing.IN_FORCE


def digest(
    doctor_id: int, member_id: int, kind_id: int, text: str, starts_on: dt.date, ends_on: dt.date | None
) -> str:
    """What a signature is tied to: who signs has read exactly this, and not what somebody has made of it since."""
    read = f"{doctor_id}|{member_id}|{kind_id}|{starts_on}|{ends_on}|{text}"
    return hashlib.sha256(read.encode()).hexdigest()[:20]


def draft_of(kind_slug: str) -> str:
    """Our draft of an instruction for the kind; the doctor adapts it before signing."""
    texts: dict[str, str] = _data()["text"]
    return texts.get(kind_slug, texts["default"]).strip()


def still_a_draft(text: str) -> bool:
    """Does the text still say of itself that the doctor must adapt it?"""
    return str(_data()["mark"]).casefold() in text.casefold()


@cache
def _data() -> dict[str, Any]:
    file = Path(__file__).parent / "data" / "instructions.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
