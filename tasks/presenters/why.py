"""«Hvorfor meg?»: two sentences, and behind them what was weighed for every colleague. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tasks.allocation.problem import WhyNot
from tasks.eligibility import rule_for
from tasks.models import Task
from tasks.presenters.lines import Tag
from tasks.presenters.words import (
    ADVICE,
    MAY_NOT,
    WHY_NOT_ALONE,
    Person,
    against_others,
    profession_words,
    reason,
    short_names,
)
from tasks.refusals import Delegated, Refusal, refusal
from teams.models import Member, Profession


@dataclass(frozen=True, slots=True)
class Booked:
    """Minutes booked of those there are, the next ten working days; `before` where this task came on top."""

    minutes: int
    capacity: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One colleague: may they, did they get it, why not, how full are they."""

    member_id: int
    name: str
    profession: str
    tag: Tag
    text: str
    booked: Booked
    then: bool  # the minutes are those of the decision, not of now
    rank: int


@dataclass(frozen=True, slots=True)
class Why:
    """The whole answer."""

    title: str
    sentences: tuple[str, ...]
    advice: str
    rows: tuple[WhyRow, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Everything about the colleagues that the answer needs: employed today, with a profession.

    `delegations` are those of the task's kind by member id; `now` the minutes booked and there, by member id.
    """

    members: Sequence[Member]
    delegations: Mapping[int, Sequence[Delegated]]
    now: Mapping[int, tuple[int, int]]


def why(task: Task, team: Team, *, by: Member, today: dt.date) -> Why:
    """Why the task is with whom it is (or with nobody), as `by` reads it."""
    names = short_names(team.members)
    holder = task.assignee
    name = names.get(holder.pk, holder.name) if holder else ""
    person = Person(name, holder.profession if holder else "", you=holder is not None and holder.pk == by.pk)
    told = [reason(task.why, person, day=task.planned_on, today=today), against_others(task.why, names)]
    rows = sorted((_row(task, m, team, today) for m in team.members), key=lambda row: (row.rank, row.name))
    return Why(
        _("Hvorfor %(whom)s?") % {"whom": _("meg") if person.you else name or _("ingen")},
        tuple(text for text in told if text) or (_("Ingen fordeling har bestemt det."),),
        str(ADVICE.get(task.why.get("obstacle", ""), "")),
        tuple(rows),
    )


def _row(task: Task, member: Member, team: Team, today: dt.date) -> WhyRow:
    weighed = {found[0]: found for found in task.why.get("others", [])}
    missing = refusal(
        rule_for(task.kind, task.part),
        profession=member.profession,
        list_doctor_id=task.patient.list_doctor_id if task.patient else None,
        delegations=team.delegations.get(member.pk, ()),
        forbidden=member.pk in task.forbidden,
        on=today,
    )
    rank, tag, text = _verdict(task, member, missing, weighed.get(member.pk), team)
    stored = _stored(task, member, weighed.get(member.pk))
    return WhyRow(
        member.pk, member.name, capfirst(str(Profession(member.profession).label)), tag, text,
        stored or Booked(*team.now.get(member.pk, (0, 0))), stored is not None, rank,
    )  # fmt: skip


def _verdict(
    task: Task, member: Member, missing: Refusal | None, weighed: Sequence[Any] | None, team: Team
) -> tuple[int, Tag, str]:
    if member.pk == task.assignee_id:
        if missing:
            return 0, Tag(_("Har den, men kan ikke lenger"), "danger"), _missing_words(task, missing, team)
        return 0, Tag(_("Har den"), "success"), _ground_words(task, member)
    if missing:
        return 3, Tag(_("Kan ikke"), "neutral"), _missing_words(task, missing, team)
    if weighed:
        return 1, Tag(_("Kunne"), "info"), str(WHY_NOT_ALONE[WhyNot(weighed[1])])
    return 2, Tag(_("Kan"), "info"), _("Ikke vurdert da den ble fordelt") if task.why.get("others") else ""


def _ground_words(task: Task, member: Member) -> str:
    if member.profession in task.kind.professions:
        return _("Yrket gir rett til det")
    doctor = task.patient.list_doctor if task.patient else None
    return _("Delegert av fastlegen, %(doctor)s") % {"doctor": doctor} if doctor else ""


def _missing_words(task: Task, missing: Refusal, team: Team) -> str:
    doctors = {member.pk: member.name for member in team.members}
    return str(MAY_NOT[missing.why]) % {
        "professions": profession_words((*task.kind.professions, *task.kind.delegable_to)),
        "doctor": doctors.get(missing.doctor_id or 0, _("en som har sluttet")),
        "other": doctors.get(missing.doctor_id or 0, _("en som har sluttet")),
        "day": date_format(missing.day, "j. F Y") if missing.day else "",
    }


def _stored(task: Task, member: Member, weighed: Sequence[Any] | None) -> Booked | None:
    """The minutes that the decision went by, where it kept them."""
    if weighed:
        return Booked(weighed[2], weighed[3])
    if member.pk == task.assignee_id and "load_after" in task.why:
        return Booked(task.why["load_after"], task.why["capacity"], task.why["load_before"])
    return None
