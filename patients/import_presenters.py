"""What an import came to, or would come to, in tables and words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.imports.codes import ICPC2
from patients.imports.rows import CONDITIONS, ENCOUNTERS, KINDS, MEDICATIONS, PATIENTS
from patients.models import ImportRun
from patients.tally import FATES

CODES_SHOWN = 100
# Below this a count may point at somebody: it is shown to those who may see patients, and to nobody else.
FEW = 5
_SYSTEM_NAMES = {"http://snomed.info/sct": "SNOMED CT", ICPC2: "ICPC-2"}


@dataclass(frozen=True, slots=True)
class CountTable:
    """`rows`: the record type's name, rows read, and where they went, one number a column."""

    columns: list[str]
    rows: list[tuple[str, list[int]]]
    stopped: int
    gone: int


def kind_name(kind: str) -> str:
    return {
        PATIENTS: _("Pasienter"),
        CONDITIONS: _("Tilstander"),
        MEDICATIONS: _("Legemidler"),
        ENCOUNTERS: _("Kontakter"),
    }[kind]


def gone(counts: dict[str, Any]) -> int:
    """How many patients of the clinic's list a whole list lacks. They are no rows of the file."""
    return int(counts.get(PATIENTS, {}).get("gone", 0))


def _fate_names() -> dict[str, str]:
    return {
        "new": _("nye"),
        "changed": _("endret"),
        "unchanged": _("uendret"),
        "merged": _("slått sammen"),
        "unmapped": _("følges ikke"),
        "ended": _("ikke i bruk"),
        "ignored": _("ikke gjeldende"),
        "refused": _("avvist"),
    }


def count_table(counts: dict[str, Any]) -> CountTable:
    """The table of an import's counts; columns in which nothing happened are left out."""
    names = _fate_names()
    kinds = [kind for kind in KINDS if kind in counts]
    fates = [fate for fate in FATES if any(counts[kind].get(fate) for kind in kinds)]
    return CountTable(
        columns=[_("lest"), *(names[fate] for fate in fates)],
        rows=[(kind_name(kind), [counts[kind].get(name, 0) for name in ("read", *fates)]) for kind in kinds],
        stopped=counts.get(MEDICATIONS, {}).get("stopped", 0),
        gone=gone(counts),
    )


def count_text(table: CountTable) -> str:
    """The same table for a terminal."""
    widths = [max(len(column), 7) for column in table.columns]
    lines = [" " * 12 + "".join(f"{c:>{w + 2}}" for c, w in zip(table.columns, widths, strict=True))]
    for name, numbers in table.rows:
        lines.append(f"{name:<12}" + "".join(f"{n:>{w + 2}}" for n, w in zip(numbers, widths, strict=True)))
    if table.stopped:
        lines.append(_("%(n)d legemidler vi hadde som i bruk, er nå avsluttet.") % {"n": table.stopped})
    if table.gone:
        lines.append(_("%(n)d pasienter på listen her står ikke i filen.") % {"n": table.gone})
    return "\n".join(lines)


def kept_text(patients: int) -> str:
    """Of how many the file says otherwise than somebody here has corrected."""
    words = ngettext(
        "Hos %(n)d pasient er noe rettet her, og filen sier fortsatt det gamle. Rettelsen står.",
        "Hos %(n)d pasienter er noe rettet her, og filen sier fortsatt det gamle. Rettelsene står.",
        patients,
    )
    return words % {"n": patients}


@dataclass(frozen=True, slots=True)
class UnmappedRow:
    code: str
    text: str
    system: str
    count: int | None


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """`codes`: the commonest codes that are not followed; `more_codes` others, in `more_rows` rows.

    `kept`: patients of whom something stands as it was corrected here. A number of rows is None where it is below `FEW` and the reader may not know it.
    """

    table: CountTable
    other: list[tuple[str, int]]
    problems: int
    kept: int
    codes: list[UnmappedRow]
    more_codes: int
    more_rows: int | None
    read: int
    total: int


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
        kept=counts.get("kept", 0),
        codes=[
            UnmappedRow(code, text, _SYSTEM_NAMES.get(system, system), told(n))
            for system, code, text, n in unmapped[:CODES_SHOWN]
        ],
        more_codes=len(rest),
        more_rows=told(sum(n for *_code, n in rest)),
        read=min(rows_read, rows_total or rows_read),
        total=rows_total or 0,
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """One of the numbers at the top of a preview; `tone` is a class of `.sums`."""

    label: str
    n: int
    tone: str = ""


def patient_sums(counts: dict[str, Any], *, whole_list: bool) -> list[Sum]:
    """Where the patients go, in the order that one asks. Empty when the file holds no patients."""
    patients = counts.get(PATIENTS)
    if not patients:
        return []
    sums = [
        Sum(_("nye"), patients["new"]),
        Sum(_("endret"), patients["changed"]),
        Sum(_("uendret"), patients["unchanged"]),
        Sum(_("avvist"), patients["refused"], "danger" if patients["refused"] else ""),
    ]
    if whole_list:
        sums.append(Sum(_("ikke i filen"), gone(counts), "warn" if gone(counts) else ""))
    return sums


def takes_anything(counts: dict[str, Any]) -> bool:
    """Is there a good row?"""
    return any(counts.get(kind, {}).get(fate) for kind in KINDS for fate in ("new", "changed", "unchanged"))


def outcome(run: ImportRun) -> str:
    """What came of an import in a line: patients, or the first record type that it told of."""
    kind = next((kind for kind in KINDS if kind in run.counts), None)
    if kind is None or run.state not in (
        ImportRun.State.READY,
        ImportRun.State.DONE,
        ImportRun.State.REFUSED,
    ):
        return ""
    told = run.counts[kind]
    parts = [
        (told.get("new", 0), ngettext("%(n)d ny", "%(n)d nye", told.get("new", 0))),
        (told.get("changed", 0), _("%(n)d endret")),
        (told.get("unchanged", 0), _("%(n)d uendret")),
        (told.get("gone", 0), _("%(n)d satt ut av listen") if run.take_off else _("%(n)d ikke i filen")),
        (told.get("refused", 0), _("%(n)d avvist")),
    ]
    line = ", ".join(words % {"n": n} for n, words in parts if n)
    return line if kind == PATIENTS or not line else f"{kind_name(kind)}: {line}"


def differences(run: ImportRun) -> list[str]:
    """Where an import did something else than its preview said, since the list changed in between."""
    if run.state != ImportRun.State.DONE or not run.preview:
        return []
    names = {fate: _fate_names()[fate] for fate in ("new", "changed", "unchanged", "refused")}
    if run.take_off:
        names["gone"] = _("satt ut av listen")
    return [
        _("%(kind)s: %(now)d %(fate)s, %(before)d i gjennomsynet")
        % {"kind": kind_name(kind), "now": now, "fate": name, "before": before}
        for kind in KINDS
        for fate, name in names.items()
        for now, before in [(run.counts.get(kind, {}).get(fate, 0), run.preview.get(kind, {}).get(fate, 0))]
        if now != before
    ]


def row_ranges(rows: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """Each file's rows as «2–14, 16», from pairs in the order of file and row."""
    return [
        (file, ", ".join(_ranges(row for _file, row in pairs)))
        for file, pairs in groupby(rows, key=lambda pair: pair[0])
    ]


def _ranges(rows: Iterable[int]) -> Iterator[str]:
    first = last = 0
    for row in rows:
        if row != last + 1 and last:
            yield _range(first, last)
        first = row if row > last + 1 or not last else first
        last = row
    if last:
        yield _range(first, last)


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
