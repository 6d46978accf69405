"""Who may do a task, by law, profession or a doctor's personal delegation. Pure.

Sources: helsepersonelloven §§ 4, 5 and 11; the personal delegation of 2026 (DOMAIN §§1.5, 5.1), which
counts only for the delegating doctor's own listed patients. What a doctor decides and others may prepare is
two tasks: the preparation may be done by whoever may prepare or decide, the signature by whoever may decide.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

PREPARE = "prepare"  # tasks.models.Part


class Ground(StrEnum):
    """Why somebody may."""

    PROFESSION = "profession"
    DELEGATION = "delegation"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What the catalogue says of a kind, as far as eligibility goes."""

    professions: frozenset[str]
    delegable_to: frozenset[str]


class Kind(Protocol):
    """What the catalogue says of a kind: a `TaskKind`, or the demo's."""

    @property
    def professions(self) -> Collection[str]: ...
    @property
    def delegable_to(self) -> Collection[str]: ...
    @property
    def preparable_by(self) -> Collection[str]: ...


def rule_for(kind: Kind, part: str) -> KindRule:
    """Who may do this part of the kind ('' for the whole). The one place that says so."""
    may = frozenset(kind.professions)
    if part == PREPARE:
        may |= frozenset(kind.preparable_by)
    return KindRule(may, frozenset(kind.delegable_to))


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
