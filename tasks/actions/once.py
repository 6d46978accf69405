"""What is sent twice is written once: a double tap, a page that is loaded again, an answer that never came."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction

from tasks.models import Task
from teams.models import Member


def written_once(once: uuid.UUID | None, by: Member, make: Callable[[], Task]) -> Task:
    """The task that `make` writes with this key, or the one that was written with it before; None asks for no such care.

    The constraint `task_once` decides: of two at the same moment one waits for the other, and then reads what
    that one wrote. Raises what `make` raises.
    """
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        before: Task | None = Task.objects.visible_to(by).filter(once=once).first() if once else None
        if before is None:
            raise
        return before
