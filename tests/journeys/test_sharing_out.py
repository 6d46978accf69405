"""Somebody is away: the leader sees what no longer holds, asks, looks, takes some, undoes; a nurse asks why her;
what is urgent is somebody's at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from teams.calendar import OSLO
from tests.journeys.conftest import DATABASE, PHONE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

# Jon's coming week, and then he is ill for three: part 3 makes the page that tells so.
JON_IS_AWAY = """
import datetime as dt
from django.utils import timezone
from patients.models import Patient
from tasks.models import AllocationRun, Task, TaskKind
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member
now, today = timezone.now(), oslo_date(timezone.now())
jon = Member.objects.get(name="Jon Dahl")
kind = TaskKind.objects.get(slug="prosvar_info")
patients = Patient.objects.filter(clinic=jon.clinic, moved_on=None, deceased_on=None).order_by("pk")
for n, day in enumerate(working_days(today + dt.timedelta(days=1), 8)):
    Task.objects.create(
        clinic=jon.clinic, kind=kind, name=kind.name, patient=patients[n], origin=kind.origin, state="assigned",
        opens_on=today, due_on=today + dt.timedelta(days=11), planned_minutes=10, planned_on=day, assignee=jon,
        opened_at=now, why={"rule": "least_loaded"},
    )
# The demo's last night is this morning's at four: a test at two at night would be before it.
AllocationRun.objects.filter(decided_at__gt=now).update(ran_at=now, decided_at=now)
Absence.objects.create(
    clinic=jon.clinic, member=jon, starts_on=today, ends_on=today + dt.timedelta(days=21), reason="sick"
)
"""
HOLDS = "SELECT count(*) FROM tasks_task WHERE assignee_id = %s AND ended_at IS NULL AND planned_on > %s"
LATEST = "SELECT state FROM tasks_allocationrun WHERE cause <> 'urgent' ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def somebody_is_away(site: str) -> tuple[int, str, dt.date]:
    """Who, by name, and since when."""
    # Before four in the morning the demo's night is yesterday's, and the worker catches up: not after Jon has left.
    manage("allocate_tasks", database=DATABASE)
    manage("shell", "-c", JON_IS_AWAY, database=DATABASE)
    who = ask("SELECT id FROM teams_member WHERE name = 'Jon Dahl'")
    return who, "Jon Dahl", dt.datetime.now(OSLO).date()


def proposal(leader: Page) -> None:
    """Ask for what must move, by keyboard, and wait for the answer."""
    leader.goto("/fordeling/")
    button = leader.get_by_role("button", name="Bare det som må flyttes")
    button.focus()
    leader.keyboard.press("Enter")
    expect(leader.get_by_role("heading", name="Dette endres")).to_be_visible(timeout=30_000)


def test_somebody_is_away_and_the_leader_shares_out(
    log_in: LogIn, somebody_is_away: tuple[int, str, dt.date]
) -> None:
    who, name, today = somebody_is_away
    leader = log_in("leder")
    leader.get_by_role("link", name="Team", exact=True).click()
    banner = leader.get_by_role("region", name="Planen holder ikke lenger")
    expect(banner.get_by_text(f"{name} er borte")).to_be_visible()
    assert_accessible(leader)
    banner.get_by_role("link", name="Se og fordel").press("Enter")
    expect(leader.get_by_role("heading", name="Fordeling", exact=True)).to_be_visible()
    assert_accessible(leader)
    had = ask(HOLDS, who, today)
    assert had >= 8

    proposal(leader)
    assert_accessible(leader)
    row = leader.get_by_role("rowheader", name=re.compile(name))
    expect(row).to_be_visible()
    assert ask(HOLDS, who, today) == had, "looking changes nothing"

    boxes = leader.locator("[name=task]")
    total = int(leader.locator("#antall").get_attribute("data-of") or 0)
    some, every = (leader.locator(f".decide .{which}") for which in ("chosen", "every"))
    expect(leader.locator("#antall")).to_have_text(f"{total} / {total}")
    assert (some.is_visible(), every.is_visible()) == (False, True)
    boxes.first.focus()
    leader.keyboard.press("Space")
    expect(leader.locator("#antall")).to_have_text(f"{total - 1} / {total}")
    assert (some.is_visible(), every.is_visible()) == (True, False)
    kept = int(boxes.first.get_attribute("value") or 0)
    before = ask("SELECT assignee_id FROM tasks_task WHERE id = %s", kept)
    leader.keyboard.press("Enter")
    expect(leader.get_by_text("er flyttet.")).to_be_visible()
    assert_accessible(leader)
    assert ask("SELECT assignee_id FROM tasks_task WHERE id = %s", kept) == before
    assert ask(HOLDS, who, today) <= 1
    assert ask(LATEST) == "applied"

    leader.get_by_role("button", name="Angre hele fordelingen").press("Enter")
    expect(leader.get_by_text("Fordelingen er angret")).to_be_visible()
    assert ask(HOLDS, who, today) == had
    assert ask(LATEST) == "undone"


def test_a_person_is_left_out_with_one_press_and_the_rest_discarded(
    log_in: LogIn, somebody_is_away: tuple[int, str, dt.date]
) -> None:
    leader = log_in("leder")
    proposal(leader)
    group = leader.locator("[name=group]").first
    group.focus()
    leader.keyboard.press("Space")
    mine = leader.locator(f"[name=task][data-group='{group.get_attribute('value')}']")
    for box in mine.all():
        expect(box).not_to_be_checked()
    leader.get_by_role("button", name="Forkast").press("Enter")
    expect(leader.get_by_text("Forslaget er forkastet. Ingenting er endret.")).to_be_visible()
    assert ask(LATEST) == "discarded"


def test_a_proposal_on_a_phone_in_the_dark(log_in: LogIn, somebody_is_away: tuple[int, str, dt.date]) -> None:
    leader = log_in("leder", viewport=PHONE, color_scheme="dark")
    proposal(leader)
    assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(leader)
    for path in ("/fordeling/", "/oppgaver/ny/", "/team/"):
        leader.goto(path)
        assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(leader)


def test_without_script_it_is_the_same_in_full_pages(
    log_in: LogIn, somebody_is_away: tuple[int, str, dt.date]
) -> None:
    who, _name, today = somebody_is_away
    leader = log_in("leder", java_script_enabled=False)
    proposal(leader)
    leader.get_by_role("button", name="Ta i bruk alle").click()
    expect(leader.get_by_text("er flyttet.")).to_be_visible()
    assert ask(HOLDS, who, today) == 0
    leader.get_by_role("button", name="Angre hele fordelingen").click()
    expect(leader.get_by_text("Fordelingen er angret")).to_be_visible()


def test_a_nurse_asks_why_her(log_in: LogIn) -> None:
    nurse = log_in("sykepleier")
    nurse.get_by_role("link", name="Hvorfor meg?").first.press("Enter")
    expect(nurse.get_by_role("heading", name="Hvorfor meg?")).to_be_visible()
    expect(nurse.get_by_role("row", name=re.compile("Nina Berg")).get_by_text("Har den")).to_be_visible()
    expect(nurse.get_by_role("row", name=re.compile("Siri Lund"))).to_be_visible()
    assert_accessible(nurse)


def test_what_is_urgent_is_somebodys_at_once(log_in: LogIn) -> None:
    secretary = log_in("sekretaer")
    secretary.get_by_role("link", name="Ny oppgave").click()
    assert_accessible(secretary)
    patient = ask("SELECT p.family_name FROM patients_patient p JOIN teams_clinic c ON c.id = p.clinic_id"
                  " WHERE c.slug = 'solbakken' AND p.moved_on IS NULL AND p.deceased_on IS NULL LIMIT 1")  # fmt: skip
    secretary.get_by_label("Navn, fødselsdato eller fødselsnummer").fill(patient)
    secretary.keyboard.press("Enter")
    secretary.get_by_role("radio").first.check()
    assert patient not in secretary.url
    sarstell = secretary.locator("#id_kind option", has_text="Sårstell")
    secretary.get_by_label("Hva", exact=True).select_option(value=sarstell.get_attribute("value"))
    secretary.get_by_role("button", name="Lag oppgaven").press("Enter")
    expect(secretary.get_by_text("Sårstell er gitt til")).to_be_visible()
    expect(secretary.get_by_role("heading", name=re.compile("^Hvorfor"))).to_be_visible()
    assert_accessible(secretary)
    assert ask(
        "SELECT assignee_id IS NOT NULL AND planned_on IS NOT NULL FROM tasks_task ORDER BY id DESC LIMIT 1"
    )


def test_a_leader_locks_a_task_in_its_sheet(log_in: LogIn) -> None:
    leader = log_in("leder")
    task = ask("SELECT t.id FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id"
               " WHERE m.name = 'Nina Berg' AND t.ended_at IS NULL LIMIT 1")  # fmt: skip
    leader.goto(f"/oppgave/{task}/")
    leader.locator("summary", has_text="Bestem selv").press("Enter")
    assert_accessible(leader)
    form = leader.locator("form", has=leader.get_by_role("heading", name="Lås til en"))
    form.get_by_label("Dag (kan stå tom)").fill("")
    form.get_by_role("button", name="Lås").click()
    form.get_by_label("Hvorfor").fill("Kjenner familien")
    leader.keyboard.press("Enter")
    expect(leader.get_by_text("er låst til Nina Berg.")).to_be_visible()
    assert ask("SELECT pinned FROM tasks_task WHERE id = %s", task)
    assert_accessible(leader)
