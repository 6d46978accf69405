"""A patient asks for everything and for something to be gone: taken out, refused with a letter, granted, done by the worker."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
PERSON = """
from patients.models import Patient, PatientIdentifier
from teams.models import Clinic
clinic = Clinic.objects.get(slug="solbakken")
patient = Patient.objects.create(
    clinic=clinic, given_name="Rett", family_name={name!r}, birth_date="1961-02-03", sex="unknown")
patient.conditions.create(clinic=clinic, icpc2="T92")
patient.medications.create(clinic=clinic, source_code="M04", text="Allopurinol 100 mg")
PatientIdentifier.objects.create(clinic=clinic, patient=patient, system="epj:pasientnr", value={name!r})
"""
# A week goes by: only the owner of the tables can say so.
A_WEEK = """
from django.db import connection, transaction
from rights.jobs import keep_rules
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SELECT set_config('fordel.deletion', txid_current()::text, true)")
    cursor.execute("UPDATE rights_deletionrequest SET decided_at = now() - interval '8 days' WHERE state = 'granted'")
keep_rules()
"""
NUMBER = "SELECT id FROM patients_patient WHERE family_name = %s"


@pytest.mark.parametrize("width", [WIDE, PHONE], ids=["1440", "390"])
def test_everything_out_and_then_gone(log_in: LogIn, width: ViewportSize, tmp_path: Path) -> None:
    name = f"Innsynsen{width['width']}"
    manage("shell", "-v0", "-c", PERSON.format(name=name), database=DATABASE)
    number = ask(NUMBER, name)
    leader = log_in("leder", viewport=width)
    leader.goto(f"/pasienter/{number}/")
    leader.get_by_role("link", name="Pasientens rettigheter").click()
    assert_accessible(leader)
    assert leader.evaluate("document.documentElement.scrollWidth") <= width["width"]
    take_out(leader, name, tmp_path / "alt.zip")

    ask_for(leader, number, "Ett legemiddel", "Den har jeg aldri brukt")
    leader.get_by_label("Avslå").check()
    leader.get_by_label("Begrunnelse").fill("Den ble skrevet ut av en annen.")
    leader.get_by_role("button", name="Lagre avgjørelsen").click()
    letter = leader.get_by_role("link", name="Brev til pasienten (PDF)").get_attribute("href")
    assert leader.request.get(str(letter)).body().startswith(b"%PDF")
    assert_accessible(leader)

    ask_for(leader, number, "", "Jeg er ikke pasient her")
    leader.get_by_label("Innvilg").check()
    leader.get_by_label("Begrunnelse").fill("Ført på feil person.")
    leader.get_by_role("button", name="Lagre avgjørelsen").click()
    expect(leader.get_by_text("Velg grunnlaget i loven.")).to_be_visible()
    assert_accessible(leader)
    leader.get_by_label("Grunnlag for å slette").select_option("mistaken")
    leader.get_by_role("button", name="Lagre avgjørelsen").click()
    expect(leader.get_by_text("Til da kan alle som leder, stanse det.")).to_be_visible()
    leader.goto("/oppbevaring/")
    expect(leader.get_by_role("link", name=f"Rett {name}")).to_be_visible()
    assert_accessible(leader)
    assert leader.evaluate("document.documentElement.scrollWidth") <= width["width"]

    manage("shell", "-v0", "-c", A_WEEK, database=DATABASE)
    assert ask(NUMBER, name) is None
    leader.reload()
    expect(leader.get_by_role("link", name=f"Rett {name}")).to_have_count(0)
    leader.locator("section[aria-labelledby=slettet] tbody a").first.click()
    expect(leader.get_by_text("Hvem det gjaldt, er slettet.")).to_be_visible()
    assert name not in leader.content()
    assert_accessible(leader)


def take_out(leader: Page, name: str, file: Path) -> None:
    with leader.expect_download() as download:
        leader.get_by_role("button", name="Ta ut alt").click()
    assert name not in download.value.suggested_filename
    download.value.save_as(file)
    with zipfile.ZipFile(file) as packed:
        told = packed.read("alt.json").decode()
    assert name in told
    assert "Allopurinol" in told


def ask_for(leader: Page, number: int, group: str, wish: str) -> None:
    """Write down a wish about the first thing of a group, or about everything."""
    leader.goto(f"/pasienter/{number}/rettigheter/")
    leader.get_by_text("Skriv ned et krav").click()
    first = leader.locator(f'#id_hva optgroup[label="{group}"] option').first if group else None
    what = first.get_attribute("value") if first else "patient"
    leader.get_by_label("Hva som ønskes slettet").select_option(what)
    leader.get_by_label("Hva det gjelder, med egne ord").fill(wish)
    leader.get_by_role("button", name="Skriv ned kravet").click()
    expect(leader.get_by_role("heading", name="Dette ville bli borte")).to_be_visible()
