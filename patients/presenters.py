"""Rows for tables and lists, made from what queries and imports hand over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from patients.imports.rows import CONDITIONS, ENCOUNTERS, KINDS, MEDICATIONS, PATIENTS
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
