"""The key of a form that was sent: the same for the same form sent again, another for any other."""

from __future__ import annotations

import uuid

from teams.middleware import MemberRequest

APART = {"csrfmiddlewaretoken", "once"}


def key_of(request: MemberRequest) -> uuid.UUID | None:
    """Of the form's own key, who sent it, where to, and all that stands in it; None of a form without a key.

    A form that was changed before it came again is thus another: nothing that somebody wrote is lost.
    """
    try:
        own = uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    said = sorted((name, *values) for name, values in request.POST.lists() if name not in APART)
    return uuid.uuid5(own, repr((request.member.pk, request.path, said)))
