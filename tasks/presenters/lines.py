"""From rows of tasks to what stands on the page. Pure: plain values in, words and numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patients.naming import named
from tasks.life import clock_minutes
from tasks.models import Origin, Part, Task, TaskState
from tasks.presenters.words import Person, day_words, reason
from tasks.queries import WorkRow
from teams.calendar import working_day_on_or_after, working_day_on_or_before
from teams.models import Profession
from teams.templatetags.fordel import short_day

Usual = Mapping[tuple[int, str], int]  # minutes by (kind id, part)
MOST_MINUTES = 720
ASKED = {  # of other work nothing is told: a plan says so itself, and «annet» says nothing
    Origin.PATIENT: gettext_lazy("Pasienten ba om det."),
    Origin.HOSPITAL: gettext_lazy("Fra sykehuset."),
    Origin.MUNICIPALITY: gettext_lazy("Fra kommunen."),
    Origin.NAV: gettext_lazy("Fra NAV."),
    Origin.INTERNAL: gettext_lazy("Internt."),
}
WARNED = {1: "warning", 2: "danger"}  # a hard deadline ahead that somebody was warned of (tasks/urgency.py)


@dataclass(frozen=True, slots=True)
class Tag:
    """A word in a colour of the design system; the word alone says it."""

    text: str
    color: str
    broken: bool = False  # a hard deadline that is past


@dataclass(slots=True)
class TaskLine:
    """One task as the page writes it. `key` and `url` are plain strings, so that sixty of them cost little.

    `standing` says that it is begun, and by whom if not by the reader. `holder` is who has it, where the list is
    not one person's. `took` is in how many minutes it was done, empty until it is. `visit` heads it with a patient whom one visit serves (tasks/presenters/day.py).
    `sign` is a tag for what waits for a signature only; `act` and `did` are what doing it is called, before and after;
    `others` is not empty when somebody else has it.
    """

    id: int
    version: int
    patient_id: int | None
    who: str
    name: str
    note: str
    why: str
    tag: Tag
    minutes: int
    standing: Tag | None = None
    holder: str = ""
    key: str = ""
    stamp: str = ""
    url: str = ""
    patient_url: str = ""
    label: str = ""
    visit: Visit | None = None
    of_visit: str = ""
    took: str = ""
    sign: str = ""
    act: str = ""
    did: str = ""
    others: str = ""

    def __getitem__(self, name: str) -> Any:
        """By name, as a template looks first: an attribute would cost it an error each time."""
        return getattr(self, name)

    @property
    def tag_text(self) -> str:
        return self.tag.text

    @property
    def tag_color(self) -> str:
        return self.tag.color

    @property
    def broken(self) -> bool:
        return self.tag.broken

    @property
    def standing_text(self) -> str:
        return self.standing.text if self.standing else ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A patient whom one visit serves: what stands above their tasks; `takes` is each with its version and minutes."""

    key: str
    who: str
    patient_url: str
    tasks: str
    minutes: int
    takes: str

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


def line(
    row: WorkRow,
    *,
    person: Person,
    today: dt.date,
    usual: Usual | None = None,
    now: dt.datetime | None = None,
    holder: str = "",
    said: dict[Any, Any] | None = None,
    whole: bool = False,
) -> TaskLine:
    """A row in words; `person` has the task, as the reader names them.

    Minutes are the clock's, else what it usually takes (`usual`), else planned. `said` remembers words from one row
    to the next of the same reader: most rows have the same few reasons and days. `whole`: the reason with its day.
    """
    said = {} if said is None else said
    who, key = patient_words(row.patient_id, row.given_name, row.family_name, row.birth_date, today), str(row.id)  # fmt: skip
    why = (row.why.get("obstacle"), row.why.get("rule"), row.why.get("by"), person, row.planned_on)
    if why not in said:
        said[why] = reason(row.why, person, day=row.planned_on, today=today, whole=whole)
    due = (row.due_on, row.hard, row.closes_on, row.escalated)
    if due not in said:
        said[due] = _tag(row, today)
    source = (
        row.programme, row.sender, row.origin, row.attempts,
        row.part, row.after_id and (row.waits_for, row.waits_until, row.waits_ended), str(row.signer),
    )  # fmt: skip
    if source not in said:
        said[source] = _note(row, today)
    another = bool(person.name) and not person.you
    signs = row.part == Part.SIGN and signs_it(person.profession)
    return TaskLine(
        row.id, row.version, row.patient_id, who, row.name, said[source], said[why], said[due],
        shown_minutes(row.kind_id, row.part, row.minutes, row.timed, row.timer_from, usual or {}, now),
        standing=_standing(row, person), holder=holder, key=key, stamp=str(row.version), url=_task_url(key),
        patient_url=_patient_url(row.patient_id), label=f"{row.name}, {who}" if who else row.name,
        took=str(row.took or ""), sign=_ready(row, signs), act=_act(signs, person if another else None),
        did=_("signert") if signs else _("utført"), others="1" if another else "",
    )  # fmt: skip


def signs_it(profession: str) -> bool:
    """Is the second half of a pair a signature, in this one's hands? A doctor signs; delegated, it is work like the first."""
    return profession in ("", Profession.DOCTOR)


def _ready(row: WorkRow, signs: bool) -> str:
    if row.part != Part.SIGN or (row.after_id and not row.waits_ended):
        return ""
    return _("Til signering") if signs else _("Forberedt")


def _act(signs: bool, holder: Person | None) -> str:
    """What the row's button does; `holder` is the colleague whose task it is, if it is one's."""
    if holder:
        return (_("Signer for %(name)s") if signs else _("Utfør for %(name)s")) % {"name": holder.name}
    return _("Signer") if signs else _("Utført")


def shown_minutes(
    kind_id: int,
    part: str,
    planned: int,
    timed: int,
    timer_from: dt.datetime | None,
    usual: Usual,
    now: dt.datetime | None,
) -> int:
    """Minutes that a row proposes: what the clock has counted, else the usual ones of this kind and part, else planned."""
    if timer_from and now:
        timed += clock_minutes(timer_from, now)
    return min(MOST_MINUTES, timed or usual.get((kind_id, part)) or planned)


@lru_cache(maxsize=1)
def _prefixes() -> tuple[str, str]:
    """Addresses of a task and of a patient up to their number: `reverse` for each of sixty rows takes its time."""
    return reverse("task", args=[0]).removesuffix("0/"), reverse("patient", args=[0]).removesuffix("0/")


def _task_url(key: str) -> str:
    return f"{_prefixes()[0]}{key}/"


def _patient_url(patient_id: int | None) -> str:
    return f"{_prefixes()[1]}{patient_id}/" if patient_id else ""


def patient_words(
    patient_id: int | None,
    given_name: str | None,
    family_name: str | None,
    birth_date: dt.date | None,
    today: dt.date,
) -> str:
    """«Per Lunde, 66»; empty for a task that is about no patient."""
    if not birth_date:
        return ""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    age = today.year - birth_date.year - before_birthday
    return named(patient_id, f"{given_name} {family_name}, {age}")


def _note(row: WorkRow, today: dt.date) -> str:
    return " ".join(filter(None, (_pair(row, today), _tried(row), _from(row))))


def _from(row: WorkRow) -> str:
    if row.programme:
        return _("Fra programmet %(name)s.") % {"name": row.programme}
    if row.sender:
        return _("Fra %(sender)s.") % {"sender": row.sender}
    if row.origin == Origin.PLAN or row.part:
        return ""
    return str(ASKED.get(Origin(row.origin), ""))


def _tried(row: WorkRow) -> str:
    if not row.attempts:
        return ""
    return ngettext("Forsøkt nådd én gang.", "Forsøkt nådd %(n)d ganger.", row.attempts) % {"n": row.attempts}


def _pair(row: WorkRow, today: dt.date) -> str:
    """What a signature waits for, or who signs what is prepared."""
    if row.part == Part.SIGN and row.after_id:
        return _waits(row, today)
    if row.part == Part.PREPARE and row.signer and row.signer["name"]:
        return _signs(row.signer["name"], row.signer["day"], today, signs_it(row.signer["profession"] or ""))
    return ""


def _waits(row: WorkRow, today: dt.date) -> str:
    if row.waits_ended:
        return ""
    if not row.waits_for:
        return _("Venter på forberedelse som ingen har ennå.")
    if not row.waits_until:
        return _("Venter på forberedelse hos %(who)s.") % {"who": row.waits_for}
    words = {"who": row.waits_for, "day": day_words(row.waits_until, today)}
    return _("Venter på forberedelse hos %(who)s, %(day)s.") % words


def _signs(who: str, day: str | None, today: dt.date, signs: bool) -> str:
    if not day:
        return (_("%(who)s signerer.") if signs else _("%(who)s gjør resten.")) % {"who": who}
    words = {"who": who, "day": day_words(dt.date.fromisoformat(day), today)}
    return (_("%(who)s signerer %(day)s.") if signs else _("%(who)s gjør resten %(day)s.")) % words


def _standing(row: WorkRow, person: Person) -> Tag | None:
    if row.state != TaskState.STARTED:
        return None
    if person.you or not person.name:
        return Tag(_("Klokken går") if row.timer_from else _("Påbegynt"), "info")
    return Tag(_("%(who)s har startet denne") % {"who": person.name.split(" ")[0]}, "info")


def _tag(row: WorkRow, today: dt.date) -> Tag:
    if row.due_on is None:
        return Tag(_("Uten frist"), "neutral")
    if row.hard and (late := (today - (row.closes_on or row.due_on)).days) > 0:
        return Tag(_("Fristen er brutt") + f", {_days(late)}", "danger", broken=True)
    if row.hard and row.closes_on == today:
        return Tag(_("Siste dag"), "danger")
    over = (today - row.due_on).days
    if over > 0:
        return Tag(_("%(days)s over") % {"days": _days(over)}, "danger" if row.hard else "warning")
    if over == 0:
        return Tag(_("Siste dag") if row.hard else _("Frist i dag"), "danger" if row.hard else "info")
    return Tag(_("Frist %(day)s") % {"day": short_day(row.due_on)}, WARNED.get(row.escalated, "neutral"))


def _days(n: int) -> str:
    return ngettext("%(n)d dag", "%(n)d dager", n) % {"n": n}


def usual_postponement(task: Task, today: dt.date) -> dt.date | None:
    """A week from now, but no later than a hard deadline's last day; None when it cannot be put off at all."""
    week = today + dt.timedelta(days=7)
    last = (task.closes_on or task.due_on) if task.hard else None
    if last is None:
        return working_day_on_or_after(week)
    until = working_day_on_or_before(min(week, last))
    return until if until > today else None
