"""A closed week on paper: A4, tagged so that a screen reader can read it (PDF/UA-1), fit to hand out. Pure but for typst.

Nothing but reports/typst/week.typ and the words given here goes into it; typst reads no other file and no network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.definitions import DEFINITIONS
from reports.presenters import (
    MovableGroup,
    WorkRow,
    capacity_rows,
    from_hospital,
    kpis,
    movable_groups,
    span,
)
from reports.queries import Headline, Lines
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent

_FOLDER = Path(__file__).parent / "typst"
# What the numbers of the first page mean, at the end.
_EXPLAINED = (
    "doctor_minutes",
    "movable",
    "preparable",
    "returnable",
    "followups_in_time",
    "overdue",
    "capacity",
    "hospital",
)


def week_pdf(clinic: str, trend: Sequence[Headline], lines: Lines) -> bytes:
    """The trend's last headline is the week itself. About twenty milliseconds."""
    this = trend[-1]
    previous = next((each for each in trend if each.week == this.week.plus(-1)), None)
    told = {
        "title": _("Ukesrapport, uke %(n)d %(year)d") % {"n": this.week.number, "year": this.week.year},
        "clinic": clinic,
        "span": span(this.week),
        "closed": _("lukket %(at)s") % {"at": date_format(this.report.closed_at, "j. F Y")},
        "footer": _("Fordel. Tallene måler tid brukt, de lover ikke kortere arbeidsdag. Ingen pasienter kan gjenkjennes."),
        "kpis": [
            {"name": str(kpi.definition.name), "value": kpi.value, "note": kpi.note} for kpi in kpis(this, previous)
        ],
        "tables": [
            _capacity(lines), *map(_movable, movable_groups(lines.movable)), _work(lines),
        ],
        "meanings_title": _("Hva tallene betyr"),
        "meanings": [
            {"name": str(DEFINITIONS[name].name), "meaning": str(DEFINITIONS[name].meaning)} for name in _EXPLAINED
        ],
    }  # fmt: skip
    pdf: bytes = typst.compile(
        str(_FOLDER / "week.typ"), root=str(_FOLDER), ignore_system_fonts=True, pdf_standards=["ua-1"],
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )  # fmt: skip
    return pdf


def _table(name: str, heading: Sequence[str], words: int, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    widths = [3 if n == 0 else 2 if n < words else 1 for n in range(len(heading))]
    return {
        "name": name, "heading": list(heading), "words": words, "rows": [list(row) for row in rows], "widths": widths,
        "empty": _("Ingenting denne uken."),
    }  # fmt: skip


def _capacity(lines: Lines) -> dict[str, Any]:
    rows = [
        (
            row.profession, in_words(row.line.capacity_minutes), in_words(row.line.done_minutes),
            percent(row.line.done_minutes, row.line.capacity_minutes),
        )
        for row in capacity_rows(lines.professions)
    ]  # fmt: skip
    return _table(_("Kapasitet per yrke"), (_("Yrke"), _("Kapasitet"), _("Utført"), _("Utnyttelse")), 1, rows)


def _movable(group: MovableGroup) -> dict[str, Any]:
    heading = (_("Oppgavetype"), _("Hvem"), _("Regel"), _("Ganger"), _("Tid"))
    rows = [(row.kind, row.whose, row.rule, str(row.occasions), in_words(row.minutes)) for row in group.rows]
    name = f"{group.definition.name}: {in_words(group.minutes)}"
    return _table(name, heading, 3, rows)


def _work(lines: Lines) -> dict[str, Any]:
    def cells(row: WorkRow) -> tuple[str, ...]:
        return row.name, row.who, row.rule, str(row.done), in_words(row.done_minutes)

    rows = [cells(row) for row in from_hospital(lines.work) if row.done]
    heading = (_("Oppgavetype"), _("Hvem gjorde det"), _("Returregel"), _("Ganger"), _("Tid"))
    return _table(_("Arbeid fra sykehus"), heading, 3, rows)
