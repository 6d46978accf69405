"""A task made by hand, and an urgent one put into the day: at once, by the rules, moving as little as can be."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import proposals
from tasks.actions.creating import create_task
from tasks.actions.sharing import share_out
from tasks.actions.urgent import place_now
from tasks.life import NotAllowed
from tasks.models import AllocationRun, Cause, RunState, Task, TaskKind
from teams.models import Absence, Member
from teams.wall import clinic_scope
from tests.conftest import Cast, make_cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

FRIDAY = MONDAY + dt.timedelta(days=4)
TUESDAY = MONDAY + dt.timedelta(days=1)


def create(cast: Cast, slug: str = "okonomi", **given: Any) -> Task:
    fields: dict[str, Any] = {
        "by": cast.secretary, "kind": TaskKind.objects.get(slug=slug), "due_on": MONDAY, "hard": False,
        "origin": "patient", "urgent": False, "at": MORNING, **given,
    }  # fmt: skip
    return create_task(**fields)


def fill(member: Member, day: dt.date = MONDAY, *, minutes: int, **fields: Any) -> Task:
    return make_task(
        member.clinic, "sykmelding", assignee=member, planned_on=day, planned_minutes=minutes,
        why={"rule": "least_loaded"}, **{"due_on": FRIDAY, **fields},
    )  # fmt: skip


# --- made by hand


def test_a_task_is_opened_and_waits_for_the_night(solbakken: Cast) -> None:
    patient = make_patient(solbakken)
    task = create(
        solbakken, patient=patient, name=" Ring tilbake ", sender=" Apoteket ", due_on=FRIDAY, hard=True
    )
    assert (task.name, task.sender, task.patient) == ("Ring tilbake", "Apoteket", patient)
    assert (task.state, task.assignee, task.opens_on, task.due_on, task.closes_on) == (
        "open", None, MONDAY, FRIDAY, FRIDAY,
    )  # fmt: skip
    assert task.planned_minutes == TaskKind.objects.get(slug="okonomi").minutes_for("secretary")
    event = task.events.get()
    assert (event.verb, event.by, event.after["due_on"]) == ("open", solbakken.secretary, FRIDAY.isoformat())
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee is not None


def test_without_a_name_it_is_called_what_its_kind_is(solbakken: Cast) -> None:
    task = create(solbakken, minutes=7)
    assert (task.name, task.planned_minutes, task.closes_on) == (task.kind.name, 7, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due_on", MONDAY - dt.timedelta(days=1)), ("due_on", MONDAY + dt.timedelta(days=367)), ("minutes", 0),
        ("minutes", 721), ("origin", "mars"), ("name", "x" * 121), ("sender", "x" * 121),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(solbakken: Cast, field: str, value: Any) -> None:
    given: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=field):
        create(solbakken, **given)
    assert not Task.objects.exists()


def test_not_for_another_clinics_patient_nor_by_whoever_does_no_tasks(
    solbakken: Cast, furulund: Cast
) -> None:
    with pytest.raises(PermissionDenied):
        create(solbakken, patient=make_patient(furulund))
    with pytest.raises(PermissionDenied):
        create(solbakken, by=solbakken.manager)


# --- put into the day


def test_an_urgent_task_is_somebodys_today_at_once(solbakken: Cast) -> None:
    task = create(solbakken, urgent=True)
    assert (task.state, task.assignee, task.planned_on) == ("assigned", solbakken.secretary, MONDAY)
    assert {"rule", "ground", "load_before", "load_after", "capacity", "others"} <= task.why.keys()
    assert list(task.events.values_list("verb", "by")) == [
        ("open", solbakken.secretary.pk), ("place", solbakken.secretary.pk),
    ]  # fmt: skip
    assert task.version == 2
    run = AllocationRun.objects.get()
    assert (run.cause, run.state, run.decided_by, run.placed, run.gap) == (
        Cause.URGENT, RunState.APPLIED, solbakken.secretary, 1, None,
    )  # fmt: skip


def test_it_moves_what_can_wait_and_never_what_is_begun_or_decided(solbakken: Cast) -> None:
    """Only doctors may, with 120 minutes a day; the other doctor is away."""
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.second_doctor, reason="sick", starts_on=MONDAY,
        ends_on=MONDAY + dt.timedelta(days=30),
    )  # fmt: skip
    begun = fill(solbakken.doctor, minutes=30, state="started")
    pinned = fill(solbakken.doctor, minutes=30, pinned=True, pinned_day=True)
    waits = fill(solbakken.doctor, minutes=60)
    task = create(solbakken, "sykmelding", minutes=60, urgent=True, hard=True)
    assert (task.assignee, task.planned_on) == (solbakken.doctor, MONDAY)
    before = {each.pk: (each.state, each.planned_on, each.version) for each in (begun, pinned)}
    for each in (begun, pinned, waits):
        each.refresh_from_db()
    assert {each.pk: (each.state, each.planned_on, each.version) for each in (begun, pinned)} == before
    assert waits.assignee == solbakken.doctor
    assert waits.planned_on is not None and MONDAY < waits.planned_on <= FRIDAY
    moved = waits.events.get()
    assert (moved.verb, moved.by) == ("plan", solbakken.secretary)


def test_a_day_of_begun_and_decided_work_has_no_room(solbakken: Cast) -> None:
    for doctor in (solbakken.doctor, solbakken.second_doctor):
        fill(doctor, minutes=60, state="started")
        fill(doctor, minutes=60, pinned=True, pinned_day=True)
    task = make_task(solbakken.clinic, "sykmelding", planned_minutes=10, closes_on=MONDAY, hard=True)
    found = place_now(task.pk, by=solbakken.doctor, at=MORNING)
    assert found.obstacle is not None
    assert (found.task.state, found.task.assignee, found.moved) == ("open", None, 0)
    assert found.task.why["obstacle"] == found.obstacle
    assert (found.task.version, AllocationRun.objects.count()) == (1, 0)
    assert Task.objects.filter(version__gt=1).count() == 0


def test_what_nobody_may_do_is_said(solbakken: Cast) -> None:
    Member.objects.filter(clinic=solbakken.clinic, profession="doctor").update(
        ends_on=MONDAY - dt.timedelta(days=1)
    )
    task = make_task(solbakken.clinic, "sykmelding")
    found = place_now(task.pk, by=solbakken.nurse, at=MORNING)
    assert (found.obstacle, found.task.assignee) == ("nobody_may", None)


def test_from_the_pile_of_unassigned_and_undone_in_one_step(solbakken: Cast) -> None:
    other = fill(solbakken.doctor, minutes=30)
    task = make_task(solbakken.clinic, "sykmelding", due_on=FRIDAY)
    placed = place_now(task.pk, by=solbakken.nurse, at=MORNING).task
    assert placed.assignee in (solbakken.doctor, solbakken.second_doctor)
    undone = proposals.undo(AllocationRun.objects.get().pk, by=solbakken.doctor, now=MORNING)
    assert undone.written == {task.pk}
    assert not undone.left_alone
    task.refresh_from_db()
    other.refresh_from_db()
    assert (task.state, task.assignee, task.planned_on, other.version) == ("open", None, None, 1)


def test_urgent_tasks_do_not_keep_the_night_from_being_undone(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    night = AllocationRun.objects.get()
    create(solbakken, urgent=True, at=MORNING + dt.timedelta(hours=1))
    undone = proposals.undo(night.pk, by=solbakken.doctor, now=MORNING + dt.timedelta(hours=2))
    assert undone.written == {task.pk}


def test_what_is_begun_ended_or_anothers_is_not_put_in(solbakken: Cast, furulund: Cast) -> None:
    begun = fill(solbakken.doctor, minutes=10, state="started")
    with pytest.raises(NotAllowed):
        place_now(begun.pk, by=solbakken.nurse, at=MORNING)
    with pytest.raises(Task.DoesNotExist):
        place_now(begun.pk, by=furulund.nurse, at=MORNING)
    with pytest.raises(PermissionDenied):
        place_now(begun.pk, by=solbakken.manager, at=MORNING)


def test_two_at_once_do_not_get_the_same_minutes(committed: None) -> None:
    """As the web does it: two connections as the application's role, each in its clinic's scope."""
    cast = make_cast("solbakken", "Solbakken legesenter")
    Member.objects.filter(pk=cast.second_doctor.pk).update(ends_on=MONDAY - dt.timedelta(days=1))
    last_day: dict[str, Any] = {"planned_minutes": 50, "closes_on": MONDAY, "hard": True}
    tasks = [make_task(cast.clinic, "sykmelding", **last_day).pk for _ in range(6)]
    together = threading.Barrier(len(tasks))

    def place(task_id: int) -> bool:
        try:
            together.wait(timeout=30)
            with clinic_scope(cast.clinic.pk):
                return place_now(task_id, by=cast.nurse, at=MORNING).obstacle is None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        placed = list(pool.map(place, tasks))
    assert sum(placed) == 2  # of 120 minutes
    assert Task.objects.filter(assignee=cast.doctor, planned_on=MONDAY).count() == 2
    assert AllocationRun.objects.count() == 2


def test_as_few_statements_among_hundreds_as_among_few(solbakken: Cast) -> None:
    """How long it takes is measured by bin/bench, not here."""
    for n in range(4):
        make_member(solbakken.clinic, f"Sykepleier {n}", "nurse")
    kinds = ["okonomi", "sarstell", "sykmelding", "prosvar_info"]
    for n in range(600):
        make_task(
            solbakken.clinic, kinds[n % 4], due_on=MONDAY + dt.timedelta(days=n % 14), planned_minutes=5
        )
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    statements = []
    for _ in range(5):
        task = create(solbakken, "sarstell")
        with CaptureQueriesContext(connection) as queries:
            assert place_now(task.pk, by=solbakken.nurse, at=MORNING).task.assignee is not None
        statements.append(len(queries))
    assert max(statements) <= 22
