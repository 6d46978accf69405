"""A delegation's whole life, by keyboard alone: a secretary drafts, the doctor reads and signs, the nurse gets the work,
the doctor takes it back and it moves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PHONE, assert_accessible
from tests.journeys.test_a_week import ask

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

KIND = "Vurdere prøvesvar"
PATIENT = """
SELECT min(p.given_name || ' ' || p.family_name) FROM patients_patient p JOIN teams_member m ON m.id = p.list_doctor_id
WHERE m.name = 'Amir Aune' AND p.moved_on IS NULL AND p.deceased_on IS NULL
GROUP BY p.clinic_id, p.given_name, p.family_name HAVING count(*) = 1 LIMIT 1
"""
HOLDER = (
    "SELECT m.name FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id ORDER BY t.id DESC LIMIT 1"
)


def tick(page: Page, name: str) -> None:
    page.get_by_role("checkbox", name=name).press("Space")


def write(page: Page, field: Locator, text: str) -> None:
    """In place of what stands there."""
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def drafted_by_a_secretary(page: Page, doctor_id: int) -> None:
    page.get_by_role("link", name="Team", exact=True).press("Enter")
    page.get_by_role("link", name="Delegeringer").press("Enter")
    expect(page.get_by_role("heading", name="Amir Aune")).to_be_visible()
    assert_accessible(page)
    own = page.locator("details", has=page.locator(f"#lege-{doctor_id}"))
    own.locator("summary").press("Enter")
    assert_accessible(page)
    own.get_by_role("link", name=re.compile(f"Lag utkast.*{KIND}, Nina Berg")).press("Enter")
    expect(page.get_by_text("Teksten er et forslag")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Lagre utkastet").press("Enter")
    expect(page.get_by_text("1 utkast er laget. Legen må signere.")).to_be_visible()
    assert_accessible(page)
    assert page.get_by_role("link", name="Les og signer").count() == 0


def signed_by_the_doctor(page: Page) -> None:
    page.get_by_role("link", name="1 utkast venter på at du signerer").press("Enter")
    expect(page.get_by_text("Teksten må tilpasses før du kan signere.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Rett utkastet").press("Enter")
    write(
        page, page.get_by_label("Instruks"), "Normale svar på prøver jeg har tatt. Alt annet kommer til meg."
    )
    assert_accessible(page)
    page.get_by_role("button", name="Lagre").press("Enter")
    page.get_by_role("link", name="Les og signer").press("Enter")
    expect(page.get_by_role("checkbox", name="Ta med i signaturen")).to_be_checked()
    page.get_by_role("button", name="Signer").press("Enter")
    expect(page.get_by_text("Uten det kan du ikke delegere")).to_be_visible()
    assert_accessible(page)
    tick(page, "Jeg har lest instruksen")
    page.get_by_role("button", name="Signer").press("Enter")
    expect(page.get_by_text("1 delegering er signert.")).to_be_visible()
    assert_accessible(page)


def an_urgent_task(page: Page, patient: str) -> None:
    page.goto("/oppgaver/ny/")
    write(page, page.get_by_label("Navn, fødselsdato eller fødselsnummer"), patient)
    page.keyboard.press("Enter")
    page.get_by_role("radio", name=re.compile(patient.rsplit(maxsplit=1)[-1])).first.press("Space")
    page.get_by_label("Hva", exact=True).focus()
    page.keyboard.type(KIND)
    page.get_by_role("button", name="Lag oppgaven").press("Enter")
    expect(page.get_by_text(f"{KIND} er gitt til")).to_be_visible()


def test_a_delegation_from_draft_to_taken_back(log_in: LogIn) -> None:
    doctor_id = ask("SELECT id FROM teams_member WHERE name = 'Amir Aune'")
    secretary = log_in("sekretaer")
    drafted_by_a_secretary(secretary, doctor_id)

    doctor = log_in("lege")
    signed_by_the_doctor(doctor)

    an_urgent_task(secretary, ask(PATIENT))
    assert ask(HOLDER) == "Nina Berg"
    nurse = log_in("sykepleier", viewport=PHONE)
    nurse.goto(f"/delegeringer/?vis=liste&lege={doctor_id}")
    nurse.get_by_role("row", name=re.compile(f"{KIND}.*Nina Berg")).get_by_role("link").press("Enter")
    expect(nurse.get_by_text("Alt annet kommer til meg.")).to_be_visible()
    assert nurse.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(nurse)
    assert nurse.get_by_text("Trekk tilbake").count() == 0

    doctor.get_by_role("link", name=re.compile(f"i kraft.*{KIND}, Nina Berg")).press("Enter")
    doctor.locator("summary", has_text="Trekk tilbake").press("Enter")
    assert_accessible(doctor)
    write(doctor, doctor.get_by_label("Hvorfor"), "Jeg tar svarene selv")
    doctor.keyboard.press("Enter")
    expect(
        doctor.get_by_text("Delegeringen er trukket tilbake. 1 oppgave er gitt videre: 1 til")
    ).to_be_visible()
    assert_accessible(doctor)
    assert ask(HOLDER) != "Nina Berg"


def test_the_register_and_members_on_a_phone_in_the_dark(log_in: LogIn) -> None:
    leader = log_in("leder", viewport=PHONE, color_scheme="dark")
    nurse = ask("SELECT id FROM teams_member WHERE name = 'Nina Berg'")
    for path in (
        "/delegeringer/", "/delegeringer/?vis=alt", "/delegeringer/ny/", "/delegeringer/utskrift/", "/team/medlemmer/",
        "/team/medlemmer/ny/", f"/team/medlem/{nurse}/", f"/team/medlem/{nurse}/arbeidstid/",
    ):  # fmt: skip
        leader.goto(path)
        assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(leader)


def test_a_leader_changes_a_week_by_keyboard_and_without_script(log_in: LogIn) -> None:
    leader = log_in("leder", java_script_enabled=False)
    leader.goto("/team/medlemmer/")
    leader.get_by_role("link", name="Jon Dahl").press("Enter")
    leader.get_by_role("link", name="Endre arbeidstid").press("Enter")
    write(leader, leader.get_by_label("Fredag, på jobb"), "7:30")
    leader.keyboard.press("Enter")
    expect(leader.get_by_text("Arbeidstiden til Jon Dahl gjelder fra")).to_be_visible()
    friday = leader.get_by_role("row", name=re.compile("Fredag"))
    expect(friday.get_by_text("7:30").first).to_be_visible()
