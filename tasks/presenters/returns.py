"""Letters that wait for an answer, as lines of a list. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.letters import ReturnRule
from tasks.models import SenderReturn
from tasks.presenters.lines import Tag, patient_words
from teams.calendar import oslo_date
from teams.templatetags.fordel import short_day


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One letter: what, about whom, to whom, by which rule, since when, and how long it may still take."""

    id: int
    name: str
    patient_id: int | None
    who: str
    sender: str
    rule: str
    since: str
    by: str
    due: Tag


def waiting_lines(
    found: Iterable[SenderReturn], rules: Mapping[str, ReturnRule], *, today: dt.date
) -> list[WaitingLine]:
    """In the order given."""
    return [_line(each, rules, today) for each in found]


def _line(each: SenderReturn, rules: Mapping[str, ReturnRule], today: dt.date) -> WaitingLine:
    patient = each.task.patient
    who = (
        patient_words(patient.pk, patient.given_name, patient.family_name, patient.birth_date, today)
        if patient
        else ""
    )
    rule = f"{rules[each.rule].title} ({each.rule})" if each.rule in rules else each.rule
    return WaitingLine(
        each.pk, each.task.name, each.task.patient_id, who, each.sender or _("Avsender ikke oppgitt"), rule,
        short_day(oslo_date(each.at)), each.by.name, _due(each.answer_due_on or today, today),
    )  # fmt: skip


def _due(due: dt.date, today: dt.date) -> Tag:
    over = (today - due).days
    if over > 0:
        text = ngettext("%(n)d dag over svarfristen", "%(n)d dager over svarfristen", over) % {"n": over}
        return Tag(text, "warning")
    if over == 0:
        return Tag(_("Svarfrist i dag"), "info")
    return Tag(_("Svar innen %(day)s") % {"day": short_day(due)}, "neutral")
