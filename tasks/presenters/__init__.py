"""From rows to what stands on the page. Pure: plain values in, words and numbers out."""

from tasks.presenters.day import (
    Reader,
    Section,
    elsewhere,
    empty_sections,
    fill,
    rows_of_each,
    summed,
)
from tasks.presenters.filtering import Choice, chips, whose
from tasks.presenters.lines import (
    Tag,
    TaskLine,
    line,
    patient_words,
    usual_postponement,
)
from tasks.presenters.team import TeamRow, team_rows
from tasks.presenters.words import Person, against_others, as_seen, day_words, reason, short_names

__all__ = [
    "Choice",
    "Person",
    "Reader",
    "Section",
    "Tag",
    "TaskLine",
    "TeamRow",
    "against_others",
    "as_seen",
    "chips",
    "day_words",
    "elsewhere",
    "empty_sections",
    "fill",
    "line",
    "patient_words",
    "reason",
    "rows_of_each",
    "short_names",
    "summed",
    "team_rows",
    "usual_postponement",
    "whose",
]
