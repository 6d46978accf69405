"""Who may do a task, by law, profession or a doctor's personal delegation. Pure.

Sources: helsepersonelloven §§ 4, 5 and 11; the personal delegation of 2026 (DOMAIN §§1.5, 5.1), which
counts only for the delegating doctor's own listed patients.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """Why somebody may."""

    PROFESSION = "profession"
    DELEGATION = "delegation"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What the catalogue says of a kind, as far as eligibility goes."""

    professions: frozenset[str]
    delegable_to: frozenset[str]


def ground_for(
    rule: KindRule,
    *,
    member_id: int,
    profession: str,
    list_doctor_id: int | None,
    delegated: Collection[tuple[int, int]],
) -> Ground | None:
    """The ground on which this member may do a task of this kind for this patient; None when not at all.

    `delegated` holds (doctor id, member id) of the kind's delegations in force on the day.
    """
    if profession in rule.professions:
        return Ground.PROFESSION
    if profession in rule.delegable_to and (list_doctor_id, member_id) in delegated:
        return Ground.DELEGATION
    return None
