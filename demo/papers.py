"""What goes out of the house about a story: a letter to its sender, a note in the journal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass
class Letter:
    """Back to the sender by a rule, and the answer if one has come."""

    rule: str
    text: str
    at: dt.datetime
    by: int
    answer_due_on: dt.date | None
    answer: str = ""
    answered_by: int | None = None
    answered_at: dt.datetime | None = None


@dataclass
class Note:
    """What was journalled when a follow-up was declined or nobody was reached."""

    plan_id: int
    text: str
    at: dt.datetime
    by: int
