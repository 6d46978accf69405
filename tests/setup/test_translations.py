"""Bokmål is the source language and goes through gettext: no template says a word past it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((CHECKOUT / "templates").rglob("*.html"))
THE_SAME_EVERYWHERE = {"Fordel", "min", "CSV", "XLSX", "FHIR", "ICPC"}
SPOKEN = re.compile(r"""(?:aria-label|title|placeholder|alt)="([^"{]*)["{]""")
BETWEEN = re.compile(
    r"\{% blocktranslate.*?endblocktranslate %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style.*?</style>|<!--.*?-->",
    re.DOTALL,
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CHECKOUT / "templates")))
def test_every_word_goes_through_gettext(path: Path) -> None:
    text = BETWEEN.sub(" ", path.read_text(encoding="utf-8"))
    words = " ".join([re.sub(r"<[^>]*>", " ", text), *SPOKEN.findall(text)])
    left = set(re.findall(r"[A-Za-zÆØÅæøå]{3,}", re.sub(r"&\w+;", " ", words))) - THE_SAME_EVERYWHERE
    assert left == set()
