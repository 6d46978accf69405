"""What else somebody is bound to do: municipal work, nights on call, supervision, teaching, meetings."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from teams.actions.hours import FURTHEST, LASTS_MOST, LONGEST, check_day
from teams.calendar import DAY, oslo_date
from teams.models import Duty, DutyKind, Member
from teams.permissions import Permission, require
from teams.timetables import bound
from teams.weekly import MUNICIPAL_MOST, WEEKDAYS, Bound, most_municipal

NOTE_MAX = 120
ONLY_DOCTORS = (DutyKind.MUNICIPAL, DutyKind.SUPERVISION)


@transaction.atomic
def add_duty(
    member_id: int, duty: Bound, *, note: str = "", confirmed: bool = False, by: Member, at: dt.datetime
) -> Duty:
    """Bind the member's time, every week or once.

    Municipal work and supervision are doctors'; municipal work is at most 7.5 hours in any week
    (fastlegeforskriften § 32); rest on the day after belongs to nights on call. Raises Member.DoesNotExist,
    PermissionDenied, ValueError: "kind" (unknown), "doctor" (only doctors), "supervision" (in training), "minutes",
    "rest", "weekday", "day", "starts_on", "ends_on", "confirmed" (past days, and nobody said yes), "municipal", "note".
    """
    require(by, Permission.MANAGE_MEMBERS)
    member = Member.objects.visible_to(by).select_for_update(of=("self",)).get(pk=member_id)
    _check(duty, member)
    _check_days(duty, member, at, confirmed=confirmed)
    if duty.kind == DutyKind.MUNICIPAL and most_municipal([*bounds_of(member), duty]) > MUNICIPAL_MOST:
        raise ValueError("municipal")
    if len(note := note.strip()) > NOTE_MAX:
        raise ValueError("note")
    return Duty.objects.create(
        clinic_id=by.clinic_id, member=member, kind=duty.kind, minutes=duty.minutes, rest_minutes=duty.rest,
        weekday=duty.weekday, day=duty.day, starts_on=duty.starts_on, ends_on=duty.ends_on, note=note,
    )  # fmt: skip


@transaction.atomic
def end_duty(
    duty_id: int, *, on: dt.date, confirmed: bool = False, by: Member, at: dt.datetime
) -> Duty | None:
    """The last day of a weekly duty; one that has not begun by then, and a single one, is taken away (None).

    `on` counts for weekly ones only. Raises Duty.DoesNotExist (another clinic's), PermissionDenied, ValueError:
    "on" (before this week, more than a year ahead, or after it ends anyhow), "confirmed" (past days, and nobody said yes).
    """
    require(by, Permission.MANAGE_MEMBERS)
    duty: Duty = Duty.objects.visible_to(by).select_for_update(of=("self",)).get(pk=duty_id)
    if duty.day is not None:
        check_day(duty.day, at, confirmed=confirmed, name="on")
        duty.delete()
        return None
    if on > oslo_date(at) + FURTHEST:
        raise ValueError("on")
    # The first day without it is what changes: ending it yesterday changes today, and nothing past.
    check_day(on + DAY, at, confirmed=confirmed, name="on")
    if duty.ends_on is not None and on > duty.ends_on:
        raise ValueError("on")
    if duty.starts_on is not None and on < duty.starts_on:
        duty.delete()
        return None
    duty.ends_on = on
    duty.save(update_fields=["ends_on"])
    return duty


def bounds_of(member: Member) -> list[Bound]:
    """All of the member's duties. One query."""
    return [bound(duty) for duty in Duty.objects.filter(clinic=member.clinic_id, member=member)]


def _check(duty: Bound, member: Member) -> None:
    if duty.kind not in DutyKind.values:
        raise ValueError("kind")
    if duty.kind in ONLY_DOCTORS and not member.is_doctor:
        raise ValueError("doctor")
    if duty.kind == DutyKind.SUPERVISION and member.training:
        raise ValueError("supervision")
    if not 0 <= duty.rest <= LONGEST or (duty.rest and duty.kind != DutyKind.ON_CALL):
        raise ValueError("rest")
    # A night on call may take nothing of the day itself; then it is the rest that counts.
    if not 0 <= duty.minutes <= LONGEST or not duty.minutes + duty.rest:
        raise ValueError("minutes")


def _check_days(duty: Bound, member: Member, at: dt.datetime, *, confirmed: bool) -> None:
    if duty.day is not None:
        if duty.weekday is not None or duty.starts_on is not None or duty.ends_on is not None:
            raise ValueError("day")
        check_day(duty.day, at, confirmed=confirmed, name="day")
        first, name = duty.day, "day"
    else:
        if duty.weekday not in WEEKDAYS:
            raise ValueError("weekday")
        if duty.starts_on is None:
            raise ValueError("starts_on")
        check_day(duty.starts_on, at, confirmed=confirmed)
        if duty.ends_on is not None and not duty.starts_on <= duty.ends_on <= duty.starts_on + LASTS_MOST:
            raise ValueError("ends_on")
        first, name = duty.starts_on, "starts_on"
    if member.ends_on is not None and first > member.ends_on:
        raise ValueError(name)
