"""All that is held on a patient in words: for a page, a spreadsheet and paper; and as data for another system. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.changes import corrected
from patients.imports.codes import followed
from patients.imports.patient_list import EPJ_SYSTEM
from patients.imports.titles import titles
from patients.models import PatientChange
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM
from rights.queries.held import Everything, Held
from tasks.models import TaskState
from tasks.presenters.words import OBSTACLES
from teams.calendar import OSLO
from teams.models import Member

# Of fields that have no name of their own to show.
WORDS: Mapping[str, Any] = {
    "act_class": gettext_lazy("type kontakt (HL7)"),
    "after": gettext_lazy("etterpå"),
    "answered_by": gettext_lazy("besvart av"),
    "applied": gettext_lazy("i kraft"),
    "assignee": gettext_lazy("hos"),
    "at": gettext_lazy("når"),
    "before": gettext_lazy("før"),
    "bulk": gettext_lazy("samlet endring"),
    "by": gettext_lazy("av"),
    "created_at": gettext_lazy("kom inn"),
    "deletion": gettext_lazy("sletting"),
    "discharge": gettext_lazy("utskrivning"),
    "done_by": gettext_lazy("utført av"),
    "effective_at": gettext_lazy("gjelder fra"),
    "encounter": gettext_lazy("opphold"),
    "ended_by": gettext_lazy("avsluttet av"),
    "escalated": gettext_lazy("varslet"),
    "fate": gettext_lazy("hva som ville skje"),
    "file_name": gettext_lazy("fil"),
    "from_day": gettext_lazy("fra dag"),
    "from_member": gettext_lazy("fra"),
    "from_minutes": gettext_lazy("minutter før"),
    "from_state": gettext_lazy("status før"),
    "from_why": gettext_lazy("hvorfor før"),
    "id": gettext_lazy("nummer"),
    "leads_to": gettext_lazy("tas før"),
    "member": gettext_lazy("hvem"),
    "plan": gettext_lazy("plan"),
    "plan_step": gettext_lazy("ledd i plan"),
    "programme": gettext_lazy("program"),
    "reason": gettext_lazy("hvorfor"),
    "registered_by": gettext_lazy("registrert av"),
    "row": gettext_lazy("rad"),
    "run": gettext_lazy("import eller fordeling"),
    "source_code": gettext_lazy("avsenders kode"),
    "source_id": gettext_lazy("avsenders nummer"),
    "source_system": gettext_lazy("avsenders kodeverk"),
    "source_text": gettext_lazy("avsenders tekst"),
    "step": gettext_lazy("ledd"),
    "system": gettext_lazy("slags nummer"),
    "task": gettext_lazy("oppgave"),
    "to_day": gettext_lazy("til dag"),
    "to_member": gettext_lazy("til"),
    "to_minutes": gettext_lazy("minutter etter"),
    "to_state": gettext_lazy("status etter"),
    "to_why": gettext_lazy("hvorfor etter"),
    "value": gettext_lazy("nummer"),
    "verb": gettext_lazy("hva"),
    "version": gettext_lazy("utgave"),
    "waiting": gettext_lazy("venter"),
    "why": gettext_lazy("hvorfor hos"),
}
STATES = {state.value: state.label for state in TaskState}
SYSTEMS = {
    FNR_SYSTEM: gettext_lazy("fødselsnummer"),
    DNR_SYSTEM: gettext_lazy("D-nummer"),
    EPJ_SYSTEM: gettext_lazy("pasientnummer i journalsystemet"),
}
HINDRANCES = {obstacle.value: words for obstacle, words in OBSTACLES.items()}
# Fields of codes that are no choices of their own.
CODES: Mapping[str, Mapping[str, Any]] = {"from_state": STATES, "to_state": STATES, "system": SYSTEMS}
# Not on paper: what only machines read stands in the other files.
TECHNICAL = frozenset({"id", "source_system", "source_id", "version", "escalated", "pinned_day"})


def heading(field: Field[Any, Any]) -> str:
    """The field's own Norwegian name, where it has one that says more than the name in code."""
    own = str(field.verbose_name)
    words = WORDS.get(field.name) if own.lower() in ("id", field.name.replace("_", " ")) else own
    return str(words or own)


def columns(held: Held) -> list[str]:
    return [heading(field) for field in held.fields]


def cells(told: Everything, held: Held) -> Iterator[list[str]]:
    """Each row in words."""
    for row in held.rows:
        yield [in_words(told, held, field, row) for field in held.fields]


def in_words(told: Everything, held: Held, field: Field[Any, Any], row: Mapping[str, Any]) -> str:
    value = row[field.attname]
    if value is None or value in ("", [], {}):
        return ""
    if held.table.label == "patients.PatientChange" and field.name in ("field", "before", "after"):
        return _corrected(told, field.name, row)
    if field.related_model is not None:
        return _pointed_at(told, field, value)
    if field.name in CODES:
        return str(CODES[field.name].get(value, value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def as_data(told: Everything) -> dict[str, Any]:
    """For another system: every table with its rows, things that a row points at by number and name."""
    return {
        "format": "fordel-innsyn-1",
        "patient": told.patient.pk,
        "tables": [
            {
                "table": held.table.label,
                "title": held.table.title,
                "rows": [
                    {field.name: _datum(told, field, row) for field in held.fields} for row in held.rows
                ],
            }
            for held in told.tables
        ],
        "given_to_nobody": [
            {"run": run, "at": at.isoformat(), "task": task, "obstacle": why}
            for run, at, task, why in told.left
        ],
    }


def on_paper(told: Everything) -> list[dict[str, Any]]:
    """A part a table: each row as pairs of heading and words, without what is empty or only machines read."""
    parts = [
        {
            "name": held.table.title,
            "rows": [
                [
                    [heading(field), words]
                    for field in held.fields
                    if field.name not in TECHNICAL
                    and row[field.attname] not in (0, False)
                    and not isinstance(row[field.attname], dict | list)
                    and (words := in_words(told, held, field, row))
                ]
                for row in held.rows
            ],
        }
        for held in told.tables
    ]
    return [
        *parts,
        {
            "name": left_title(),
            "rows": [[*zip(left_columns(), row, strict=True)] for row in left_cells(told)],
        },
    ]


def left_title() -> str:
    return _("Fordelinger som ikke fant noen")


def left_columns() -> list[str]:
    return [_("fordeling"), _("når"), _("oppgave"), _("hindring")]


def left_cells(told: Everything) -> list[list[str]]:
    names = told.names["tasks.Task"]
    return [
        [str(run), _plain(at), names.get(task, str(task)), str(HINDRANCES.get(why, why))]
        for run, at, task, why in told.left
    ]


def _corrected(told: Everything, name: str, row: Mapping[str, Any]) -> str:
    """What was corrected, from what and to what, in the words of the patient's own page."""
    change = PatientChange(field=row["field"], before=row["before"], after=row["after"], at=row["at"])
    said = corrected(change, members=told.names[Member._meta.label], titles={**titles(), **followed()})
    return {"field": said.what, "before": said.before, "after": said.after}[name]


def _pointed_at(told: Everything, field: Field[Any, Any], value: int) -> str:
    assert field.related_model is not None  # noqa: S101
    return _known(told, field, value) or _("nr. %(number)d") % {"number": value}


def _known(told: Everything, field: Field[Any, Any], value: int) -> str:
    model: Any = field.related_model
    return told.names.get(model._meta.label, {}).get(value, "")


def _datum(told: Everything, field: Field[Any, Any], row: Mapping[str, Any]) -> Any:
    value = row[field.attname]
    if field.related_model is not None and value is not None:
        name = _known(told, field, value)
        return {"id": value, "name": name} if name else {"id": value}
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(OSLO):%d.%m.%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
