"""Rows for tables and lists, made from what queries and imports hand over. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.imports.codes import followed
from patients.imports.patient_list import EPJ_SYSTEM
from patients.imports.titles import title
from patients.models import Condition, Encounter, PatientIdentifier
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM, masked

_SPREADSHEET_SIGNS = frozenset("=+-@＝＋－＠")  # the full-width ones are meant
_SPREADSHEET_MOVES = frozenset("\t\r\n")


def spreadsheet_safe(text: str) -> str:
    """Text that a spreadsheet does not take for a formula.

    Spreadsheets pass over white space on the way to a formula, and some take full-width signs for the narrow
    ones; a tab or a line end in front also moves the rest to another cell (OWASP, «CSV injection»).
    """
    begins = text.lstrip()[:1]
    return f"'{text}" if text[:1] in _SPREADSHEET_MOVES or begins in _SPREADSHEET_SIGNS else text


@dataclass(frozen=True, slots=True)
class ConditionRow:
    code: str
    name: str
    since: dt.date | None
    until: dt.date | None
    source: str


def condition_rows(conditions: Iterable[Condition]) -> list[ConditionRow]:
    """A patient's conditions under our names for them."""
    return [
        ConditionRow(
            c.icpc2,
            followed().get(c.icpc2) or title(c.icpc2) or c.source_text or c.icpc2,
            c.starts_on,
            c.ends_on,
            c.source_text,
        )
        for c in conditions
    ]


def identifier_rows(identifiers: Iterable[PatientIdentifier]) -> list[tuple[str, str]]:
    """What each identifier is, and the masked value."""
    kinds = {FNR_SYSTEM: _("Fødselsnummer"), DNR_SYSTEM: _("D-nummer"), EPJ_SYSTEM: _("Pasientnr. i EPJ")}
    return [
        (
            kinds.get(i.system, _("Avsenders nummer")),
            masked(i.value) if i.system in (FNR_SYSTEM, DNR_SYSTEM) else f"••••\u00a0{i.value[-4:]}",
        )
        for i in identifiers
    ]


def encounter_rows(encounters: Iterable[Encounter]) -> list[tuple[dt.datetime, str, str]]:
    """When, where, and what kind of contact (HL7 v3 ActEncounterCode); an unknown code stands as it is."""
    kinds = {
        "AMB": _("konsultasjon"),
        "EMER": _("øyeblikkelig hjelp"),
        "HH": _("hjemmebesøk"),
        "IMP": _("innlagt"),
        "ACUTE": _("innlagt"),
        "NONAC": _("innlagt"),
        "OBSENC": _("observasjon"),
        "SS": _("dagopphold"),
        "VR": _("telefon eller video"),
    }
    return [(e.starts_at, e.department, kinds.get(e.act_class, e.act_class)) for e in encounters]
