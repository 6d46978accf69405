"""Somebody is away: registered, set right, ended early, or taken out again before it has begun."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from teams.calendar import DAY, oslo_date
from teams.models import Absence, AbsenceReason, DayPart, Member
from teams.permissions import Permission, may

LONGEST = dt.timedelta(days=366)  # one absence, and how far ahead it may begin
BACK = dt.timedelta(days=31)  # how long after the fact it may be registered
MOST_MINUTES = 12 * 60  # of a day, when somebody is away some hours of it
HALVES = frozenset({DayPart.MORNING, DayPart.AFTERNOON})


@dataclass(frozen=True, slots=True)
class Away:
    """What is registered: the days, how much of each, why, and who stands in. `minutes` only for some hours."""

    starts_on: dt.date
    ends_on: dt.date
    reason: str
    part: str = DayPart.WHOLE
    minutes: int | None = None
    cover: Member | None = None


class Overlap(ValueError):
    """The member is away already on one of the days; `other` is that absence."""

    def __init__(self, other: Absence) -> None:
        super().__init__("overlap")
        self.other = other


class TooLate(Exception):
    """It has begun, or is over; the text says so to the user."""


def may_register(by: Member, member: Member) -> bool:
    """Leaders for everybody of their clinic, and each for themselves."""
    return by.clinic_id == member.clinic_id and (by.pk == member.pk or may(by, Permission.ASSIGN_TASKS))


@transaction.atomic
def register_absence(member: Member, new: Away, *, by: Member, at: dt.datetime) -> Absence:
    """The member is away these days. Takes effect in capacity, and so in every sharing out, at once.

    Raises PermissionDenied (neither a leader nor oneself), Overlap, ValueError: "ends_on" (before the beginning),
    "too_long" (more than a year), "starts_on" (more than a month ago or a year ahead), "employment" (not employed on
    one of the days), "reason", "part", "minutes", "cover" (oneself, another clinic's, or not employed all the days).
    """
    member = _lock(member.pk, by)
    _check(member, new, oslo_date(at), but=None, first=None)
    return Absence.objects.create(
        clinic_id=member.clinic_id, member=member, starts_on=new.starts_on, ends_on=new.ends_on, reason=new.reason,
        part=new.part, minutes=new.minutes, cover=new.cover, by=by, at=at,
        registered_at=at,
    )  # fmt: skip


@transaction.atomic
def change_absence(absence_id: int, new: Away, *, by: Member, at: dt.datetime) -> Absence:
    """Set it right; who did and when stands on it. What has begun keeps its first day, and what is over its days.

    Raises as `register_absence`, Absence.DoesNotExist (another clinic's), TooLate (over for more than a month).
    """
    found = _take(absence_id, by)
    today = oslo_date(at)
    if found.ends_on < today - BACK:
        raise TooLate(_("Fraværet er over for mer enn en måned siden, og kan ikke endres."))
    _check(found.member, new, today, but=found.pk, first=found.starts_on)
    found.starts_on, found.ends_on, found.reason = new.starts_on, new.ends_on, new.reason
    found.part, found.minutes, found.cover, found.by, found.at = new.part, new.minutes, new.cover, by, at
    found.save()
    return found


@transaction.atomic
def come_back(absence_id: int, day: dt.date, *, by: Member, at: dt.datetime) -> Absence:
    """The member is back at work on the day: the absence ends the day before.

    Raises PermissionDenied, Absence.DoesNotExist, TooLate (back by then already), ValueError("day") (not after the
    first day away, or before today).
    """
    found = _take(absence_id, by)
    if found.ends_on < day:
        raise TooLate(_("Fraværet er alt slutt da."))
    if day <= found.starts_on or day < oslo_date(at):
        raise ValueError("day")
    found.ends_on, found.by, found.at = day - DAY, by, at
    found.save(update_fields=["ends_on", "by", "at"])
    return found


@transaction.atomic
def cancel_absence(absence_id: int, *, by: Member, at: dt.datetime) -> Absence:
    """Take it out as if it had never been; the row as it was. Only before it begins, or the day it was registered.

    Raises PermissionDenied, Absence.DoesNotExist, TooLate (begun: end it early instead).
    """
    found = _take(absence_id, by)
    if not may_cancel(found, oslo_date(at)):
        raise TooLate(_("Fraværet har begynt. Sett når medarbeideren er tilbake i stedet."))
    kept = found.pk
    found.delete()
    found.pk = kept
    return found


def may_cancel(absence: Absence, today: dt.date) -> bool:
    """Has it not begun, or was it registered today to begin today (so that a slip can be taken back)?"""
    known = absence.registered_at
    slip = absence.starts_on == today and known is not None and oslo_date(known) == today
    return absence.starts_on > today or slip


def _take(absence_id: int, by: Member) -> Absence:
    found: Absence = Absence.objects.visible_to(by).get(pk=absence_id)
    member = _lock(found.member_id, by)
    found = Absence.objects.visible_to(by).select_for_update(of=("self",)).get(pk=absence_id)
    found.member = member
    return found


def _lock(member_id: int, by: Member) -> Member:
    """The member's row, so that two who register at the same time see one another's."""
    members = Member.objects.visible_to(by).select_for_update(of=("self",))
    member: Member | None = members.filter(pk=member_id).first()
    if member is None or not may_register(by, member):
        raise PermissionDenied("neither a leader nor oneself")
    return member


def _check(member: Member, new: Away, today: dt.date, *, but: int | None, first: dt.date | None) -> None:
    """`first`: the day that the absence began before it was changed."""
    if new.ends_on < new.starts_on:
        raise ValueError("ends_on")
    if new.ends_on - new.starts_on > LONGEST:
        raise ValueError("too_long")
    if new.starts_on != first and not today - BACK <= new.starts_on <= today + LONGEST:
        raise ValueError("starts_on")
    if not _employed_all(member, new):
        raise ValueError("employment")
    if new.reason not in AbsenceReason.values:
        raise ValueError("reason")
    if new.part not in DayPart.values:
        raise ValueError("part")
    hours = new.part == DayPart.HOURS
    if hours != (new.minutes is not None) or (hours and not 0 < (new.minutes or 0) <= MOST_MINUTES):
        raise ValueError("minutes")
    _check_cover(member, new)
    if other := overlapping(member, new, but=but):
        raise Overlap(other)


def _check_cover(member: Member, new: Away) -> None:
    cover = new.cover
    if cover is None:
        return
    if cover.pk == member.pk or cover.clinic_id != member.clinic_id or not cover.profession:
        raise ValueError("cover")
    if not _employed_all(cover, new):
        raise ValueError("cover")


def overlapping(member: Member, new: Away, *, but: int | None = None) -> Absence | None:
    """The member's first other absence that takes a part of a day which this one takes too. One query.

    Two halves of a day are two; whole days and some hours go with nothing else.
    """
    same_days = Absence.objects.filter(
        clinic_id=member.clinic_id, member=member, starts_on__lte=new.ends_on, ends_on__gte=new.starts_on
    ).exclude(pk=but)
    if new.part in HALVES:
        (other_half,) = HALVES - {DayPart(new.part)}
        same_days = same_days.exclude(part=other_half)
    found: Absence | None = same_days.order_by("starts_on", "pk").first()
    return found


def _employed_all(member: Member, new: Away) -> bool:
    return member.starts_on <= new.starts_on and (member.ends_on is None or new.ends_on <= member.ends_on)
