"""Sharing out in the day: proposed, applied in whole or in part, discarded, undone in one step."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.actions import doing, proposals
from tasks.actions.sharing import share_out
from tasks.fitting import LeftAlone, Move, full
from tasks.gathering import Gathered, Row
from tasks.life import NotAllowed
from tasks.models import AllocationRun, Cause, Delegation, RunState, Task, TaskEvent, TaskKind
from teams.models import Absence, Member
from tests.conftest import Cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

FRIDAY = MONDAY + dt.timedelta(days=4)
TUESDAY = MONDAY + dt.timedelta(days=1)
LATER = MORNING + dt.timedelta(hours=1)


def proposed(cast: Cast, *, calm: bool = False, cause: Cause = Cause.ASKED) -> AllocationRun:
    run = proposals.propose(cast.clinic.pk, by=cast.doctor, cause=cause, calm=calm, now=MORNING)
    assert run.state == RunState.WAITING
    assert proposals.compute(run.pk, cast.clinic.pk, today=MONDAY, now=MORNING)
    run.refresh_from_db()
    return run


def away(member: Member, day: dt.date = MONDAY, days: int = 30) -> None:
    Absence.objects.create(
        clinic=member.clinic,
        member=member,
        reason="sick",
        starts_on=day,
        ends_on=day + dt.timedelta(days=days),
    )


def held(cast: Cast, n: int = 4, **fields: Any) -> list[Task]:
    """Tasks of the secretary's, one a day."""
    return [
        make_task(
            cast.clinic, "okonomi", assignee=cast.secretary, planned_on=MONDAY + dt.timedelta(days=day),
            why={"rule": "least_loaded"}, **{"due_on": FRIDAY, **fields},
        )
        for day in range(n)
    ]  # fmt: skip


def as_they_are() -> list[tuple[Any, ...]]:
    columns = ("pk", "state", "assignee", "planned_on", "planned_minutes", "why")
    return list(Task.objects.order_by("pk").values_list(*columns))


def test_a_proposal_changes_nothing_until_it_is_applied(solbakken: Cast) -> None:
    tasks = held(solbakken)
    away(solbakken.secretary)
    before = as_they_are()
    run = proposed(solbakken, calm=True, cause=Cause.ABSENCE)
    assert as_they_are() == before
    assert TaskEvent.objects.count() == 0
    assert (run.state, run.calm, run.asked_by, run.moved) == (RunState.PROPOSED, True, solbakken.doctor, 4)
    assert run.changes.count() == 4
    done = proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert done.written == {task.pk for task in tasks}
    assert not done.left_alone
    assert set(Task.objects.values_list("assignee", flat=True)) == {solbakken.nurse.pk}
    run.refresh_from_db()
    assert (run.state, run.decided_by, run.decided_at) == (RunState.APPLIED, solbakken.doctor, LATER)
    assert set(run.changes.values_list("applied", flat=True)) == {True}
    assert set(TaskEvent.objects.values_list("verb", "by")) == {("assign", solbakken.doctor.pk)}


def test_calm_only_what_must_move_moves(solbakken: Cast) -> None:
    """A nurse does what a secretary could: reason enough to share out anew, and none to disturb her today."""
    make_member(solbakken.clinic, "Vigdis Vik", "secretary")
    must = held(solbakken)
    for day in range(4):
        make_task(
            solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY + dt.timedelta(days=day),
            due_on=FRIDAY,
        )  # fmt: skip
    away(solbakken.secretary)
    anew, calm = proposed(solbakken), proposed(solbakken, calm=True)
    assert anew.changes.count() == 8
    assert set(calm.changes.values_list("task", flat=True)) == {task.pk for task in must}


def test_some_are_applied_and_the_rest_stay(solbakken: Cast) -> None:
    first, second, *rest = held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    done = proposals.apply(run.pk, by=solbakken.doctor, now=LATER, only=[first.pk, second.pk])
    assert done.written == {first.pk, second.pk}
    assert set(Task.objects.filter(pk__in=[t.pk for t in rest]).values_list("assignee", "version")) == {
        (solbakken.secretary.pk, 1)
    }
    assert dict(run.changes.values_list("task", "applied")) == {
        first.pk: True, second.pk: True, **{t.pk: False for t in rest},
    }  # fmt: skip


def test_none_of_its_tasks_is_no_choice(solbakken: Cast) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    with pytest.raises(ValueError, match="only"):
        proposals.apply(run.pk, by=solbakken.doctor, now=LATER, only=[])
    with pytest.raises(ValueError, match="only"):
        proposals.apply(run.pk, by=solbakken.doctor, now=LATER, only=[0])
    run.refresh_from_db()
    assert run.state == RunState.PROPOSED


def test_what_changed_since_is_left_alone_and_told(solbakken: Cast) -> None:
    changed, begun, ended, fourth = held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    doing.hand_on(changed.pk, by=solbakken.secretary, to=solbakken.doctor, reason="x", at=LATER)
    Task.objects.filter(pk=begun.pk).update(state="started", version=2)
    doing.cancel(ended.pk, by=solbakken.doctor, reason="x", at=LATER)
    done = proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert done.written == {fourth.pk}
    assert done.left_alone == dict.fromkeys([changed.pk, begun.pk, ended.pk], LeftAlone.CHANGED)
    assert Task.objects.get(pk=changed.pk).assignee == solbakken.doctor
    assert Task.objects.get(pk=begun.pk).assignee == solbakken.secretary


def test_a_delegation_revoked_meanwhile_is_respected(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    delegation = Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind, instruction="x",
        starts_on=dt.date(2026, 1, 1), signed_at=MORNING,
    )  # fmt: skip
    task = make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken), due_on=FRIDAY)
    run = proposed(solbakken)
    assert run.changes.get().to_member == solbakken.nurse
    delegation.revoked_on = MONDAY
    delegation.save()
    done = proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert (done.written, done.left_alone) == (frozenset(), {task.pk: LeftAlone.MAY_NOT})


def test_whoever_fell_ill_meanwhile_gets_nothing(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    run = proposed(solbakken)
    chosen = run.changes.get().to_member
    assert chosen is not None
    away(chosen)
    assert proposals.apply(run.pk, by=solbakken.doctor, now=LATER).left_alone == {task.pk: LeftAlone.AWAY}


def test_applied_the_day_after_nothing_is_planned_in_the_past(solbakken: Cast) -> None:
    monday, tuesday = (
        make_task(
            solbakken.clinic, "sykmelding", planned_minutes=120, hard=True, opens_on=day, closes_on=TUESDAY
        )
        for day in (MONDAY, TUESDAY)
    )
    away(solbakken.second_doctor)
    run = proposed(solbakken)
    assert dict(run.changes.values_list("task", "to_day")) == {monday.pk: MONDAY, tuesday.pk: TUESDAY}
    done = proposals.apply(run.pk, by=solbakken.doctor, now=MORNING + dt.timedelta(days=1))
    assert done.written == {tuesday.pk}
    assert done.left_alone == {monday.pk: LeftAlone.AWAY}


def test_a_day_filled_meanwhile_is_not_filled_beyond_its_minutes(solbakken: Cast) -> None:
    """Only a doctor may, and each has 120 minutes on the task's only day."""
    task = make_task(solbakken.clinic, "sykmelding", planned_minutes=100, closes_on=MONDAY, hard=True)
    run = proposed(solbakken)
    chosen = run.changes.get().to_member
    make_task(solbakken.clinic, "sykmelding", planned_minutes=50, assignee=chosen, planned_on=MONDAY)
    done = proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert done.left_alone == {task.pk: LeftAlone.FULL}
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.parametrize("calm", [True, False])
def test_undone_everything_is_as_it_was(solbakken: Cast, calm: bool) -> None:
    held(solbakken)
    make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken), due_on=FRIDAY)
    before = as_they_are()
    away(solbakken.secretary)
    run = proposed(solbakken, calm=calm)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert as_they_are() != before
    done = proposals.undo(run.pk, by=solbakken.doctor, now=LATER)
    assert (len(done.written), done.left_alone) == (run.changes.count(), {})
    assert as_they_are() == before
    run.refresh_from_db()
    assert (run.state, run.undone_by, run.undone_at) == (RunState.UNDONE, solbakken.doctor, LATER)
    assert not run.changes.filter(applied=True).exists()
    for task in Task.objects.all():
        assert task.version == 1 + task.events.count()
        last = task.events.last()
        assert last is not None
        assert (last.to_state, last.to_member_id) == (task.state, task.assignee_id)
    with pytest.raises(NotAllowed):
        proposals.undo(run.pk, by=solbakken.doctor, now=LATER)


def test_what_somebody_did_since_is_not_undone(solbakken: Cast) -> None:
    done_already, other = held(solbakken, 2)
    away(solbakken.secretary)
    run = proposed(solbakken)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    doing.complete(done_already.pk, by=solbakken.nurse, minutes=5, at=LATER)
    undone = proposals.undo(run.pk, by=solbakken.doctor, now=LATER)
    assert undone.written == {other.pk}
    assert undone.left_alone == {done_already.pk: LeftAlone.CHANGED}
    done_already.refresh_from_db()
    assert (done_already.state, done_already.assignee) == ("done", solbakken.nurse)


def test_the_law_stands_above_undoing(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic,
        "arskontroll",
        patient=make_patient(solbakken),
        assignee=solbakken.nurse,
        due_on=FRIDAY,
    )
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee == solbakken.doctor  # the nurse had no delegation
    night = AllocationRun.objects.get()
    undone = proposals.undo(night.pk, by=solbakken.doctor, now=LATER)
    assert undone.left_alone == {task.pk: LeftAlone.MAY_NOT}


def test_the_night_can_be_undone_until_a_later_sharing_out_is_in_use(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    night = AllocationRun.objects.get()
    task.refresh_from_db()
    assert task.assignee is not None
    away(task.assignee)
    later = proposed(solbakken)
    proposals.apply(later.pk, by=solbakken.doctor, now=LATER)
    with pytest.raises(NotAllowed):
        proposals.undo(night.pk, by=solbakken.doctor, now=LATER)
    proposals.undo(later.pk, by=solbakken.doctor, now=LATER)
    # The task has changed twice since the night: the night's part in it is over.
    undone = proposals.undo(night.pk, by=solbakken.doctor, now=LATER)
    assert undone.left_alone == {task.pk: LeftAlone.CHANGED}


def test_what_is_later_is_told_by_ids_where_they_tell(solbakken: Cast) -> None:
    """A night stamped ahead of the clock does not keep the proposal after it from being undone, nor the reverse."""
    held(solbakken)
    make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    share_out([solbakken.clinic.pk], now=LATER + dt.timedelta(hours=5), today=MONDAY)
    night = AllocationRun.objects.get()
    assert night.changes.filter(applied=True).exists()
    away(solbakken.secretary)
    run = proposed(solbakken)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert night.decided_at is not None
    assert night.decided_at > LATER
    with pytest.raises(NotAllowed):
        proposals.undo(night.pk, by=solbakken.doctor, now=LATER)
    assert proposals.undo(run.pk, by=solbakken.doctor, now=LATER).written
    assert proposals.undo(night.pk, by=solbakken.doctor, now=LATER).run.state == RunState.UNDONE


@pytest.mark.parametrize("applied_after_the_night", [True, False])
def test_a_proposal_that_a_night_went_past_is_placed_by_the_clock(
    solbakken: Cast, applied_after_the_night: bool
) -> None:
    def apply(at: dt.datetime) -> None:
        assert proposals.apply(run.pk, by=solbakken.doctor, now=at).written

    def night(at: dt.datetime) -> None:
        """Gives one task away; what the proposal is about is well where it is, since nobody is away."""
        make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
        Absence.objects.all().delete()
        share_out([solbakken.clinic.pk], now=at, today=MONDAY)
        away(solbakken.secretary)

    held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    steps = (night, apply) if applied_after_the_night else (apply, night)
    for minute, step in enumerate(steps):
        step(LATER + dt.timedelta(minutes=minute))
    in_order = [AllocationRun.objects.get(cause=Cause.NIGHT), run]
    earlier, later = in_order if applied_after_the_night else reversed(in_order)
    with pytest.raises(NotAllowed):
        proposals.undo(earlier.pk, by=solbakken.doctor, now=LATER)
    assert proposals.undo(later.pk, by=solbakken.doctor, now=LATER).written


def test_the_night_is_undone_as_one_step(solbakken: Cast) -> None:
    for _ in range(5):
        make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    before = as_they_are()
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    proposals.undo(AllocationRun.objects.get().pk, by=solbakken.doctor, now=LATER)
    assert as_they_are() == before
    assert set(TaskEvent.objects.filter(by=solbakken.doctor).values_list("reason", flat=True)) == {
        "Fordelingen ble angret."
    }


def test_discarded_it_can_no_longer_be_applied(solbakken: Cast) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    assert proposals.discard(run.pk, by=solbakken.doctor, now=LATER).state == RunState.DISCARDED
    proposals.discard(run.pk, by=solbakken.doctor, now=LATER)
    with pytest.raises(NotAllowed):
        proposals.apply(run.pk, by=solbakken.doctor, now=LATER)


def test_applied_twice_is_refused_and_nights_are_not_discarded(solbakken: Cast) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    for verb in (proposals.apply, proposals.discard):
        with pytest.raises(NotAllowed):
            verb(run.pk, by=solbakken.doctor, now=LATER)
    night = AllocationRun.objects.create(
        clinic=solbakken.clinic, state="running", cause="night", ran_at=MORNING, first_day=MONDAY
    )
    with pytest.raises(NotAllowed):
        proposals.discard(night.pk, by=solbakken.doctor, now=LATER)


def test_asked_twice_at_once_there_is_one_and_a_new_one_takes_the_olds_place(solbakken: Cast) -> None:
    def ask(calm: bool = False) -> AllocationRun:
        return proposals.propose(
            solbakken.clinic.pk, by=solbakken.doctor, cause=Cause.ASKED, calm=calm, now=MORNING
        )

    first = ask()
    assert ask() == first
    second = ask(calm=True)
    first.refresh_from_db()
    assert (first.state, second.state) == (RunState.DISCARDED, RunState.WAITING)
    # Discarded before it was computed: computing it comes to nothing.
    assert proposals.compute(first.pk, solbakken.clinic.pk, today=MONDAY, now=MORNING)
    first.refresh_from_db()
    assert first.state == RunState.DISCARDED


def test_computing_twice_is_computing_once(solbakken: Cast) -> None:
    held(solbakken)
    away(solbakken.secretary)
    run = proposed(solbakken)
    count = run.changes.count()
    assert proposals.compute(run.pk, solbakken.clinic.pk, today=MONDAY, now=LATER)
    assert run.changes.count() == count


def test_a_proposal_nobody_finished_is_asked_for_again_and_given_up_in_the_end(solbakken: Cast) -> None:
    run = proposals.propose(
        solbakken.clinic.pk, by=solbakken.doctor, cause=Cause.ASKED, calm=False, now=MORNING
    )
    assert proposals.unfinished(before=MORNING) == []
    AllocationRun.objects.filter(pk=run.pk).update(state="running", attempts=1)
    assert proposals.unfinished(before=LATER) == [(run.pk, solbakken.clinic.pk)]
    AllocationRun.objects.filter(pk=run.pk).update(attempts=3)
    proposals.compute(run.pk, solbakken.clinic.pk, today=MONDAY, now=LATER)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.reference
    assert proposals.unfinished(before=LATER + dt.timedelta(hours=1)) == []


def test_a_proposal_that_fails_says_so(solbakken: Cast) -> None:
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, instruction="x",
        kind=TaskKind.objects.get(slug="arskontroll"), starts_on=dt.date(2026, 1, 1), signed_at=MORNING,
    )  # fmt: skip
    make_task(solbakken.clinic, "arskontroll", patient=make_patient(solbakken))
    TaskKind.objects.filter(slug="arskontroll").update(minutes={"nurse": "mange"})
    run = proposed(solbakken)
    assert (run.state, run.gap, bool(run.reference)) == (RunState.FAILED, None, True)
    with pytest.raises(NotAllowed):
        proposals.apply(run.pk, by=solbakken.doctor, now=LATER)


def test_only_leaders_and_only_their_own_clinic(solbakken: Cast, furulund: Cast) -> None:
    held(solbakken)
    away(solbakken.secretary)
    with pytest.raises(PermissionDenied):
        proposals.propose(solbakken.clinic.pk, by=furulund.doctor, cause=Cause.ASKED, calm=False, now=MORNING)
    run = proposed(solbakken)
    asked: dict[str, Any] = {"by": solbakken.nurse, "now": LATER}
    with pytest.raises(PermissionDenied):
        proposals.propose(solbakken.clinic.pk, cause=Cause.ASKED, calm=False, **asked)
    for verb in (proposals.apply, proposals.discard, proposals.undo):
        with pytest.raises(PermissionDenied):
            verb(run.pk, **asked)
        with pytest.raises(AllocationRun.DoesNotExist):
            verb(run.pk, by=furulund.doctor, now=LATER)


def test_statements_do_not_grow_with_tasks(solbakken: Cast) -> None:
    def statements(n: int) -> tuple[int, int]:
        held(solbakken, n)
        run = proposed(solbakken)
        with CaptureQueriesContext(connection) as applying:
            proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
        with CaptureQueriesContext(connection) as undoing:
            proposals.undo(run.pk, by=solbakken.doctor, now=LATER)
        return len(applying), len(undoing)

    away(solbakken.secretary)
    few = statements(2)
    assert statements(5) == few
    assert max(few) <= 20


# --- the pure part: no choice of changes fills a day beyond its minutes

MEMBERS, DAYS = (1, 2, 3), (MONDAY, TUESDAY)
PLACES = st.one_of(st.none(), st.tuples(st.sampled_from(MEMBERS), st.sampled_from(DAYS)))


@given(
    tasks=st.lists(st.tuples(PLACES, PLACES, st.integers(1, 90)), max_size=25),
    room=st.lists(st.integers(0, 120), min_size=6, max_size=6),
)
@settings(max_examples=200)
def test_no_change_fills_a_day_beyond_its_minutes(tasks: list[tuple[Any, Any, int]], room: list[int]) -> None:
    rows, moves = [], []
    for pk, (here, there, minutes) in enumerate(tasks):
        member, day = here or (None, None)
        rows.append(
            Row(
                1, pk, 1, 1, minutes, MONDAY, None, None, False, member, day, False, False, [], "", "", None, None, None
            )
        )  # fmt: skip
        if here != there:
            to_member, to_day = there or (None, None)
            moves.append(Move(pk, 1, to_member, to_day, minutes))
    free = {m: {d: room[2 * i + j] for j, d in enumerate(DAYS)} for i, m in enumerate(MEMBERS)}
    gathered = Gathered(MONDAY, DAYS, {1: rows}, {}, {}, {}, free, free)
    left = full(moves, gathered, 1)
    going = {move.task_id: move for move in moves if move.task_id not in left}
    booked: dict[Any, int] = {}
    came: set[Any] = set()
    for row in rows:
        move = going.get(row.id)
        place = (move.member, move.day) if move else (row.assignee_id, row.planned_on)
        booked[place] = booked.get(place, 0) + row.planned_minutes
        if move:
            came.add(place)
    for place in came - {(None, None)}:
        assert booked[place] <= free[place[0]][place[1]]
    for move in moves:
        if move.task_id in left:  # and nothing was left out that would fit by itself
            assert move.member is not None and move.day is not None
            assert booked.get((move.member, move.day), 0) + move.minutes > free[move.member][move.day]
