"""A list from another system is mapped, looked through, taken in and mended, by the keyboard alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from patients.personnummer import make_tenor
from tests.journeys.conftest import PHONE, assert_accessible
from tests.journeys.test_prepare_and_sign import tab_to

pytestmark = pytest.mark.journey
THEIRS = "Nr;Kallenavn;Slekt;Dato;Diagnose"
OURS = ("personnummer", "fornavn", "etternavn", "født", "tilstander")


def line(n: int, born: str = "") -> str:
    day = dt.date(1951 + n, 5, 17)
    return f"{make_tenor(day, 300 + n)};Ingvill;Innlest{n};{born or day};T90"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([THEIRS, *lines, ""]), encoding="utf-8")
    return path


def press(page: Page, name: str) -> None:
    """Reach a button by Tab and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    tab_to(page, button)
    page.keyboard.press("Enter")


def test_a_list_under_other_headings_is_looked_through_taken_in_and_mended(
    log_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = log_in("leder")
    page.goto("/import/")
    page.get_by_label("Filer").set_input_files(
        write(tmp_path / "uttrekk.csv", line(1), line(2, "17.05.2999"))
    )
    press(page, "Se igjennom")

    expect(page.get_by_role("heading", name="Hva står i kolonnene?")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Innlest1")).to_be_visible()
    assert_accessible(page)
    for heading, column in zip(THEIRS.split(";"), OURS, strict=True):
        choice = page.get_by_label(heading, exact=True)
        tab_to(page, choice)
        page.keyboard.press("Home")
        while choice.input_value() != column:
            before = choice.input_value()
            page.keyboard.press("ArrowDown")
            assert choice.input_value() != before, f"no choice called {column}"
    press(page, "Se igjennom")

    expect(page.get_by_role("heading", name="Se igjennom før listen tas inn")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="1 rad er avvist")).to_be_visible()
    expect(page.get_by_text("Fødselsdatoen er i framtiden.")).to_be_visible()
    assert_accessible(page)
    press(page, "Ta inn de gode radene")

    expect(page.get_by_role("heading", name="Hva som kom inn")).to_be_visible(timeout=30_000)
    assert_accessible(page)
    with page.expect_download() as waited:
        page.get_by_role("link", name="Last ned avviste rader").click()
    mended = tmp_path / "rettet.csv"
    text = waited.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines() == [THEIRS, line(2, "17.05.2999")]
    mended.write_text(text.replace("17.05.2999", "17.05.1953"), encoding="utf-8")

    page.goto("/import/")
    page.get_by_label("Filer").set_input_files(mended)
    press(page, "Se igjennom")
    expect(page.get_by_role("button", name="Ta inn", exact=True)).to_be_visible(timeout=30_000)
    press(page, "Ta inn")
    expect(page.get_by_role("heading", name="Hva som kom inn")).to_be_visible(timeout=30_000)
    page.goto("/import/")
    expect(page.get_by_role("listitem").filter(has_text="rettet.csv")).to_contain_text("1 ny")


def test_an_import_that_is_discarded_leaves_nothing_on_a_phone_either(
    log_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = log_in("leder", viewport=PHONE)
    page.goto("/import/")
    page.get_by_label("Filer").set_input_files(write(tmp_path / "feil.csv", line(5)))
    page.get_by_role("button", name="Se igjennom").click()
    expect(page.get_by_role("button", name="Forkast")).to_be_visible(timeout=30_000)
    if "kolonner" in page.url:
        assert_accessible(page)
        for heading, column in zip(THEIRS.split(";"), OURS, strict=True):
            page.get_by_label(heading, exact=True).select_option(column)
        page.get_by_role("button", name="Se igjennom").click()
    expect(page.get_by_role("heading", name="Se igjennom før listen tas inn")).to_be_visible(timeout=30_000)
    assert_accessible(page)
    page.get_by_role("button", name="Forkast").click()
    expect(page.get_by_text("Importen er forkastet. Ingenting er tatt inn.")).to_be_visible()
    assert_accessible(page)
