"""Patients' plans, and the programmes they are in. Every function says how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from tasks.models import (
    Programme,
)
from tasks.statements import statement


def candidate_counts(
    clinic_id: int,
    *,
    on: dt.date,
    states: Iterable[Programme.State] = (Programme.State.PROPOSED, Programme.State.APPROVED),
) -> dict[int, int]:
    """By programme of the clinic: how many it is for and who never had a plan in it. One query."""
    told = {
        "clinics": [clinic_id], "programmes": None, "on": on, "most": None,
        "states": [state.value for state in states],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT programme_id, count(*) FROM ({statement('candidates')}) found GROUP BY 1",  # noqa: S608
            told,
        )
        return dict(cursor.fetchall())
