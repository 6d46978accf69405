"""Who let whom in at the demo's clinics: when they began, anew once a year, and one whose access soon runs out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from teams.calendar import DAY

LOOKED_AT_AFTER = 330  # days: in good time before the year is over
SOON_OUT, LEFT = "Camilla Rød", 18 * DAY

_APPROVE = """
INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, by_id, at, reason)
SELECT m.clinic_id, m.id, CASE n WHEN 0 THEN 'given' ELSE 'renewed' END, m.access, m.profession,
    CASE WHEN m.name = %(soon)s AND begun + (n + 1) * %(every)s > %(today)s THEN %(soon_until)s ELSE begun + n * %(every)s + 365 END,
    leader.id, (begun + n * %(every)s + time '14:10') AT TIME ZONE 'Europe/Oslo', ''
FROM teams_member m
JOIN teams_clinic c ON c.id = m.clinic_id
JOIN (SELECT clinic_id, min(id) AS id FROM teams_member WHERE access = 'leader' GROUP BY 1) leader ON leader.clinic_id = c.id
CROSS JOIN LATERAL (SELECT greatest(m.starts_on, c.started_on) AS begun) b
CROSS JOIN LATERAL generate_series(0, (least(m.ends_on, %(today)s - 1) - begun) / %(every)s) AS n
ORDER BY begun + n * %(every)s, m.id
"""


def approve_accesses(today: dt.date) -> int:
    """As the clinics' leaders would have done it; how many decisions."""
    told: dict[str, Any] = {
        "soon": SOON_OUT,
        "soon_until": today + LEFT,
        "every": LOOKED_AT_AFTER,
        "today": today,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPROVE, told)
        return int(cursor.rowcount)
