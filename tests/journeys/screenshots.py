"""`bin/screenshots`: the pictures of the README, taken of the demo clinic as it is today."""

from __future__ import annotations

from contextlib import closing
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

import bench  # noqa: F401  # sets Django up
from demo.logins import PASSWORD
from tests.journeys.conftest import CHROMIUM_FLAGS, PHONE, WIDE, chromium, web
from tests.login.conftest import code
from tests.processes import CHECKOUT, manage, own_database

DATABASE = "fordel_screenshots"
SMALL = ViewportSize(width=1000, height=760)
PICTURES = CHECKOUT / "docs/screenshots"
# A nurse is ill for a week, and the leader has asked what must move, and what plans for the whole list would ask of the
# year; the example of a list has been looked through.
ASKED = """
import datetime as dt
from django.utils import timezone
from tasks.actions import proposals
from tasks.models import Cause
from teams.calendar import oslo_date
from teams.models import Absence, Member
from teams.wall import clinic_scope
now, today = timezone.now(), oslo_date(timezone.now())
jon, kari = (Member.objects.get(name=name) for name in ("Jon Dahl", "Kari Holm"))
Absence.objects.create(
    clinic=jon.clinic, member=jon, starts_on=today, ends_on=today + dt.timedelta(days=7), reason="sick"
)
with clinic_scope(jon.clinic_id):
    run = proposals.propose(jon.clinic_id, by=kari, cause=Cause.ABSENCE, calm=True, now=now)
proposals.compute(run.pk, jon.clinic_id, today=today, now=now)

from tasks.actions import enrolling
with clinic_scope(jon.clinic_id):
    plans = enrolling.ask(by=kari, at=now)
enrolling.carry_on(plans.pk, jon.clinic_id, now=now)

from pathlib import Path
from patients.actions import run_import, start_preview
from patients.imports.reading import recognise
path = Path("static/fordel/pasientliste-eksempel.csv")
with clinic_scope(jon.clinic_id):
    asked = start_preview(recognise(path), by=kari, clinic_id=jon.clinic_id, file_name="pasientliste.csv", stored_as="")
run_import(run_id=asked.pk, clinic_id=jon.clinic_id, path=path)
"""


def page_of(
    browser: Browser,
    address: str,
    username: str,
    viewport: ViewportSize,
    color_scheme: Literal["light", "dark"] = "light",
) -> Page:
    context = browser.new_context(
        base_url=address,
        locale="nb-NO",
        reduced_motion="reduce",
        viewport=viewport,
        color_scheme=color_scheme,
    )
    page = context.new_page()
    page.goto("/konto/login/")
    page.get_by_label("Brukernavn eller e-post").fill(username)
    page.get_by_label("Passord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_load_state("networkidle")
    return page


def getting_in(browser: Browser, address: str) -> None:
    """Outside the demo, where a password is not enough, and with a minute before the page locks."""
    page = browser.new_page(base_url=address, locale="nb-NO", reduced_motion="reduce", viewport=SMALL)
    page.goto("/konto/login/")
    page.screenshot(path=PICTURES / "login.png")
    page.get_by_label("Brukernavn eller e-post").fill("sekretaer")
    page.get_by_label("Passord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.get_by_role("link", name="Sett opp kodeapp").wait_for()
    page.screenshot(path=PICTURES / "second-factor.png", full_page=True)
    page.get_by_role("link", name="Sett opp kodeapp").click()
    page.get_by_label("Kode").fill(code(page.locator("code.key").text_content() or ""))
    page.screenshot(path=PICTURES / "second-factor-app.png")
    page.keyboard.press("Enter")
    page.locator(".codes").wait_for()
    page.screenshot(path=PICTURES / "recovery-codes.png")
    page.goto("/konto/okter/")
    page.screenshot(path=PICTURES / "sessions.png")
    page.goto("/min-dag/")
    page.locator("#okt-varsel").wait_for(timeout=90_000)
    page.screenshot(path=PICTURES / "session-warning.png")
    page.locator("#okt-laas #id_password").wait_for(timeout=90_000)
    page.screenshot(path=PICTURES / "locked.png")
    page.context.close()


def take(browser: Browser, address: str) -> None:
    nurse = page_of(browser, address, "sykepleier", viewport=WIDE)
    nurse.screenshot(path=PICTURES / "min-dag.png")
    phone = page_of(browser, address, "sykepleier", viewport=PHONE, color_scheme="dark")
    phone.screenshot(path=PICTURES / "min-dag-phone-dark.png")
    manager = page_of(browser, address, "styrer", viewport=ViewportSize(width=1440, height=1500))
    manager.locator("tbody a").first.click()
    manager.wait_for_load_state("networkidle")
    manager.screenshot(path=PICTURES / "week.png")
    diary = page_of(browser, address, "lege", viewport=PHONE)
    diary.goto("/dagbok/")
    diary.screenshot(path=PICTURES / "diary-phone.png")
    leader = page_of(browser, address, "leder", viewport=WIDE)
    leader.goto("/innsyn/logg/")
    leader.screenshot(path=PICTURES / "access-log.png")
    leader.goto("/team/")
    leader.screenshot(path=PICTURES / "team.png")
    leader.goto("/fravaer/")
    leader.screenshot(path=PICTURES / "absence.png")
    leader.goto("/programmer/")
    leader.screenshot(path=PICTURES / "programmes.png")
    leader.goto("/pasienter/mangler/")
    leader.screenshot(path=PICTURES / "lacking.png")
    leader.goto("/pasienter/?sorter=behov")
    leader.locator("#list tbody a[href^='/pasienter/']").first.click()
    leader.wait_for_load_state("networkidle")
    leader.screenshot(path=PICTURES / "patient.png")
    leader.goto("/programmer/")
    leader.get_by_role("link", name="Diabetes type 2").first.click()
    leader.wait_for_load_state("networkidle")
    leader.screenshot(path=PICTURES / "programme.png")
    for name, place in (("plans", "/planforslag/"), ("import", "/import/")):
        leader.goto(place)
        leader.locator(f"main a[href^='{place}']").first.click()
        leader.wait_for_load_state("networkidle")
        leader.screenshot(path=PICTURES / f"{name}.png")
    leader.goto("/fordeling/")
    leader.get_by_role("link", name="Se forslaget").click()
    leader.wait_for_load_state("networkidle")
    leader.screenshot(path=PICTURES / "proposal.png")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with own_database(DATABASE):
        for command in (
            ["migrate", "--verbosity", "0"],
            ["seed_demo"],
            ["collectstatic", "--no-input", "-v", "0"],
            ["shell", "-c", ASKED],
        ):
            manage(*command, database=DATABASE)
        with (
            web(DATABASE) as address,
            web(DATABASE, FORDEL_DEMO="0", FORDEL_IDLE_SECONDS="60") as real,
            sync_playwright() as playwright,
            closing(playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)) as browser,
        ):
            take(browser, address)
            getting_in(browser, real)


if __name__ == "__main__":
    main()
