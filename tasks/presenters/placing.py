"""What came of putting a task into the day. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.presenters.words import as_seen, day_words

if TYPE_CHECKING:
    from tasks.actions.urgent import Inserted
    from teams.models import Member


def placed_words(done: Inserted, *, by: Member, today: dt.date) -> str:
    """«Sårstell er gitt til Nina Nes i dag. 2 andre oppgaver ble flyttet …» Why stands on the page it is shown on."""
    task = done.task
    if done.obstacle or task.assignee is None:
        return _("Ingen fikk %(name)s.") % {"name": task.name}
    text = _("%(name)s er gitt til %(who)s %(day)s.") % {
        "name": task.name,
        "who": as_seen(task.assignee, by).words()["to_you"],
        "day": day_words(task.planned_on, today),
    }
    if not done.moved:
        return text
    moved = ngettext(
        "%(n)d annen oppgave ble flyttet for å gi plass.",
        "%(n)d andre oppgaver ble flyttet for å gi plass.",
        done.moved,
    )
    return f"{text} {moved % {'n': done.moved}}"
