"""Why somebody may not do a task, in the order a colleague would say it. Pure.

The other side of tasks/eligibility.py: that says whether and on which ground, this says what is missing.
Source of the rules: helsepersonelloven §§ 4, 5 and 11; a delegation is one doctor's, dated, and counts for
that doctor's own listed patients only (DOMAIN §§1.5, 5.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tasks.eligibility import KindRule


class MayNot(StrEnum):
    PROFESSION = "profession"  # the kind is neither this profession's nor can it be delegated to it
    NOT_DELEGATED = "not_delegated"  # it could be, but the patient's doctor has not
    NO_LIST_DOCTOR = "no_list_doctor"  # there is no doctor whose delegation could count
    OTHER_DOCTOR = "other_doctor"  # a delegation in force, from a doctor who is not this patient's
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    FORBIDDEN = "forbidden"  # a leader said no for this task


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation of the task's kind to the member, whatever its dates."""

    doctor_id: int
    starts_on: dt.date
    ends_on: dt.date | None
    revoked_on: dt.date | None

    def in_force(self, day: dt.date) -> bool:
        ended = self.ends_on is not None and self.ends_on < day
        return self.starts_on <= day and not ended and not self.revoked(day)

    def revoked(self, day: dt.date) -> bool:
        return self.revoked_on is not None and self.revoked_on <= day


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is missing; `day` and `doctor_id` where the words need them."""

    why: MayNot
    day: dt.date | None = None
    doctor_id: int | None = None


def refusal(
    rule: KindRule,
    *,
    profession: str,
    list_doctor_id: int | None,
    delegations: Iterable[Delegated],
    forbidden: bool,
    on: dt.date,
) -> Refusal | None:
    """Why this member may not do the task on the day; None when they may.

    `delegations` are all of the member's for this kind, from any doctor and at any time.
    """
    given = list(delegations)
    lawful = profession in rule.professions or (
        profession in rule.delegable_to
        and any(d.doctor_id == list_doctor_id and d.in_force(on) for d in given)
    )
    if forbidden:
        return Refusal(MayNot.FORBIDDEN)
    if lawful:
        return None
    if profession not in rule.delegable_to:
        return Refusal(MayNot.PROFESSION)
    if list_doctor_id is None:
        return Refusal(MayNot.NO_LIST_DOCTOR)
    return _of_the_doctor(given, list_doctor_id, on)


def _of_the_doctor(given: list[Delegated], list_doctor_id: int, on: dt.date) -> Refusal:
    """The latest that the patient's own doctor gave says most; else one of another doctor's; else none."""
    own = sorted((d for d in given if d.doctor_id == list_doctor_id), key=lambda d: d.starts_on)
    if own:
        latest = own[-1]
        if latest.revoked(on):
            return Refusal(MayNot.REVOKED, day=latest.revoked_on)
        if latest.starts_on > on:
            return Refusal(MayNot.NOT_YET, day=latest.starts_on)
        return Refusal(MayNot.EXPIRED, day=latest.ends_on)
    other = next((d for d in given if d.in_force(on)), None)
    if other:
        return Refusal(MayNot.OTHER_DOCTOR, doctor_id=other.doctor_id)
    return Refusal(MayNot.NOT_DELEGATED, doctor_id=list_doctor_id)
