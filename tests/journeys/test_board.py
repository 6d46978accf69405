"""The leader at the board: by keyboard several are given away with a look first and taken back; one is dragged;
whoever may not have it does not get it; on a phone and without script it is the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DATABASE, PHONE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

# Six wounds with Nina and one thing only a doctor may do, with Kari: sure to be there whatever the demo's day is.
TASKS = """
from django.utils import timezone
from patients.models import Patient
from tasks.models import Task, TaskKind
from teams.calendar import oslo_date
from teams.models import Member
now, today = timezone.now(), oslo_date(timezone.now())
nina, kari = (Member.objects.get(name=name, clinic__slug="solbakken") for name in ("Nina Berg", "Kari Holm"))
patients = Patient.objects.filter(clinic=nina.clinic, moved_on=None, deceased_on=None).order_by("pk")
for n, (who, slug, name) in enumerate([(nina, "sarstell", "Sårstell")] * 6 + [(kari, "sykmelding", "Sykmelding")]):
    kind = TaskKind.objects.get(slug=slug)
    Task.objects.create(
        clinic=nina.clinic, kind=kind, name=f"{name} {n + 1}", patient=patients[n], origin=kind.origin,
        state="assigned", opens_on=today, due_on=today, planned_minutes=15, assignee=who, opened_at=now,
    )
"""
HELD_BY = """SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id
             WHERE m.name = %s AND t.name LIKE 'Sårstell _' AND t.ended_at IS NULL"""
HOLDER = "SELECT m.name FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id WHERE t.name = %s"
ID = "SELECT id FROM tasks_task WHERE name = %s"


@pytest.fixture(scope="module")
def wounds(site: str) -> int:
    """The kind of the six tasks, as the filter knows it."""
    manage("shell", "-c", TASKS, database=DATABASE)
    return int(ask("SELECT kind_id FROM tasks_task WHERE name = 'Sårstell 1'"))


def list_of(kind: int) -> str:
    nina = ask("SELECT id FROM teams_member WHERE name = 'Nina Berg'")
    return f"/team/oppgaver/?hvem={nina}&type={kind}"


def tick(page: Page, name: str) -> None:
    page.get_by_role("checkbox", name=f"Merk: {name}").focus()


def test_what_a_key_leaves_out_of_all_is_left_out(log_in: LogIn, wounds: int) -> None:
    leader = log_in("leder")
    leader.goto(list_of(wounds))
    everything = leader.locator(".bulk-bar [name=all]")
    everything.check()
    tick(leader, "Sårstell 1")
    leader.keyboard.press("x")
    expect(everything).not_to_be_checked()
    ticked = leader.locator(".pick .tick input:checked").count()
    expect(leader.locator("#merket")).to_have_text(re.compile(f"^{ticked} merket"))


def test_several_are_given_away_by_keyboard_with_a_look_first_and_taken_back(
    log_in: LogIn, wounds: int
) -> None:
    leader = log_in("leder")
    leader.get_by_role("link", name="Team", exact=True).press("Enter")
    expect(leader.get_by_role("heading", name="Ikke fordelt")).to_be_visible()
    assert_accessible(leader)
    row = leader.get_by_role("row", name=re.compile("^Nina Berg"))
    row.get_by_role("link", name=re.compile(r"^Nina Berg, uke \d+:")).first.press("Enter")
    expect(leader.get_by_role("heading", name=re.compile(r"^Nina Berg, uke \d+$"))).to_be_visible()

    leader.goto(list_of(wounds))
    had, others = ask(HELD_BY, "Nina Berg"), ask(HELD_BY, "Jon Dahl")
    tick(leader, "Sårstell 1")
    leader.keyboard.press("x")
    for _ in range(2):
        leader.keyboard.press("Shift+ArrowDown")
    expect(leader.locator("#merket")).to_have_text("3 merket · 45 min")
    assert_accessible(leader)
    leader.keyboard.press("m")
    expect(leader.get_by_label("Gi til", exact=True)).to_be_focused()
    leader.keyboard.press("Escape")
    leader.get_by_label("Gi til", exact=True).select_option(label="Jon Dahl")
    leader.keyboard.press("Tab")
    leader.keyboard.press("Enter")
    preview = leader.get_by_role("dialog")
    expect(preview.get_by_role("heading", name="Gi 3 oppgaver til Jon Dahl")).to_be_focused()
    expect(preview.get_by_role("row", name=re.compile("^Jon Dahl"))).to_contain_text("→")
    assert_accessible(leader)
    assert ask(HELD_BY, "Nina Berg") == had, "looking changes nothing"
    leader.keyboard.press("Escape")
    expect(leader.locator("#merket")).to_have_text("3 merket · 45 min")
    leader.get_by_role("button", name="Gi videre …").press("Enter")
    preview.get_by_label("Hvorfor (kan stå tomt)").fill("Nina er på hjemmebesøk")
    leader.keyboard.press("Enter")
    expect(leader.get_by_text("3 oppgaver er gitt til Jon Dahl.")).to_be_visible()
    assert (ask(HELD_BY, "Nina Berg"), ask(HELD_BY, "Jon Dahl")) == (had - 3, others + 3)
    assert_accessible(leader)

    leader.get_by_role("button", name="Angre", exact=True).press("Enter")
    expect(leader.get_by_text("Endringen er angret for 3 oppgaver.")).to_be_visible()
    assert (ask(HELD_BY, "Nina Berg"), ask(HELD_BY, "Jon Dahl")) == (had, others)


def test_a_range_with_shift_click_and_all_that_match(log_in: LogIn, wounds: int) -> None:
    leader = log_in("leder")
    leader.goto(list_of(wounds))
    boxes = leader.get_by_role("checkbox", name=re.compile("^Merk: "))
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(leader.locator("#merket")).to_contain_text("4 merket")
    leader.get_by_label(re.compile(r"Alle \d+ som passer")).check()
    total = leader.locator(".picks").get_attribute("data-count")
    expect(leader.locator("#merket")).to_have_text(f"{total} merket")
    boxes.nth(2).uncheck()
    expect(leader.get_by_label(re.compile(r"Alle \d+ som passer"))).not_to_be_checked()


def test_a_task_is_dragged_to_a_colleague_and_not_to_one_who_may_not(log_in: LogIn, wounds: int) -> None:
    leader = log_in("leder")
    leader.goto(list_of(wounds))
    strip = leader.get_by_role("group", name="Gi det som er merket, til")
    dragged = leader.locator(f"#oppgave-{ask(ID, 'Sårstell 6')}")
    dragged.drag_to(strip.get_by_role("button", name=re.compile("^Gi til Jon Dahl")))
    expect(leader.get_by_text("1 oppgave er gitt til Jon Dahl.")).to_be_visible()
    assert ask(HOLDER, "Sårstell 6") == "Jon Dahl"
    assert_accessible(leader)
    leader.get_by_role("button", name="Angre", exact=True).click()
    expect(leader.get_by_text("Endringen er angret for 1 oppgave.")).to_be_visible()
    assert ask(HOLDER, "Sårstell 6") == "Nina Berg"

    kari = ask("SELECT id FROM teams_member WHERE name = 'Kari Holm'")
    sick_notes = ask("SELECT kind_id FROM tasks_task WHERE name = 'Sykmelding 7'")
    leader.goto(f"/team/oppgaver/?hvem={kari}&type={sick_notes}")
    only_doctors = leader.locator(f"#oppgave-{ask(ID, 'Sykmelding 7')}")
    only_doctors.drag_to(strip.get_by_role("button", name=re.compile("^Gi til Nina Berg")))
    expect(leader.get_by_text("kan ikke gjøres av Nina Berg")).to_be_visible()
    assert ask(HOLDER, "Sykmelding 7") == "Kari Holm"


def test_the_board_and_its_lists_on_a_phone_in_the_dark(log_in: LogIn, wounds: int) -> None:
    leader = log_in("leder", viewport=PHONE, color_scheme="dark")
    for path in ("/team/", "/team/?vis=dager", "/ingen/", list_of(wounds)):
        leader.goto(path)
        assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(leader)
    leader.get_by_role("checkbox", name="Merk: Sårstell 2").check()
    leader.get_by_label("Gi til", exact=True).select_option(label="Jon Dahl")
    leader.get_by_role("button", name="Gi videre …").click()
    expect(
        leader.get_by_role("dialog").get_by_role("heading", name="Gi 1 oppgave til Jon Dahl")
    ).to_be_visible()
    assert_accessible(leader)


def test_without_script_it_is_the_same_in_full_pages(log_in: LogIn, wounds: int) -> None:
    leader = log_in("leder", java_script_enabled=False)
    leader.goto(list_of(wounds))
    had = ask(HELD_BY, "Nina Berg")
    for n in (3, 4):
        leader.get_by_role("checkbox", name=f"Merk: Sårstell {n}").check()
    leader.get_by_role("button", name=re.compile("^Gi til Jon Dahl")).click()
    expect(leader.get_by_role("heading", name="Gi 2 oppgaver til Jon Dahl")).to_be_visible()
    leader.get_by_role("button", name="Gjennomfør").click()
    expect(leader.get_by_text("2 oppgaver er gitt til Jon Dahl.")).to_be_visible()
    assert ask(HELD_BY, "Nina Berg") == had - 2
    leader.get_by_role("button", name="Angre", exact=True).click()
    assert ask(HELD_BY, "Nina Berg") == had
