"""The team's weeks, the lists behind them and many changed at once, through the web."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions import doing
from tasks.ahead import WEEKS, column_of, days_ahead, weeks_ahead
from tasks.models import BulkChange, Task, TaskEvent, TaskKind
from tasks.queries.board import PAGE, board_sums, minutes_ahead, task_page, time_ahead
from tasks.selection import Selection
from teams.calendar import DAY, Week, oslo_date, working_days
from teams.models import Absence, Member
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

LIST, POOL = "/team/oppgaver/", "/ingen/"
PREVIEW, CARRY_OUT, MOVE = f"{LIST}forhandsvis/", f"{LIST}gjennomfor/", f"{LIST}flytt/"


def today() -> dt.date:
    return oslo_date(timezone.now())


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def rows_of(client: Client) -> dict[str, Any]:
    return {row.name: row for row in client.get("/team/").context["board"].rows}


def test_on_a_weekend_the_weeks_begin_with_the_one_that_comes() -> None:
    saturday = dt.date(2026, 11, 28)
    assert weeks_ahead(saturday)[0] == Week.of(dt.date(2026, 11, 30))
    assert weeks_ahead(saturday - DAY)[0] == Week.of(saturday)
    assert days_ahead(saturday)[0] == dt.date(2026, 11, 30)
    assert days_ahead(saturday - DAY)[0] == saturday - DAY


def test_a_task_lies_where_it_is_planned_else_where_it_is_due_and_overdue_in_the_first(
    solbakken: Cast, leader: Client
) -> None:
    weeks = weeks_ahead(today())
    first, second, third, last = (week.monday + 2 * DAY for week in weeks)
    window = {"opens_on": today() - 90 * DAY, "planned_minutes": 60}
    for due, planned, opens in (
        (last, second, None),  # planned decides
        (third, None, None),
        (today() - 60 * DAY, None, None),
        (second, None, third),  # put off past its due date: there is no work before it shows again
        (None, None, None),
        (weeks[-1].sunday + DAY, None, None),
        (first, first, None),
    ):
        dates = window | ({"opens_on": opens} if opens else {})
        make_task(
            solbakken.clinic, "sarstell", assignee=solbakken.nurse, due_on=due, planned_on=planned, **dates
        )
    row = rows_of(leader)["Nina Nes"]
    assert [cell.booked for cell in row.cells] == [120, 60, 120, 0]
    assert [cell.tasks for cell in row.cells] == [2, 1, 2, 0]
    assert row.later == 120
    in_python = [0] * (WEEKS + 1)
    for task in Task.objects.all():
        in_python[
            column_of(today(), planned_on=task.planned_on, due_on=task.due_on, opens_on=task.opens_on)
        ] += 60
    assert in_python == [120, 60, 120, 0, 120], "the preview counts as the board does"


@pytest.mark.parametrize("page", [LIST, POOL])
def test_the_lists_own_filter_keeps_to_hard_deadlines(solbakken: Cast, leader: Client, page: str) -> None:
    make_task(solbakken.clinic, "sarstell", hard=True)
    make_task(solbakken.clinic, "sarstell")
    box = re.search(
        r'<input type="checkbox" name="hard"[^>]*>', leader.get(page, {"hard": "1"}).content.decode()
    )
    assert box and "checked" in box[0]
    value = re.search(r'value="([^"]*)"', box[0])
    assert leader.get(page, {"hard": value[1] if value else "on"}).context["count"] == 1


def test_what_a_cell_says_is_what_its_list_holds(solbakken: Cast, leader: Client) -> None:
    gone = make_member(solbakken.clinic, "Gunn Graf", "nurse", ends_on=today() - DAY)
    holders = [solbakken.nurse, solbakken.doctor, None, gone]
    for n in range(40):
        make_task(
            solbakken.clinic, "sarstell", assignee=holders[n % 4], planned_minutes=n + 1,
            due_on=today() + (n - 5) * DAY, opens_on=today() - 20 * DAY + n * DAY,
            hard=n % 7 == 0, planned_on=None if n % 2 else today() + n * DAY,
        )  # fmt: skip
    page = leader.get("/team/")
    board = page.context["board"]
    looked_at = 0
    for cells in ([row.cells for row in board.rows], [board.pool.cells]):
        for cell in (cell for of_row in cells for cell in of_row):
            found = leader.get(f"{LIST}?{cell.query}")
            assert (found.context["count"], found.context["minutes"]) == (cell.tasks, cell.booked), cell
            looked_at += bool(cell.tasks)
    assert looked_at > 8
    for row in board.rows:
        assert leader.get(f"{LIST}?{row.late_query}").context["count"] == row.late
        assert leader.get(f"{LIST}?{row.hard_query}").context["count"] == row.hard
        for query in (row.query, *(cell.query for cell in row.cells if cell.tasks)):
            assert f'href="{LIST}?{query.replace("&", "&amp;")}"' in page.content.decode()


def test_capacity_is_what_is_left_from_today_and_professions_are_added_up(
    solbakken: Cast, leader: Client
) -> None:
    make_member(solbakken.clinic, "Turid Vik", "nurse")
    weeks = weeks_ahead(today())
    rows = rows_of(leader)
    days = [d for d in working_days(weeks[1].monday, 5) if Week.of(d) == weeks[1]]
    assert rows["Nina Nes"].cells[1].capacity <= 300 * len(days)
    for n in range(WEEKS):
        assert rows["Sykepleiere"].cells[n].capacity == sum(
            rows[name].cells[n].capacity for name in ("Nina Nes", "Turid Vik")
        )
    make_task(
        solbakken.clinic, "sarstell", assignee=solbakken.nurse, due_on=weeks[1].monday, planned_minutes=90
    )
    make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, due_on=today() - DAY, hard=True)
    row = rows_of(leader)["Sykepleiere"]
    assert (row.cells[1].booked, row.late, row.hard) == (90, 1, 1)


def test_what_is_done_today_is_no_time_for_tasks_any_more(solbakken: Cast) -> None:
    def ahead(day: dt.date) -> int:
        time = time_ahead(solbakken.doctor, day)
        return minutes_ahead(solbakken.doctor, day, time)[solbakken.nurse.pk][0]

    def this_week() -> int:
        return ahead(MONDAY)

    assert this_week() == 5 * 300
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    doing.complete(task.pk, by=solbakken.nurse, minutes=40, at=MORNING)
    assert this_week() == 5 * 300 - 40
    assert ahead(MONDAY + 2 * DAY) == 3 * 300


def test_absence_is_told_as_away_and_never_why(solbakken: Cast, leader: Client) -> None:
    weeks = weeks_ahead(today())
    for who, part, minutes, first, last in (
        (solbakken.nurse, "whole", None, weeks[1].monday, weeks[1].sunday),
        (solbakken.secretary, "morning", None, weeks[2].monday + DAY, weeks[2].monday + DAY),
        (solbakken.second_doctor, "hours", 120, weeks[2].monday + 2 * DAY, weeks[2].monday + 2 * DAY),
    ):
        Absence.objects.create(
            clinic=solbakken.clinic, member=who, starts_on=first, ends_on=last, reason="sick", part=part,
            minutes=minutes,
        )  # fmt: skip
    rows = rows_of(leader)
    assert rows["Nina Nes"].cells[1].away == "borte"
    assert rows["Nina Nes"].cells[1].capacity == 0
    assert rows["Siri Sand"].cells[2].away == "½ dag borte tir"
    assert rows["Arne Aune"].cells[2].away == "2\u00a0t borte ons"
    assert "syk" not in leader.get("/team/").content.decode().replace("sykepleier", "").replace(
        "Sykepleier", ""
    )


def test_five_days_tell_who_is_away_and_who_is_off(solbakken: Cast, leader: Client) -> None:
    day = working_days(today(), 5)[2]
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.nurse, starts_on=day, ends_on=day, reason="sick"
    )
    part_time = make_member(solbakken.clinic, "Turid Vik", "nurse")
    part_time.working_hours.filter(weekday=day.isoweekday()).delete()
    page = leader.get("/team/?vis=dager")
    rows = {row.member.name: row for row in page.context["rows"]}
    assert (rows["Nina Nes"].days[2].away, rows["Nina Nes"].days[2].capacity) == ("borte", 0)
    assert (rows["Turid Vik"].days[2].away, rows["Turid Vik"].days[2].capacity) == ("", 0)
    text = page.content.decode()
    assert "fri</span>" in text
    assert "borte</span>" in text


def test_who_has_left_with_tasks_is_on_the_board(solbakken: Cast, leader: Client) -> None:
    gone = make_member(solbakken.clinic, "Gunn Gått", "nurse", ends_on=today() - DAY)
    make_member(solbakken.clinic, "Grete Gått", "nurse", ends_on=today() - DAY)
    make_task(solbakken.clinic, "sarstell", assignee=gone, due_on=today())
    rows = rows_of(leader)
    assert rows["Gunn Gått"].note == "ikke her lenger"
    assert "Grete Gått" not in rows


def test_the_pool_stands_on_top_with_what_presses(solbakken: Cast, leader: Client) -> None:
    make_task(solbakken.clinic, "sarstell", due_on=today() + 2 * DAY, planned_minutes=30)
    make_task(solbakken.clinic, "sarstell", due_on=today() - DAY, hard=True, planned_minutes=20, escalated=2)
    make_task(
        solbakken.clinic, "sarstell", due_on=today() + 30 * DAY, opens_on=today() + 9 * DAY, state="scheduled"
    )
    page = leader.get("/team/")
    pool = page.context["board"].pool
    assert (pool.open, pool.coming, pool.minutes, pool.late, pool.hard) == (2, 1, 60, 1, 1)
    assert pool.nearest == today() - DAY
    text = page.content.decode()
    assert text.index('id="ingen"') < text.index('class="plain heat"')
    assert "ingen har den" in text
    assert f'href="{POOL}"' in text


def test_a_manager_sees_the_weeks_and_no_tasks(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=make_patient(solbakken), hard=True,
              escalated=2, due_on=today())  # fmt: skip
    client = logged_in(solbakken.manager)
    text = client.get("/team/").content.decode()
    assert "Nina Nes" in text
    assert "Lunde" not in text
    assert LIST not in text
    for path in (LIST, POOL):
        assert client.get(path).status_code == 403
    for path in (PREVIEW, CARRY_OUT, MOVE):
        assert client.post(path, {}).status_code == 403


def test_the_pool_is_for_leaders_and_when_none_is_there_for_everybody(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    task = make_task(solbakken.clinic, "sarstell", due_on=today())
    assert nurse.get(POOL).status_code == 403
    assert "samling" in nurse.get(LIST).content.decode()
    assert "bulk-bar" not in nurse.get(LIST).content.decode()
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, starts_on=today(), ends_on=today(), reason="sick"
    )
    page = nurse.get(POOL)
    assert [line.task.id for line in page.context["lines"]] == [task.pk]
    assert f"/oppgave/{task.pk}/sett-inn/" in page.content.decode()
    assert "Utsett …" not in page.content.decode(), "only leaders put off and end what is many's"


def test_as_many_queries_for_fifty_members_as_for_five(solbakken: Cast, leader: Client) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leader.get(path).status_code == 200
        return len(captured)

    paths = ("/team/", "/team/?vis=dager", LIST, POOL, f"{LIST}?hvem={solbakken.nurse.pk}&uke=this")
    make_task(
        solbakken.clinic,
        "sarstell",
        assignee=solbakken.nurse,
        due_on=today(),
        patient=make_patient(solbakken),
    )
    warned = make_patient(solbakken)
    make_task(solbakken.clinic, "sarstell", due_on=today(), hard=True, escalated=1, patient=warned)
    make_task(
        solbakken.clinic, "sykmelding", assignee=solbakken.nurse
    )  # what she may not do is looked up once
    for path in paths:
        queries(path)
    few = {path: queries(path) for path in paths}
    for n in range(45):
        colleague = make_member(solbakken.clinic, f"Turid Nr{n}", ["nurse", "doctor", "secretary"][n % 3])
        Absence.objects.create(
            clinic=solbakken.clinic,
            member=colleague,
            starts_on=today(),
            ends_on=today() + 3 * DAY,
            reason="sick",
        )
        for m in (colleague, None):
            make_task(
                solbakken.clinic, "sarstell", assignee=m, due_on=today() + n * DAY, patient=make_patient(solbakken),
                hard=n % 2 == 0, escalated=n % 3,
            )  # fmt: skip
    for path, before in few.items():
        assert queries(path) == before <= 32, path


def test_the_pages_of_a_list_are_the_list_whole_and_in_order(solbakken: Cast) -> None:
    """Keyset pages: with ties, without due dates, hard and not."""
    kind = TaskKind.objects.get(slug="sarstell")
    Task.objects.bulk_create(
        Task(
            clinic=solbakken.clinic, kind=kind, name=f"Nr {n}", origin="internal", opens_on=today(), hard=n % 4 == 0,
            due_on=None if n % 5 == 0 else today() + (n % 3) * DAY, planned_minutes=5, opened_at=timezone.now(),
        )
        for n in range(3 * PAGE + 7)
    )  # fmt: skip
    tasks = Selection.from_query({}).tasks(solbakken.doctor, today())
    expected = list(tasks.in_order().values_list("pk", flat=True))
    seen: list[int] = []
    key, pages = "", 0
    while pages == 0 or key:
        rows, key = task_page(solbakken.doctor, tasks, key)
        seen += [row.work.id for row in rows]
        pages += 1
    assert seen == expected
    assert pages == 4
    assert len(task_page(solbakken.doctor, tasks, "tull")[0]) == PAGE


def test_a_list_goes_on_where_the_page_ended(solbakken: Cast, leader: Client) -> None:
    for _ in range(PAGE + 3):
        make_task(solbakken.clinic, "sarstell", due_on=today())
    first = leader.get(POOL)
    assert first.context["count"] == PAGE + 3
    second = leader.get(first.context["next"])
    assert len(second.context["lines"]) == 3
    assert not second.context["next"]
    assert "Fra begynnelsen" in second.content.decode()


def test_many_are_given_away_with_a_look_first_and_taken_back(solbakken: Cast, leader: Client) -> None:
    patient = make_patient(solbakken)
    tasks = [make_task(solbakken.clinic, "sarstell", due_on=today(), patient=patient) for _ in range(3)]
    doctors_own = make_task(solbakken.clinic, "sykmelding", due_on=today())
    answer = leader.post(
        PREVIEW, {"task": [t.pk for t in (*tasks, doctors_own)], "verb": "reassign", "to": solbakken.nurse.pk, "sted": "pool"}
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Gi 3 oppgaver til Nina Nes" in text
    assert "1 kan ikke gjøres av Nina Nes etter lov, yrke eller delegering" in text
    assert "krever lege" in text
    assert not BulkChange.objects.exists()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    done = leader.post(CARRY_OUT, {**fields, "reason": "Sår i dag"}, follow=True)
    assert done.redirect_chain[0][0].startswith(POOL)
    assert "3 oppgaver er gitt til Nina Nes." in done.content.decode()
    assert {t.assignee for t in Task.objects.filter(pk__in=[t.pk for t in tasks])} == {solbakken.nurse}
    assert set(TaskEvent.objects.values_list("reason", flat=True)) == {"Sår i dag"}
    change = BulkChange.objects.get()
    page = leader.get(f"/team/samlet/{change.pk}/").content.decode()
    assert "Per Lunde" in page
    assert f"/team/samlet/{change.pk}/angre/" in leader.get(POOL).content.decode(), "undo is at hand"
    back = leader.post(f"/team/samlet/{change.pk}/angre/", {"sted": "pool"}, follow=True).content.decode()
    assert "Endringen er angret for 3 oppgaver." in back
    assert not Task.objects.filter(assignee__isnull=False).exists()


def test_all_that_match_reach_beyond_the_page_and_stop_at_five_hundred(
    solbakken: Cast, leader: Client
) -> None:
    kind = TaskKind.objects.get(slug="sarstell")
    Task.objects.bulk_create(
        Task(clinic=solbakken.clinic, kind=kind, name="x", origin="internal", opens_on=today(), due_on=today(),
             planned_minutes=5, opened_at=timezone.now())
        for _ in range(520)
    )  # fmt: skip
    other = make_task(solbakken.clinic, "okonomi", due_on=today())
    assert "De 500 første av 521 som passer" in leader.get(POOL).content.decode()
    form = {"all": "1", "verb": "reassign", "to": solbakken.nurse.pk, "sted": "pool"}
    assert "Gi 500 oppgaver til Nina Nes" in leader.post(PREVIEW, form).content.decode()
    found = leader.post(PREVIEW, {**form, "utvalg": f"type={other.kind_id}", "to": solbakken.secretary.pk})
    assert "Gi 1 oppgave til Siri Sand" in found.content.decode(), "the filter of the page is the choice"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verb": "reassign", "to": "NURSE"}, "Velg minst én oppgave"),
        ({"task": "TASK"}, "Velg hva som skal skje"),
        ({"task": "TASK", "verb": "reassign"}, "Velg hvem."),
        ({"task": "TASK", "verb": "reassign", "to": "999999"}, "Velg en som jobber her nå."),
        ({"task": "TASK", "give": "999999"}, "Velg en som jobber her nå."),
        ({"task": "TASK", "verb": "postpone"}, "Velg en dag."),
        ({"task": "TASK", "verb": "postpone", "until": "2020-01-01"}, "Velg en dag som kommer"),
        ({"task": "TASK", "verb": "postpone", "until": "snart"}, "Skriv en dato"),
        ({"task": "TASK", "verb": "cancel"}, "Velg hvorfor de avsluttes."),
        ({"task": "TASK", "verb": "cancel", "closing": "dead"}, "Velg fra listen."),
        ({"task": "TASK", "verb": "cancel", "closing": "elsewhere"}, "Velg dagen det ble gjort"),
        ({"task": "tull", "verb": "reassign", "to": "NURSE"}, "Last siden på nytt"),
    ],
)
def test_a_wrong_choice_is_refused_in_words_and_what_was_ticked_stays(
    solbakken: Cast, leader: Client, form: dict[str, str], words: str
) -> None:
    task = make_task(solbakken.clinic, "sarstell", due_on=today())
    data = {
        k: v.replace("TASK", str(task.pk)).replace("NURSE", str(solbakken.nurse.pk)) for k, v in form.items()
    }
    answer = leader.post(PREVIEW, data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    if form.get("task") == "TASK":
        assert re.search(rf'value="{task.pk}"[^>]* checked', text)
    task.refresh_from_db()
    assert task.version == 1


def test_refused_quietly_the_list_comes_back_and_no_dialog(solbakken: Cast, leader: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", due_on=today())
    headers = {"HX-Request": "true", "HX-Target": "ark"}
    refused = leader.post(PREVIEW, {"task": task.pk, "verb": "reassign"}, headers=headers)
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#tavle")
    assert "<html" not in refused.content.decode()
    fine = leader.post(PREVIEW, {"task": task.pk, "give": solbakken.nurse.pk}, headers=headers)
    assert fine.status_code == 200
    assert "ark-tittel" in fine.content.decode()
    assert "<html" not in fine.content.decode()


def test_dropped_on_somebody_who_may_it_is_theirs_and_on_one_who_may_not_it_stays(
    solbakken: Cast, leader: Client
) -> None:
    task = make_task(solbakken.clinic, "sykmelding", due_on=today(), assignee=solbakken.doctor)
    form = {"verb": "reassign", "to": solbakken.nurse.pk, "tasks": f"{task.pk}:1"}
    refused = leader.post(MOVE, form, follow=True).content.decode()
    assert "kan ikke gjøres av Nina Nes" in refused
    task.refresh_from_db()
    assert (task.assignee, task.version) == (solbakken.doctor, 1)
    moved = leader.post(MOVE, {**form, "to": solbakken.second_doctor.pk}, follow=True).content.decode()
    assert "1 oppgave er gitt til Arne Aune." in moved
    task.refresh_from_db()
    assert task.assignee == solbakken.second_doctor
    stale = leader.post(MOVE, {**form, "to": solbakken.doctor.pk}, follow=True).content.decode()
    assert "endret av andre" in stale


def test_what_others_changed_after_the_preview_is_left_and_said(solbakken: Cast, leader: Client) -> None:
    one, other = (make_task(solbakken.clinic, "sarstell", due_on=today()) for _ in range(2))
    doing.start(one.pk, by=solbakken.nurse, at=timezone.now())
    form = {"verb": "reassign", "to": solbakken.nurse.pk, "tasks": f"{one.pk}:1,{other.pk}:1"}
    text = leader.post(CARRY_OUT, form, follow=True).content.decode()
    assert "1 oppgave er gitt til Nina Nes." in text
    assert "1 oppgave ble ikke endret" in text
    assert "endret av andre" in text


def test_other_clinics_ids_in_a_form_change_nothing(solbakken: Cast, furulund: Cast, leader: Client) -> None:
    theirs = make_task(
        furulund.clinic, "sarstell", due_on=today(), patient=make_patient(furulund, family_name="Hemmelig")
    )
    ours = make_task(solbakken.clinic, "sarstell", due_on=today())
    to_nurse = {"verb": "reassign", "to": solbakken.nurse.pk}
    assert leader.post(PREVIEW, {**to_nurse, "task": theirs.pk}).status_code == 404
    mixed = leader.post(PREVIEW, {**to_nurse, "task": [theirs.pk, ours.pk]}).content.decode()
    assert "Gi 1 oppgave" in mixed
    assert "Hemmelig" not in mixed
    for path in (CARRY_OUT, MOVE):
        assert leader.post(path, {**to_nurse, "tasks": f"{theirs.pk}:1"}).status_code == 404
        to_theirs = leader.post(path, {"verb": "reassign", "to": furulund.nurse.pk, "tasks": f"{ours.pk}:1"})
        assert to_theirs.status_code == 422
    assert leader.get(f"{LIST}?hvem={furulund.nurse.pk}").context["count"] == 0
    assert (
        furulund.nurse.name not in leader.get("/team/").content.decode()
        or solbakken.nurse.name == furulund.nurse.name
    )
    for task in (theirs, ours):
        task.refresh_from_db()
        assert (task.version, task.assignee) == (1, None)
    leader.post(CARRY_OUT, {**to_nurse, "tasks": f"{ours.pk}:1"})
    change = BulkChange.objects.get()
    stranger = logged_in(furulund.doctor)
    assert stranger.get(f"/team/samlet/{change.pk}/").status_code == 404
    assert stranger.post(f"/team/samlet/{change.pk}/angre/").status_code == 404


def test_staff_change_nothing_of_many_while_a_leader_is_there(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    task = make_task(solbakken.clinic, "sarstell", due_on=today())
    form = {"verb": "reassign", "to": solbakken.nurse.pk}
    assert nurse.post(PREVIEW, {**form, "task": task.pk}).status_code == 403
    assert nurse.post(PREVIEW, form).status_code == 403
    for path in (CARRY_OUT, MOVE):
        assert nurse.post(path, {**form, "tasks": f"{task.pk}:1"}).status_code == 403
    task.refresh_from_db()
    assert task.version == 1


def test_where_one_comes_back_to_is_never_another_site(solbakken: Cast, leader: Client) -> None:
    task = make_task(solbakken.clinic, "sarstell", due_on=today())
    answer = leader.post(
        CARRY_OUT, {"verb": "reassign", "to": solbakken.nurse.pk, "tasks": f"{task.pk}:1", "sted": "https://example.org/",
                    "utvalg": "//example.org/?hvem=team&uke=this", "etter": "//example.org"}
    )  # fmt: skip
    assert answer["Location"] == f"{LIST}?hvem=team&uke=this"


def test_one_query_adds_up_the_whole_clinic(solbakken: Cast, django_assert_num_queries: Any) -> None:
    make_task(solbakken.clinic, "sarstell", due_on=today(), assignee=solbakken.nurse)
    with django_assert_num_queries(1):
        assert [row.holder for row in board_sums(solbakken.doctor, today())] == [solbakken.nurse.pk]
    assert Member.objects.count() == 5
