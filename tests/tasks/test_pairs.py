"""What one prepares and another signs: two tasks, linked, each with its own people and minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tasks.actions import closing, doing, pairs
from tasks.actions.creating import create_task
from tasks.actions.nightly import allocate_tasks, open_due_tasks
from tasks.actions.plans import start_plans
from tasks.fitting import LeftAlone, Move, out_of_order
from tasks.gathering import gather
from tasks.life import NotAllowed
from tasks.models import Closing, Delegation, PlanStep, Programme, Task, TaskKind
from tasks.queries import may_do, who_may
from teams.calendar import DAY
from teams.models import Absence, Member
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

Pair = tuple[Task, Task]


def later(minutes: int = 1) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


def make(cast: Cast, kind: str = "resept_fornyelse", **given: Any) -> Pair:
    """(preparation, signature), opened by hand."""
    said = {
        "by": cast.secretary, "kind": TaskKind.objects.get(slug=kind), "patient": make_patient(cast),
        "due_on": MONDAY + 3 * DAY, "hard": False, "origin": "patient", "urgent": False, "at": MORNING, **given,
    }  # fmt: skip
    signature = create_task(**said)
    assert signature.after is not None
    return signature.after, signature


@pytest.fixture
def pair(solbakken: Cast) -> Pair:
    preparation, signature = make(solbakken)
    Task.objects.filter(pk=signature.pk).update(
        assignee=solbakken.doctor, state="assigned", planned_on=MONDAY
    )
    Task.objects.filter(pk=preparation.pk).update(
        assignee=solbakken.secretary, state="assigned", planned_on=MONDAY
    )
    preparation.refresh_from_db()
    signature.refresh_from_db()
    return preparation, signature


@pytest.fixture
def yearly(solbakken: Cast, programme: Programme) -> Pair:
    """A diabetic's yearly check, opened by the night."""
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.filter(step__slug="ars").update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY)
    PlanStep.objects.exclude(step__slug="ars").update(waiting=False)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 3  # with the bloods before it
    signature = Task.objects.get(part="sign")
    assert signature.after is not None
    return signature.after, signature


# --- opening


def test_the_night_opens_two_with_their_own_minutes_and_the_plan_is_the_signatures(yearly: Pair) -> None:
    preparation, signature = yearly
    assert (preparation.part, preparation.name, preparation.planned_minutes, preparation.plan_step) == (
        "prepare", "Forbered: Årskontroll diabetes type 2", 30, None,
    )  # fmt: skip
    assert (signature.part, signature.name, signature.planned_minutes) == (
        "sign", "Årskontroll diabetes type 2", 15,
    )  # fmt: skip
    assert signature.plan_step is not None
    window = ("opens_on", "due_on", "closes_on", "hard", "origin", "patient_id")
    assert [getattr(preparation, n) for n in window] == [getattr(signature, n) for n in window]
    assert preparation.pk < signature.pk
    assert signature.events.get().after["after"] == preparation.pk


def test_where_nobody_prepares_it_is_one_whole_task(solbakken: Cast, programme: Programme) -> None:
    Member.objects.filter(profession__in=["nurse", "secretary"]).update(ends_on=MONDAY - DAY)
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 4
    whole = Task.objects.get(kind__slug="arskontroll")
    assert (whole.part, whole.after, whole.planned_minutes) == ("", None, 15)
    alone = create_task(
        by=solbakken.doctor, kind=TaskKind.objects.get(slug="resept_fornyelse"), due_on=MONDAY, hard=False,
        origin="patient", urgent=False, at=MORNING,
    )  # fmt: skip
    assert (alone.part, alone.planned_minutes) == ("", 3)


def test_an_occasion_has_one_pair_however_often_the_night_runs(yearly: Pair) -> None:
    PlanStep.objects.filter(step__slug="ars").update(waiting=True)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0
    assert Task.objects.count() == 3


def test_made_by_hand_it_is_two_as_well_and_urgent_both_are_put_into_the_day(solbakken: Cast) -> None:
    preparation, signature = make(solbakken, urgent=True)
    assert (preparation.name, preparation.planned_minutes, signature.planned_minutes) == (
        "Forbered: Reseptfornyelse", 2, 1,
    )  # fmt: skip
    assert (preparation.assignee, signature.assignee) == (solbakken.secretary, solbakken.doctor)
    assert preparation.planned_on == signature.planned_on == MONDAY


# --- who may


def test_the_preparation_is_for_more_people_than_the_signature(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    may = {m.profession for m in who_may(preparation, on=MONDAY)}
    assert may == {"doctor", "nurse", "secretary"}
    assert {m.profession for m in who_may(signature, on=MONDAY)} == {"doctor"}
    assert not may_do(solbakken.secretary, signature, on=MONDAY)
    with pytest.raises(PermissionDenied):
        doing.complete(signature.pk, by=solbakken.secretary, minutes=1, at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.hand_on(signature.pk, by=solbakken.doctor, to=solbakken.nurse, reason="", at=MORNING)


def test_what_is_delegated_may_be_signed_by_the_delegate(solbakken: Cast, yearly: Pair) -> None:
    assert not may_do(solbakken.nurse, yearly[1], on=MONDAY)
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=yearly[1].kind,
        instruction="x", starts_on=MONDAY, signed_at=MORNING,
    )  # fmt: skip
    assert may_do(solbakken.nurse, yearly[1], on=MONDAY)


# --- sharing out


def test_the_signature_is_never_planned_before_its_preparation(solbakken: Cast, yearly: Pair) -> None:
    for member in (solbakken.nurse, solbakken.secretary):
        Absence.objects.create(
            clinic=solbakken.clinic, member=member, reason="course", starts_on=MONDAY, ends_on=MONDAY + DAY
        )
    allocate_tasks(now=MORNING, today=MONDAY)
    preparation, signature = (Task.objects.get(pk=task.pk) for task in yearly)
    assert preparation.assignee in (solbakken.nurse, solbakken.secretary)
    assert signature.assignee == solbakken.doctor
    assert preparation.planned_on is not None
    assert preparation.planned_on >= MONDAY + 2 * DAY
    assert signature.planned_on is not None
    assert signature.planned_on >= preparation.planned_on
    assert (preparation.planned_minutes, signature.planned_minutes) == (30, 15)


def test_once_prepared_it_waits_for_nothing(solbakken: Cast, pair: Pair) -> None:
    doing.complete(pair[0].pk, by=solbakken.secretary, minutes=2, at=MORNING)
    (row,) = gather([solbakken.clinic.pk], today=MONDAY).rows[solbakken.clinic.pk]
    assert (row.id, row.after_id) == (pair[1].pk, None)


def test_what_would_come_before_its_preparation_is_left_alone_when_applied(
    solbakken: Cast, pair: Pair
) -> None:
    preparation, signature = pair
    gathered = gather([solbakken.clinic.pk], today=MONDAY)
    clinic = solbakken.clinic.pk

    def to(task: Task, day: dt.date) -> Move:
        return Move(task.pk, task.version, task.assignee_id, day, task.planned_minutes)

    assert out_of_order([to(signature, MONDAY)], gathered, clinic) == {}
    put_off = to(preparation, MONDAY + DAY)
    assert out_of_order([put_off], gathered, clinic) == {preparation.pk: LeftAlone.ORDER}
    assert out_of_order([put_off, to(signature, MONDAY + DAY)], gathered, clinic) == {}
    both = out_of_order([to(preparation, MONDAY + 2 * DAY), to(signature, MONDAY + DAY)], gathered, clinic)
    assert both == dict.fromkeys([preparation.pk, signature.pk], LeftAlone.ORDER)


# --- doing


def test_prepared_it_is_ready_to_sign(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=MORNING)
    signature.refresh_from_db()
    assert (signature.state, signature.assignee) == ("assigned", solbakken.doctor)
    ready = signature.events.latest("id")
    assert (ready.verb, ready.by) == ("ready", solbakken.secretary)


def test_signed_without_the_preparation_is_not_needed_any_more(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.complete(signature.pk, by=solbakken.doctor, minutes=4, at=MORNING)
    preparation.refresh_from_db()
    assert (preparation.state, preparation.closing, preparation.minutes) == ("cancelled", "not_needed", None)
    ended = preparation.events.latest("id")
    assert (ended.by, ended.reason) == (solbakken.doctor, "Gjort av den som signerte")
    doing.undo(signature.pk, by=solbakken.doctor, at=later())
    preparation.refresh_from_db()
    signature.refresh_from_db()
    assert (preparation.state, preparation.assignee, preparation.closing) == (
        "assigned",
        solbakken.secretary,
        "",
    )
    assert (signature.state, signature.assignee) == ("assigned", solbakken.doctor)


def test_the_plan_moves_on_with_the_signature(solbakken: Cast, yearly: Pair) -> None:
    preparation, signature = yearly
    doing.complete(preparation.pk, by=solbakken.nurse, minutes=30, at=MORNING)
    assert not PlanStep.objects.get(tasks=signature).waiting
    doing.complete(signature.pk, by=solbakken.doctor, minutes=10, at=MORNING + DAY)
    step = PlanStep.objects.get(tasks=signature)
    assert (step.last_done_on, step.waiting) == (MONDAY + DAY, True)


def test_a_preparation_taken_back_is_not_ready(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=MORNING)
    doing.undo(preparation.pk, by=solbakken.secretary, at=later())
    assert signature.events.latest("id").verb == "undo"
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=MORNING)
    doing.start(signature.pk, by=solbakken.doctor, at=later())
    with pytest.raises(NotAllowed, match="en kollega har begynt på resten"):
        doing.undo(preparation.pk, by=solbakken.secretary, at=later())


def test_in_the_row_it_is_said_why_it_cannot_be_taken_back(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    now = timezone.now()
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=now)
    doing.start(signature.pk, by=solbakken.doctor, at=now)
    headers = {
        "HX-Request": "true",
        "HX-Target": f"oppgave-{preparation.pk}",
        "HX-Current-URL": "http://testserver/min-dag/",
    }
    answer = logged_in(solbakken.secretary).post(f"/oppgave/{preparation.pk}/angre/", headers=headers)
    assert answer.status_code == 422
    assert "en kollega har begynt på resten" in answer.content.decode()


def test_put_off_the_signature_waits_too(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    until = MONDAY + 2 * DAY
    doing.postpone(preparation.pk, by=solbakken.secretary, until=until, reason="Venter", at=MORNING)
    signature.refresh_from_db()
    assert (signature.opens_on, signature.planned_on) == (until, None)
    doing.postpone(signature.pk, by=solbakken.doctor, until=until + DAY, reason="", at=MORNING)
    preparation.refresh_from_db()
    assert preparation.opens_on == until


# --- closing


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("how", [Closing.DECLINED, Closing.UNREACHABLE, Closing.MISTAKE])
def test_either_half_ends_both(solbakken: Cast, pair: Pair, half: int, how: Closing) -> None:
    closing.close(pair[half].pk, by=solbakken.doctor, closing=how, reason="", at=MORNING)
    assert {(t.state, t.closing) for t in Task.objects.all()} == {("cancelled", how)}
    doing.undo(pair[half].pk, by=solbakken.doctor, at=later())
    assert {(t.state, t.closing) for t in Task.objects.all()} == {("assigned", "")}


def test_a_preparation_that_is_not_needed_leaves_the_signature_ready(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.cancel(preparation.pk, by=solbakken.secretary, reason="Alt er klart", at=MORNING)
    signature.refresh_from_db()
    assert signature.state == "assigned"
    assert signature.events.latest("id").verb == "ready"


def test_a_signature_that_is_not_needed_ends_both(solbakken: Cast, pair: Pair) -> None:
    doing.cancel(pair[1].pk, by=solbakken.doctor, reason="", at=MORNING)
    assert set(Task.objects.values_list("state", flat=True)) == {"cancelled"}


def test_declined_at_the_preparation_the_plan_moves_on_once(solbakken: Cast, yearly: Pair) -> None:
    preparation, signature = yearly
    closing.close(preparation.pk, by=solbakken.nurse, closing=Closing.DECLINED, reason="", at=MORNING)
    step = PlanStep.objects.get(tasks=signature)
    assert (step.waiting, step.due_on) == (True, dt.date(2027, 11, 30))
    doing.undo(preparation.pk, by=solbakken.nurse, at=later())
    step.refresh_from_db()
    assert (step.waiting, step.due_on) == (False, MONDAY + 7 * DAY)
    assert set(Task.objects.values_list("state", flat=True)) == {"open"}


# --- sent back


def test_found_lacking_it_goes_back_to_whoever_prepared_it(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.complete(preparation.pk, by=solbakken.nurse, minutes=4, at=MORNING)
    doing.start(signature.pk, by=solbakken.doctor, at=later())
    waits = pairs.send_back(signature.pk, by=solbakken.doctor, reason="Mangler blodtrykk", at=later(2))
    again = waits.after
    assert again is not None
    assert again.pk != preparation.pk
    assert (again.part, again.name, again.assignee, again.pinned) == (
        "prepare", preparation.name, solbakken.nurse, True,
    )  # fmt: skip
    assert (waits.state, waits.assignee) == ("assigned", solbakken.doctor)
    assert [e.reason for e in again.events.all()] == ["Mangler blodtrykk"] * 2
    doing.complete(again.pk, by=solbakken.nurse, minutes=1, at=later(9))
    assert signature.events.latest("id").verb == "ready"
    assert Task.objects.get(pk=preparation.pk).state == "done"


def test_whoever_prepared_it_and_is_gone_is_not_given_it(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=MORNING)
    Member.objects.filter(pk=solbakken.secretary.pk).update(ends_on=MONDAY - DAY)
    again = pairs.send_back(signature.pk, by=solbakken.doctor, reason="Mangler", at=later()).after
    assert again is not None
    assert (again.state, again.assignee) == ("open", None)


def test_only_whoever_may_sign_sends_back_and_only_what_is_prepared(solbakken: Cast, pair: Pair) -> None:
    preparation, signature = pair
    why: dict[str, Any] = {"reason": "Mangler", "at": later()}
    with pytest.raises(NotAllowed, match="ikke ferdig"):
        pairs.send_back(signature.pk, by=solbakken.doctor, **why)
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=4, at=MORNING)
    with pytest.raises(PermissionDenied):
        pairs.send_back(signature.pk, by=solbakken.nurse, **why)
    with pytest.raises(ValueError, match="reason"):
        pairs.send_back(signature.pk, by=solbakken.doctor, reason=" ", at=later())
    with pytest.raises(NotAllowed, match="ingen forberedelse"):
        pairs.send_back(
            make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor).pk,
            by=solbakken.doctor,
            **why,
        )
    doing.complete(signature.pk, by=solbakken.doctor, minutes=1, at=later())
    with pytest.raises(NotAllowed, match="utført"):
        pairs.send_back(signature.pk, by=solbakken.doctor, **why)
    assert Task.objects.filter(part="prepare").count() == 1


# --- taken back


def reload(*tasks: Task) -> list[str]:
    for task in tasks:
        task.refresh_from_db()
    return [task.state for task in tasks]


def test_a_preparation_that_was_sent_back_is_not_taken_back_beside_the_new_one(
    solbakken: Cast, pair: Pair
) -> None:
    preparation, signature = pair
    doing.complete(preparation.pk, by=solbakken.secretary, minutes=3, at=MORNING)
    pairs.send_back(signature.pk, by=solbakken.doctor, reason="Mangler blodprøve", at=later())
    with pytest.raises(NotAllowed, match="ny forberedelse"):
        doing.undo(preparation.pk, by=solbakken.secretary, at=later(2))
    assert Task.objects.open().filter(part="prepare").count() == 1


@pytest.mark.parametrize("first", ["done", "not needed"])
def test_a_preparation_whose_signature_has_ended_is_not_taken_back(
    solbakken: Cast, pair: Pair, first: str
) -> None:
    preparation, signature = pair
    if first == "done":
        doing.complete(preparation.pk, by=solbakken.secretary, minutes=3, at=MORNING)
    else:
        closing.close(
            preparation.pk, by=solbakken.secretary, closing=Closing.NOT_NEEDED, reason="", at=MORNING
        )
    closing.close(signature.pk, by=solbakken.doctor, closing=Closing.MISTAKE, reason="", at=later())
    with pytest.raises(NotAllowed, match="avsluttet"):
        doing.undo(preparation.pk, by=solbakken.secretary, at=later(2))
    assert not Task.objects.open().exists()


@pytest.mark.parametrize("closed", [0, 1], ids=["preparation", "signature"])
@pytest.mark.parametrize("undone", [0, 1], ids=["preparation", "signature"])
def test_what_ended_together_comes_back_together_from_either_half_with_its_plan(
    solbakken: Cast, yearly: Pair, closed: int, undone: int
) -> None:
    stood = PlanStep.objects.filter(step__slug="ars").values().get()
    before = reload(*yearly)
    closing.close(yearly[closed].pk, by=solbakken.doctor, closing=Closing.MISTAKE, reason="", at=MORNING)
    assert reload(*yearly) == ["cancelled", "cancelled"]
    doing.undo(yearly[undone].pk, by=solbakken.doctor, at=later())
    assert reload(*yearly) == before
    assert PlanStep.objects.filter(step__slug="ars").values().get() == stood
