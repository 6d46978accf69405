"""Reports on paper: A4, tagged so that a screen reader can read them (PDF/UA-1), fit to hand out. Pure but for typst.

Nothing but reports/typst/week.typ and the words given here goes into one; typst reads no other file and no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

from reports.definitions import DEFINITIONS
from reports.departments import Department
from teams.templatetags.fordel import minutes as in_words

_FOLDER = Path(__file__).parent / "typst"


def paper(told: Mapping[str, Any]) -> bytes:
    """The words of reports/typst/week.typ as PDF. About twenty milliseconds."""
    footer = _(
        "Fordel. Tallene måler tid brukt, de lover ikke kortere arbeidsdag. Ingen pasienter kan gjenkjennes."
    )
    pdf: bytes = typst.compile(
        str(_FOLDER / "week.typ"), root=str(_FOLDER), ignore_system_fonts=True, pdf_standards=["ua-1"],
        sys_inputs={"told": json.dumps({"footer": footer, **told}, ensure_ascii=False)},
    )  # fmt: skip
    return pdf


def table(name: str, heading: Sequence[str], words: int, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    widths = [3 if n == 0 else 2 if n < words else 1 for n in range(len(heading))]
    return {
        "name": name, "heading": list(heading), "words": words, "rows": [list(row) for row in rows], "widths": widths,
        "empty": _("Ingenting denne uken."),
    }  # fmt: skip


def departments_pdf(clinic: str, span: str, found: Sequence[Department]) -> bytes:
    """What hospitals sent, a table a department: for the practice consultant (praksiskonsulent)."""
    heading = (_("Oppgavetype"), _("Regel"), _("Ganger"), _("Returnert"), _("Tid"), _("Leger"))
    minutes, theirs = (sum(getattr(each, name) for each in found) for name in ("minutes", "theirs"))
    told = {
        "title": _("Arbeid fra sykehus, per avdeling"),
        "clinic": clinic,
        "span": span,
        "closed": "",
        "kpis": [
            {"name": _("I alt"), "value": in_words(minutes), "note": _("utført for sykehus")},
            {"name": _("Sykehuset skal gjøre selv"), "value": in_words(theirs), "note": _("etter reglene H1–H6")},
            {"name": _("Avdelinger"), "value": str(len(found)), "note": ""},
        ],
        "tables": [
            table(
                f"{each.name}: {in_words(each.minutes)}", heading, 2,
                [
                    (
                        one.kind.name, one.rule, str(one.done), str(one.returned), in_words(one.minutes),
                        in_words(one.doctor_minutes),
                    )
                    for one in each.sent
                ],
            )
            for each in found
        ],
        "meanings_title": _("Hva tallene betyr"),
        "meanings": [{"name": str(DEFINITIONS["sender"].name), "meaning": str(DEFINITIONS["sender"].meaning)}],
    }  # fmt: skip
    return paper(told)
