"""What a patient gets on paper: all that is held, and a refusal with the right to complain. Pure but for typst.

Nothing but the sheet in rights/typst and the words given here goes into one; typst reads no other file and no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

_FOLDER = Path(__file__).parent / "typst"


def paper(sheet: str, told: Mapping[str, Any]) -> bytes:
    """The words in rights/typst/`sheet`.typ as a PDF that a screen reader can read (PDF/UA-1)."""
    pdf: bytes = typst.compile(
        str(_FOLDER / f"{sheet}.typ"), root=str(_FOLDER), ignore_system_fonts=True, pdf_standards=["ua-1"],
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )  # fmt: skip
    return pdf
