"""The leader covers a sick leave by keyboard alone: registers it, sees what it uncovers, takes the proposal into use; the
nurse is back early and takes back. On a phone, in the dark and without script it is the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from teams.calendar import OSLO
from tests.journeys.conftest import DATABASE, PHONE, assert_accessible
from tests.journeys.test_a_week import ask
from tests.processes import manage

pytestmark = pytest.mark.journey
LogIn = Callable[..., Page]

# Siri's next eight working days, whatever the demo's day is: desk work that any secretary does, one of it hard, and
# the last one begun.
TASKS = """
from django.utils import timezone
from tasks.models import AllocationRun, Task, TaskKind
from teams.calendar import oslo_date, working_days
from teams.models import Absence, Member
now, today = timezone.now(), oslo_date(timezone.now())
siri = Member.objects.get(name="Siri Lund")
Absence.objects.filter(member=siri, ends_on__gte=today).delete()
AllocationRun.objects.filter(decided_at__gt=now).update(ran_at=now, decided_at=now)
kind = TaskKind.objects.get(slug="okonomi")
days = working_days(today, 8)
for n, day in enumerate(days):
    Task.objects.create(
        clinic=siri.clinic, kind=kind, name=f"Oppgjør {n + 1}", origin=kind.origin, hard=n == 1,
        state="started" if n == 7 else "assigned", opens_on=today, due_on=days[-1], planned_minutes=10, planned_on=day,
        assignee=siri, opened_at=now, why={"rule": "least_loaded"},
    )
"""
HOLDS = """SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id
           WHERE m.name = %s AND t.name LIKE 'Oppgjør _' AND t.ended_at IS NULL"""
HELD = """SELECT count(*) FROM tasks_task t JOIN teams_member m ON m.id = t.assignee_id
          WHERE m.name = %s AND t.ended_at IS NULL"""
LATEST = "SELECT id FROM teams_absence ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def first_day(site: str) -> dt.date:
    """Somebody with eight days of work, and the day on which she falls ill."""
    manage("allocate_tasks", database=DATABASE)
    manage("shell", "-c", TASKS, database=DATABASE)
    return dt.datetime.now(OSLO).date()


def write(page: Page, field: Locator, day: dt.date) -> None:
    """A day as the keyboard gives it to a date field."""
    field.focus()
    field.fill(day.isoformat())


def pick(page: Page, label: str, words: str) -> None:
    """By its first letters, as one does in a list."""
    page.get_by_label(label).focus()
    page.keyboard.type(words)


def registers(page: Page, first: dt.date) -> None:
    page.get_by_role("link", name="Team", exact=True).press("Enter")
    page.get_by_role("link", name="Fravær", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="De neste åtte ukene")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Registrer fravær").press("Enter")
    assert_accessible(page)
    pick(page, "Hvem", "Siri")
    write(page, page.get_by_label("Første dag borte"), first)
    write(page, page.get_by_label("Siste dag borte"), first + dt.timedelta(days=20))
    pick(page, "Årsak", "Syk")
    page.get_by_role("button", name="Registrer").press("Enter")


def test_the_leader_covers_a_sick_leave_by_keyboard_alone(log_in: LogIn, first_day: dt.date) -> None:
    leader = log_in("leder")
    registers(leader, first_day)
    expect(leader.get_by_role("heading", name="Dette står udekket")).to_be_visible()
    hard = leader.locator("details", has_text="Frister som ikke kan glippe")
    expect(hard.get_by_text("Oppgjør 2")).to_be_visible()
    expect(leader.locator("details", has_text="Påbegynt").get_by_text("Oppgjør 8")).to_be_visible()
    assert ask(HOLDS, "Siri Lund") == 8, "looking changes nothing"
    expect(leader.get_by_role("heading", name="Dette endres")).to_be_visible(timeout=60_000)
    assert_accessible(leader)

    leader.get_by_role("button", name=re.compile("^Ta i bruk alle")).press("Enter")
    expect(leader.get_by_text("er flyttet.")).to_be_visible()
    expect(leader.get_by_role("heading", name="Siri Lund")).to_be_visible()
    assert ask(HOLDS, "Siri Lund") == 1, "what she had begun is hers"
    expect(leader.get_by_text("Flyttes ikke av fordelingen. Gi dem videre selv.")).to_be_visible()
    assert_accessible(leader)

    leader.get_by_role("button", name="Tilbake i morgen").press("Enter")
    expect(leader.get_by_text("Siri Lund er tilbake")).to_be_visible()
    expect(leader.get_by_role("heading", name="Gi tilbake til Siri Lund")).to_be_visible()
    assert_accessible(leader)


def test_back_early_she_takes_back_what_nobody_has_begun(log_in: LogIn, first_day: dt.date) -> None:
    absence = ask(LATEST)
    secretary = log_in("sekretaer")
    banner = secretary.get_by_role("region", name="Tilbake etter fravær")
    expect(banner.get_by_text(re.compile(r"gikk til (andre|en annen) mens du var borte"))).to_be_visible()
    assert_accessible(secretary)
    banner.get_by_role("link", name="Se og ta tilbake").press("Enter")
    expect(secretary.get_by_role("heading", name="Ta tilbake oppgavene dine")).to_be_visible()
    expect(secretary.get_by_text("sykefravær").first).to_be_visible()
    ticked = secretary.locator("[name=task]:checked").count()
    assert ticked > 1
    before = ask(HELD, "Siri Lund")
    secretary.locator("[name=task]:checked").first.focus()
    secretary.keyboard.press("Space")
    secretary.get_by_role("button", name="Ta tilbake").press("Enter")
    expect(secretary.get_by_text(re.compile(rf"^{ticked - 1} oppgave(r)? er tatt tilbake\."))).to_be_visible()
    assert ask(HELD, "Siri Lund") == before + ticked - 1
    assert_accessible(secretary)
    secretary.get_by_role("button", name="Angre").press("Enter")
    expect(secretary.get_by_text("Angret:")).to_be_visible()
    assert ask(HELD, "Siri Lund") == before
    assert ask("SELECT ends_on FROM teams_absence WHERE id = %s", absence) == first_day


def test_others_see_that_she_is_away_and_not_why(log_in: LogIn, first_day: dt.date) -> None:
    nurse = log_in("sykepleier")
    nurse.goto("/fravaer/")
    row = nurse.get_by_role("listitem").filter(has_text="Siri Lund").first
    expect(row).to_contain_text("Borte")
    assert "Sykefravær" not in row.inner_text()
    assert nurse.get_by_role("link", name=re.compile("^Åpne Siri Lund")).count() == 0
    assert_accessible(nurse)


def test_on_a_phone_in_the_dark(log_in: LogIn, first_day: dt.date) -> None:
    leader = log_in("leder", viewport=PHONE, color_scheme="dark")
    member = ask("SELECT id FROM teams_member WHERE name = 'Jon Dahl'")
    for path in (
        "/fravaer/", "/fravaer/ny/", f"/fravaer/{ask(LATEST)}/", f"/team/medlem/{member}/slutt/", "/team/",
    ):  # fmt: skip
        leader.goto(path)
        assert leader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert_accessible(leader)
    leader.goto(f"/fravaer/{ask(LATEST)}/")
    leader.locator("summary", has_text="Endre eller avslutte fraværet").press("Enter")
    assert_accessible(leader)


def test_somebody_leaves_without_script(log_in: LogIn, first_day: dt.date) -> None:
    leader = log_in("leder", java_script_enabled=False)
    member = ask("SELECT id FROM teams_member WHERE name = 'Siri Lund'")
    leader.goto(f"/team/medlem/{member}/")
    leader.get_by_role("link", name="Avslutt arbeidsforhold").click()
    leader.get_by_label("Siste arbeidsdag").fill((first_day + dt.timedelta(days=1)).isoformat())
    leader.get_by_role("button", name="Registrer").click()
    expect(leader.get_by_text("Siri Lund har siste arbeidsdag")).to_be_visible()
    expect(leader.get_by_role("heading", name="Forslag")).to_be_visible()
    expect(leader.get_by_role("button", name=re.compile("Ta i bruk|Lukk forslaget")).first).to_be_visible(
        timeout=60_000
    )
    leader.get_by_role("button", name="Slutter ikke likevel").click()
    expect(leader.get_by_text("Siri Lund slutter ikke likevel.")).to_be_visible()
    assert ask("SELECT ends_on FROM teams_member WHERE id = %s", member) is None
