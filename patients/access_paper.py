"""A patient's own access log on paper: A4, tagged so that a screen reader can read it (PDF/UA-1). Pure but for typst."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from patients.access_presenters import at_words, own_headings, own_rows
from patients.access_queries import MOST_ON_PAPER, Look, Wanted
from patients.models import Patient

_FOLDER = Path(__file__).parent / "typst"


def own_log_pdf(
    patient: Patient, looks: Sequence[Look], wanted: Wanted, *, clinic: str, at: dt.datetime
) -> bytes:
    """What is handed out. It names the patient and whoever looked, and no other patient."""
    rows = list(own_rows(looks[:MOST_ON_PAPER]))
    told = {
        "title": _("Innsynslogg"),
        "clinic": clinic,
        "about": _("%(name)s, født %(day)s · %(clinic)s · skrevet ut %(at)s")
        % {"name": patient, "day": f"{patient.birth_date:%d.%m.%Y}", "clinic": clinic, "at": at_words(at)},
        "lead": f"{_span(wanted)} {_lead()}",
        "heading": own_headings(),
        "rows": rows,
        "empty": _("Ingen har sett opplysninger om deg i denne tiden."),
        "notes": _notes(len(looks)),
        "footer": _("Innsynslogg fra Fordel, %(clinic)s") % {"clinic": clinic},
    }
    pdf: bytes = typst.compile(
        str(_FOLDER / "access_log.typ"), root=str(_FOLDER), ignore_system_fonts=True, pdf_standards=["ua-1"],
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )  # fmt: skip
    return pdf


def _span(wanted: Wanted) -> str:
    first, last = wanted.starts_on, wanted.ends_on
    if first and last:
        return _("Fra %(first)s til og med %(last)s.") % {
            "first": f"{first:%d.%m.%Y}",
            "last": f"{last:%d.%m.%Y}",
        }
    if first:
        return _("Fra %(first)s.") % {"first": f"{first:%d.%m.%Y}"}
    return _("Til og med %(last)s.") % {"last": f"{last:%d.%m.%Y}"} if last else _("Fra begynnelsen.")


def _lead() -> str:
    return _(
        "Her står hver gang noen ved kontoret har fått se opplysninger om deg i Fordel, hvem det var, hva de fikk se, og"
        " hvorfor. Du har rett til å få vite det (pasientjournalloven § 18). Står det noe du ikke forstår eller"
        " ikke kjenner deg igjen i, så spør kontoret."
    )


def _notes(count: int) -> list[str]:
    notes = [
        _("Den som ser på den samme listen flere ganger innen ti minutter, står én gang."),
        _("Fordel er kontorets verktøy for oppfølging. Journalen selv har sin egen logg."),
    ]
    if count > MOST_ON_PAPER:
        notes.insert(
            0,
            _("Bare de siste %(n)d står her. Be om en kortere tid, eller alt som regneark.")
            % {"n": MOST_ON_PAPER},
        )
    return notes
