"""What a manager acts on, in a real browser: every page of the reports, wide and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]


def newest_week() -> str:
    year, week = str(
        ask(
            "SELECT r.year || ' ' || r.week FROM reports_weeklyreport r JOIN teams_clinic c ON c.id = r.clinic_id"
            " WHERE c.slug = 'solbakken' ORDER BY r.year DESC, r.week DESC LIMIT 1"
        )
    ).split()
    return f"/rapporter/{year}/{week}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_reports_is_accessible_and_fits_a_phone(log_in: LogIn, scheme: str) -> None:
    week = newest_week()
    kind = ask("SELECT id FROM tasks_taskkind WHERE slug = 'pasreise_sykehus'")
    leaders = [
        week, f"{week}bak/forfalt/", "/rapporter/flyttet/", "/rapporter/avdelinger/?uker=12",
        f"/rapporter/avdelinger/?uker=12&type={kind}", "/rapporter/e-post/",
    ]  # fmt: skip
    for username, paths in (("leder", leaders), ("kommune", ["/kommune/"])):
        page = log_in(username, color_scheme=scheme)
        for path in paths:
            page.set_viewport_size(WIDE)
            page.goto(path)
            expect(page.locator("h1")).to_be_visible()
            assert_accessible(page)
            page.set_viewport_size(PHONE)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
            assert_accessible(page)


def test_from_a_number_to_its_tasks_by_keyboard_and_it_is_logged(log_in: LogIn) -> None:
    opened = "SELECT count(*) FROM reports_numberopened WHERE what = 'forfalt'"
    before = ask(opened)
    leader = log_in("leder")
    leader.goto(newest_week())
    number = leader.get_by_role("link", name=re.compile("^Se oppgavene Forfalt"))
    number.focus()
    leader.keyboard.press("Enter")
    expect(leader.get_by_role("heading", name="Forfalt ved ukeslutt")).to_be_visible()
    expect(leader.get_by_text("at du ser dem, er logget")).to_be_visible()
    assert ask(opened) == before + 1
    leader.get_by_role("link", name=re.compile("^← Uke")).press("Enter")
    meaning = leader.locator(".tip summary").first
    meaning.focus()
    leader.keyboard.press("Enter")
    expect(leader.locator(".tip p").first).to_be_visible()
