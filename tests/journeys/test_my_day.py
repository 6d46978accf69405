"""The nurse's morning on Min dag, by keyboard alone, on a desk and on a phone's width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
# The demo's day may be short: a dozen more, two of them one patient's.
MORE = """
from django.utils import timezone
from patients.models import Patient
from tasks.actions.creating import create_task
from tasks.actions.doing import hand_on
from tasks.models import TaskKind
from teams.calendar import oslo_date
from teams.models import Member
nurse, now = Member.objects.get(name="Nina Berg"), timezone.now()
kind = TaskKind.objects.get(slug="sarstell")
patients = list(Patient.objects.filter(clinic=nurse.clinic_id).order_by("id")[:11])
for patient in [patients[0], *patients]:
    task = create_task(by=nurse, kind=kind, patient=patient, due_on=oslo_date(now), hard=False, origin="patient",
                       urgent=False, at=now)
    hand_on(task.pk, by=nurse, to=nurse, reason="", at=now)
"""
DONE = (
    "SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id WHERE m.name = 'Nina Berg'"
)
A_NAME = """
    SELECT p.family_name FROM tasks_task t JOIN patients_patient p ON p.id = t.patient_id
    JOIN teams_member m ON m.id = t.assignee_id WHERE t.ended_at IS NULL AND m.name = 'Nina Berg' LIMIT 1
"""


@pytest.fixture(scope="module", autouse=True)
def _more_to_do(site: str) -> None:
    manage("shell", "-v0", "-c", MORE, database=DATABASE)


def done_by_nurse() -> int:
    return int(ask(DONE))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """The id of the row that has focus."""
    return str(page.evaluate("document.activeElement.closest('.task')?.id ?? ''"))


def read_the_help(page: Page) -> None:
    press(page, "?")
    expect(page.locator("#taster-tittel")).to_be_focused()
    assert_accessible(page)
    press(page, "j", "Escape")
    expect(page.locator("#taster")).to_be_hidden()
    assert focused(page) == ""  # the keys sleep while it is open


def do_one_and_take_it_back(page: Page) -> None:
    before = done_by_nurse()
    press(page, "j", "j")
    second = focused(page)
    press(page, "k")
    first = focused(page)
    assert first
    assert first != second
    below = page.locator(f"#{second}").bounding_box()
    press(page, "d")
    undo = page.locator(f"#{first}").get_by_role("button", name="Angre")
    expect(undo).to_be_focused()
    expect(page.locator("#sagt")).to_contain_text("Utført")
    assert page.locator(f"#{second}").bounding_box() == below
    assert done_by_nurse() == before + 1
    press(page, "a")
    expect(page.locator(f"#{first} .done")).to_be_focused()
    assert done_by_nurse() == before
    press(page, "m")
    page.keyboard.type("17")
    press(page, "Enter")
    expect(undo).to_be_focused()
    assert ask("SELECT minutes FROM tasks_task WHERE id = %s", int(first.removeprefix("oppgave-"))) == 17
    press(page, "j")
    assert focused(page) == second
    # Ten seconds later the done row is gone, and nothing under the hand has moved.
    page.evaluate("window.scrollTo(0, document.getElementById('listen').offsetTop)")
    at = page.locator(f"#{second}").bounding_box()
    expect(page.locator(f"#{first}")).to_have_count(0, timeout=20_000)
    now = page.locator(f"#{second}").bounding_box()
    assert at is not None
    assert now is not None
    assert abs(now["y"] - at["y"]) <= 1
    assert focused(page) == second


def put_off_and_go_on(page: Page) -> None:
    # Past the deadlines that may not slip.
    for _ in range(4):
        press(page, "j")
    row = focused(page)
    press(page, "u")
    expect(page.locator("#ark")).to_be_visible()
    expect(page.locator("#ark form[action$='/utsett/'] input[type=date]")).to_be_focused()
    assert_accessible(page)
    page.locator("#ark form[action$='/utsett/']").get_by_label("Hvorfor").fill("Er på reise")
    press(page, "Enter")
    expect(page.get_by_text("er utsatt.").first).to_be_visible()
    assert page.locator(f"#{row}").count() == 0
    press(page, "j")
    assert focused(page)


def open_the_sheet(page: Page) -> None:
    press(page, "g")
    expect(page.locator("#ark-tittel")).to_be_focused()
    assert_accessible(page)
    press(page, "Escape")
    expect(page.locator("#ark")).to_be_hidden()
    press(page, "h")
    expect(page.locator("#ark form[action$='/gi-videre/'] select").first).to_be_focused()
    press(page, "Escape")


def search(page: Page) -> None:
    name = str(ask(A_NAME))
    press(page, "/")
    page.keyboard.type(name)
    press(page, "Enter")
    expect(page.locator("#funnet-tittel")).to_be_focused()
    expect(page.locator("#funnet-tittel")).to_contain_text("funnet")
    assert name not in page.url
    assert_accessible(page)
    press(page, "j")
    assert focused(page)
    page.get_by_role("link", name="Tilbake til dagen").press("Enter")
    expect(page.locator("#funnet-tittel")).to_have_count(0)  # the day is there, not only asked for
    page.wait_for_load_state("networkidle")


def switch_the_keys_off(page: Page) -> None:
    press(page, "?")
    page.get_by_label("Hurtigtastene er på").press("Space")
    press(page, "Escape")
    here = focused(page)
    press(page, "j")
    assert focused(page) == here
    page.reload()
    press(page, "j")
    assert focused(page) == ""


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_the_nurses_morning_by_keyboard_alone(log_in: LogIn, viewport: ViewportSize) -> None:
    page = log_in("sykepleier", viewport=viewport)
    expect(page.get_by_role("heading", name="Min dag")).to_be_visible()
    expect(page.get_by_role("heading", name="Teamet i dag")).to_be_visible()
    assert_accessible(page)
    read_the_help(page)
    do_one_and_take_it_back(page)
    put_off_and_go_on(page)
    open_the_sheet(page)
    search(page)
    switch_the_keys_off(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_later_is_read_when_it_is_opened_and_more_begins_where_one_was(log_in: LogIn) -> None:
    page = log_in("sykepleier")
    rows = page.locator("#del-later .task")
    assert rows.count() == 0
    page.locator("#del-later summary").press("Enter")
    expect(rows.first).to_be_visible()
    expect(page.locator("#del-later summary")).to_be_focused()
    read = rows.count()
    more = page.locator("#del-later").get_by_role("link", name="Vis flere")
    if more.count():
        more.press("Enter")
        expect(rows.nth(read)).to_be_visible()
        expect(rows.nth(read).locator(".done")).to_be_focused()
    assert_accessible(page)


def test_a_filter_is_chosen_kept_saved_and_forgotten(log_in: LogIn) -> None:
    page = log_in("sykepleier")
    page.get_by_role("link", name="Filtrer").press("Enter")
    expect(page.locator("#filter-tittel")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Opphav").select_option(label="oppfølgingsplan")
    page.get_by_role("button", name="Vis", exact=True).press("Enter")
    expect(page.get_by_text("Fra oppfølgingsplan")).to_be_visible()
    page.goto("/min-dag/")
    expect(page.get_by_text("Fra oppfølgingsplan")).to_be_visible()
    page.get_by_role("link", name="Filtrer").click()
    page.get_by_label("Lagre det som vises nå").fill("Bare planer")
    page.get_by_role("button", name="Lagre visning").click()
    expect(page.get_by_text("Visningen «Bare planer» er lagret.")).to_be_visible()
    page.get_by_role("link", name="Ta bort alt").click()
    page.goto("/min-dag/")
    expect(page.get_by_text("Fra oppfølgingsplan")).to_have_count(0)
    page.get_by_role("link", name="Bare planer").click()
    expect(page.get_by_text("Fra oppfølgingsplan")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Filtrer").click()
    page.get_by_role("button", name="Slett visningen Bare planer").click()
    expect(page.get_by_text("er slettet")).to_be_visible()


def test_the_days_list_on_paper(log_in: LogIn) -> None:
    page = log_in("sykepleier")
    page.goto("/min-dag/utskrift/")
    assert_accessible(page)
    page.emulate_media(media="print")
    for part in (page.get_by_role("navigation", name="Hovedmeny"), page.get_by_role("button")):
        for each in part.all():
            expect(each).to_be_hidden()
    expect(page.locator(".paper .box").first).to_be_visible()


def test_the_whole_day_works_without_script(log_in: LogIn) -> None:
    page: Any = log_in("sykepleier", java_script_enabled=False)
    page.get_by_role("link", name="Hele teamet").click()
    expect(page.locator(".task").first).to_be_visible()
    page.get_by_role("searchbox").fill("blodtrykk")
    page.get_by_role("button", name="Søk", exact=True).click()
    expect(page.get_by_role("heading", name="funnet")).to_be_visible()
    page.goto("/min-dag/?hvem=me")
    page.locator("#del-later summary").click()
    page.locator("#del-later").get_by_role("link", name="Vis dem").click()
    expect(page.get_by_role("heading", name="Senere")).to_be_visible()
    page.goto("/min-dag/")
    page.get_by_role("link", name="Filtrer").click()
    page.get_by_label("Oppgavetype").select_option(index=1)
    page.get_by_role("button", name="Vis", exact=True).click()
    expect(page.get_by_role("list", name="Valgt")).to_be_visible()
    page.get_by_role("link", name="Ta bort alt").click()
    page.get_by_role("link", name="Teamet i dag").click()
    expect(page.get_by_role("heading", name="Teamet i dag").first).to_be_visible()
