"""Reads about tasks that span models, by subject. Every function says how many queries it takes."""

from tasks.queries.eligible import may_do, receivers, who_may
from tasks.queries.loads import ORDER, DayLoad, minutes_left, team_load, week_load
from tasks.queries.plans import MATCHING, plans_of, programme_list
from tasks.queries.runs import last_sharing, may_undo
from tasks.queries.worklist import (
    MOST_ROWS,
    QUICK_KINDS,
    WORK_ROW,
    WorkRow,
    done_on,
    quick_kinds,
    unassigned,
    unassigned_count,
    work_row,
    working_day_at_hand,
    worklist,
)

__all__ = [
    "MATCHING",
    "MOST_ROWS",
    "ORDER",
    "QUICK_KINDS",
    "WORK_ROW",
    "DayLoad",
    "WorkRow",
    "done_on",
    "last_sharing",
    "may_do",
    "may_undo",
    "minutes_left",
    "plans_of",
    "programme_list",
    "quick_kinds",
    "receivers",
    "team_load",
    "unassigned",
    "unassigned_count",
    "week_load",
    "who_may",
    "work_row",
    "working_day_at_hand",
    "worklist",
]
