"""All that is held on a patient as one file to hand out: to read, to sort, and for another system. Pure."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.spreadsheets import Sheet, write_sheets
from rights.paper import paper
from rights.presenters import as_data, cells, columns, left_cells, left_columns, left_title, on_paper
from rights.queries.held import Everything
from teams.calendar import OSLO

# Excel's own rules for the name of a sheet.
_SHEET_NAME = 31
_NOT_IN_A_NAME = str.maketrans("", "", "[]:*?/\\'")


def write_all(file: IO[bytes], told: Everything, *, clinic: str, at: dt.datetime) -> None:
    """A ZIP of alt.pdf, alt.xlsx and alt.json; no patient is named in what they are called."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("alt.pdf", held_pdf(told, clinic=clinic, at=at))
        with packed.open("alt.xlsx", "w") as sheet:
            write_sheets(sheet, _sheets(told))
        data = {"clinic": clinic, "at": at.isoformat(), **as_data(told)}
        packed.writestr("alt.json", json.dumps(data, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder))


def held_pdf(told: Everything, *, clinic: str, at: dt.datetime) -> bytes:
    words = {
        "title": _("Alt som er lagret om deg i Fordel"),
        "clinic": clinic,
        "at": date_format(at.astimezone(OSLO), "j. F Y H:i"),
        "about": [
            _(
                "Utlevert etter pasient- og brukerrettighetsloven § 5-1 og personvernforordningen artikkel 15."
            ),
            _(
                "Fordel er legekontorets system for å dele på oppfølgingen av kronisk syke. Journalen din er et annet sted:"
                " be legekontoret om den også. Det samme står i alt.xlsx, og i alt.json for den som skal ta det inn i et"
                " annet system (artikkel 20)."
            ),
            _(
                "Er noe feil, kan du kreve at det rettes (helsepersonelloven § 42), og i noen tilfeller slettet (§§ 43 og 44)."
            ),
        ],
        "contents": _("Innhold, med antall"),
        "empty": _("Ingenting."),
        "footer": _("Inneholder helseopplysninger. Oppbevar det som du oppbevarer journalen din."),
        "parts": on_paper(told),
    }
    return paper("held", words)


def _sheets(told: Everything) -> list[Sheet]:
    found = [(held.table.title, columns(held), list(cells(told, held))) for held in told.tables]
    found.append((left_title(), left_columns(), left_cells(told)))
    return [
        Sheet(f"{n} {name}".translate(_NOT_IN_A_NAME)[:_SHEET_NAME].strip(), head, rows, [_width(head, rows, c) for c in range(len(head))])
        for n, (name, head, rows) in enumerate(found, start=1)
    ]  # fmt: skip


def _width(head: list[str], rows: list[list[str]], column: int) -> int:
    return min(50, 2 + max(len(row[column]) for row in [head, *rows[:200]]))
