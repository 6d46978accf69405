"""The calendar's own work at night: what comes later, what nobody began in time, medians; and who stands in."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import doing
from tasks.actions.nightly import allocate_tasks, night, open_due_tasks, remake_usual_minutes
from tasks.actions.plans import start_plans
from tasks.models import PlanStep, Programme, Task, UsualMinutes
from tasks.queries import LOGGED, unassigned_count, usual_minutes
from teams.calendar import DAY
from teams.models import Absence, Member
from tests.conftest import Cast, make_cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

FAR = MONDAY + 30 * DAY  # beyond the days that are shared out


# --- scheduled


def test_put_away_by_the_team_it_comes_and_is_opened_the_night_its_window_opens(
    solbakken: Cast, furulund: Cast
) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FAR)
    theirs = make_task(furulund.clinic, "okonomi", state="scheduled", opens_on=FAR - DAY, due_on=FAR)
    put_off = doing.postpone(task.pk, by=solbakken.secretary, until=FAR, reason="", at=MORNING)
    assert put_off.state == "scheduled"
    assert unassigned_count(solbakken.nurse) == 0
    night(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("scheduled", None)
    assert open_due_tasks(now=MORNING + 30 * DAY, today=FAR) == 0  # none is made
    for each in (task, theirs):
        each.refresh_from_db()
        opened = each.events.latest("id")
        assert (each.state, opened.verb, opened.from_state, opened.by) == ("open", "open", "scheduled", None)
    assert unassigned_count(solbakken.nurse) == 1


def test_it_is_planned_ahead_and_let_go_again_it_still_comes(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", state="scheduled", opens_on=MONDAY + 2 * DAY, due_on=MONDAY + 4 * DAY
    )
    allocate_tasks(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("assigned", solbakken.secretary)
    assert task.planned_on is not None
    assert task.planned_on >= MONDAY + 2 * DAY
    Member.objects.filter(clinic=solbakken.clinic).update(ends_on=MONDAY)
    allocate_tasks(now=MORNING + DAY, today=MONDAY + DAY)
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("scheduled", None)
    assert task.events.latest("id").verb == "release"


def test_a_holder_keeps_what_they_put_away(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    put_off = doing.postpone(task.pk, by=solbakken.secretary, until=FAR, reason="", at=MORNING)
    assert (put_off.state, put_off.assignee) == ("assigned", solbakken.secretary)
    let_go = doing.hand_on(task.pk, by=solbakken.secretary, to=None, reason="", at=MORNING)
    assert let_go.state == "scheduled"
    assert doing.complete(task.pk, by=solbakken.nurse, minutes=5, at=MORNING).state == "done"


# --- expired


def test_what_nobody_began_before_its_window_closed_expires_and_the_plan_moves_on(
    solbakken: Cast, programme: Programme
) -> None:
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY, closes_on=MONDAY + 10 * DAY)
    night(now=MORNING, today=MONDAY)
    begun = Task.objects.get(name="Bestille øyescreening")
    doing.start(begun.pk, by=solbakken.secretary, at=MORNING)
    hard = make_task(solbakken.clinic, "vaksine", hard=True, closes_on=MONDAY)
    open_due_tasks(now=MORNING + 10 * DAY, today=MONDAY + 10 * DAY)
    assert not Task.objects.filter(state="expired").exists()  # the last day is not over
    open_due_tasks(now=MORNING + 11 * DAY, today=MONDAY + 11 * DAY)
    expired = Task.objects.filter(state="expired")
    assert set(expired.values_list("kind__slug", "part", "closing")) == {
        ("rutinekontroll", "", "expired"),
        ("arskontroll", "prepare", "expired"),
        ("arskontroll", "sign", "expired"),
        ("provetaking", "", "expired"),
    }
    assert set(Task.objects.open()) == {begun, hard}
    routine = PlanStep.objects.get(step__slug="rutine")
    assert (routine.waiting, routine.last_done_on, routine.due_on) == (True, None, dt.date(2027, 5, 31))
    assert not PlanStep.objects.get(step__slug="oye").waiting
    versions = dict(Task.objects.values_list("pk", "version"))
    open_due_tasks(now=MORNING + 11 * DAY, today=MONDAY + 11 * DAY)
    assert dict(Task.objects.values_list("pk", "version")) == versions


def test_what_is_prepared_does_not_expire(solbakken: Cast, programme: Programme) -> None:
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY, closes_on=MONDAY + 10 * DAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    doing.complete(Task.objects.get(part="prepare").pk, by=solbakken.nurse, minutes=30, at=MORNING)
    open_due_tasks(now=MORNING + 11 * DAY, today=MONDAY + 11 * DAY)
    assert Task.objects.get(part="sign").state == "open"


# --- medians


def did(member: Member, *minutes: int, days_ago: int = 1, **fields: object) -> None:
    for n in minutes:
        make_task(
            member.clinic, "telefonsporsmal", state="done", done_by=member, minutes=n, assignee=member,
            ended_at=MORNING - days_ago * DAY, **fields,
        )  # fmt: skip


def minutes_of(member: Member) -> list[int]:
    return list(usual_minutes(member).values())


def test_ones_own_median_and_else_the_professions(solbakken: Cast, furulund: Cast) -> None:
    second = make_member(solbakken.clinic, "Sara Sol", "secretary")
    did(solbakken.secretary, 2, 4, 6, 8, 30)
    did(second, 40, 40)
    did(solbakken.nurse, 9, 9, 9, 9)  # too few to say
    did(furulund.secretary, 99, 99, 99, 99, 99)
    assert remake_usual_minutes(now=MORNING) == 4
    assert minutes_of(solbakken.secretary) == [6]
    assert minutes_of(second) == [8]  # all seven of the profession
    assert minutes_of(solbakken.nurse) == []
    assert minutes_of(furulund.secretary) == [99]
    assert UsualMinutes.objects.get(member=solbakken.secretary).occasions == 5


def test_only_the_last_half_year_counts_and_medians_that_are_gone_are_gone(solbakken: Cast) -> None:
    did(solbakken.secretary, 5, 5, 5, 5, 5, days_ago=179)
    did(solbakken.nurse, 5, 5, 5, 5, 5, days_ago=181)
    remake_usual_minutes(now=MORNING)
    assert (minutes_of(solbakken.secretary), minutes_of(solbakken.nurse)) == ([5], [])
    before = set(UsualMinutes.objects.values_list("pk", flat=True))
    assert remake_usual_minutes(now=MORNING) == 0  # nothing new: nothing written
    assert set(UsualMinutes.objects.values_list("pk", flat=True)) == before
    remake_usual_minutes(now=MORNING + 2 * DAY)
    assert not UsualMinutes.objects.exists()


def test_parts_have_their_own_and_so_has_what_was_logged_after_the_fact(
    solbakken: Cast,
) -> None:
    did(solbakken.secretary, 4, 4, 4, 4, 4)
    did(solbakken.secretary, 60, 60, 60, 60, 60, 60, logged=True)
    did(solbakken.secretary, 2, 2, 2, 2, 2, part="prepare")
    did(solbakken.nurse, 60, 60, 60, 60, 60, logged=True)
    did(solbakken.nurse, 10)
    remake_usual_minutes(now=MORNING)
    assert {part: n for (_kind, part), n in usual_minutes(solbakken.secretary).items()} == {
        "": 4,
        "prepare": 2,
        LOGGED: 60,
    }
    assert minutes_of(solbakken.nurse) == [60]  # a block of calls says nothing of one call
    assert not UsualMinutes.objects.filter(profession="nurse").exclude(part=LOGGED).exists()


def test_the_calendars_work_is_the_same_few_statements_however_many_clinics(solbakken: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            open_due_tasks(now=MORNING, today=MONDAY)
            remake_usual_minutes(now=MORNING)
        return len([query for query in queries if "SAVEPOINT" not in (query["sql"] or "")])

    def due(cast: Cast) -> None:
        for _ in range(3):
            make_task(cast.clinic, "sarstell", closes_on=MONDAY - DAY)
            make_task(cast.clinic, "sarstell", state="scheduled")
            make_task(cast.clinic, "vaksine", hard=True)

    due(solbakken)
    one = statements()
    for n in range(4):
        due(make_cast(f"k{n}", f"Kontor {n}"))
    assert statements() == one
    assert one <= 18


# --- who stands in


@pytest.mark.parametrize("away", [True, False])
def test_whoever_stands_in_for_the_doctor_knows_the_patient_meanwhile(solbakken: Cast, away: bool) -> None:
    third = make_member(solbakken.clinic, "Tor Tangen", "doctor", minutes=120)
    make_member(solbakken.clinic, "Åse Ås", "doctor", minutes=120)
    if away:
        Absence.objects.create(
            clinic=solbakken.clinic, member=solbakken.doctor, cover=third, reason="holiday",
            starts_on=MONDAY, ends_on=MONDAY + 13 * DAY,
        )  # fmt: skip
    tasks = [
        make_task(solbakken.clinic, "ekonsultasjon", patient=make_patient(solbakken), due_on=MONDAY + 4 * DAY)
        for _ in range(3)
    ]
    allocate_tasks(now=MORNING, today=MONDAY)
    got = {Task.objects.get(pk=task.pk).assignee for task in tasks}
    assert got == {third if away else solbakken.doctor}
    if away:
        assert {Task.objects.get(pk=task.pk).why["rule"] for task in tasks} == {"cover"}


def test_standing_in_for_a_day_is_no_tie_to_what_may_wait(solbakken: Cast) -> None:
    third = make_member(solbakken.clinic, "Tor Tangen", "doctor", minutes=120)
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, cover=third, reason="sick",
        starts_on=MONDAY, ends_on=MONDAY,
    )  # fmt: skip
    today = make_task(solbakken.clinic, "ekonsultasjon", patient=make_patient(solbakken))
    later = make_task(
        solbakken.clinic, "ekonsultasjon", patient=make_patient(solbakken), due_on=MONDAY + 4 * DAY
    )
    allocate_tasks(now=MORNING, today=MONDAY)
    assert Task.objects.get(pk=today.pk).assignee == third
    assert Task.objects.get(pk=later.pk).assignee == solbakken.doctor
