"""A leader reads the log by keyboard, hands out a patient's own, blocks a colleague, and breaks the glass."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, assert_accessible

pytestmark = pytest.mark.journey
Opens = Callable[..., Page]


def open_somebody(page: Page, name: str = "") -> str:
    """The first patient of the list, or the one so called; where they are."""
    page.goto("/pasienter/")
    link = page.get_by_role("link", name=name).first if name else page.locator("tbody th a").first
    link.click()
    page.wait_for_url(re.compile(r"/pasienter/\d+/$"))
    return page.url


def test_the_log_is_read_filtered_and_handed_out(log_in: Opens) -> None:
    nurse = log_in("sykepleier")
    open_somebody(nurse)
    name = nurse.locator("h1").inner_text()
    leader = log_in("leder")
    leader.goto("/innsyn/logg/")
    expect(leader.get_by_role("heading", name="Innsynslogg")).to_be_visible()
    assert_accessible(leader)
    who = leader.get_by_label("Hvem")
    who.focus()
    leader.keyboard.type("Nina")
    what = leader.get_by_label("Hva", exact=True)
    what.focus()
    leader.keyboard.type("pasientside")
    leader.keyboard.press("Enter")
    leader.wait_for_url(re.compile("hva=pasientside"))
    row = leader.locator("tbody tr").first
    expect(row).to_contain_text("Nina Berg")
    expect(row).to_contain_text(name)
    row.get_by_role("link", name=name).click()
    expect(leader.get_by_role("heading", name="Hvem har sett")).to_be_visible()
    assert_accessible(leader)
    with leader.expect_download() as paper:
        leader.get_by_role("button", name="Skriv ut loggen (PDF)").click()
    assert paper.value.suggested_filename.endswith(".pdf")
    assert not re.search("[A-ZÆØÅ]", paper.value.suggested_filename)  # nobody's name in it


def test_a_blocked_colleague_finds_nobody_and_a_blocked_leader_breaks_the_glass(log_in: Opens) -> None:
    leader, nurse = log_in("leder"), log_in("sykepleier")
    url = open_somebody(leader)
    name = leader.locator("h1").inner_text()
    born = re.search(r"født (\d\d)\.(\d\d)\.(\d{4})", leader.locator(".who-is").inner_text())
    assert born
    assert nurse.goto(url).ok  # type: ignore[union-attr]
    leader.get_by_role("link", name="Sperring").click()
    assert_accessible(leader)
    leader.get_by_label("Nina Berg").check()
    leader.get_by_label("Kari Holm").check()
    leader.get_by_label("Hvordan ønsket kom").fill("brev")
    leader.get_by_role("button", name="Registrer sperring").click()
    expect(leader.get_by_text("Sperringen gjelder fra nå.")).to_be_visible()
    for page in (nurse, leader):
        page.on("console", lambda _message: None)
        answer = page.request.get(url)
        assert answer.status == 404
    leader.goto("/innsyn/nodapning/")
    assert_accessible(leader)
    given, family = name.rsplit(" ", 1)
    leader.get_by_label("Fornavn").fill(given)
    leader.get_by_label("Etternavn").fill(family)
    leader.get_by_label("Født", exact=True).fill("-".join(reversed(born.groups())))
    leader.get_by_label("Grunn", exact=True).select_option("emergency")
    leader.get_by_label("Begrunnelse").fill("Pasienten falt om på venterommet")
    leader.get_by_role("button", name="Åpne pasienten").click()
    expect(leader.get_by_text("Nødåpning.")).to_be_visible()
    assert name not in leader.url
    assert_accessible(leader)
    manager = log_in("styrer", viewport=PHONE)
    manager.goto("/innsyn/")
    expect(manager.get_by_text("Pasienten falt om på venterommet")).to_be_visible()
    expect(manager.get_by_text(family)).to_have_count(0)
    assert_accessible(manager)
    assert manager.evaluate("document.documentElement.scrollWidth") == 390
    form = manager.locator("form", has_text="Marker som kontrollert").first
    form.get_by_role("textbox").fill("Riktig å åpne")
    form.get_by_role("button").click()
    expect(manager.get_by_text("Kontrollert.")).to_be_visible()
