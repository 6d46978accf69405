"""A doctor's week on a phone: one tap per piece of work, set right with a thumb, the whole day in view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from teams.calendar import OSLO, Week
from tests.journeys.conftest import PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.journeys.test_prepare_and_sign import tab_to

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
LOGGED = """
    SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id
    WHERE m.name = 'Amir Aune' AND t.logged AND t.state = 'done' AND t.ended_at >= %s AND t.ended_at < %s
"""


def last_week() -> Week:
    return Week.of(dt.datetime.now(OSLO).date()).plus(-1)


def logged(weekday: int) -> int:
    day = last_week().days[weekday - 1]
    start = dt.datetime.combine(day, dt.time(), tzinfo=OSLO)
    return int(ask(LOGGED, start, start + dt.timedelta(days=1)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_day_filled_in_with_a_thumb(log_in: LogIn, scheme: str) -> None:
    weekday = {"light": 2, "dark": 3}[scheme]
    doctor = log_in("lege", viewport=PHONE, color_scheme=scheme)
    doctor.get_by_role("link", name="Tidsdagbok").click()
    expect(doctor.get_by_role("heading", name="Tidsdagbok")).to_be_visible()
    assert_accessible(doctor)
    doctor.goto(f"/dagbok/{last_week()}/?dag={weekday}")
    before = logged(weekday)
    entries = doctor.locator(".entries > li")
    had = entries.count()
    for n in (1, 2, 3):
        doctor.locator(".tell button", has_text="Konsultasjon hos lege").click()
        expect(entries).to_have_count(had + n)
    expect(doctor.get_by_text("Ført: Konsultasjon hos lege")).to_be_visible()
    assert logged(weekday) == before + 3
    assert doctor.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(doctor)

    last = entries.last
    last.locator("summary").click()
    minutes = last.get_by_role("textbox")
    was = int(minutes.input_value())
    last.get_by_role("button", name="5 minutter lengre").click()
    expect(entries.last.get_by_role("textbox")).to_have_value(str(was + 5))
    expect(entries.last.get_by_role("button", name="5 minutter lengre")).to_be_focused()
    assert_accessible(doctor)
    entries.last.get_by_role("button", name="Ta tilbake").click()
    expect(entries).to_have_count(had + 2)
    assert logged(weekday) == before + 2
    assert doctor.locator(".day-line .block").count() == had + 2


def test_with_the_keyboard_alone_and_with_an_own_time(log_in: LogIn) -> None:
    doctor = log_in("lege", viewport=WIDE)
    doctor.goto(f"/dagbok/{last_week()}/?dag=4")
    before = logged(4)
    tab_to(doctor, doctor.locator("summary", has_text="Flere, eller med egen tid"))
    doctor.keyboard.press("Enter")
    tab_to(doctor, doctor.get_by_label("Hva", exact=True))
    doctor.keyboard.type("Hjemmeb")
    tab_to(doctor, doctor.get_by_label("Minutter (tomt: som vanlig)"))
    doctor.keyboard.type("25")
    doctor.get_by_label("Ferdig klokken (kan stå tom)").fill("15:45")
    assert_accessible(doctor)
    tab_to(doctor, doctor.get_by_role("button", name="Før", exact=True))
    doctor.keyboard.press("Enter")
    expect(doctor.get_by_text("15.20–15.45", exact=True)).to_be_visible()
    expect(doctor.get_by_text("Ført: Hjemmebesøk, 25 min.")).to_be_visible()
    assert logged(4) == before + 1


def test_without_script_it_is_the_same_in_full_pages(log_in: LogIn) -> None:
    doctor = log_in("lege", viewport=PHONE, java_script_enabled=False)
    doctor.goto(f"/dagbok/{last_week()}/?dag=5")
    before = logged(5)
    doctor.locator(".tell button").first.click()
    assert logged(5) == before + 1
    entry = doctor.locator(".entries > li").last
    entry.locator("summary").click()
    entry.get_by_role("button", name="5 minutter kortere").click()
    expect(doctor.get_by_role("heading", name="Tidsdagbok")).to_be_visible()
    assert f"{last_week()}" in doctor.url
