"""A list of patients as a file has it: the columns of the page, with the day of birth and without any number. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from patients.naming import named
from patients.spreadsheets import Cell
from tasks import need
from tasks.presenters.patients import age_on, condition_name, facts_of, gone_words, ground_words, is_late
from tasks.queries.patients import PatientRow

WIDTHS = (28, 12, 7, 16, 36, 36, 12, 9, 12, 20, 20, 11, 8, 60)


def headings() -> list[str]:
    return [
        _("Pasient"), _("Født"), _("Alder"), _("På listen"), _("Tilstander"), _("Planer"), _("Neste"), _("Forfalt"),
        _("Sist"), _("Fastlege"), _("Fast sykepleier"), _("Legemidler"), _("Behov"), _("Hvorfor"),
    ]  # fmt: skip


def export_row(row: PatientRow, points: Mapping[str, int], today: dt.date) -> list[Cell]:
    gone = bool(row.deceased_on or row.moved_on)
    found = [] if gone else need.grounds(facts_of(row, today), points)
    return [
        named(row.id, f"{row.family_name}, {row.given_name}"),
        row.birth_date,
        age_on(row.deceased_on or today, row.birth_date),
        gone_words(row) or _("ja"),
        ", ".join(condition_name(code) for code in row.codes),
        ", ".join(row.programmes),
        row.next_due,
        _("ja") if is_late(row, today) else "",
        row.last_done,
        row.doctor,
        row.nurse,
        row.drugs,
        None if gone else need.total(found),
        "; ".join(f"{ground_words(ground)}: {ground.points}" for ground in found),
    ]
