"""What happened to a patient, in rows of words: what, by whom, how. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.changes import Corrected
from patients.models import STAYS, Discharge, Encounter
from patients.presenters import encounter_rows
from tasks.models import Channel, Part, PlanEvent, PlanVerb, Task, TaskEvent
from tasks.presenters.plans import event_interval
from tasks.timeline import SHOWN, Kind, Place
from teams.calendar import oslo_date
from teams.models import Member

TABS = {
    "": gettext_lazy("Alt"),
    "oppgaver": gettext_lazy("Oppgaver"),
    "planer": gettext_lazy("Planer"),
    "sykehus": gettext_lazy("Kontakter"),
    "rettelser": gettext_lazy("Rettelser"),
}
PLAN_WORDS = {
    PlanVerb.START: gettext_lazy("Plan startet"),
    PlanVerb.DECLINE: gettext_lazy("Takket nei til"),
    PlanVerb.STOP: gettext_lazy("Plan stanset"),
    PlanVerb.RESUME: gettext_lazy("Plan startet igjen"),
    PlanVerb.INTERVAL: gettext_lazy("Intervall endret"),
    PlanVerb.FINISH: gettext_lazy("Plan fullført"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `tag`: how it ended, when it was not simply done; `task_id`: where to read more."""

    kind: str
    day: dt.date
    at: dt.datetime
    what: str
    details: tuple[str, ...] = ()
    who: str = ""
    tag: str = ""
    reason: str = ""
    task_id: int | None = None
    taken_back: bool = False


def lines(found: Iterable[tuple[Place, Any]]) -> list[Line]:
    """In the order given."""
    return [_WORDS[place.kind](place.at, row) for place, row in found]


def tabs(chosen: str) -> list[tuple[str, str, bool]]:
    """(as the address says it, in words, whether it is the one shown)."""
    return [(key, str(words), key == chosen) for key, words in TABS.items() if key in SHOWN]


def part_words(task: Task) -> str:
    """«Årskontroll, signering»: which half of a pair it is; a preparation's name says so itself."""
    return f"{task.name}, {Part.SIGN.label}" if task.part == Part.SIGN else task.name


def _task(at: dt.datetime, row: tuple[Task, TaskEvent | None]) -> Line:
    task, ended = row
    told = []
    if task.minutes is not None:
        told.append(_("%(n)d min") % {"n": task.minutes})
    if task.channel:
        told.append(str(Channel(task.channel).label))
    done = task.done_by_id is not None
    by = task.done_by if done else ended.by if ended else None
    return Line(
        "task", oslo_date(at), at, part_words(task), tuple(told), who=_name(by),
        tag="" if done else str(task.get_closing_display()), reason=ended.reason if ended else "",
        task_id=task.pk,
    )  # fmt: skip


def _attempt(at: dt.datetime, event: TaskEvent) -> Line:
    channel = event.after.get("by", "")
    told = (str(Channel(channel).label),) if channel in Channel.values else ()
    return Line(
        "attempt", oslo_date(at), at, event.task.name, told, who=_name(event.by), tag=_("ikke nådd"),
        reason=event.reason, task_id=event.task_id,
    )  # fmt: skip


def _plan(at: dt.datetime, event: PlanEvent) -> Line:
    told: list[str] = []
    if event.step:
        told.append(event.step.name)
    if event.verb == PlanVerb.INTERVAL:
        told.append(event_interval(event))
    what = f"{PLAN_WORDS[PlanVerb(event.verb)]}: {event.plan.programme.name}"
    return Line("plan", oslo_date(at), at, what, tuple(told), who=_name(event.by), reason=event.reason)


def _discharge(at: dt.datetime, row: Discharge) -> Line:
    what = _("Utskrevet fra sykehus %(day)s") % {"day": f"{row.discharged_on:%d.%m.%Y}"}
    told = tuple(text for text in (row.hospital, row.department) if text)
    who = row.by.name if row.by else _("import")
    tag = _("registrert ved en feil") if row.mistaken else ""
    return Line("discharge", oslo_date(at), at, what, told, who=who, tag=tag, taken_back=row.mistaken)


def _contact(at: dt.datetime, row: Encounter) -> Line:
    ((_at, department, kind),) = encounter_rows([row])
    told = [department] if department else []
    if row.act_class in STAYS and row.ends_at:
        told.append(_("til %(day)s") % {"day": f"{oslo_date(row.ends_at):%d.%m.%Y}"})
    return Line("contact", oslo_date(at), at, kind.capitalize() or _("Kontakt"), tuple(told))


def _correction(at: dt.datetime, row: Corrected) -> Line:
    told = (_("%(before)s → %(after)s") % {"before": row.before, "after": row.after},)
    return Line(
        "correction", oslo_date(at), at, _("Rettet: %(what)s") % {"what": row.what}, told, who=row.who,
        reason=row.reason,
    )  # fmt: skip


def _name(member: Member | None) -> str:
    return member.name if member else ""


_WORDS: Mapping[Kind, Callable[[dt.datetime, Any], Line]] = {
    Kind.TASK: _task,
    Kind.ATTEMPT: _attempt,
    Kind.PLAN: _plan,
    Kind.DISCHARGE: _discharge,
    Kind.CONTACT: _contact,
    Kind.CORRECTION: _correction,
}
