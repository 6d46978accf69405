"""Rows for tables and lists, made from what queries and imports hand over. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from patients.imports.codes import ICPC2, followed
from patients.imports.patient_list import EPJ_SYSTEM
from patients.imports.rows import CONDITIONS, ENCOUNTERS, KINDS, MEDICATIONS, PATIENTS
from patients.models import Condition, Encounter, PatientIdentifier
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM, masked
from patients.tally import FATES


@dataclass(frozen=True, slots=True)
class CountTable:
    """`rows`: the record type's name, rows read, and where they went, one number a column."""

    columns: list[str]
    rows: list[tuple[str, list[int]]]
    stopped: int


def kind_name(kind: str) -> str:
    return {
        PATIENTS: _("Pasienter"),
        CONDITIONS: _("Tilstander"),
        MEDICATIONS: _("Legemidler"),
        ENCOUNTERS: _("Kontakter"),
    }[kind]


def count_table(counts: dict[str, Any]) -> CountTable:
    """The table of an import's counts; columns in which nothing happened are left out."""
    names = {
        "new": _("nye"),
        "changed": _("endret"),
        "unchanged": _("uendret"),
        "merged": _("slått sammen"),
        "unmapped": _("følges ikke"),
        "ended": _("ikke i bruk"),
        "ignored": _("ikke gjeldende"),
        "refused": _("avvist"),
    }
    kinds = [kind for kind in KINDS if kind in counts]
    fates = [fate for fate in FATES if any(counts[kind].get(fate) for kind in kinds)]
    return CountTable(
        columns=[_("lest"), *(names[fate] for fate in fates)],
        rows=[(kind_name(kind), [counts[kind].get(name, 0) for name in ("read", *fates)]) for kind in kinds],
        stopped=counts.get(MEDICATIONS, {}).get("stopped", 0),
    )


def count_text(table: CountTable) -> str:
    """The same table for a terminal."""
    widths = [max(len(column), 7) for column in table.columns]
    lines = [" " * 12 + "".join(f"{c:>{w + 2}}" for c, w in zip(table.columns, widths, strict=True))]
    for name, numbers in table.rows:
        lines.append(f"{name:<12}" + "".join(f"{n:>{w + 2}}" for n, w in zip(numbers, widths, strict=True)))
    if table.stopped:
        lines.append(_("%(n)d legemidler vi hadde som i bruk, er nå avsluttet.") % {"n": table.stopped})
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class UnmappedRow:
    code: str
    text: str
    system: str
    count: int | None


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """`codes`: the commonest codes that are not followed; `more_codes` others, in `more_rows` rows.

    A number of rows is None where it is below `FEW` and the reader may not know it.
    """

    table: CountTable
    other: list[tuple[str, int]]
    problems: int
    codes: list[UnmappedRow]
    more_codes: int
    more_rows: int | None
    read: int
    total: int


CODES_SHOWN = 100
# Below this a count may point at somebody: it is shown to those who may see patients, and to nobody else.
FEW = 5
_SPREADSHEET_SIGNS = frozenset("=+-@＝＋－＠")  # the full-width ones are meant
_SPREADSHEET_MOVES = frozenset("\t\r\n")
_SYSTEM_NAMES = {"http://snomed.info/sct": "SNOMED CT", ICPC2: "ICPC-2"}


def import_summary(
    counts: dict[str, Any],
    unmapped: list[list[Any]],
    rows_read: int,
    rows_total: int | None,
    *,
    exact: bool,
) -> ImportSummary:
    """What came of an import. `exact`: the reader may know how few rows have a code, since they see patients."""

    def told(n: int) -> int | None:
        return n if exact or n >= FEW else None

    rest = unmapped[CODES_SHOWN:]
    return ImportSummary(
        table=count_table(counts),
        other=sorted(counts.get("other", {}).items()),
        problems=counts.get("problems", 0),
        codes=[
            UnmappedRow(code, text, _SYSTEM_NAMES.get(system, system), told(n))
            for system, code, text, n in unmapped[:CODES_SHOWN]
        ],
        more_codes=len(rest),
        more_rows=told(sum(n for *_code, n in rest)),
        read=min(rows_read, rows_total or rows_read),
        total=rows_total or 0,
    )


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
            c.icpc2, followed().get(c.icpc2, c.source_text or c.icpc2), c.starts_on, c.ends_on, c.source_text
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
