"""Fravær through the web: who may see and register what, in words; one page from registering to taking into use."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions import proposals
from tasks.models import AllocationRun, Task
from teams.calendar import Week, oslo_date, working_day_on_or_after, working_days
from teams.models import Absence, Access, Member
from tests.conftest import Cast, logged_in, make_cast, make_member
from tests.tasks.conftest import make_patient, make_task

DAY = dt.timedelta(days=1)
HTMX = {"HX-Request": "true", "HX-Target": "framdrift"}


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def away(member: Member, first: int = 0, last: int = 6, **fields: object) -> Absence:
    """Days counted from today."""
    return Absence.objects.create(
        clinic=member.clinic, member=member,
        **{
            "reason": "sick", "starts_on": today() + first * DAY, "ends_on": today() + last * DAY,
            "at": timezone.now() - dt.timedelta(days=20), **fields,
        },
    )  # fmt: skip


def held(cast: Cast, n: int = 3) -> list[Task]:
    """Tasks of the secretary's that the nurse may do too, on her first working days."""
    patient, days = make_patient(cast), working_days(today(), n)
    return [
        make_task(
            cast.clinic, "okonomi", assignee=cast.secretary, patient=patient, planned_on=day, opens_on=today(),
            due_on=days[-1], why={"rule": "least_loaded"},
        )
        for day in days
    ]  # fmt: skip


def sent(member: Member | None = None, **fields: object) -> dict[str, object]:
    return {
        "starts_on": today().isoformat(), "ends_on": (today() + 6 * DAY).isoformat(), "part": "whole",
        "reason": "sick", "cover": "", **({"member": member.pk} if member else {}), **fields,
    }  # fmt: skip


def test_one_page_from_registering_to_taking_into_use(solbakken: Cast, leader: Client) -> None:
    tasks = held(solbakken)
    answer = leader.post("/fravaer/ny/", sent(solbakken.secretary))
    found = Absence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/fravaer/{found.pk}/")
    assert (found.by, found.reason) == (solbakken.doctor, "sick")
    page = leader.get(f"/fravaer/{found.pk}/").content.decode()
    assert "Dette står udekket" in page
    assert "Per Lunde" in page
    assert "Venter på tur" in page
    assert 'http-equiv="refresh"' in page
    fragment = leader.get(f"/fravaer/{found.pk}/", headers=HTMX).content.decode()
    assert f'hx-get="/fravaer/{found.pk}/"' in fragment
    assert "<html" not in fragment

    run = AllocationRun.objects.get()
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())
    assert leader.get(f"/fravaer/{found.pk}/", headers=HTMX)["HX-Redirect"] == f"/fravaer/{found.pk}/"
    page = leader.get(f"/fravaer/{found.pk}/").content.decode()
    assert "Ta i bruk alle 3" in page
    here = {"here": f"/fravaer/{found.pk}/", "all": "1"}
    answer = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", here, follow=True)
    assert answer.redirect_chain == [(f"/fravaer/{found.pk}/", 302)]
    page = answer.content.decode()
    assert "3 oppgaver er flyttet." in page
    assert "Ingenting står udekket" in page
    assert "Angre fordelingen" in page
    assert set(Task.objects.values_list("assignee", flat=True)) == {solbakken.nurse.pk}
    answer = leader.post(f"/fordeling/{run.pk}/angre/", {"here": f"/fravaer/{found.pk}/"}, follow=True)
    assert answer.redirect_chain == [(f"/fravaer/{found.pk}/", 302)]
    assert Task.objects.filter(assignee=solbakken.secretary).count() == len(tasks)
    assert "Be om nytt forslag" in answer.content.decode()


@pytest.mark.parametrize("here", ["https://ond.example/", "//ond.example/", "javascript:alert(1)", ""])
def test_nobody_is_sent_out_of_the_house(solbakken: Cast, leader: Client, here: str) -> None:
    held(solbakken)
    leader.post("/fravaer/ny/", sent(solbakken.secretary))
    run = AllocationRun.objects.get()
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())
    answer = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1", "here": here})
    assert answer["Location"] == f"/fordeling/{run.pk}/"


def test_a_proposal_is_thrown_away_and_asked_for_again_in_place(solbakken: Cast, leader: Client) -> None:
    held(solbakken)
    leader.post("/fravaer/ny/", sent(solbakken.secretary))
    found, run = Absence.objects.get(), AllocationRun.objects.get()
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())
    answer = leader.post(f"/fordeling/{run.pk}/forkast/", {"here": f"/fravaer/{found.pk}/"}, follow=True)
    assert "Be om nytt forslag" in answer.content.decode()
    leader.post(f"/fravaer/{found.pk}/forslag/")
    assert "Venter på tur" in leader.get(f"/fravaer/{found.pk}/").content.decode()


def test_the_form_is_shown_and_a_member_may_be_named_in_the_address(solbakken: Cast, leader: Client) -> None:
    page = leader.get(f"/fravaer/ny/?hvem={solbakken.nurse.pk}").content.decode()
    assert f'<option value="{solbakken.nurse.pk}" selected>Nina Nes</option>' in page
    assert leader.get("/fravaer/ny/?hvem=abc").status_code == 200
    assert leader.get(f"/fravaer/ny/?hvem={'9' * 30}").status_code == 200
    assert "diagnose" not in page.lower()
    assert "<textarea" not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"member": ""}, "Velg hvem."),
        ({"member": "0"}, "Velg fra listen."),
        ({"starts_on": ""}, "Velg en dag."),
        ({"starts_on": "i morgen"}, "Skriv en dato"),
        ({"ends_on": "2020-01-01"}, "Siste dag kan ikke være før den første."),
        ({"reason": ""}, "Velg årsak."),
        ({"reason": "boredom"}, "Velg fra listen."),
        ({"part": "hours"}, "Skriv hvor mange timer, høyst 12."),
        ({"part": "hours", "minutes": "mange"}, "Skriv timer og minutter"),
        ({"part": "hours", "minutes": "13:00"}, "Skriv hvor mange timer, høyst 12."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    solbakken: Cast, leader: Client, wrong: dict[str, str], words: str
) -> None:
    answer = leader.post("/fravaer/ny/", {**sent(solbakken.nurse), **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Absence.objects.exists()


def test_refusals_of_the_rules_name_who_and_when(solbakken: Cast, leader: Client) -> None:
    def refused(member: Member, **fields: object) -> str:
        answer = leader.post("/fravaer/ny/", sent(member, **fields))
        assert answer.status_code == 422
        return answer.content.decode()

    long = (today() + 400 * DAY).isoformat()
    assert "høyst et år" in refused(solbakken.nurse, ends_on=long)
    assert "til et år frem" in refused(solbakken.nurse, starts_on=long, ends_on=long)
    leaves = make_member(solbakken.clinic, "Sist Dag", "nurse", ends_on=today() + DAY)
    assert "Sist Dag er ikke ansatt alle de dagene." in refused(leaves)
    assert "Stedfortrederen må være en annen" in refused(solbakken.nurse, cover=leaves.pk)
    assert "Stedfortrederen må være en annen" in refused(solbakken.nurse, cover=solbakken.nurse.pk)
    away(solbakken.nurse, 2, 3, reason="course")
    page = refused(solbakken.nurse)
    assert "Nina Nes er alt borte" in page
    assert "(kurs)" in page


def test_some_hours_of_one_day(solbakken: Cast, leader: Client) -> None:
    form = sent(solbakken.nurse, ends_on="", part="hours", minutes="2:30", reason="course")
    page = leader.post("/fravaer/ny/", form, follow=True).content.decode()
    found = Absence.objects.get()
    assert (found.ends_on, found.minutes) == (today(), 150)
    assert "kurs, 2\u00a0t\u00a030\u00a0min av dagen" in page


def test_a_cover_who_is_away_too_is_warned_of(solbakken: Cast, leader: Client) -> None:
    away(solbakken.secretary, 1, 2)
    form = sent(solbakken.nurse, cover=solbakken.secretary.pk)
    page = leader.post("/fravaer/ny/", form, follow=True).content.decode()
    assert "Siri Sand, som er stedfortreder, er selv borte" in page
    assert Absence.objects.filter(member=solbakken.nurse).exists()


def test_everybody_registers_for_themselves_alone(solbakken: Cast, nurse: Client) -> None:
    page = nurse.get("/fravaer/ny/").content.decode()
    assert 'name="member"' not in page
    held(solbakken)
    assert nurse.post("/fravaer/ny/", sent(solbakken.secretary)).status_code == 403
    assert not Absence.objects.exists(), "nor the sender's, silently"
    answer = nurse.post("/fravaer/ny/", sent(), follow=True)
    found = Absence.objects.get()
    assert (found.member, found.by) == (solbakken.nurse, solbakken.nurse)
    page = answer.content.decode()
    assert "Teamlederen ser det" in page
    assert "Be om forslag" not in page
    assert not AllocationRun.objects.exists()


def test_a_manager_registers_own_leave_and_sees_no_patient(solbakken: Cast) -> None:
    manager = logged_in(solbakken.manager)
    held(solbakken)
    page = manager.post("/fravaer/ny/", sent(reason="holiday"), follow=True).content.decode()
    assert "Mona Myhre" in page
    assert "Per Lunde" not in page


@pytest.mark.parametrize("access", [Access.MANAGER, Access.ADMINISTRATOR])
def test_who_sees_no_patients_now_sees_none_on_an_own_absence(
    solbakken: Cast, leader: Client, access: Access
) -> None:
    back, _tasks = returned(solbakken, leader)
    held(solbakken)
    ahead = away(solbakken.secretary, 0, 30)
    own = logged_in(solbakken.secretary)
    pages = [f"/fravaer/{each.pk}/" for each in (ahead, back)]
    assert all("Per Lunde" in own.get(page).content.decode() for page in pages)
    Member.objects.filter(pk=solbakken.secretary.pk).update(access=access)
    for page in pages:
        answer = own.get(page)
        assert answer.status_code == 200
        assert "Lunde" not in answer.content.decode()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("path", "fields"),
    [("ta-bort/", {}), ("tilbake/", {"day": str(today() + 3 * DAY)}), ("endre/", sent())],
)
def test_of_two_at_once_the_second_is_told_that_it_is_gone(path: str, fields: dict[str, str]) -> None:
    cast = make_cast("solbakken", "Solbakken legesenter")
    found, answers = away(cast.secretary, 1, 6), []
    client = logged_in(cast.doctor)

    def second() -> None:
        answers.append(client.post(f"/fravaer/{found.pk}/{path}", fields, follow=True))
        connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=cast.secretary.pk)
        thread.start()
        wait_for_a_lock()
        found.delete()
    thread.join(30)
    assert answers[0].redirect_chain == [("/fravaer/", 302)]
    assert "Fraværet er alt tatt bort." in answers[0].content.decode()


def wait_for_a_lock() -> None:
    """Until another connection waits for this one."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError("nobody waited")


def test_only_leaders_and_the_member_open_an_absence(solbakken: Cast, leader: Client, nurse: Client) -> None:
    found = away(solbakken.secretary, 1, 6)
    for path in ("", "endre/", "tilbake/", "ta-bort/", "ta-tilbake/", "angre/1/", "forslag/"):
        address = f"/fravaer/{found.pk}/{path}"
        answer = nurse.post(address) if path else nurse.get(address)
        assert answer.status_code == 403, path
    assert leader.get(f"/fravaer/{found.pk}/").status_code == 200
    assert logged_in(solbakken.secretary).get(f"/fravaer/{found.pk}/").status_code == 200
    assert Absence.objects.get() == found


def test_another_clinics_absence_is_unknown(solbakken: Cast, furulund: Cast, leader: Client) -> None:
    found = away(furulund.nurse)
    for path in ("", "endre/", "tilbake/", "ta-bort/", "ta-tilbake/", "angre/1/", "forslag/"):
        address = f"/fravaer/{found.pk}/{path}"
        answer = leader.post(address) if path else leader.get(address)
        assert answer.status_code == 404, path
    assert leader.post("/fravaer/ny/", sent(furulund.nurse)).status_code == 422
    assert f"/fravaer/{found.pk}/" not in leader.get("/fravaer/").content.decode()


def test_why_is_on_the_calendar_for_leaders_and_oneself_alone(
    solbakken: Cast, leader: Client, nurse: Client
) -> None:
    monday = working_day_on_or_after(today())
    for member in (solbakken.nurse, solbakken.secretary):
        away(member, (monday - today()).days, (monday - today()).days)
    page = leader.get("/fravaer/").content.decode()
    assert page.count('class="daymark sick" title') == 2
    own = nurse.get("/fravaer/").content.decode()
    assert own.count('class="daymark sick" title') == 1
    assert own.count('class="daymark away" title') == 1
    # The words of the legend are there for everybody; of the secretary nothing but «borte» is said.
    others = logged_in(solbakken.second_doctor).get("/fravaer/").content.decode()
    assert others.count('class="daymark away" title') == 2
    without_legend = re.sub(r'<span class="muted legend">.*?</header>', "", others, flags=re.S)
    assert "sykefravær" not in without_legend.lower()
    assert 'class="daymark sick"' not in without_legend


def test_half_days_and_weeks_are_told_in_words(solbakken: Cast, leader: Client) -> None:
    away(solbakken.nurse, 0, 30, reason="leave", part="morning")
    page = leader.get("/fravaer/").content.decode()
    assert "permisjon, formiddagen" in page
    assert 'class="daymark leave part"' in page
    assert f"Uke {Week.of(working_day_on_or_after(today())).number}" in page


def test_the_list_counts_what_is_uncovered_for_leaders(
    solbakken: Cast, leader: Client, nurse: Client
) -> None:
    held(solbakken)
    away(solbakken.secretary, 0, 20)
    assert "3 oppgaver udekket" in leader.get("/fravaer/").content.decode()
    assert "udekket" not in nurse.get("/fravaer/").content.decode()


def returned(cast: Cast, client: Client) -> tuple[Absence, list[Task]]:
    """The secretary was away, the nurse got her three tasks, and the absence ended yesterday."""
    tasks = held(cast)
    client.post("/fravaer/ny/", sent(cast.secretary, starts_on=(today() - 3 * DAY).isoformat()))
    found, run = Absence.objects.get(), AllocationRun.objects.get()
    proposals.compute(run.pk, cast.clinic.pk, today=today(), now=timezone.now())
    client.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1"})
    client.post(f"/fravaer/{found.pk}/tilbake/", {"day": today().isoformat()})
    Task.objects.update(planned_on=None)
    return found, [Task.objects.get(pk=task.pk) for task in tasks]


def test_back_early_the_tasks_are_had_back_and_it_can_be_undone(solbakken: Cast, leader: Client) -> None:
    found, tasks = returned(solbakken, leader)
    page = leader.get(f"/fravaer/{found.pk}/").content.decode()
    assert "Gi tilbake til Siri Sand" in page
    assert page.count('name="task"') == page.count(" checked") == 3
    own = logged_in(solbakken.secretary)
    assert "Ta tilbake oppgavene dine" in own.get(f"/fravaer/{found.pk}/").content.decode()
    keys = [f"{task.pk}:{task.version}" for task in tasks[:2]]
    answer = own.post(f"/fravaer/{found.pk}/ta-tilbake/", {"task": keys}, follow=True)
    assert "2 oppgaver er tatt tilbake." in answer.content.decode()
    assert Task.objects.filter(assignee=solbakken.secretary).count() == 2
    undo = re.search(rf"/fravaer/{found.pk}/angre/\d+/", answer.content.decode())
    assert undo
    page = own.post(undo[0], follow=True).content.decode()
    assert "Angret: 2 oppgaver er der de var." in page
    assert not Task.objects.filter(assignee=solbakken.secretary).exists()
    assert "Endringen er alt angret." in own.post(undo[0], follow=True).content.decode()


def test_nothing_chosen_or_nonsense_takes_nothing(solbakken: Cast, leader: Client) -> None:
    found, tasks = returned(solbakken, leader)
    for wrong in ({}, {"task": "alle"}, {"task": "1"}, {"task": f"{'9' * 30}:1"}, {"task": "1:2:3"}):
        answer = leader.post(f"/fravaer/{found.pk}/ta-tilbake/", wrong)
        assert answer.status_code == 422, wrong
        assert "Velg minst én oppgave." in answer.content.decode()
    key = f"{tasks[0].pk}:{tasks[0].version + 1}"
    page = leader.post(f"/fravaer/{found.pk}/ta-tilbake/", {"task": key}, follow=True).content.decode()
    assert "Ingen av oppgavene kan tas tilbake nå." in page
    assert not Task.objects.filter(assignee=solbakken.secretary).exists()


def test_the_banner_is_on_min_dag_and_on_team(solbakken: Cast, leader: Client, nurse: Client) -> None:
    found, _tasks = returned(solbakken, leader)
    own = logged_in(solbakken.secretary).get("/min-dag/").content.decode()
    assert "gikk til andre mens du var borte." in own
    assert f"/fravaer/{found.pk}/#tilbake" in own
    assert "gikk til andre imens." in leader.get("/team/").content.decode()
    for path in ("/min-dag/", "/team/", "/fravaer/"):
        assert "Se og ta tilbake" not in nurse.get(path).content.decode(), path


def test_it_is_changed_in_place(solbakken: Cast, leader: Client) -> None:
    found = away(solbakken.nurse, 0, 3, at=timezone.now())
    form = sent(reason="course", part="afternoon", ends_on=(today() + 9 * DAY).isoformat())
    page = leader.post(f"/fravaer/{found.pk}/endre/", form, follow=True).content.decode()
    assert "Fraværet er endret." in page
    assert "kurs, ettermiddagen" in page
    found.refresh_from_db()
    assert (found.by, found.ends_on) == (solbakken.doctor, today() + 9 * DAY)
    for wrong, words in (({"ends_on": "2020-01-01"}, "før den første"), ({"reason": ""}, "Velg årsak.")):
        answer = leader.post(f"/fravaer/{found.pk}/endre/", {**form, **wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    answer = leader.post(f"/fravaer/{found.pk}/tilbake/", {"day": "2020-01-01"})
    assert (answer.status_code, "Velg en dag fra i dag" in answer.content.decode()) == (422, True)


def test_what_has_not_begun_is_taken_out(solbakken: Cast, leader: Client) -> None:
    coming, begun = away(solbakken.nurse, 5, 9), away(solbakken.secretary, -2, 9)
    page = leader.post(f"/fravaer/{coming.pk}/ta-bort/", {"give_back": "1"}, follow=True).content.decode()
    assert "Fraværet til Nina Nes er tatt bort." in page
    page = leader.post(f"/fravaer/{begun.pk}/ta-bort/", follow=True).content.decode()
    assert "Fraværet har begynt." in page
    assert list(Absence.objects.all()) == [begun]
    assert "Ta bort fraværet" not in page


def test_the_list_and_the_page_take_as_many_queries_for_three_as_for_thirty(
    solbakken: Cast, leader: Client
) -> None:
    held(solbakken, 1)
    leader.post("/fravaer/ny/", sent(solbakken.secretary, starts_on=(today() - 3 * DAY).isoformat()))
    found, run = Absence.objects.get(), AllocationRun.objects.get()
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leader.get(path).status_code == 200
        return len(captured)

    paths = ("/fravaer/", f"/fravaer/{found.pk}/", "/min-dag/", "/team/")
    queries(paths[0])  # what was told of the last change is taken out of the session
    few = {path: queries(path) for path in paths}
    held(solbakken, 30)
    for n in range(6):
        away(make_member(solbakken.clinic, f"Turid Nr{n}", "nurse"), n, n + 5)
    for path, before in few.items():
        assert queries(path) == before <= 40, path
    assert few["/fravaer/"] <= 16


def test_the_last_day_is_set_seen_and_undone(solbakken: Cast, leader: Client) -> None:
    held(solbakken, 4)
    address = f"/team/medlem/{solbakken.secretary.pk}/slutt/"
    page = leader.get(address).content.decode()
    assert "Siri Sand slutter" in page
    assert "ingen siste dag er satt" in page
    first = working_day_on_or_after(today())
    answer = leader.post(address, {"last_day": first.isoformat()}, follow=True)
    page = answer.content.decode()
    assert "Siri Sand har siste arbeidsdag" in page
    assert "3 " in page
    run = AllocationRun.objects.get()
    assert run.cause == "ended"
    assert f'hx-get="{address}"' in leader.get(address, headers=HTMX).content.decode()
    proposals.compute(run.pk, solbakken.clinic.pk, today=today(), now=timezone.now())
    assert leader.get(address, headers=HTMX)["HX-Redirect"] == address
    assert "Ta i bruk alle" in leader.get(address).content.decode()
    answer = leader.post(f"/fordeling/{run.pk}/ta-i-bruk/", {"all": "1", "here": address}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    page = leader.post(f"{address}angre/", follow=True).content.decode()
    assert "slutter ikke likevel" in page
    assert Member.objects.get(pk=solbakken.secretary.pk).ends_on is None


def test_a_last_day_that_cannot_be_is_refused_in_words(solbakken: Cast, leader: Client) -> None:
    for member, day, words in (
        (solbakken.nurse, "2020-01-01", "fra en måned siden til et år frem"),
        (solbakken.nurse, "snart", "Skriv en dato"),
        (solbakken.nurse, "", "Velg en dag."),
        (solbakken.doctor, today().isoformat(), "Gjør en annen til teamleder først."),
    ):
        answer = leader.post(f"/team/medlem/{member.pk}/slutt/", {"last_day": day})
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    assert not Member.objects.filter(ends_on__isnull=False).exists()


def test_who_may_end_an_employment(solbakken: Cast, furulund: Cast, leader: Client, nurse: Client) -> None:
    address = f"/team/medlem/{solbakken.secretary.pk}/slutt/"
    stranger = logged_in(furulund.doctor)
    for path in ("", "angre/", "forslag/"):
        assert nurse.post(address + path).status_code == 403, path
        assert logged_in(solbakken.manager).post(address + path).status_code == 403, path
        assert stranger.post(address + path, {"last_day": today().isoformat()}).status_code == 404, path
    assert nurse.get(address).status_code == 403
    held(solbakken)
    administrator = logged_in(make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR))
    page = administrator.get(address).content.decode()
    assert "Siri Sand" in page
    assert "Per Lunde" not in page
    administrator.post(address, {"last_day": (today() + DAY).isoformat()})
    assert Member.objects.get(pk=solbakken.secretary.pk).ends_on == today() + DAY
    assert not AllocationRun.objects.exists()
    assert leader.post(f"{address}forslag/", follow=True).status_code == 200
    assert AllocationRun.objects.get().asked_by == solbakken.doctor
