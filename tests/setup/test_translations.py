"""Bokmål is the source language and goes through gettext: no template says a word past it."""

from __future__ import annotations

import gettext
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


OTHERS = sorted(CHECKOUT.glob("locale/*/LC_MESSAGES/django.po"))
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.*)"$', re.MULTILINE)
FIELD = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.parts[-3])
def test_another_language_says_what_the_source_says_now(path: Path) -> None:
    """Every text in it still stands in the source, with the same fields, and is compiled as it is written."""
    source = "".join(
        file.read_text(encoding="utf-8") for room in ("reports", "teams") for file in (CHECKOUT / room).rglob("*.py")
    )  # fmt: skip
    with path.with_suffix(".mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    entries = ENTRY.findall(path.read_text(encoding="utf-8"))
    assert len(entries) > 15
    for said, told in entries:
        assert f'"{said}"' in source, said
        assert told
        assert sorted(FIELD.findall(said)) == sorted(FIELD.findall(told))
        assert catalogue.gettext(said) == told
    assert {said for said, _ in entries} == {said for said in catalogue._catalog if said}  # type: ignore[attr-defined]
