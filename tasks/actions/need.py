"""What counts as need in a clinic, decided by those who lead it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from tasks import need
from tasks.models import NeedPoints
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def set_points(points: Mapping[str, int], *, by: Member, at: dt.datetime) -> list[str]:
    """Let these reasons count so much from now on. Returns those that were changed; the rest stand as they stood.

    Back to our suggestion is a change like any other (`need.DEFAULT`). Raises PermissionDenied,
    ValueError(reason) for one that is not among ours or a number outside 0 to `need.MOST_POINTS`.
    """
    require(by, Permission.START_PLANS)
    for reason, number in points.items():
        if reason not in need.DEFAULT or not 0 <= number <= need.MOST_POINTS:
            raise ValueError(reason)
    own = NeedPoints.objects.visible_to(by)
    now = need.DEFAULT | dict(own.select_for_update().values_list("reason", "points"))
    changed = [reason for reason, number in points.items() if number != now.get(reason)]
    for reason in changed:
        decided = {"points": points[reason], "by": by, "at": at}
        own.update_or_create(
            reason=reason, defaults=decided, create_defaults={"clinic_id": by.clinic_id, "reason": reason, **decided},
        )  # fmt: skip
    return changed
