"""Who has a place in the clinic, and what they may see and change there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from teams.actions.access import YEAR, change_level, decide
from teams.actions.employment import another_leads
from teams.actions.hours import FURTHEST, Hours, check_hours, earliest_change
from teams.calendar import oslo_date
from teams.models import Access, Decision, Member, Profession, Training, WorkingHours
from teams.permissions import TABLE, Permission, require

NAME_MAX = 120


@dataclass(frozen=True, slots=True)
class Profile:
    """What can be changed of a member."""

    name: str
    access: str
    training: str = ""
    supervisor: Member | None = None


@transaction.atomic
def add_member(
    new: Profile, *, profession: str, starts_on: dt.date, hours: Hours, by: Member, at: dt.datetime
) -> Member:
    """A new place in `by`'s clinic, with an ordinary week, and an access for a year. The login comes by invitation.

    Who began earlier than this week has hours from Monday on: weeks that are over are not rewritten. Raises
    PermissionDenied, ValueError: "name", "profession" (unknown, or none with access to tasks), "access",
    "starts_on" (more than a year away), "training" (no doctor), "supervisor", "minutes", "booked".
    """
    require(by, Permission.MANAGE_MEMBERS)
    today = oslo_date(at)
    name, access = _name(new.name), new.access
    if profession and profession not in Profession.values:
        raise ValueError("profession")
    if access not in Access.values or (not profession and access == Access.STAFF):
        raise ValueError("access")
    if not today - FURTHEST <= starts_on <= today + FURTHEST:
        raise ValueError("starts_on")
    _check_training(profession, new, None, by, max(starts_on, today))
    check_hours(hours)
    member = Member.objects.create(
        clinic_id=by.clinic_id, name=name, profession=profession, access=access, starts_on=starts_on,
        training=new.training, supervisor=new.supervisor,
    )  # fmt: skip
    decide(member, Decision.GIVEN, today + YEAR, by=by, at=at)
    first = max(starts_on, earliest_change(today))
    WorkingHours.objects.bulk_create(
        WorkingHours(
            clinic_id=by.clinic_id, member=member, weekday=weekday, minutes=minutes, booked_minutes=booked,
            starts_on=first,
        )
        for weekday, (minutes, booked) in hours.items()
        if minutes
    )  # fmt: skip
    return member


@transaction.atomic
def change_member(member_id: int, new: Profile, *, by: Member, at: dt.datetime) -> Member:
    """Another name, access, or training. A profession stays: what somebody did, they did as what they were.

    Nobody gives themselves a right they do not have, and somebody who can log in goes on leading the clinic.
    Raises Member.DoesNotExist (another clinic's), PermissionDenied, ValueError: "name", "ended" (works here no
    more), "access" (unknown, or staff without a profession), "own_access" (more than one has), "last_leader",
    "training" (no doctor), "supervisor", "no_access" (another access for somebody who has none now).
    """
    require(by, Permission.MANAGE_MEMBERS)
    today = oslo_date(at)
    _lock_leaders(by)
    member: Member = Member.objects.visible_to(by).select_for_update(of=("self",)).get(pk=member_id)
    if member.ends_on is not None and member.ends_on < today:
        raise ValueError("ended")
    name = _name(new.name)
    if new.access != member.access:
        _check_access(member, new.access, by, today)
        change_level(member, new.access, by=by, at=at)
    if (new.training, new.supervisor) != (member.training, member.supervisor):
        _check_training(member.profession, new, member, by, today)
    member.name, member.training, member.supervisor = name, new.training, new.supervisor
    member.save(update_fields=["name", "training", "supervisor"])
    return member


def may_supervise(member: Member, day: dt.date) -> bool:
    """A doctor of the clinic who works there and is not in training."""
    there = member.ends_on is None or member.ends_on >= day
    return member.is_doctor and not member.training and there


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX:
        raise ValueError("name")
    return name


def _check_access(member: Member, access: str, by: Member, today: dt.date) -> None:
    if access not in Access.values or (not member.profession and access == Access.STAFF):
        raise ValueError("access")
    if member.pk == by.pk and not TABLE[Access(access)] <= TABLE[Access(member.access)]:
        raise ValueError("own_access")
    if member.access == Access.LEADER and not another_leads(member, today, today):
        raise ValueError("last_leader")


def _lock_leaders(by: Member) -> None:
    """In order: two who step down at the same time do not both see the other lead."""
    leaders = Member.objects.visible_to(by).filter(access=Access.LEADER).order_by("pk")
    list(leaders.select_for_update(of=("self",)).values_list("pk"))


def _check_training(profession: str, new: Profile, member: Member | None, by: Member, day: dt.date) -> None:
    if new.training and (new.training not in Training.values or profession != Profession.DOCTOR):
        raise ValueError("training")
    if new.supervisor is None:
        return
    own = new.supervisor.clinic_id == by.clinic_id and new.supervisor != member
    if not new.training or not own or not may_supervise(new.supervisor, day):
        raise ValueError("supervisor")
