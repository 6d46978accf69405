"""The secretary prepares, the doctor sees that it is ready and signs: by keyboard alone, on a desk and on a phone's width."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
A_PAIR = """
from django.utils import timezone
from patients.models import Patient
from tasks.actions.creating import create_task
from tasks.actions.doing import hand_on
from tasks.models import TaskKind
from teams.calendar import DAY, oslo_date
from teams.models import Member
now, doctor, secretary = timezone.now(), Member.objects.get(name="Amir Aune"), Member.objects.get(name="Siri Lund")
signature = create_task(
    by=secretary, kind=TaskKind.objects.get(slug="resept_fornyelse"), name={name!r}, due_on=oslo_date(now) + DAY,
    patient=Patient.objects.filter(clinic=doctor.clinic_id, moved_on=None, deceased_on=None).order_by("pk")[{n}],
    hard=False, origin="patient", urgent=False, at=now,
)
hand_on(signature.after_id, by=secretary, to=secretary, reason="", at=now)
hand_on(signature.pk, by=doctor, to=doctor, reason="", at=now)
"""
STANDS = "SELECT t.state FROM tasks_task t WHERE t.name = %s"
EVENTS = "SELECT count(*) FROM tasks_taskevent e JOIN tasks_task t ON t.id = e.task_id WHERE t.name = %s AND e.verb = %s"


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has focus: it can be reached without a mouse."""
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {wanted}")


def open_the_sheet(page: Page, name: str) -> Locator:
    """Search for the task, move to its row, open its sheet."""
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    done = page.get_by_role("button", name=re.compile(f"^(Utført|Signer|(Utfør|Signer) for [^:]*): {name},"))
    expect(done).to_have_count(1)
    page.keyboard.press("Escape")
    for _ in range(20):
        page.keyboard.press("j")
        if done.evaluate("element => element === document.activeElement"):
            break
    expect(done).to_be_focused()
    page.keyboard.press("g")
    sheet = page.locator("#ark")
    expect(sheet.locator("#ark-tittel")).to_be_focused()
    return sheet


@pytest.mark.parametrize(("width", "n"), [(WIDE, 1), (PHONE, 2)], ids=["1440", "390"])
def test_prepared_by_one_and_signed_by_the_other(log_in: LogIn, width: ViewportSize, n: int) -> None:
    name = f"Fornye resept nummer {n}"
    manage("shell", "-v0", "-c", A_PAIR.format(name=name, n=n), database=DATABASE)

    doctor = log_in("lege", viewport=width)
    sheet = open_the_sheet(doctor, name)
    expect(sheet.locator(".half")).to_contain_text("Hos Siri Lund")
    expect(sheet.get_by_text("Send tilbake til forberedelse")).to_have_count(0)
    assert_accessible(doctor)

    secretary = log_in("sekretaer", viewport=width)
    sheet = open_the_sheet(secretary, f"Forbered: {name}")
    expect(sheet.locator(".half")).to_contain_text("Hos Amir Aune")
    assert_accessible(secretary)
    tab_to(secretary, sheet.get_by_role("button", name="Start klokken"))
    secretary.keyboard.press("Enter")
    expect(sheet.get_by_role("button", name="Stans klokken")).to_be_visible()
    expect(sheet.locator("[data-clock]")).to_have_text(re.compile(r"0:0[1-9]"))
    assert_accessible(secretary)
    minutes = sheet.get_by_label("Minutter")
    expect(minutes).to_have_value("1")
    tab_to(secretary, minutes)
    secretary.keyboard.press("Control+a")
    secretary.keyboard.type("4")
    secretary.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(secretary.locator(".task-undo", has_text=name).get_by_role("button")).to_be_focused()
    assert ask(STANDS, f"Forbered: {name}") == "done"
    assert ask(STANDS, name) == "assigned"

    doctor.keyboard.press("Escape")
    doctor.reload()
    sheet = open_the_sheet(doctor, name)
    expect(sheet.get_by_text("Til signering").first).to_be_visible()
    expect(sheet.get_by_text(re.compile("Forberedt av Siri Lund i dag kl. .* 4 min"))).to_be_visible()
    expect(sheet.get_by_text("Send tilbake til forberedelse")).to_be_visible()
    assert_accessible(doctor)
    tab_to(doctor, sheet.get_by_role("button", name="Signer"))
    doctor.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    assert ask(STANDS, name) == "done"
    assert doctor.evaluate("document.documentElement.scrollWidth") <= width["width"]


def test_found_lacking_it_goes_back_to_who_prepared_it(log_in: LogIn) -> None:
    name = "Fornye resept som mangler noe"
    manage("shell", "-v0", "-c", A_PAIR.format(name=name, n=3), database=DATABASE)
    secretary = log_in("sekretaer")
    sheet = open_the_sheet(secretary, f"Forbered: {name}")
    tab_to(secretary, sheet.get_by_role("button", name="Utført"))
    secretary.keyboard.press("Enter")
    expect(sheet).to_be_hidden()

    doctor = log_in("lege")
    sheet = open_the_sheet(doctor, name)
    tab_to(doctor, sheet.locator("summary", has_text="Send tilbake"))
    doctor.keyboard.press("Enter")
    assert_accessible(doctor)
    tab_to(doctor, sheet.get_by_label("Hvorfor", exact=True).first)
    doctor.keyboard.type("Mangler siste blodprøve")
    doctor.keyboard.press("Enter")
    expect(doctor.locator("#meldinger")).to_contain_text("er sendt tilbake til forberedelse.")
    assert ask(EVENTS, name, "send_back") == 1

    secretary.reload()
    sheet = open_the_sheet(secretary, f"Forbered: {name}")
    tab_to(secretary, sheet.locator("summary", has_text="Gi tilbake"))
    secretary.keyboard.press("Enter")
    expect(sheet.locator("details", has_text="Gi tilbake")).to_contain_text(
        "Amir Aune ga den videre til deg."
    )
    expect(sheet.get_by_text("Mangler siste blodprøve").first).to_be_visible()
    assert_accessible(secretary)
