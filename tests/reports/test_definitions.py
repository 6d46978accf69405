"""One text for a number, wherever it is read."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from config.numbers_page import page
from reports.definitions import DEFINITIONS
from reports.models import Bucket


def test_the_page_of_definitions_is_the_one_in_docs() -> None:
    with translation.override("nb"):
        written = (Path(__file__).parents[2] / "docs/numbers.md").read_text(encoding="utf-8")
        assert written == page(), "bin/manage numbers > docs/numbers.md"


def test_every_bucket_is_defined() -> None:
    assert set(Bucket.values) <= DEFINITIONS.keys()
