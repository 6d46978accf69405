"""What was written on a task, and what was set right of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rights.models import Rectification
from tasks.models import JournalNote, SenderReturn, Task, TaskEvent
from teams.models import Member


@dataclass(frozen=True, slots=True)
class Words:
    """Something that somebody wrote on a task, by whom and when, and what was set right of it since."""

    about: str
    what: str
    text: str
    by: str
    at: dt.datetime
    rectified: list[Rectification]


def words_of(task: Task) -> list[Words]:
    """Its name, and all that was written on it: reasons, journal notes, letters. Four queries."""
    rectified: dict[str, list[Rectification]] = {}
    for each in Rectification.objects.filter(task=task, clinic_id=task.clinic_id).select_related("by"):
        rectified.setdefault(each.about, []).append(each)
    events = TaskEvent.objects.filter(task=task).exclude(reason="").select_related("by")
    notes = JournalNote.objects.filter(task=task, clinic_id=task.clinic_id).select_related("by")
    returns = SenderReturn.objects.filter(task=task, clinic_id=task.clinic_id).select_related("by")
    found = [("name", _("Oppgavens navn"), task.name, "", task.opened_at)]
    found += [
        (f"event:{e.pk}", e.get_verb_display().capitalize(), e.reason, _who(e.by), e.at) for e in events
    ]
    found += [(f"note:{n.pk}", _("Journalnotat"), n.text, n.by.name, n.at) for n in notes]
    found += [(f"return:{r.pk}", _("Brev til avsender"), r.text, r.by.name, r.at) for r in returns]
    return [Words(*each, rectified.get(each[0], [])) for each in sorted(found, key=lambda each: each[4])]


def _who(member: Member | None) -> str:
    return member.name if member else ""
