"""What a kind of task usually takes. Every function says how many queries it takes."""

from __future__ import annotations

from django.db.models import F, Q

from tasks.models import UsualMinutes
from teams.models import Member

LOGGED = "log"  # the part that work logged after the fact is kept under: it often gathers several pieces
ENOUGH = 5  # occasions: a median of fewer is somebody's one long day


def usual_minutes(member: Member) -> dict[tuple[int, str], int]:
    """Minutes by (kind id, part, or LOGGED): the member's own median, else their profession's in the clinic. One query."""
    theirs = Q(member=member) | Q(member__isnull=True, profession=member.profession)
    found = UsualMinutes.objects.visible_to(member).filter(theirs, occasions__gte=ENOUGH)
    # The member's own come last, and stand.
    rows = found.order_by(F("member").asc(nulls_first=True)).values_list("kind_id", "part", "minutes")
    return {(kind_id, part): minutes for kind_id, part, minutes in rows}
