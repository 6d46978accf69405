"""The rules of retention, carried out: what may go by itself goes, in batches, and every batch leaves its trace."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from rights.models import RetentionRun
from rights.retention import How, Rule, rules
from rights.statements import statement
from teams.wall import jobs_scope

BATCH = 5000


def keep_rules(*, now: dt.datetime, most: int = BATCH) -> dict[str, int]:
    """Take away what has been kept for as long as it may, in all clinics; how many rows of each rule. Safe to run twice."""
    return {rule.name: _keep(rule, now, most) for rule in rules().values() if rule.how is How.AUTO}


def _keep(rule: Rule, now: dt.datetime, most: int) -> int:
    """Each batch and its trace are one transaction: killed between two, what is gone is told of."""
    total = 0
    while True:
        with jobs_scope(), connection.cursor() as cursor:
            cursor.execute(statement(f"keep_{rule.name}"), {"before": rule.before(now), "most": most})
            removed = int(cursor.rowcount)
            if removed or not total:
                RetentionRun.objects.create(rule=rule.name, at=now, removed=removed)
        total += removed
        if removed != most:
            return total
