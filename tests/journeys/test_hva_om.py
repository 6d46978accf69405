"""What would happen if: tried by keyboard, watched, read and shared; read on a phone by another; and without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, assert_accessible

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
RESULT = 60_000  # milliseconds; the first run of a worker compiles the allocation
NAME = "Uten Amir, med en halv sykepleier"


def wait_for_figures(page: Page) -> None:
    expect(page.get_by_role("heading", name="I dag og hva om")).to_be_visible(timeout=RESULT)


def test_tried_by_keyboard_shared_and_read_by_another(log_in: LogIn) -> None:
    leader = log_in("leder")
    leader.goto("/rapporter/")
    leader.get_by_role("link", name="Hva om").click()
    assert_accessible(leader)
    leader.get_by_role("link", name="Noen er borte").click()
    leader.get_by_label("Hvem").select_option("Amir Aune")
    leader.get_by_role("button", name="Ny stilling", exact=True).press("Enter")
    expect(leader.get_by_label("Yrke")).to_be_focused()
    leader.get_by_label("Yrke").select_option("sykepleier")
    assert_accessible(leader)
    leader.get_by_label("Navn").fill(" ")
    leader.get_by_label("Navn").press("Enter")  # Enter reckons, and takes nothing out
    expect(leader.get_by_text("Skriv et navn.")).to_be_visible()
    expect(leader.get_by_label("Hvem")).to_have_value(re.compile(r"\d+"))
    leader.get_by_label("Navn").fill(NAME)
    leader.get_by_label("Navn").press("Enter")
    wait_for_figures(leader)
    expect(leader.get_by_text("Amir Aune er borte")).to_be_visible()
    expect(leader.get_by_role("row", name=re.compile("^Tid til oppgaver, sykepleier.*\\+"))).to_be_visible()
    leader.get_by_text("Vis tallene uke for uke").click()
    assert_accessible(leader)
    leader.get_by_role("button", name="Del", exact=True).click()
    expect(leader.get_by_text("delt med dem som ser rapporter her")).to_be_visible()

    manager = log_in("styrer", viewport=PHONE)
    manager.goto("/rapporter/hva-om/")
    manager.get_by_role("link", name=NAME).click()
    wait_for_figures(manager)
    expect(manager.get_by_role("button", name="Slett regnestykket")).to_have_count(0)
    assert manager.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(manager)


def test_without_script_it_is_the_same(log_in: LogIn) -> None:
    nurse = log_in("sykepleier", java_script_enabled=False)
    nurse.goto("/rapporter/hva-om/nytt/?endring=list")
    nurse.get_by_role("button", name="Annet intervall").click()
    nurse.get_by_role("button", name="Fjern Annet intervall").click()
    nurse.get_by_label("Navn").fill("Lengre liste")
    nurse.get_by_role("button", name="Regn ut").last.click()
    expect(nurse.get_by_role("heading", name="Lengre liste")).to_be_visible()
    wait_for_figures(nurse)
    expect(nurse.get_by_text("Listen blir 10 % lengre")).to_be_visible()
