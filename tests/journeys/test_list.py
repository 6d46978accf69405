"""The list, by the keyboard alone: narrowed and kept; who lacks follow-up gets it; plans for the whole list are looked at,
started and taken back; a patient's own interval and a stay in hospital; a programme edited, and approved by a doctor."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DATABASE, PHONE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.journeys.test_prepare_and_sign import tab_to
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

# Five whom nobody follows up yet, whatever the demo's day is: three with gout, two who are depressed.
PEOPLE = """
from patients.models import Patient
from teams.models import Clinic
clinic = Clinic.objects.get(slug="solbakken")
for name, code in (("Alma", "T92"), ("Birk", "T92"), ("Cilja", "T92"), ("Dag", "P76"), ("Eira", "P76")):
    patient = Patient.objects.create(
        clinic=clinic, given_name=name, family_name="Listesen", birth_date="1961-02-03", sex="unknown")
    patient.conditions.create(clinic=clinic, icpc2=code)
"""
PLANS = """
    SELECT count(*) FROM tasks_followupplan f JOIN tasks_programme g ON g.id = f.programme_id
    JOIN teams_clinic c ON c.id = f.clinic_id WHERE c.slug = 'solbakken' AND f.state = 'active' AND g.name = %s
"""
OURS = f"{PLANS} AND f.patient_id IN (SELECT id FROM patients_patient WHERE family_name = 'Listesen')"  # noqa: S608  # our own words
ALL_PLANS = "SELECT count(*) FROM tasks_followupplan f JOIN teams_clinic c ON c.id = f.clinic_id WHERE c.slug = 'solbakken' AND f.state = 'active'"
STARTS = re.compile(r"^Start \d+ plan(er)?$")


@pytest.fixture(scope="module", autouse=True)
def people(site: str) -> None:
    manage("shell", "-c", PEOPLE, database=DATABASE)


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Reach it by Tab and press it."""
    tab_to(page, wanted)
    page.keyboard.press(key)


def button(page: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("button", name=name, exact=isinstance(name, str))


def link(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)


def number(text: str | None) -> int:
    found = re.search(r"\d+", text or "")
    assert found, text
    return int(found.group())


def choose(page: Page, select: Locator, text: str) -> None:
    """Type the choice's name."""
    tab_to(page, select)
    page.keyboard.type(text)
    expect(select.locator("option:checked")).to_have_text(text)


def go(page: Page, name: str, heading: str) -> None:
    """Follow a link by Tab and Enter; the page is there when its heading is."""
    press(page, link(page, name))
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def open_programme(page: Page, name: str) -> None:
    go(page, "Programmer", "Programmer")
    link(page.locator(".of-programme"), name).press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def approve(doctor: Page, name: str) -> None:
    open_programme(doctor, name)
    press(doctor, button(doctor, re.compile("^Godkjenn")))
    expect(doctor.locator("#meldinger").get_by_text(f"{name} er godkjent, versjon")).to_be_visible()


def test_the_list_is_narrowed_and_what_was_chosen_is_kept(log_in: LogIn) -> None:
    page = log_in("leder")
    go(page, "Pasienter", "Pasienter")
    heading = page.get_by_role("heading", name=re.compile(r"^\d+ pasienter$"))
    everybody = number(heading.text_content())
    assert_accessible(page)
    press(page, page.locator("summary", has_text="Flere filtre"))
    choose(page, page.get_by_label("Fastlege", exact=True), "Kari Holm")
    expect(page.get_by_label("Valgt").get_by_text("Kari Holm")).to_be_visible()
    press(page, page.get_by_label("Fire legemidler eller flere"), "Space")
    expect(page.get_by_label("Valgt").get_by_text("Fire legemidler eller flere")).to_be_visible()
    narrowed = number(heading.text_content())
    assert 0 < narrowed < everybody
    assert_accessible(page)
    page.locator("summary", has_text="Lagre utvalg").press("Enter")
    tab_to(page, page.get_by_label("Lagre det som vises nå, som"))
    page.keyboard.type("Mange legemidler, Kari")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Utvalget «Mange legemidler, Kari» er lagret.")).to_be_visible()
    go(page, "Pasienter", "Pasienter")
    expect(heading).to_have_text(f"{everybody} pasienter")
    press(page, link(page.get_by_label("Utvalg", exact=True), "Mange legemidler, Kari"))
    expect(heading).to_have_text(f"{narrowed} pasienter")
    assert_accessible(page)


def test_who_lacks_follow_up_is_ticked_and_gets_a_plan(log_in: LogIn) -> None:
    page = log_in("leder")
    before = ask(OURS, "Urinsyregikt")
    go(page, "Pasienter", "Pasienter")
    go(page, "Mangler oppfølging", "Mangler oppfølging")
    assert_accessible(page)
    choose(page, page.get_by_label("Program", exact=True), "Urinsyregikt")
    press(page, button(page, "Vis"))
    listed = page.get_by_role("checkbox", name=re.compile("Listesen"))
    expect(listed).to_have_count(3)
    for n in range(2):
        press(page, listed.nth(n), "Space")
    expect(page.locator("#merket")).to_have_text("2 merket")
    press(page, button(page, "Start plan …"))
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="Start 2 planer")).to_be_focused()
    assert_accessible(page)
    assert ask(OURS, "Urinsyregikt") == before, "looking starts nothing"
    press(page, button(sheet, "Start"))
    expect(page.get_by_text("2 planer er startet.")).to_be_visible()
    expect(listed).to_have_count(1)
    assert ask(OURS, "Urinsyregikt") == before + 2
    assert_accessible(page)


def test_from_a_programme_to_what_it_would_mean_started_and_taken_back(log_in: LogIn) -> None:
    page = log_in("leder")
    approve(page, "Depresjon")
    assert_accessible(page)
    offer = button(page, re.compile(r"^Foreslå planer for \d+ pasienter$"))
    lacking = number(offer.text_content())
    press(page, offer)
    starts = button(page, STARTS)
    expect(starts).to_have_text(f"Start {lacking} planer", timeout=30_000)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(page.get_by_role("checkbox", name=re.compile("^Depresjon"))).to_be_checked()
    assert_accessible(page)
    assert ask(PLANS, "Depresjon") == 0, "looking starts nothing"
    press(page, starts)
    expect(page.get_by_role("heading", name="Planene er startet")).to_be_visible(timeout=30_000)
    assert ask(PLANS, "Depresjon") == lacking
    press(page, page.locator("summary", has_text="Stans det denne kjøringen startet"))
    expect(page.get_by_text(f"{lacking} planer stanses for {lacking} pasienter")).to_be_visible()
    assert_accessible(page)
    press(page, button(page, f"Stans {lacking} planer"))
    expect(page.get_by_role("heading", name="Planene er stanset igjen")).to_be_visible()
    assert_accessible(page)
    assert ask(PLANS, "Depresjon") == 0
    open_programme(page, "Depresjon")
    expect(offer).to_have_text(f"Foreslå planer for {lacking} pasienter")


def test_plans_for_the_whole_list_are_looked_at_chosen_and_started(log_in: LogIn) -> None:
    page = log_in("leder")
    go(page, "Programmer", "Programmer")
    go(page, "Planer for hele listen", "Planer for hele listen")
    assert_accessible(page)
    press(page, button(page, "Foreslå planer for hele listen"))
    starts = button(page, STARTS)
    expect(starts).to_be_visible(timeout=30_000)
    everything, before = number(starts.text_content()), ask(ALL_PLANS)
    gout = page.get_by_role("checkbox", name=re.compile("^Urinsyregikt"))
    without = number(gout.locator("xpath=..").locator("small").text_content())
    press(page, gout, "Space")
    expect(starts).to_have_text(re.compile(rf"^Start {everything - without} "))
    assert_accessible(page)
    press(page, starts)
    expect(page.get_by_role("heading", name="Planene er startet")).to_be_visible(timeout=30_000)
    assert_accessible(page)
    assert ask(ALL_PLANS) == before + everything - without
    assert ask(OURS, "Depresjon") == 2
    assert ask(OURS, "Urinsyregikt") == 2  # the third was not among the chosen
    go(page, "Tidligere", "Planer for hele listen")
    expect(page.get_by_role("row").filter(has_text="tatt tilbake")).not_to_have_count(0)
    assert_accessible(page)


def test_a_patient_is_found_and_has_an_interval_of_their_own_and_a_stay_in_hospital(log_in: LogIn) -> None:
    page = log_in("leder")
    go(page, "Pasienter", "Pasienter")
    tab_to(page, page.get_by_label("Navn, fødselsdato eller fødselsnummer"))
    page.keyboard.type("Listesen Dag")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=re.compile("Listesen, Dag")))
    expect(page.get_by_role("heading", name="Planer", exact=True)).to_be_visible()
    assert "Listesen" not in page.url
    assert_accessible(page)
    press(page, page.get_by_role("link", name=re.compile("^Endre hvor ofte: Kontroll depresjon")))
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="Hvor ofte: Kontroll depresjon")).to_be_focused()
    assert_accessible(page)
    tab_to(page, sheet.get_by_label("Måneder"))
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    tab_to(page, sheet.get_by_label("Hvorfor endres det?"))
    page.keyboard.type("Ny medisin")
    page.keyboard.press("Enter")
    expect(page.get_by_text("(programmet: hver 3. måned)")).to_be_visible()
    own = "SELECT count(*) FROM tasks_planevent WHERE verb = 'interval' AND reason = 'Ny medisin'"
    assert ask(own) == 1
    go(page, "Utskrivning", "Utskrivning fra sykehus")
    assert_accessible(page)
    tab_to(page, page.get_by_label("Sykehus"))
    page.keyboard.type("Stavern sykehus")
    page.keyboard.press("Enter")
    expect(page.locator("#meldinger").get_by_text(re.compile(r"^Registrert\. \d+ oppgave"))).to_be_visible()
    expect(page.locator("li.discharge").filter(has_text="Stavern sykehus")).to_have_count(1)
    assert_accessible(page)
    opened = "SELECT count(*) FROM tasks_task WHERE sender = 'Stavern sykehus' AND ended_at IS NULL"
    assert ask(opened) > 0


def test_a_leader_edits_a_programme_and_a_doctor_approves_it(log_in: LogIn) -> None:
    page = log_in("leder")
    open_programme(page, "Urinsyregikt")
    go(page, "Endre", "Endre Urinsyregikt")
    assert_accessible(page)
    months = page.get_by_label("Måneder").first
    months.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("6")
    expect(page.locator("#aar").get_by_text("hver 6. måned")).to_be_visible()
    button(page, "Lagre utkastet").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ett felt må rettes før det kan lagres.")).to_be_visible()
    expect(page.get_by_text("Skriv hvor det nye er fra, eller hvorfor.")).to_be_visible()
    assert_accessible(page)
    press(page, page.get_by_label("Kilde, eller hvorfor"), "Control+a")
    page.keyboard.type("Anfall mellom prøvene")
    button(page, "Lagre utkastet").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Utkastet er lagret. Det gjelder når en lege har godkjent det.")).to_be_visible()
    assert_accessible(page)
    interval = "SELECT s.interval_months FROM tasks_step s JOIN tasks_programme g ON g.id = s.programme_id JOIN teams_clinic c ON c.id = g.clinic_id WHERE c.slug = 'solbakken' AND g.slug = 'gikt'"
    assert ask(interval) == 12, "a draft changes nothing"

    doctor = log_in("lege")
    open_programme(doctor, "Urinsyregikt")
    press(doctor, link(doctor, "Utkast"))
    expect(doctor.get_by_role("heading", name=re.compile("^Endret fra versjon"))).to_be_visible()
    assert_accessible(doctor)
    press(doctor, button(doctor, re.compile("^Godkjenn versjon")))
    expect(doctor.get_by_text("Urinsyregikt er godkjent, versjon 2.")).to_be_visible()
    assert ask(interval) == 6
    assert_accessible(doctor)


def test_the_list_on_a_phone_in_the_dark(log_in: LogIn) -> None:
    page = log_in("leder", viewport=PHONE, color_scheme="dark")
    ids = {
        "patient": ask(
            "SELECT id FROM patients_patient WHERE given_name = 'Dag' AND family_name = 'Listesen'"
        ),
        "programme": ask(
            "SELECT g.id FROM tasks_programme g JOIN teams_clinic c ON c.id = g.clinic_id"
            " WHERE c.slug = 'solbakken' AND g.slug = 'gikt'"
        ),
    }
    page.goto("/planforslag/")
    button(page, "Foreslå planer for hele listen").click()
    expect(page.get_by_role("heading", name="Planer for hele listen: forhåndsvisning")).to_be_visible(
        timeout=30_000
    )
    assert_fits(page)
    runs = ask("SELECT array_agg(id ORDER BY id) FROM tasks_planrun WHERE state IN ('done', 'undone')")
    paths = [
        "/pasienter/", "/pasienter/mangler/", "/pasienter/behov/", "/programmer/", "/planforslag/",
        *(f"/planforslag/{pk}/" for pk in runs),
        *(f"/pasienter/{ids['patient']}/{end}" for end in ("", "utskrivning/")),
        *(f"/programmer/{ids['programme']}/{end}" for end in ("", "rediger/", "versjoner/")),
    ]  # fmt: skip
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert_fits(page)


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    assert_accessible(page)
