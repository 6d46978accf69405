"""Reads about tasks that span models, by subject. Every function says how many queries it takes."""

from tasks.queries.day import (
    SECTIONS,
    Held,
    Placed,
    matching,
    next_of,
    own_load,
    read,
    sums_and_first,
    warned,
)
from tasks.queries.desk import filter_names, kinds_to_choose, saved_views
from tasks.queries.eligible import Receivers, delegations_of, last_hand_on, may_do, receivers, who_may
from tasks.queries.loads import DayLoad, minutes_left, team_load, week_load
from tasks.queries.plans import candidate_counts
from tasks.queries.runs import last_sharing, may_undo
from tasks.queries.standing import waiting_returns
from tasks.queries.usual import LOGGED, usual_minutes
from tasks.queries.worklist import (
    QUICK_KINDS,
    WORK_ROW,
    Done,
    WorkRow,
    day_at_hand,
    done_on,
    quick_kinds,
    unassigned_count,
    work_row,
)

__all__ = [
    "LOGGED",
    "QUICK_KINDS",
    "SECTIONS",
    "WORK_ROW",
    "DayLoad",
    "Done",
    "Held",
    "Placed",
    "Receivers",
    "WorkRow",
    "candidate_counts",
    "day_at_hand",
    "delegations_of",
    "done_on",
    "filter_names",
    "kinds_to_choose",
    "last_hand_on",
    "last_sharing",
    "matching",
    "may_do",
    "may_undo",
    "minutes_left",
    "next_of",
    "own_load",
    "quick_kinds",
    "read",
    "receivers",
    "saved_views",
    "sums_and_first",
    "team_load",
    "unassigned_count",
    "usual_minutes",
    "waiting_returns",
    "warned",
    "week_load",
    "who_may",
    "work_row",
]
