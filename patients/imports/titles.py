"""What ICPC-2 calls its codes, read from where the clinic's server has the list.

The list is WONCA's, and the Directorate of Health holds the Norwegian licence: so it is no part of this code. It
comes with the npm package @navikt/diagnosekoder, or as the Directorate's own JSON at FORDEL_ICPC2_JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from patients.imports.codes import followed, icpc2_code
from teams.calendar import OSLO

_PACKAGE = "@navikt/diagnosekoder/lib/ICPC2.json"

log = logging.getLogger(__name__)


@cache
def titles() -> dict[str, str]:
    """ICPC-2 code → its Norwegian title. Read once; empty when there is no list, or it is not to be read."""
    path = Path(settings.ICPC2_JSON) if settings.ICPC2_JSON else settings.NODE_MODULES / _PACKAGE
    if not path.is_file():
        return {}
    try:
        return read_titles(path, on=dt.datetime.now(OSLO).date())
    except (OSError, ValueError) as error:
        log.error("ICPC-2 titles not read path=%s error=%s", path, type(error).__name__)
        return {}


def title(code: str) -> str:
    """The title of a code; our own name for it where there is none, else nothing."""
    return titles().get(code) or followed().get(code, "")


def read_titles(path: Path, *, on: dt.date) -> dict[str, str]:
    """The titles in a file of either kind that are valid `on` the day. Raises ValueError for another kind of file.

    The Directorate's: `Kode`, `Tekst_uten_lengdebegrensning`, `Gyldig_fra`, `Gyldig_til`, with ICPC-2B's finer codes
    and processes among them, which are passed over. The package's: `code`, `text`.
    """
    rows = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("not a list of codes")
    found = {}
    for row in rows:
        code, text = (_first(row, names) for names in (("Kode", "code"), _TEXTS))
        if code == icpc2_code(code) and text and _is_valid(row, on):
            found[code] = text
    if not found:
        raise ValueError("no codes of ICPC-2")
    return found


_TEXTS = ("Tekst_uten_lengdebegrensning", "Tekst_med_maksimalt_60_tegn", "text")


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((value.strip() for name in names if isinstance(value := row.get(name), str)), "")


def _is_valid(row: dict[str, Any], on: dt.date) -> bool:
    """Dates are the first ten characters of a timestamp; no date is no bound."""
    day = on.isoformat()
    return (row.get("Gyldig_fra") or "")[:10] <= day <= ((row.get("Gyldig_til") or "")[:10] or day)
