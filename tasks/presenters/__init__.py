"""From rows to what stands on the page. Pure: plain values in, words and numbers out."""

from tasks.presenters.lines import (
    SECTIONS,
    Section,
    Tag,
    TaskLine,
    counts,
    line,
    patient_words,
    sections,
    usual_postponement,
    yearly_minutes,
)
from tasks.presenters.team import TeamRow, team_rows
from tasks.presenters.words import Person, against_others, as_seen, day_words, reason, short_names

__all__ = [
    "SECTIONS",
    "Person",
    "Section",
    "Tag",
    "TaskLine",
    "TeamRow",
    "against_others",
    "as_seen",
    "counts",
    "day_words",
    "line",
    "patient_words",
    "reason",
    "sections",
    "short_names",
    "team_rows",
    "usual_postponement",
    "yearly_minutes",
]
