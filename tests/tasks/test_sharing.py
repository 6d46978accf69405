"""The sharing out of many clinics: what it reads, that none stops another, and what happens when it is disturbed."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import sharing
from tasks.actions.doing import complete
from tasks.actions.nightly import begin_night, share_out_tonight
from tasks.actions.plans import start_plans
from tasks.actions.sharing import share_out
from tasks.actions.solving import solve_each
from tasks.actions.writing import begin_runs, carry_out, write_outcomes
from tasks.gathering import gather
from tasks.models import (
    AllocationChange,
    AllocationRun,
    Delegation,
    PlanStep,
    Programme,
    RunState,
    Task,
    TaskEvent,
    TaskKind,
)
from tasks.outcomes import Change, Outcome
from teams.actions import allow_overtime
from teams.calendar import DAY, working_days
from teams.models import Absence, Clinic, Member
from teams.wall import jobs_scope
from tests.conftest import Cast, make_cast, make_clinic
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

NIGHT = MORNING - dt.timedelta(hours=4)
FRIDAY = MONDAY + dt.timedelta(days=4)
SHARING_LOCK = 0x0F10


def share(*clinics: Clinic) -> None:
    share_out([clinic.pk for clinic in clinics], now=NIGHT, today=MONDAY)


def run_of(clinic: Clinic) -> AllocationRun:
    run: AllocationRun = AllocationRun.objects.filter(clinic=clinic).latest("pk")
    return run


def delegate(cast: Cast, kind: str, **fields: dt.date) -> Delegation:
    return Delegation.objects.create(
        clinic=cast.clinic, doctor=cast.doctor, member=cast.nurse, kind=TaskKind.objects.get(slug=kind),
        instruction="x", signed_at=NIGHT, **{"starts_on": dt.date(2026, 1, 1), **fields},
    )  # fmt: skip


def break_the_model_of(cast: Cast) -> Task:
    """A task whose minutes no number can be made of: only a clinic that has one to give away meets it."""
    delegate(cast, "arskontroll")
    TaskKind.objects.filter(slug="arskontroll").update(minutes={"nurse": "mange"})
    return make_task(cast.clinic, "arskontroll", patient=make_patient(cast))


def refuse(what: str, clinic: Clinic) -> None:
    """The database refuses to write this clinic's tasks, with words that no log should hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no room on the disk for Per Lunde'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE {what} ON tasks_task FOR EACH ROW"
            f" WHEN (NEW.clinic_id = {int(clinic.pk)}) EXECUTE FUNCTION refuse()"
        )


def test_a_clinic_whose_model_fails_keeps_its_plan_and_stops_nobody(
    solbakken: Cast, furulund: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    kept = make_task(furulund.clinic, "okonomi", assignee=furulund.secretary, planned_on=FRIDAY)
    given = make_task(solbakken.clinic, "okonomi")
    break_the_model_of(furulund)
    third = make_cast("tredje", "Tredje legekontor")
    with caplog.at_level(logging.ERROR):
        shared = share_out(
            [furulund.clinic.pk, solbakken.clinic.pk, third.clinic.pk], now=NIGHT, today=MONDAY
        )
    assert shared.failed == (furulund.clinic.pk,)
    given.refresh_from_db()
    assert given.assignee == solbakken.secretary
    before = (kept.assignee_id, kept.planned_on, kept.version)
    kept.refresh_from_db()
    assert (kept.assignee_id, kept.planned_on, kept.version) == before
    run = run_of(furulund.clinic)
    assert (run.state, run.gap, run.bound, run.placed) == (RunState.FAILED, None, None, 0)
    assert f"reference={run.reference}" in caplog.text
    assert "mange" not in caplog.text
    assert {run_of(cast.clinic).state for cast in (solbakken, third)} == {RunState.APPLIED}


def test_a_clinic_that_cannot_be_written_stops_nobody(solbakken: Cast, furulund: Cast) -> None:
    """The batch is written at once; when the database refuses, each clinic alone."""
    tasks = {cast: make_task(cast.clinic, "okonomi") for cast in (solbakken, furulund)}
    refuse("UPDATE", furulund.clinic)
    shared = share_out([furulund.clinic.pk, solbakken.clinic.pk], now=NIGHT, today=MONDAY)
    assert (shared.placed, shared.failed) == (1, (furulund.clinic.pk,))
    for task in tasks.values():
        task.refresh_from_db()
    assert (tasks[solbakken].assignee, tasks[furulund].assignee) == (solbakken.secretary, None)
    assert run_of(furulund.clinic).state == RunState.FAILED
    assert not AllocationChange.objects.filter(clinic=furulund.clinic).exists()
    assert run_of(solbakken.clinic).state == RunState.APPLIED


def test_what_cannot_be_opened_does_not_keep_the_night_from_sharing_out(
    solbakken: Cast, programme: Programme, caplog: pytest.LogCaptureFixture
) -> None:
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY)
    refuse("INSERT", solbakken.clinic)
    with caplog.at_level(logging.ERROR):
        assert begin_night(now=NIGHT, today=MONDAY) == [[solbakken.clinic.pk]]
    assert "opening what falls due failed error=ProgrammingError" in caplog.text
    assert "Lunde" not in caplog.text
    assert PlanStep.objects.filter(waiting=True).exists()


def test_a_clinic_without_people_and_one_without_tasks(solbakken: Cast) -> None:
    empty = make_clinic("tomt", "Tomt legekontor")
    task = make_task(empty, "okonomi")
    shared = share_out([empty.pk, solbakken.clinic.pk], now=NIGHT, today=MONDAY)
    assert (shared.placed, shared.failed) == (0, ())
    task.refresh_from_db()
    assert (task.state, task.why["obstacle"]) == ("open", "nobody_may")
    assert run_of(empty).left == [[task.pk, "nobody_may"]]
    assert (run_of(solbakken.clinic).placed, run_of(solbakken.clinic).unplaced) == (0, 0)


def test_statements_do_not_grow_with_clinics_or_tasks(solbakken: Cast) -> None:
    def statements(casts: list[Cast]) -> int:
        for cast in casts:
            for _ in range(20):
                make_task(cast.clinic, "okonomi", due_on=FRIDAY)
        with CaptureQueriesContext(connection) as queries:
            share(*(cast.clinic for cast in casts))
        return len([query for query in queries if "SAVEPOINT" not in (query["sql"] or "")])

    one = statements([solbakken])
    many = statements([solbakken, *(make_cast(f"k{n}", f"Kontor {n}") for n in range(5))])
    assert many == one
    assert one <= 32
    assert set(AllocationRun.objects.values_list("state", flat=True)) == {RunState.APPLIED}


def test_a_task_changed_while_the_plan_was_made_is_left_as_it_is(solbakken: Cast) -> None:
    changed, other = make_task(solbakken.clinic, "okonomi"), make_task(solbakken.clinic, "okonomi")
    clinic, first = solbakken.clinic.pk, working_days(MONDAY, 1)[0]
    with jobs_scope():
        runs = begin_runs([clinic], cause="night", now=NIGHT, first_day=first)
        found = solve_each([clinic], gather([clinic], today=MONDAY))
    Task.objects.filter(pk=changed.pk).update(assignee=solbakken.nurse, state="assigned", version=2)
    with jobs_scope():
        ids = {clinic_id: run_id for clinic_id, (run_id, _n) in runs.items()}
        write_outcomes(found, ids, now=NIGHT, first_day=first, state=RunState.APPLIED)
        assert carry_out(ids.values(), now=NIGHT) == {other.pk}
    changed.refresh_from_db()
    other.refresh_from_db()
    assert (changed.assignee, changed.version) == (solbakken.nurse, 2)
    assert other.assignee == solbakken.secretary
    assert dict(AllocationChange.objects.values_list("task", "applied")) == {
        changed.pk: False,
        other.pk: True,
    }


Meanwhile = Callable[[Cast], object]


def revoke(cast: Cast) -> object:
    return Delegation.objects.filter(member=cast.nurse).update(revoked_on=MONDAY)


def rest(cast: Cast) -> object:
    return Absence.objects.create(
        clinic=cast.clinic, member=cast.nurse, reason="sick", starts_on=MONDAY, ends_on=MONDAY + 4 * DAY
    )


def leave(cast: Cast) -> object:
    return Member.objects.filter(pk=cast.nurse.pk).update(ends_on=MONDAY - DAY)


def fill(cast: Cast) -> object:
    """Somebody puts the nurse's days full."""
    return [
        make_task(cast.clinic, "okonomi", planned_minutes=295, assignee=cast.nurse, planned_on=MONDAY + n * DAY,
                  pinned=True, pinned_day=True)
        for n in range(5)
    ]  # fmt: skip


@pytest.mark.parametrize("meanwhile", [revoke, rest, leave, fill])
def test_what_no_longer_holds_when_it_is_written_is_not_given_to_anybody(
    solbakken: Cast, furulund: Cast, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the solver thinks, at one clinic of the batch; the next run heals it."""
    tasks = {}
    for cast in (solbakken, furulund):
        delegate(cast, "arskontroll")
        tasks[cast] = make_task(cast.clinic, "arskontroll", patient=make_patient(cast), due_on=FRIDAY)

    def think(*given: Any, **by_name: Any) -> Any:
        found = solve_each(*given, **by_name)
        assert all(change.member == cast.nurse.pk for cast in tasks for change in by_clinic(found, cast))
        meanwhile(solbakken)
        return found

    monkeypatch.setattr(sharing, "solve_each", think)
    share(solbakken.clinic, furulund.clinic)
    for task in tasks.values():
        task.refresh_from_db()
    assert (tasks[solbakken].assignee, tasks[solbakken].state, tasks[solbakken].version) == (None, "open", 1)
    assert tasks[furulund].assignee == furulund.nurse
    assert not tasks[solbakken].events.exists()
    assert list(run_of(solbakken.clinic).changes.values_list("applied", flat=True)) == [False]
    monkeypatch.undo()
    share(solbakken.clinic)
    tasks[solbakken].refresh_from_db()
    assert tasks[solbakken].assignee in (solbakken.doctor, solbakken.second_doctor)


def by_clinic(found: list[Outcome], cast: Cast) -> list[Change]:
    (one,) = [each for each in found if each.clinic_id == cast.clinic.pk]
    assert one.changes
    return list(one.changes)


def test_sent_twice_a_batch_is_done_once(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi")
    assert share_out_tonight([solbakken.clinic.pk], now=NIGHT, today=MONDAY).placed == 1
    assert share_out_tonight([solbakken.clinic.pk], now=MORNING, today=MONDAY).placed == 0
    assert AllocationRun.objects.count() == 1
    assert begin_night(now=MORNING, today=MONDAY) == []
    tomorrow = MORNING + dt.timedelta(days=1)
    assert begin_night(now=tomorrow, today=MONDAY + dt.timedelta(days=1)) == [[solbakken.clinic.pk]]


def test_what_somebody_else_is_sharing_out_is_asked_for_again(solbakken: Cast, furulund: Cast) -> None:
    database = connection.settings_dict
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"], dbname=database["NAME"], user=database["USER"],
        password=database["PASSWORD"],
    ) as other:  # fmt: skip
        other.execute("SELECT pg_advisory_lock(%s, %s)", [SHARING_LOCK, furulund.clinic.pk])
        both = [solbakken.clinic.pk, furulund.clinic.pk]
        assert share_out_tonight(both, now=NIGHT, today=MONDAY).busy == (furulund.clinic.pk,)
        assert not AllocationRun.objects.filter(clinic=furulund.clinic).exists()
        assert run_of(solbakken.clinic).state == RunState.APPLIED
        other.execute("SELECT pg_advisory_unlock_all()")
    assert share_out_tonight(both, now=NIGHT, today=MONDAY).busy == ()
    assert run_of(furulund.clinic).state == RunState.APPLIED


@pytest.mark.parametrize(("attempts", "state"), [(1, RunState.APPLIED), (2, "applied"), (3, RunState.FAILED)])
def test_a_clinic_that_takes_its_worker_down_is_not_tried_for_ever(
    solbakken: Cast, furulund: Cast, attempts: int, state: str
) -> None:
    AllocationRun.objects.create(
        clinic=furulund.clinic,
        state="running",
        cause="night",
        ran_at=NIGHT,
        first_day=MONDAY,
        attempts=attempts,
    )
    make_task(furulund.clinic, "okonomi")
    share(solbakken.clinic, furulund.clinic)
    run = AllocationRun.objects.get(clinic=furulund.clinic)
    assert (run.state, run.attempts) == (state, attempts + 1)
    assert bool(run.reference) == (state == RunState.FAILED)
    assert run_of(solbakken.clinic).state == RunState.APPLIED


def test_a_clinic_that_takes_its_worker_down_takes_nobody_with_it(
    solbakken: Cast, furulund: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker ends in the middle of the first clinic every time; the others get their turn before it is given up."""
    third = make_cast("tredje", "Tredje legekontor")
    casts = (solbakken, furulund, third)
    tasks = {cast: make_task(cast.clinic, "okonomi") for cast in casts}
    poison = min(casts, key=lambda cast: cast.clinic.pk)
    tried: list[list[int]] = []

    def think(clinic_ids: list[int], *given: Any, **by_name: Any) -> Any:
        tried.append(clinic_ids)
        if poison.clinic.pk in clinic_ids:
            raise SystemExit
        return solve_each(clinic_ids, *given, **by_name)

    monkeypatch.setattr(sharing, "solve_each", think)
    for _ in range(3):
        with pytest.raises(SystemExit):
            share_out_tonight([cast.clinic.pk for cast in casts], now=NIGHT, today=MONDAY)
    share_out_tonight([cast.clinic.pk for cast in casts], now=NIGHT, today=MONDAY)
    for cast in casts:
        tasks[cast].refresh_from_db()
        assert run_of(cast.clinic).state == (RunState.FAILED if cast is poison else RunState.APPLIED)
        assert (tasks[cast].assignee is None) == (cast is poison)
    assert tried.count([poison.clinic.pk]) == 2  # and once with the others
    assert AllocationRun.objects.count() == 3


# --- what it reads


def test_what_is_done_and_begun_today_is_no_longer_free(solbakken: Cast) -> None:
    done = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    complete(done.pk, by=solbakken.secretary, minutes=130, at=MORNING)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, state="started", planned_minutes=40)
    with jobs_scope():
        free = gather([solbakken.clinic.pk], today=MONDAY)
    tuesday = MONDAY + dt.timedelta(days=1)
    assert free.minutes[solbakken.secretary.pk][MONDAY] == 300 - 130 - 40
    assert free.minutes[solbakken.secretary.pk][tuesday] == 300
    assert free.time[solbakken.secretary.pk][MONDAY] == 300
    assert [row.id for row in free.rows.get(solbakken.clinic.pk, ())] == []


def test_overtime_is_used_and_not_by_somebody_who_is_away(solbakken: Cast) -> None:
    """Two doctors have 120 minutes each for what only a doctor may do."""
    last_day: dict[str, Any] = {"due_on": MONDAY, "closes_on": MONDAY, "hard": True, "planned_minutes": 60}
    tasks = [make_task(solbakken.clinic, "sykmelding", **last_day) for _ in range(5)]
    share(solbakken.clinic)
    assert Task.objects.filter(planned_on=MONDAY).count() == 4
    allow_overtime(solbakken.second_doctor, MONDAY, 60, "Mye post", by=solbakken.doctor, at=NIGHT)
    share(solbakken.clinic)
    assert Task.objects.filter(planned_on=MONDAY).count() == len(tasks)
    assert Task.objects.filter(planned_on=MONDAY, assignee=solbakken.second_doctor).count() == 3
    Absence.objects.create(
        clinic=solbakken.clinic,
        member=solbakken.second_doctor,
        starts_on=MONDAY,
        ends_on=MONDAY,
        reason="sick",
    )
    with jobs_scope():
        assert MONDAY not in gather([solbakken.clinic.pk], today=MONDAY).time[solbakken.second_doctor.pk]


def test_a_pin_holds_and_a_day_too(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=FRIDAY, due_on=FRIDAY, pinned=True,
        pinned_day=True, why={"rule": "pinned", "by": "Hanne Holm"},
    )  # fmt: skip
    share(solbakken.clinic)
    task.refresh_from_db()
    assert (task.assignee, task.planned_on, task.pinned, task.pinned_day) == (
        solbakken.nurse, FRIDAY, True, True,
    )  # fmt: skip
    assert (task.why, task.version) == ({"rule": "pinned", "by": "Hanne Holm"}, 1)


def test_a_pin_holds_nobody_who_may_not_any_more(solbakken: Cast) -> None:
    delegate(solbakken, "arskontroll", revoked_on=MONDAY)
    task = make_task(
        solbakken.clinic, "arskontroll", assignee=solbakken.nurse, patient=make_patient(solbakken), pinned=True,
        planned_on=MONDAY, pinned_day=True,
    )  # fmt: skip
    share(solbakken.clinic)
    task.refresh_from_db()
    assert (task.assignee, task.pinned, task.pinned_day) == (solbakken.doctor, False, False)


def test_whoever_is_ruled_out_for_a_task_does_not_get_it(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", forbidden=[solbakken.secretary.pk])
    other = make_task(solbakken.clinic, "okonomi")
    share(solbakken.clinic)
    task.refresh_from_db()
    other.refresh_from_db()
    assert (task.assignee, other.assignee) == (solbakken.nurse, solbakken.secretary)


def test_what_a_pin_left_behind_gets_new_words_and_no_event(solbakken: Cast) -> None:
    """Unpinned, and left where it was: not because of a person any more, but nothing happened to the task."""
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY,
        why={"rule": "pinned", "by": "Hanne Holm"},
    )  # fmt: skip
    share(solbakken.clinic)
    task.refresh_from_db()
    assert task.why["rule"] not in ("pinned", "handed_on")
    assert {other[0] for other in task.why["others"]} == {
        solbakken.nurse.pk, solbakken.doctor.pk, solbakken.second_doctor.pk,
    } - {other.pk for other in (solbakken.doctor, solbakken.second_doctor) if not _may(other, "okonomi")}  # fmt: skip
    assert (task.version, TaskEvent.objects.count()) == (1, 0)


def _may(member: Member, kind: str) -> bool:
    return member.profession in TaskKind.objects.get(slug=kind).professions


def test_the_run_tells_how_good_it_is_and_minutes_before_and_after(solbakken: Cast) -> None:
    late = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY - dt.timedelta(days=3),
        planned_minutes=20,
    )  # fmt: skip
    make_task(solbakken.clinic, "okonomi", planned_minutes=15)
    share(solbakken.clinic)
    run = run_of(solbakken.clinic)
    assert (run.placed, run.unplaced, run.cause, run.decided_at) == (2, 0, "night", NIGHT)
    assert run.bound is not None
    assert len(run.levels) == 5
    assert run.gap is not None and run.gap >= 0
    assert sum(run.levels) >= run.bound
    assert run.seconds is not None and run.seconds > 0
    assert run.loads["days"] == [day.isoformat() for day in working_days(MONDAY, 10)]
    mine = next(each for each in run.loads["members"] if each["id"] == solbakken.secretary.pk)
    assert mine["capacity"] == [300] * 10
    assert (mine["before"][0], sum(mine["before"])) == (
        20,
        20,
    )  # what should have been done weighs on the first
    assert sum(sum(each["after"]) for each in run.loads["members"]) == 35
    change = AllocationChange.objects.get(task=late)
    assert (change.from_day, change.from_member, change.applied) == (
        MONDAY - dt.timedelta(days=3), solbakken.secretary, True,
    )  # fmt: skip
    # Given to nobody before, or to the same person another day: nothing has changed hands.
    assert run.moved == int(change.to_member != solbakken.secretary)


def test_every_change_has_one_event_and_one_version(solbakken: Cast) -> None:
    for _ in range(60):
        make_task(solbakken.clinic, "sykmelding", planned_minutes=50, due_on=FRIDAY)
    for day in range(3):
        share_out([solbakken.clinic.pk], now=NIGHT, today=MONDAY + dt.timedelta(days=day))
    assert Task.objects.filter(planned_on=None, why__obstacle="nobody_has_time").count() == 20
    for task in Task.objects.all():
        assert task.version == 1 + task.events.count()
        if last := task.events.last():
            assert (last.to_state, last.to_member_id) == (task.state, task.assignee_id)


def test_old_changes_are_forgotten_and_the_runs_stay(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi")
    share(solbakken.clinic)
    begin_night(now=NIGHT + dt.timedelta(days=30), today=MONDAY + dt.timedelta(days=30))
    assert AllocationChange.objects.count() == 1
    begin_night(now=NIGHT + dt.timedelta(days=31), today=MONDAY + dt.timedelta(days=31))
    assert (AllocationChange.objects.count(), AllocationRun.objects.count()) == (0, 1)


def test_what_must_not_slip_is_named_first_among_what_stays(solbakken: Cast) -> None:
    """A page names the first of many: a hard deadline is never one of those it leaves out."""
    far, near, hard = (
        make_task(solbakken.clinic, "rutinekontroll", planned_minutes=700, due_on=MONDAY + n * DAY)
        for n in (3, 0, 5)
    )
    Task.objects.filter(pk=hard.pk).update(hard=True)
    share(solbakken.clinic)
    assert [task_id for task_id, _obstacle in run_of(solbakken.clinic).left] == [hard.pk, near.pk, far.pk]
