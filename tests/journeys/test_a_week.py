"""A clinic's week, clicked through: a list comes in, a programme is approved, the night runs, people work from
Min dag, the week closes, the manager reads."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Page, expect

from teams.calendar import OSLO, Week
from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible
from tests.processes import manage, until

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

PATIENTS = """pasientnr;fornavn;etternavn;født;kjønn;fastlege;tilstander
9001;Oda;Prøvelund;01.02.1971;kvinne;Kari Holm;P74
9002;Even;Prøvelund;03.04.1985;mann;Kari Holm;P74
9003;Tuva;Prøvelund;05.06.1990;kvinne;Amir Aune;P74
"""
CLOSE_THIS_WEEK = """
import datetime as dt
from django.utils import timezone
from reports.actions.closing import close_weeks
from reports.actions.drawing import draw_charts
from reports.queries import undrawn
from teams.wall import jobs_scope
close_weeks(now=timezone.now() + dt.timedelta(days=7))
with jobs_scope():
    waiting = undrawn()
draw_charts(reports=waiting[:2])
"""


def ask(sql: str, *parameters: Any) -> Any:
    """One value from the journey's own database."""
    address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{DATABASE}"))
    with psycopg.connect(address, autocommit=True) as database:
        row = database.execute(sql, parameters).fetchone()
    return row[0] if row else None


def import_the_list(leader: Page, folder: Path) -> None:
    file = folder / "liste.csv"
    file.write_text(PATIENTS, encoding="utf-8")
    leader.get_by_role("link", name="Import", exact=True).click()
    leader.locator("input[type=file]").set_input_files(file)
    leader.get_by_role("button", name="Se igjennom").click()
    leader.get_by_role("button", name="Ta inn", exact=True).click(timeout=30_000)
    expect(leader.get_by_text("ferdig").first).to_be_visible(timeout=30_000)
    assert ask("SELECT count(*) FROM patients_patient WHERE family_name = 'Prøvelund'") == 3
    assert_accessible(leader)


def approve_and_start(leader: Page) -> None:
    leader.get_by_role("link", name="Programmer", exact=True).click()
    assert_accessible(leader)
    leader.get_by_role("link", name="Angst", exact=True).click()
    expect(leader.get_by_text("foreslått").first).to_be_visible()
    leader.get_by_role("button", name="Godkjenn").click()
    expect(leader.get_by_text("versjon 1, Kari Holm")).to_be_visible()
    leader.get_by_role("button", name="Foreslå planer for").click()
    leader.get_by_role("button", name=re.compile(r"^Start \d+ planer$")).click(timeout=30_000)
    expect(leader.get_by_role("heading", name="Planene er startet")).to_be_visible(timeout=30_000)
    assert_accessible(leader)
    with_plan = """
        SELECT count(*) FROM tasks_followupplan f JOIN patients_patient p ON p.id = f.patient_id
        JOIN tasks_programme g ON g.id = f.programme_id WHERE p.family_name = 'Prøvelund' AND g.slug = 'angst'
    """
    assert ask(with_plan) == 3


def run_the_night(leader: Page) -> None:
    leader.goto("/programmer/")
    leader.get_by_role("button", name="Åpne og fordel nå").click()
    given = "SELECT count(*) FROM tasks_task WHERE name = 'Kontroll angst' AND assignee_id IS NOT NULL"
    until(lambda: ask(given) > 0, seconds=30)
    wrong = """
        SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id
        WHERE t.name = 'Kontroll angst' AND m.profession NOT IN ('nurse', 'doctor')
    """
    assert ask(wrong) == 0


def work_by_keyboard(nurse: Page) -> None:
    """Move to a task, do it, take it back, do it again; put one off from its sheet. No mouse."""
    expect(nurse.get_by_role("heading", name="Min dag")).to_be_visible()
    assert_accessible(nurse)
    done = "SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id WHERE m.name = 'Nina Berg'"
    before = ask(done)
    on_a_row = nurse.locator("li.task :focus")
    nurse.keyboard.press("j")
    expect(on_a_row).to_have_count(1)
    nurse.keyboard.press("d")
    undo = nurse.locator("li.task").get_by_role("button", name="Angre")
    expect(undo).to_be_focused()
    assert ask(done) == before + 1
    nurse.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    expect(on_a_row).to_have_count(1)
    assert ask(done) == before
    nurse.keyboard.press("d")
    expect(undo).to_be_focused()
    for _ in range(8):  # on, past the deadlines that may not slip
        nurse.keyboard.press("j")
    nurse.keyboard.press("g")
    expect(nurse.locator("#ark-tittel")).to_be_focused()
    assert_accessible(nurse)
    # A preparation's sheet has «Send tilbake» and its own reason before this one.
    put_off = nurse.locator("#ark details").filter(has=nurse.locator("summary", has_text="Utsett"))
    put_off.locator("summary").press("Enter")
    put_off.get_by_label("Hvorfor").first.fill("Er hos søsteren i Bergen")
    nurse.keyboard.press("Enter")
    expect(nurse.locator("#meldinger").get_by_text("er utsatt.")).to_be_visible()
    # Two where it was a preparation: its signature goes along.
    assert ask("SELECT count(*) FROM tasks_taskevent WHERE reason = 'Er hos søsteren i Bergen'") in (1, 2)
    assert ask(done) == before + 1


def log_for_the_hospital(doctor: Page) -> None:
    doctor.get_by_text("Annet, eller med annen tid").click()
    what = doctor.get_by_label("Hva")  # the minutes it usually takes stand in the option too
    what.select_option(
        what.locator("option", has_text="Pasientreise til sykehus").first.get_attribute("value")
    )
    doctor.get_by_label("Minutter", exact=True).last.fill("17")
    doctor.get_by_label("Avsender", exact=True).fill("Ortopedisk poliklinikk")
    doctor.get_by_role("button", name="Logg", exact=True).click()
    expect(doctor.get_by_text("Logget: Pasientreise til sykehus, 17 min.").first).to_be_visible()


def read_the_report(manager: Page) -> None:
    week = Week.of(dt.datetime.now(OSLO).date())
    manager.get_by_role("link", name=f"Uke {week.number}", exact=True).first.click()
    expect(manager.get_by_role("heading", name=f"Uke {week.number}").first).to_be_visible()
    expect(manager.get_by_text("Pasientreise til sykehus").first).to_be_visible()
    line = """
        SELECT l.minutes FROM reports_movableline l JOIN reports_weeklyreport r ON r.id = l.report_id
        JOIN tasks_taskkind k ON k.id = l.kind_id JOIN teams_clinic c ON c.id = r.clinic_id
        WHERE c.slug = 'solbakken' AND r.week = %s AND r.year = %s AND k.slug = 'pasreise_sykehus'
          AND l.bucket = 'returnable' AND l.origin = 'hospital'
    """
    assert ask(line, week.number, week.year) >= 17
    for name in ("Prøvelund", "Andreassen"):
        assert name not in manager.content()
    assert_accessible(manager)


def test_a_week_from_the_list_to_the_report(log_in: LogIn, tmp_path: Path) -> None:
    leader = log_in("leder")
    import_the_list(leader, tmp_path)
    approve_and_start(leader)
    run_the_night(leader)
    work_by_keyboard(log_in("sykepleier"))
    log_for_the_hospital(log_in("lege"))
    manage("shell", "-c", CLOSE_THIS_WEEK, database=DATABASE)
    read_the_report(log_in("styrer"))


def test_a_patients_page_tells_who_has_looked(log_in: LogIn) -> None:
    nurse = log_in("sykepleier")
    nurse.locator(".task .patient").first.click()
    expect(nurse.get_by_role("heading", name="Neste", exact=True)).to_be_visible()
    assert ask("SELECT count(*) FROM patients_patientaccess a JOIN teams_member m ON m.id = a.member_id"
               " WHERE m.name = 'Nina Berg' AND a.what LIKE 'pasientside:%%'") == 1  # fmt: skip
    assert_accessible(nurse)


def test_min_dag_on_a_phone_in_the_dark(log_in: LogIn) -> None:
    page = log_in("sykepleier", viewport=PHONE, color_scheme="dark")
    expect(page.get_by_role("heading", name="Min dag")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)


def test_min_dag_without_script(log_in: LogIn) -> None:
    page = log_in("sykepleier", java_script_enabled=False)
    tasks = page.locator(".task")
    before = tasks.count()
    page.locator(".task .done").first.click()
    expect(page.get_by_role("heading", name="Gjort i dag")).to_be_visible()
    assert tasks.count() == before - 1


def test_the_other_clinic_sees_nothing_of_the_first(log_in: LogIn) -> None:
    stranger = log_in("furulund")
    ours = ask("SELECT p.id FROM patients_patient p JOIN teams_clinic c ON c.id = p.clinic_id"
               " WHERE c.slug = 'solbakken' LIMIT 1")  # fmt: skip
    task = ask("SELECT t.id FROM tasks_task t JOIN teams_clinic c ON c.id = t.clinic_id"
               " WHERE c.slug = 'solbakken' LIMIT 1")  # fmt: skip
    for path in (f"/pasienter/{ours}/", f"/oppgave/{task}/", f"/pasienter/{ours}/hendelser/"):
        assert stranger.request.get(path).status == 404
    expect(stranger.get_by_text("Solbakken")).to_have_count(0)


PAGES = {
    "sykepleier": ["/min-dag/", "/team/", "/pasienter/", "/programmer/", "/rapporter/"],
    "leder": ["/import/", "/ingen/"],
}


@pytest.mark.parametrize("username", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(log_in: LogIn, username: str, scheme: str) -> None:
    page = log_in(username, color_scheme=scheme)
    for path in PAGES[username]:
        page.set_viewport_size(WIDE)
        page.goto(path)
        assert_accessible(page)
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(page)


def test_the_login_page_is_accessible(site: str, log_in: LogIn) -> None:
    page = log_in("sykepleier").context.browser.new_page(base_url=site)  # type: ignore[union-attr]
    page.goto("/konto/login/")
    assert_accessible(page)
    page.get_by_label("Brukernavn eller e-post").fill("sykepleier")
    page.get_by_label("Passord", exact=True).fill("feil")
    page.get_by_role("button", name="Logg inn").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    page.close()


def test_the_browser_is_told_to_trust_nothing_inline(site: str, log_in: LogIn) -> None:
    answer = log_in("sykepleier").request.get("/min-dag/")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
