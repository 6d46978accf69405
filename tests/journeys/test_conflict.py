"""Two browsers at one task at once: whoever comes second is told, keeps what they typed, chooses; nothing is overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.journeys.test_prepare_and_sign import tab_to
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]
A_CALL = """
from django.utils import timezone
from patients.models import Patient
from tasks.actions.creating import create_task
from tasks.actions.doing import hand_on
from tasks.models import TaskKind
from teams.calendar import oslo_date
from teams.models import Member
now, nurse = timezone.now(), Member.objects.get(name="Nina Berg")
task = create_task(
    by=nurse, kind=TaskKind.objects.get(slug="telefonsporsmal"), name={name!r}, due_on=oslo_date(now), hard=False,
    patient=Patient.objects.filter(clinic=nurse.clinic_id, moved_on=None, deceased_on=None).order_by("pk")[5],
    origin="patient", urgent=False, at=now,
)
hand_on(task.pk, by=nurse, to=nurse, reason="", at=now)
"""
TASK = "SELECT id FROM tasks_task WHERE name = %s"
DONE = "SELECT count(*) FROM tasks_taskevent WHERE task_id = %s AND verb = 'complete'"
MINUTES = "SELECT minutes FROM tasks_task WHERE id = %s"


def a_call(name: str) -> int:
    manage("shell", "-v0", "-c", A_CALL.format(name=name), database=DATABASE)
    return int(ask(TASK, name))


@pytest.mark.parametrize("width", [WIDE, PHONE], ids=["1440", "390"])
def test_both_do_it_at_once(log_in: LogIn, width: ViewportSize) -> None:
    task = a_call(f"Ringe om reise {width['width']}")
    nurse, secretary = log_in("sykepleier", viewport=width), log_in("sekretaer", viewport=width)
    nurse.goto("/min-dag/?hvem=me")
    secretary.goto(f"/oppgave/{task}/")
    row = nurse.locator(f"#oppgave-{task}")
    tab_to(secretary, secretary.get_by_label("Minutter"))
    secretary.keyboard.press("Control+a")
    secretary.keyboard.type("12")
    row.get_by_role("textbox").focus()
    nurse.keyboard.press("Control+a")
    nurse.keyboard.type("47")

    secretary.keyboard.press("Enter")
    secretary.wait_for_url("**/min-dag/**")
    nurse.keyboard.press("Enter")
    expect(
        row.get_by_text(re.compile(r"Siri Lund utførte denne i dag kl\. \d\d\.\d\d, 12 min\."))
    ).to_be_visible()
    expect(row.get_by_role("textbox")).to_have_value("47")
    expect(row.get_by_role("button", name="Gjør det likevel")).to_have_count(0)
    assert_accessible(nurse)
    assert nurse.evaluate("document.documentElement.scrollWidth") <= width["width"]
    assert (ask(DONE, task), ask(MINUTES, task)) == (1, 12)

    tab_to(nurse, row.get_by_role("link", name="La det stå"))
    nurse.keyboard.press("Enter")
    expect(row.get_by_text("utført på 12 min")).to_be_visible()
    assert (ask(DONE, task), ask(MINUTES, task)) == (1, 12)


def test_put_off_by_one_and_done_all_the_same_by_the_other(log_in: LogIn) -> None:
    task = a_call("Ringe om time")
    nurse, secretary = log_in("sykepleier"), log_in("sekretaer")
    nurse.goto("/min-dag/?hvem=me")
    secretary.goto(f"/oppgave/{task}/")
    secretary.locator("summary", has_text="Utsett").press("Enter")
    secretary.get_by_label("Hvorfor", exact=True).first.fill("Pasienten ringer selv")
    secretary.keyboard.press("Enter")
    secretary.wait_for_url("**/min-dag/**")

    row = nurse.locator(f"#oppgave-{task}")
    row.locator(".done").press("Enter")
    expect(row.get_by_text("Siri Lund utsatte denne i dag")).to_be_visible()
    expect(row.get_by_text("Pasienten ringer selv")).to_be_visible()
    assert ask(DONE, task) == 0
    assert_accessible(nurse)
    tab_to(nurse, row.get_by_role("button", name="Gjør det likevel"))
    nurse.keyboard.press("Enter")
    expect(row.get_by_role("button", name="Angre")).to_be_focused()
    assert ask(DONE, task) == 1


def test_what_was_typed_on_a_sheet_stands_when_somebody_was_first(log_in: LogIn) -> None:
    task = a_call("Ringe om svar")
    nurse, secretary = log_in("sykepleier"), log_in("sekretaer")
    nurse.goto("/min-dag/?hvem=me")
    nurse.locator(f"#oppgave-{task} [hx-get]").press("Enter")
    sheet = nurse.locator("#ark")
    sheet.locator("summary", has_text="Utsett").press("Enter")
    sheet.get_by_label("Hvorfor", exact=True).first.fill("Venter på legen")

    secretary.goto(f"/oppgave/{task}/")
    secretary.get_by_role("button", name="Start klokken").press("Enter")
    expect(secretary.get_by_role("button", name="Stans klokken")).to_be_visible()
    assert_accessible(secretary)

    sheet.get_by_label("Hvorfor", exact=True).first.press("Enter")
    expect(sheet.locator(".conflict")).to_be_focused()
    expect(sheet.locator(".conflict")).to_contain_text("Siri Lund startet denne i dag")
    expect(sheet.get_by_text("Siri Lund har startet denne.")).to_be_visible()
    expect(sheet.get_by_label("Hvorfor", exact=True).first).to_have_value("Venter på legen")
    assert_accessible(nurse)
    assert ask("SELECT state FROM tasks_task WHERE id = %s", task) == "started"

    tab_to(nurse, sheet.get_by_role("button", name="Ta over"))
    nurse.keyboard.press("Enter")
    expect(sheet.get_by_text("Siri Lund har startet denne.")).to_have_count(0)
    assert ask(
        "SELECT m.name FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id WHERE t.id = %s", task
    ) == "Nina Berg"  # fmt: skip
