"""A clinic that begins with Fordel: its row, and the first who leads it. Whoever runs Fordel does this; the rest the leader does."""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from teams.actions.access import YEAR, decide
from teams.calendar import oslo_date
from teams.models import Access, Clinic, Decision, Member, Municipality, Profession

NAME_MAX = 120


@transaction.atomic
def found_clinic(
    slug: str, name: str, *, municipality: tuple[str, str], leader: str, profession: str, at: dt.datetime
) -> Member:
    """The clinic from today on, and a leader who is let in for a year and has no login yet.

    `municipality` is its number and its name, for one that no clinic has been in yet. Raises ValueError: "slug" (none, or
    taken), "name", "municipality" (no four digits, or new and without a name), "leader", "profession".
    """
    try:
        validate_slug(slug)
    except ValidationError:
        raise ValueError("slug") from None
    if len(slug) > 50 or Clinic.objects.filter(slug=slug).exists():
        raise ValueError("slug")
    name, leader = " ".join(name.split()), " ".join(leader.split())
    if not 0 < len(name) <= NAME_MAX:
        raise ValueError("name")
    if not 0 < len(leader) <= NAME_MAX:
        raise ValueError("leader")
    if profession not in Profession.values:
        raise ValueError("profession")
    today = oslo_date(at)
    clinic = Clinic.objects.create(
        slug=slug, name=name, municipality=_municipality(*municipality), started_on=today
    )
    first = Member.objects.create(
        clinic=clinic, name=leader, profession=profession, access=Access.LEADER, starts_on=today
    )
    decide(first, Decision.GIVEN, today + YEAR, by=None, at=at)
    return first


def _municipality(number: str, name: str) -> Municipality:
    found: Municipality | None = Municipality.objects.filter(number=number).first()
    if found is not None:
        return found
    name = " ".join(name.split())
    if not re.fullmatch("[0-9]{4}", number) or not 0 < len(name) <= 80:
        raise ValueError("municipality")
    return Municipality.objects.create(number=number, name=name)
