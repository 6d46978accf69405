"""Min dag: what stands where, what it holds, and what it costs."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions import doing
from tasks.actions.doing import UNDO_WITHIN, log_work
from tasks.filters import Filter
from tasks.gathering import spent_on
from tasks.life import NotAllowed
from tasks.models import SavedView, Task, TaskEvent, TaskKind, UsualMinutes
from tasks.presenters.done import done_lines
from tasks.presenters.lines import shown_minutes
from tasks.presenters.sheet import clock_of
from tasks.queries import WORK_ROW, day_at_hand, done_on, minutes_left, own_load, read, team_load
from tasks.queries.board import minutes_ahead, time_ahead
from tasks.queries.worklist import WorkRow
from tasks.views.answers import Desk
from teams.actions import allow_overtime
from teams.calendar import OSLO, Week, oslo_date
from teams.models import Absence, Member
from tests.conftest import STARTED, Cast, let_in, logged_in, make_member
from tests.tasks.conftest import make_patient, make_task

DAY = dt.timedelta(days=1)
PAGE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/min-dag/"}


def today() -> dt.date:
    return oslo_date(timezone.now())


def at_hand(cast: Cast) -> dt.date:
    """The working day the page shows: tests run on Sundays too."""
    return Desk(cast.nurse, Filter(), timezone.now()).day


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def mine(cast: Cast, name: str, **fields: Any) -> Task:
    return make_task(
        cast.clinic, "sarstell",
        **{"assignee": cast.nurse, "name": name, "opens_on": today() - 30 * DAY, "due_on": today(), **fields},
    )  # fmt: skip


def sections(client: Client, query: str = "") -> dict[str, Any]:
    return {s.key: s for s in client.get(f"/min-dag/?{query}").context["sections"]}


def shown(client: Client, query: str = "") -> dict[str, list[str]]:
    return {key: [line.name for line in s.lines] for key, s in sections(client, query).items() if s.lines}


def test_what_stands_where(solbakken: Cast, nurse: Client) -> None:
    day = at_hand(solbakken)
    mine(solbakken, "Hard", hard=True)
    mine(solbakken, "Hard som snart glipper", hard=True, due_on=day + 20 * DAY, escalated=1)
    mine(solbakken, "Hard om lenge", hard=True, due_on=day + 60 * DAY)
    mine(solbakken, "Forfalt", due_on=today() - DAY)
    mine(solbakken, "I dag", due_on=day)
    mine(solbakken, "Planlagt i dag", due_on=day + 60 * DAY, planned_on=day)
    mine(solbakken, "Uten frist", due_on=None)
    mine(solbakken, "Uten frist, planlagt i dag", due_on=None, planned_on=day)
    mine(solbakken, "Utsatt", opens_on=day + DAY, due_on=today() - DAY)
    if day != Week.of(day).sunday:
        mine(solbakken, "Denne uken", due_on=Week.of(day).sunday)
    found = shown(nurse)
    assert found["hard"] == ["Hard", "Hard som snart glipper"]
    assert found["overdue"] == ["Forfalt"]
    assert found["today"] == ["I dag", "Planlagt i dag", "Uten frist, planlagt i dag"]
    assert found["undated"] == ["Uten frist"]
    assert found.get("week", ["Denne uken"]) == ["Denne uken"]
    assert sections(nurse)["later"].count == 2
    assert list(sections(nurse)) == ["hard", "overdue", "today", "week", "undated", "later", "waiting"]


def test_a_signature_that_waits_comes_last_and_says_for_whom(solbakken: Cast) -> None:
    first = make_task(
        solbakken.clinic, "sykmelding", assignee=solbakken.secretary, name="Forbered: Attest",
        part="prepare", planned_on=at_hand(solbakken), due_on=today(),
    )  # fmt: skip
    signature = make_task(
        solbakken.clinic, "sykmelding", assignee=solbakken.doctor, name="Attest", part="sign", after=first,
        planned_on=at_hand(solbakken), due_on=today() - DAY,
    )  # fmt: skip
    doctor, secretary = logged_in(solbakken.doctor), logged_in(solbakken.secretary)
    assert sections(doctor)["waiting"].count == 1
    assert sections(doctor)["overdue"].count == 0
    assert "Venter på forberedelse hos Siri Sand" in doctor.get("/min-dag/del/waiting/").content.decode()
    assert "Hanne Holm signerer" in secretary.get("/min-dag/").content.decode()
    Task.objects.filter(pk=first.pk).update(
        state="done", ended_at=timezone.now(), done_by=solbakken.secretary, minutes=5, closing="done"
    )
    assert [line.id for line in sections(doctor)["overdue"].lines] == [signature.pk]
    assert "Til signering" in doctor.get("/min-dag/").content.decode()


def test_minutes_are_the_clocks_else_what_it_usually_takes_else_planned(
    solbakken: Cast, nurse: Client
) -> None:
    task = mine(solbakken, "Sår", planned_minutes=25)
    assert sum(s.minutes for s in sections(nurse).values()) == 25
    common = {"clinic": solbakken.clinic, "kind": task.kind, "profession": "nurse", "occasions": 5}
    UsualMinutes.objects.create(**common, minutes=18)
    assert 'value="18"' in nurse.get("/min-dag/").content.decode()
    UsualMinutes.objects.create(**common, member=solbakken.nurse, minutes=14)
    UsualMinutes.objects.create(**{**common, "profession": "doctor"}, minutes=99)
    page = nurse.get("/min-dag/")
    assert 'value="14"' in page.content.decode()
    assert sum(s.minutes for s in page.context["sections"]) == 14
    Task.objects.filter(pk=task.pk).update(state="started", timed=7)
    assert 'value="7"' in nurse.get("/min-dag/").content.decode()
    load = nurse.get("/min-dag/").context["load"]
    assert load.booked == 25


@pytest.mark.parametrize(("seconds", "minutes"), [(5, 1), (70, 2), (149, 3)])
def test_the_row_the_sheet_and_what_is_stored_count_the_clock_alike(
    solbakken: Cast, nurse: Client, seconds: int, minutes: int
) -> None:
    begun, now = timezone.now(), timezone.now() + dt.timedelta(seconds=seconds)
    task = mine(solbakken, "Sår", state="started", timer_from=begun)
    assert shown_minutes(task.kind_id, "", 10, 0, begun, {}, now) == minutes
    assert clock_of(task, now).minutes == minutes
    assert doing.stop(task.pk, by=solbakken.nurse, at=now).timed == minutes


def test_begun_is_said_and_by_whom(solbakken: Cast, nurse: Client) -> None:
    mine(solbakken, "Min egen", state="started")
    mine(solbakken, "Legens", assignee=solbakken.second_doctor, state="started")
    page = nurse.get("/min-dag/?hvem=team").content.decode()
    assert "Påbegynt" in page
    assert "Arne har startet denne" in page


def test_one_visit_heads_its_tasks_and_draws_nothing_down(solbakken: Cast, nurse: Client) -> None:
    per, ida = make_patient(solbakken), make_patient(solbakken, given_name="Ida", family_name="Moe")
    late = {"due_on": today() - 9 * DAY}
    mine(solbakken, "Pers første", patient=per, **late)
    mine(solbakken, "Idas", patient=ida, due_on=today() - 8 * DAY)
    mine(solbakken, "Pers andre", patient=per, due_on=today() - 7 * DAY, planned_minutes=20)
    mine(solbakken, "Pers harde", patient=per, hard=True)
    page = nurse.get("/min-dag/")
    found = {s.key: s for s in page.context["sections"]}
    assert [line.name for line in found["overdue"].lines] == ["Pers første", "Pers andre", "Idas"]
    visit = found["overdue"].lines[0].visit
    assert (visit.who, visit.minutes, len(visit.takes.split())) == ("Per Lunde, 66", 30, 2)
    assert [line.name for line in found["hard"].lines] == ["Pers harde"]
    assert "Har også noe under «Forfalt»" in found["hard"].lines[0].note


def test_a_whole_visit_is_done_at_once_each_with_its_minutes(solbakken: Cast, nurse: Client) -> None:
    per = make_patient(solbakken)
    first, second = (mine(solbakken, name, patient=per) for name in ("En", "To"))
    takes = [f"{task.pk}.{task.version}" for task in (first, second)]
    answer = nurse.post("/min-dag/samlet/", {"take": takes, "minutes": ["12", "20"]}, headers=PAGE)
    text = answer.content.decode()
    assert text.count("hx-swap-oob") >= 2 + 7 + 1
    assert f'id="oppgave-{first.pk}"' in text
    assert list(Task.objects.order_by("pk").values_list("state", "minutes")) == [("done", 12), ("done", 20)]
    assert nurse.post(f"/oppgave/{first.pk}/angre/", headers=PAGE).status_code == 200
    # What has been changed since is left as it is, and said.
    again = nurse.post("/min-dag/samlet/", {"task": f"{first.pk}.1.10 x {second.pk}.1.5"}, follow=True)
    assert "2 oppgaver ble ikke lagret" in again.content.decode()


def of_the_rows(page: str) -> dict[str, list[str]]:
    """What «Alle utført» takes with it: of the rows that are not done, which it is and its minutes."""
    rows = re.findall(r'<li class="task of-visit".*?</li>', page, re.DOTALL)
    return {
        name: [found[1] for row in rows if (found := re.search(f'name="{name}" value="([^"]*)"', row))]
        for name in ("take", "minutes")
    }


def test_minutes_typed_in_a_visit_count_also_when_one_of_it_is_done_already(
    solbakken: Cast, nurse: Client
) -> None:
    per = make_patient(solbakken)
    first, second, third = (mine(solbakken, name, patient=per) for name in ("En", "To", "Tre"))
    line = next(line for s in sections(nurse).values() for line in s.lines)
    page = nurse.get("/min-dag/").content.decode()
    sent = {"minutes": "9", "version": "1", "visit": line.visit.key}
    done = nurse.post(f"/oppgave/{first.pk}/utfort/", sent, headers=PAGE).content.decode()
    assert f'data-visit="{line.visit.key}"' in done, "the row is still of its visit"
    refused = nurse.post(
        f"/oppgave/{second.pk}/utfort/", sent | {"minutes": ""}, headers=PAGE
    ).content.decode()
    rows = of_the_rows(page)
    assert rows["take"] == [f"{task.pk}.1" for task in (first, second, third)]
    assert of_the_rows(refused)["take"] == [f"{second.pk}.1"]
    left = {"take": rows["take"][1:], "minutes": ["40", "20"]}
    answer = nurse.post("/min-dag/samlet/", left | {"task": line.visit.takes}, headers=PAGE)
    assert answer.context["refused"] == ""
    assert list(Task.objects.order_by("pk").values_list("minutes", flat=True)) == [9, 40, 20]


def test_of_a_visit_nobodys_minutes_are_taken_for_anothers(solbakken: Cast, nurse: Client) -> None:
    takes = [f"{mine(solbakken, name, patient=make_patient(solbakken)).pk}.1" for name in ("En", "To")]
    answer = nurse.post("/min-dag/samlet/", {"take": takes, "minutes": ["40"]}, headers=PAGE)
    assert "2 oppgaver ble ikke lagret" in answer.content.decode()
    assert not Task.objects.filter(state="done").exists()


def test_a_visit_is_written_in_order_of_id_and_nothing_done_is_not_said_to_be(
    solbakken: Cast, nurse: Client
) -> None:
    """Who changes many takes them in order of id too: in another order they would wait for one another."""
    per = make_patient(solbakken)
    first, second = (mine(solbakken, name, patient=per) for name in ("En", "To"))
    takes = f"{second.pk}.{second.version}.20 {first.pk}.{first.version}.10"
    nurse.post("/min-dag/samlet/", {"task": takes})
    written = TaskEvent.objects.filter(task__in=[first, second]).order_by("id")
    assert list(written.values_list("task", "task__minutes")) == [(first.pk, 10), (second.pk, 20)]
    again = nurse.post("/min-dag/samlet/", {"task": takes}, follow=True).content.decode()
    assert "2 oppgaver ble ikke lagret" in again
    assert "0 oppgaver er utført" not in again


def test_a_visit_of_another_clinic_is_nobodys_here(solbakken: Cast, furulund: Cast) -> None:
    task = mine(solbakken, "Sår", patient=make_patient(solbakken))
    sent = {"take": [f"{task.pk}.1"], "minutes": ["10"]}
    logged_in(furulund.nurse).post("/min-dag/samlet/", sent, headers=PAGE)
    task.refresh_from_db()
    assert task.state == "assigned"


def fill(cast: Cast, n: int, **fields: Any) -> None:
    """So many tasks of the nurse's, for ten patients, over two hundred days."""
    kind = mine(cast, "Første", **fields).kind
    patients = [make_patient(cast) for _ in range(10)]
    Task.objects.bulk_create(
        Task(
            clinic=cast.clinic,
            kind=kind,
            name=f"Oppgave {i}",
            origin="plan",
            state="assigned",
            assignee=cast.nurse,
            opens_on=today() - 60 * DAY,
            due_on=today() + (i % 200 - 50) * DAY if i % 20 else None,
            planned_minutes=10,
            opened_at=timezone.now(),
            hard=i % 25 == 0,
            patient=patients[i % 10],
            why={"rule": "least_loaded"},
            **fields,
        )
        for i in range(n - 1)
    )


def test_as_many_queries_for_one_task_as_for_a_thousand_and_sixty_rows(
    solbakken: Cast, nurse: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = nurse.get("/min-dag/")
        assert sum(len(s.lines) for s in page.context["sections"]) <= 60
        assert page.content.count(b'<li class="task') <= 60
        return len(captured)

    mine(solbakken, "Alene", patient=make_patient(solbakken))
    queries()
    one = queries()
    fill(solbakken, 1000)
    assert queries() == one <= 25


def test_every_task_is_reached_page_by_page_and_once(solbakken: Cast, nurse: Client) -> None:
    fill(solbakken, 400)
    for key, section in sections(nurse).items():
        found: list[str] = []
        address = f"/min-dag/del/{key}/"
        while address:
            headers = {"HX-Request": "true", "HX-Target": f"mer-{key}"}
            page = nurse.get(address, headers=headers).content.decode()
            assert "<html" not in page
            found += re.findall(r'id="oppgave-(\d+)"', page)
            more = re.search(r'href="([^"]+etter=[^"]+)"', page)
            address = more[1].replace("&amp;", "&") if more else ""
        assert len(found) == len(set(found)) == section.count, key
    assert sum(section.count for section in sections(nurse).values()) == 400


def test_more_begins_where_the_page_ended_and_a_broken_key_from_the_start(
    solbakken: Cast, nurse: Client
) -> None:
    fill(solbakken, 300)
    overdue = sections(nurse)["overdue"]
    page = nurse.get(f"/min-dag/del/overdue/?etter={overdue.after}").content.decode()
    assert "<html" in page
    assert f'id="oppgave-{overdue.lines[0].id}"' not in page
    for broken in ("", "x", "1.2", "1.2026-99-99.3", "0..999999999999999999999999"):
        assert nurse.get(f"/min-dag/del/overdue/?etter={broken}").status_code == 200
    assert nurse.get("/min-dag/del/hemmelig/").status_code == 404


def test_a_done_task_answers_small(solbakken: Cast, nurse: Client) -> None:
    fill(solbakken, 500)
    task = mine(solbakken, "Denne")
    with CaptureQueriesContext(connection) as captured:
        answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "9", "version": "1"}, headers=PAGE)
    assert answer.content.count(b'<li class="task') == 1
    assert len(answer.content) < 6_000
    reads = [q["sql"] for q in captured if "patients_patient" in str(q["sql"])]
    assert len(reads) <= 3
    assert "1 · 9" in answer.content.decode()


def test_the_answer_counts_under_the_filter_that_the_page_stands_under(
    solbakken: Cast, nurse: Client
) -> None:
    task = mine(solbakken, "Hard", hard=True)
    mine(solbakken, "Myk", due_on=today() - DAY)
    here = {**PAGE, "HX-Current-URL": "http://testserver/min-dag/?hard=1"}
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "9", "version": "1"}, headers=here)
    assert re.search(r'id="sum-overdue"[^>]*>0 oppgaver', answer.content.decode())
    elsewhere = {**PAGE, "HX-Current-URL": "http://testserver/team/"}
    undone = nurse.post(f"/oppgave/{task.pk}/angre/", headers=elsewhere).content.decode()
    assert "sum-overdue" not in undone


def test_a_refused_row_brings_nothing_else(solbakken: Cast, nurse: Client) -> None:
    task = mine(solbakken, "Sår")
    answer = nurse.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "", "version": "1"}, headers=PAGE)
    assert answer.status_code == 422
    assert "hx-swap-oob" not in answer.content.decode()


def test_rows_read_at_once_are_the_rows_of_the_orm(solbakken: Cast) -> None:
    task = mine(solbakken, "Sår", patient=make_patient(solbakken), why={"rule": "least_loaded"})
    through = WorkRow._make(Task.objects.values_list(*WORK_ROW).get(pk=task.pk))
    assert read(solbakken.nurse, [task.pk]) == {task.pk: through}


def test_rows_of_another_clinic_are_not_read(solbakken: Cast, furulund: Cast) -> None:
    task = mine(solbakken, "Sår")
    assert read(furulund.nurse, [task.pk]) == {}


@pytest.mark.parametrize(
    "name", ['<script>alert("x")</script>', "{{ csrf_token }}", "\x02url\x03", "A & B 'C'"]
)
def test_what_people_write_stands_as_they_wrote_it(solbakken: Cast, nurse: Client, name: str) -> None:
    """Rows are put together from pieces: a name must neither become markup nor be taken for a mark."""
    mine(solbakken, name)
    page = nurse.get("/min-dag/")
    assert "<script>alert" not in page.content.decode()
    text = re.sub(r"<[^>]+>", "", page.content.decode())
    assert name in unescape(text)


def test_many_rows_are_written_as_one_is(solbakken: Cast, nurse: Client) -> None:
    patient = make_patient(solbakken)
    mine(solbakken, "Sår", patient=patient, state="started", why={"rule": "usual_nurse"})
    mine(solbakken, "Uten pasient")
    lines = [line for s in nurse.get("/min-dag/").context["sections"] for line in s.lines]
    assert len(lines) == 2
    for line in lines:
        one = render_to_string("tasks/row_one.html", {"each": line, "csrf_token": "t"})
        many = render_to_string("tasks/rows.html", {"lines": [line], "csrf_token": "t"})
        assert many.strip() == one.strip()


def test_hard_deadlines_about_to_slip_are_shown_to_whom_it_concerns(solbakken: Cast, furulund: Cast) -> None:
    mine(solbakken, "Snart", assignee=solbakken.second_doctor, hard=True, escalated=1)
    mine(solbakken, "Nå", assignee=None, state="open", hard=True, escalated=2)
    mine(solbakken, "Min egen", assignee=solbakken.doctor, hard=True, escalated=2)
    make_task(furulund.clinic, "sarstell", name="Der borte", hard=True, escalated=2)

    def warned(cast_member: Any) -> list[str]:
        return [line.name for line in logged_in(cast_member).get("/min-dag/").context["warned"]]

    assert warned(solbakken.doctor) == ["Nå", "Snart"]
    assert "Nå" in warned(solbakken.nurse)
    assert "Snart" not in warned(solbakken.nurse)
    # Nobody who leads is there: then the first warning is everybody's.
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, starts_on=today(), ends_on=today(), reason="sick"
    )
    assert "Snart" in warned(solbakken.nurse)


def test_what_needs_an_owner_is_shown_to_the_leader_and_without_one_to_everybody(
    solbakken: Cast, furulund: Cast
) -> None:
    gone = make_member(solbakken.clinic, "Gry Gran", "nurse", ends_on=today() - DAY)
    mine(solbakken, "Etter en som sluttet", assignee=gone)
    mine(solbakken, "Uten rett", assignee=solbakken.secretary)
    mine(solbakken, "Hos en som er borte", assignee=solbakken.nurse, planned_on=today() + DAY)
    mine(solbakken, "Ingens", assignee=None, state="open")
    mine(solbakken, "Som den skal være", assignee=solbakken.nurse, planned_on=today())
    Absence.objects.create(
        clinic=solbakken.clinic,
        member=solbakken.nurse,
        starts_on=today() + DAY,
        ends_on=today() + DAY,
        reason="sick",
    )
    leader = logged_in(solbakken.doctor).get("/min-dag/teamet/").content.decode()
    assert "Gry Gran har sluttet og har 1 oppgave." in leader
    assert "Siri Sand har 1 oppgave som ikke lenger er tillatt" in leader
    assert "Nina Nes er borte og har 1 oppgave" in leader
    assert "1 oppgave har ingen." in leader
    assert "har sluttet" not in logged_in(solbakken.nurse).get("/min-dag/teamet/").content.decode()
    assert "har sluttet" not in logged_in(furulund.doctor).get("/min-dag/teamet/").content.decode()
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, starts_on=today(), ends_on=today(), reason="sick"
    )
    assert "har sluttet" in logged_in(solbakken.nurse).get("/min-dag/teamet/").content.decode()


def test_the_day_on_paper_has_name_and_year_and_no_buttons(solbakken: Cast, nurse: Client) -> None:
    mine(solbakken, "Sår", patient=make_patient(solbakken, birth_date=dt.date(1960, 3, 1)))
    page = nurse.get("/min-dag/utskrift/").content.decode()
    paper = page[page.index('class="paper"') : page.index("</main>")]
    assert "Per Lunde, f. 1960" in paper
    assert not re.search(r"01\.?03\.?(19)?60", paper)
    assert "<button" not in paper
    assert "<input" not in paper


def test_the_paper_says_what_it_shows_and_when_that_is_nothing(solbakken: Cast, nurse: Client) -> None:
    assert "Ingen oppgaver venter på deg." in nurse.get("/min-dag/utskrift/").content.decode()
    mine(solbakken, "Legens", assignee=solbakken.doctor)
    page = nurse.get("/min-dag/utskrift/?hvem=team&opphav=plan&hard=1").content.decode()
    assert "Dagsliste: Nina Nes" not in page
    assert "Hele teamet · Fra oppfølgingsplan · Frist som ikke kan glippe" in page
    assert "Ingen oppgaver passer med det du har valgt." in page
    page = nurse.get(f"/min-dag/utskrift/?hvem={solbakken.doctor.pk}").content.decode()
    assert f">Hos {solbakken.doctor.name} · " in page
    assert "Legens" in page
    assert "Dagsliste: Nina Nes" in nurse.get("/min-dag/utskrift/").content.decode()


def test_filters_are_kept_until_others_are_chosen(solbakken: Cast, nurse: Client) -> None:
    mine(solbakken, "Hard", hard=True)
    mine(solbakken, "Myk")
    assert "Myk" not in nurse.get("/min-dag/?hard=1").content.decode()
    assert nurse.get("/min-dag/")["Location"] == "/min-dag/?hard=1"
    assert "Myk" in nurse.get("/min-dag/?hvem=me").content.decode()
    assert nurse.get("/min-dag/").status_code == 200


def test_a_patients_tasks_are_one_press_away_from_the_patient_and_from_each_of_them(
    solbakken: Cast, nurse: Client
) -> None:
    per = make_patient(solbakken)
    task = mine(solbakken, "Sår", patient=per)
    mine(solbakken, "Legens", patient=per, assignee=solbakken.doctor)
    mine(solbakken, "En annens", patient=make_patient(solbakken))
    for page in (f"/pasienter/{per.pk}/", f"/oppgave/{task.pk}/"):
        found = re.search(r'href="(/min-dag/\?[^"]*pasient=[^"]*)"', nurse.get(page).content.decode())
        assert found
        answer = nurse.get(unescape(found[1]))
        assert {n for s in answer.context["sections"] for n in [line.name for line in s.lines]} == {
            "Sår",
            "Legens",
        }


def test_a_kept_filter_stays_in_its_clinic(solbakken: Cast, furulund: Cast) -> None:
    second = let_in(
        Member.objects.create(
            clinic=furulund.clinic,
            user=solbakken.nurse.user,
            name="Nina Nes",
            profession="nurse",
            starts_on=STARTED,
        )
    )
    client = logged_in(solbakken.nurse)
    client.post("/plass/", {"member": solbakken.nurse.pk})
    client.get(f"/min-dag/?hvem={solbakken.doctor.pk}")
    assert client.get("/min-dag/").status_code == 302
    client.post("/plass/", {"member": second.pk})
    assert client.get("/min-dag/").status_code == 200
    client.post("/plass/", {"member": solbakken.nurse.pk})
    assert client.get("/min-dag/")["Location"] == f"/min-dag/?hvem={solbakken.doctor.pk}"


def test_a_filter_shows_what_it_asks_for_and_how_to_take_it_away(solbakken: Cast, nurse: Client) -> None:
    patient = make_patient(solbakken)
    task = mine(solbakken, "Sår", patient=patient)
    query = f"type={task.kind_id}&yrke=nurse&pasient={patient.pk}&hard=1&uke=this&hvem={solbakken.doctor.pk}"
    chips = [chip.text for chip in nurse.get(f"/min-dag/?{query}").context["chips"]]
    assert chips == [
        "Hos Hanne Holm", "Sårstell", "Kan gjøres av sykepleier", "Per Lunde", "Frist som ikke kan glippe", "Denne uken",
    ]  # fmt: skip
    assert nurse.get("/min-dag/filter/").status_code == 200
    assert (
        "<html"
        not in nurse.get(
            "/min-dag/filter/", headers={"HX-Request": "true", "HX-Target": "filter"}
        ).content.decode()
    )


def test_names_of_another_clinic_are_not_told_by_a_filter(solbakken: Cast, furulund: Cast) -> None:
    patient = make_patient(solbakken, family_name="Hemmelig")
    mine(solbakken, "Sår", patient=patient)
    page = logged_in(furulund.nurse).get(f"/min-dag/?pasient={patient.pk}&hvem={solbakken.doctor.pk}")
    assert "Hemmelig" not in page.content.decode()
    assert [chip.text for chip in page.context["chips"]] == ["Hos ukjent", "Ukjent pasient"]


def test_views_are_saved_written_over_and_deleted_by_their_owner(solbakken: Cast, nurse: Client) -> None:
    save = {"name": " Harde  frister ", "query": "hard=1&q=Per+Lunde"}
    assert nurse.post("/min-dag/visning/", save)["Location"] == "/min-dag/?hard=1"
    view = SavedView.objects.get()
    assert (view.name, view.query, view.member) == ("Harde frister", "hard=1", solbakken.nurse)
    nurse.post("/min-dag/visning/", {"name": "Harde frister", "query": "hvem=team&hard=1"})
    view = SavedView.objects.get()
    assert view.query == "hard=1&hvem=team"
    assert "Harde frister" in nurse.get("/min-dag/?hvem=me").content.decode()
    doctor = logged_in(solbakken.doctor)
    assert "Harde frister" not in doctor.get("/min-dag/").content.decode()
    assert doctor.post(f"/min-dag/visning/{view.pk}/slett/").status_code == 404
    assert nurse.post(f"/min-dag/visning/{view.pk}/slett/").status_code == 302
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_or_one_too_many_is_refused_in_words(solbakken: Cast, nurse: Client) -> None:
    for name in ("", "   ", "x" * 41, "en\0to"):
        answer = nurse.post("/min-dag/visning/", {"name": name, "query": ""})
        assert answer.status_code == 422
        assert "Skriv et navn" in answer.content.decode()
    for n in range(20):
        nurse.post("/min-dag/visning/", {"name": f"Nr. {n}", "query": ""})
    assert nurse.post("/min-dag/visning/", {"name": "En til", "query": ""}).status_code == 422
    assert nurse.post("/min-dag/visning/", {"name": "Nr. 3", "query": "hard=1"}).status_code == 302


def test_search_finds_by_patient_task_and_sender_in_the_whole_team(solbakken: Cast, furulund: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    mine(solbakken, "Sårstell", patient=make_patient(solbakken))
    mine(solbakken, "Epikrise", assignee=solbakken.doctor, sender="Lunde sykehus")
    mine(solbakken, "Annet")
    make_task(furulund.clinic, "sarstell", name="Lunde der borte")
    page = nurse.post("/min-dag/sok/", {"words": "lunde"})
    assert "2 åpne oppgaver funnet" in page.content.decode()
    assert {line.name for line in page.context["lines"]} == {"Sårstell", "Epikrise"}
    both = nurse.post(
        "/min-dag/sok/", {"words": "per sår"}, headers={"HX-Request": "true", "HX-Target": "listen"}
    )
    assert [line.name for line in both.context["lines"]] == ["Sårstell"]
    assert "<html" not in both.content.decode()
    assert nurse.post("/min-dag/sok/", {"words": "   "}).status_code == 422
    opened = nurse.get("/min-dag/sok/?words=Lunde")
    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "Siden kan ikke åpnes slik" in opened.content.decode()


def test_search_is_bounded_and_says_so(solbakken: Cast, nurse: Client) -> None:
    fill(solbakken, 60)
    page = nurse.post("/min-dag/sok/", {"words": "oppgave"})
    assert len(page.context["lines"]) == 50
    assert "de 50 første" in page.content.decode()


def test_every_form_that_searches_or_filters_keeps_names_out_of_the_address(
    solbakken: Cast, nurse: Client
) -> None:
    mine(solbakken, "Sår", patient=make_patient(solbakken))
    page = nurse.get("/min-dag/").content.decode()
    assert 'action="/min-dag/sok/"' in re.search(r"<form[^>]*search[^>]*>", page)[0]  # type: ignore[index]
    assert 'method="post"' in re.search(r"<form[^>]*search[^>]*>", page)[0]  # type: ignore[index]
    for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page):
        assert "Lunde" not in address


def test_no_page_of_the_day_is_for_those_who_do_no_tasks(solbakken: Cast) -> None:
    manager = logged_in(solbakken.manager)
    for address in ("del/later/", "filter/", "teamet/", "utskrift/", "logg/"):
        assert manager.get(f"/min-dag/{address}").status_code == 403, address
    for address in ("sok/", "visning/", "visning/1/slett/", "samlet/"):
        assert manager.post(f"/min-dag/{address}").status_code == 403, address


def test_the_form_for_logging_is_a_page_and_a_fragment(solbakken: Cast, nurse: Client) -> None:
    assert "<html" in nurse.get("/min-dag/logg/").content.decode()
    part = nurse.get(
        "/min-dag/logg/", headers={"HX-Request": "true", "HX-Target": "logg-skjema"}
    ).content.decode()
    assert "<html" not in part
    assert 'name="kind"' in part


def test_team_load_takes_as_many_queries_for_few_tasks_as_for_many(solbakken: Cast) -> None:
    leader = logged_in(solbakken.doctor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leader.get("/min-dag/teamet/").status_code == 200
        return len(captured)

    mine(solbakken, "En")
    queries()
    few = queries()
    fill(solbakken, 300)
    assert queries() == few <= 18


def test_consultations_told_of_afterwards_take_no_time_for_tasks_in_any_sum(solbakken: Cast) -> None:
    """The appointment book's minutes are not in capacity: told of, they were taken of it once more."""
    doctor, now = solbakken.doctor, timezone.now()
    log_work(TaskKind.objects.get(slug="konsultasjon"), by=doctor, minutes=200, origin="patient", at=now)
    log_work(TaskKind.objects.get(slug="sykmelding"), by=doctor, minutes=8, origin="patient", at=now)
    make_task(
        solbakken.clinic,
        "konsultasjon",
        assignee=doctor,
        done_by=doctor,
        ended_at=now,
        state="done",
        minutes=20,
    )  # planned: it was given minutes
    load, done = own_load(doctor, today(), today(), 150)
    assert (load.done, done.tasks, done.minutes) == (28, 3, 228)
    assert [each.done for each in team_load(doctor, today()) if each.member == doctor] == [28]
    assert minutes_left(doctor, today(), today=today())[1] == 28
    assert spent_on([doctor.clinic_id], today()) == {doctor.pk: 28}
    time = time_ahead(doctor, today())
    at_work_today = time[doctor.pk].get(today(), 0) > 0
    left = minutes_ahead(doctor, today(), time)[doctor.pk]
    assert sum(left) == sum(time[doctor.pk].values()) - 28 * at_work_today


def test_minutes_that_a_leader_allowed_are_time_for_tasks_on_every_page(solbakken: Cast) -> None:
    """The night fills them: a day without them looked overbooked by as much."""
    day, whole = day_at_hand(solbakken.nurse, today())
    allow_overtime(solbakken.nurse, day, 60, "Mange haster", by=solbakken.doctor, at=timezone.now())
    assert day_at_hand(solbakken.nurse, today()) == (day, whole + 60)
    assert [e.capacity for e in team_load(solbakken.nurse, day) if e.member == solbakken.nurse] == [
        whole + 60
    ]


def test_what_was_done_today_can_be_taken_back_as_long_as_undo_takes_it(solbakken: Cast) -> None:
    """By when it was said, not by when it ended; and not what was set right since."""
    nurse, kind = solbakken.nurse, TaskKind.objects.get(slug="post")
    noon = dt.datetime.combine(today(), dt.time(12), tzinfo=OSLO)
    logged: dict[str, Any] = {"by": nurse, "minutes": 5, "origin": "internal"}
    told_now = log_work(kind, **logged, at=noon, ended_at=noon - dt.timedelta(hours=2))
    corrected = log_work(kind, **logged, at=noon)
    doing.correct(corrected.pk, by=nurse, minutes=10, at=noon)
    long_ago = log_work(kind, **logged, at=noon - dt.timedelta(hours=1))
    lines = done_lines(done_on(nurse, today()), noon - UNDO_WITHIN)
    assert {line.key for line in lines} == {str(task.pk) for task in (told_now, corrected, long_ago)}
    assert [line.key for line in lines if line.undo_url] == [str(told_now.pk)]
    for task in (corrected, long_ago):
        with pytest.raises(NotAllowed):
            doing.undo(task.pk, by=nurse, at=noon)
    doing.undo(told_now.pk, by=nurse, at=noon)


def test_another_persons_row_says_for_whom_it_would_be_done(solbakken: Cast, nurse: Client) -> None:
    mine(solbakken, "Min egen")
    mine(solbakken, "Legens", assignee=solbakken.second_doctor)
    page = unescape(nurse.get("/min-dag/?hvem=team").content.decode())
    assert 'aria-label="Utfør for Arne Aune: Legens"' in page
    assert 'aria-label="Utført: Min egen"' in page
    assert page.count('class="done of-another"') == 1


def test_a_collapsed_section_is_open_when_none_stands_before_it(solbakken: Cast, nurse: Client) -> None:
    mine(solbakken, "Utsatt", opens_on=at_hand(solbakken) + DAY)
    assert "<details open>" in nurse.get("/min-dag/").content.decode()
    mine(solbakken, "I dag")
    assert "<details open>" not in nurse.get("/min-dag/").content.decode()
