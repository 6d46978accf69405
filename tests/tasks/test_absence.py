"""Absence in one step: what it uncovers, the proposal for it, and what went to others had back on return."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import absence as actions
from tasks.actions import bulk, doing, overrides, proposals
from tasks.actions.sharing import share_out
from tasks.life import NotAllowed
from tasks.models import AllocationRun, BulkChange, Cause, Delegation, RunState, Task, TaskEvent, TaskKind
from tasks.presenters.taking_back import back_words
from tasks.presenters.uncovering import uncovering
from tasks.presenters.words import as_seen, reason
from tasks.queries.absence import came_back, moved_by, offer, uncovered_now
from tasks.replay import replay
from tasks.taking_back import Offered, Place, places
from tasks.uncovering import left_by_absence
from teams.actions.absence import Away, change_absence, come_back, register_absence
from teams.calendar import OSLO
from teams.models import Absence, Member
from tests.conftest import Cast, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

DAY = dt.timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY
LATER = MORNING + dt.timedelta(hours=1)
WEEK: dict[str, Any] = {"starts_on": MONDAY, "ends_on": FRIDAY, "reason": "sick"}


def held(cast: Cast, n: int = 4, **fields: Any) -> list[Task]:
    """Tasks of the secretary's, which the nurse may do too, one a day from Monday."""
    return [
        make_task(
            cast.clinic, "okonomi", assignee=cast.secretary, planned_on=MONDAY + day * DAY,
            why={"rule": "least_loaded"}, **{"due_on": FRIDAY, **fields},
        )
        for day in range(n)
    ]  # fmt: skip


def register(cast: Cast, by: Member | None = None, **fields: Any) -> tuple[Absence, AllocationRun | None]:
    return actions.register(
        cast.secretary, Away(**{**WEEK, **fields}), by=by or cast.doctor, at=MORNING
    )  # fmt: skip


def covered(cast: Cast, *, n: int = 4, **fields: Any) -> tuple[Absence, list[Task]]:
    """The secretary is away, and the proposal for it has been taken into use."""
    tasks = held(cast, n)
    found, run = register(cast, **fields)
    assert run is not None
    assert proposals.compute(run.pk, cast.clinic.pk, today=MONDAY, now=MORNING)
    done = proposals.apply(run.pk, by=cast.doctor, now=LATER)
    assert done.written == {task.pk for task in tasks}
    return found, [Task.objects.get(pk=task.pk) for task in tasks]


def ids(found: Any) -> list[int]:
    return [back.task.pk for back in found.tasks]


# What it uncovers


def test_registering_asks_for_a_proposal_that_moves_no_more_than_it_needs(solbakken: Cast) -> None:
    held(solbakken)
    found, run = register(solbakken)
    assert run is not None
    assert (run.cause, run.calm, run.absence, run.asked_by) == (
        Cause.ABSENCE, True, found, solbakken.doctor,
    )  # fmt: skip
    assert run.state == RunState.WAITING
    assert not TaskEvent.objects.exists()


def test_nothing_is_asked_for_when_nothing_lies_on_the_days(solbakken: Cast) -> None:
    held(solbakken)
    assert register(solbakken, starts_on=FRIDAY, ends_on=FRIDAY)[1] is None
    far = MONDAY + 60 * DAY
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=far, opens_on=far)
    assert register(solbakken, starts_on=far - DAY, ends_on=far + DAY, reason="holiday")[1] is None
    assert register(solbakken, starts_on=MONDAY - 5 * DAY, ends_on=MONDAY - DAY)[1] is None


def test_who_does_not_share_work_out_asks_for_nothing(solbakken: Cast) -> None:
    held(solbakken)
    found, run = register(solbakken, by=solbakken.secretary)
    assert (found.by, run) == (solbakken.secretary, None)
    with pytest.raises(PermissionDenied):
        actions.propose(found.pk, by=solbakken.secretary, at=MORNING)


def test_a_second_absence_asks_anew_and_the_same_one_does_not(solbakken: Cast) -> None:
    held(solbakken)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY)
    first, run = register(solbakken)
    assert run is not None
    assert actions.propose(first.pk, by=solbakken.doctor, at=MORNING) == run
    second, other = actions.register(solbakken.nurse, Away(**WEEK), by=solbakken.doctor, at=LATER)
    assert other is not None
    assert other.absence == second
    run.refresh_from_db()
    assert run.state == RunState.DISCARDED


def test_what_is_left_is_named_with_hard_deadlines_first(solbakken: Cast) -> None:
    plain, begun, _day_after = held(solbakken, 3)
    Task.objects.filter(pk=begun.pk).update(state="started")
    late = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=MONDAY - 9 * DAY, planned_on=None
    )
    hard = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=FRIDAY, due_on=FRIDAY, hard=True
    )
    pinned = make_task(
        solbakken.clinic,
        "okonomi",
        assignee=solbakken.secretary,
        planned_on=FRIDAY,
        due_on=FRIDAY,
        pinned=True,
    )
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=FRIDAY + 3 * DAY)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY, state="done",
              done_by=solbakken.secretary, minutes=5, ended_at=MORNING)  # fmt: skip
    found, _run = register(solbakken)
    left = left_by_absence(found, solbakken.doctor, MONDAY)
    assert left is not None
    told = uncovering(left, MONDAY)
    assert (told.tasks, told.minutes, told.taken) == (6, 60, 5 * 300)
    assert [line.id for line in told.hard.lines] == [hard.pk]
    assert [line.id for line in told.begun.lines] == [begun.pk]
    assert [line.id for line in told.pinned.lines] == [pinned.pk]
    assert [line.id for line in told.others.lines][:1] == [late.pk]
    assert told.others.lines[0].late
    assert [(day.day, day.tasks, day.before, day.there) for day in told.days] == [
        (MONDAY, 2, 300, 0), (MONDAY + DAY, 1, 300, 0), (MONDAY + 2 * DAY, 1, 300, 0),
        (MONDAY + 3 * DAY, 0, 300, 0), (FRIDAY, 2, 300, 0),
    ]  # fmt: skip
    assert told.over == 60
    assert told.whole
    assert not told.ahead
    assert plain.pk in {line.id for line in told.others.lines}


def test_what_nobody_else_may_do_is_told(solbakken: Cast) -> None:
    """A certificate that only doctors may write; the other doctor is ruled out of one of the two."""
    both, only = (
        make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor, planned_on=MONDAY)
        for _ in range(2)
    )
    overrides.forbid(only.pk, solbakken.second_doctor, by=solbakken.doctor, reason="inhabil", at=MORNING)
    found = register_absence(solbakken.doctor, Away(**WEEK), by=solbakken.doctor, at=MORNING)
    left = left_by_absence(found, solbakken.doctor, MONDAY)
    assert left is not None
    assert {each.task.pk: each.only_one for each in left.left} == {both.pk: False, only.pk: True}


def test_a_delegation_makes_somebody_else_who_may(solbakken: Cast) -> None:
    patient = make_patient(solbakken, list_doctor=solbakken.doctor)
    Member.objects.filter(pk=solbakken.second_doctor.pk).update(ends_on=MONDAY - DAY)
    task = make_task(
        solbakken.clinic, "arskontroll", assignee=solbakken.doctor, planned_on=MONDAY, patient=patient
    )
    found = register_absence(solbakken.doctor, Away(**WEEK), by=solbakken.doctor, at=MORNING)

    def alone() -> bool:
        left = left_by_absence(found, solbakken.doctor, MONDAY)
        assert left is not None
        return {each.task.pk: each.only_one for each in left.left}[task.pk]

    before = alone()
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, instruction="x",
        kind=TaskKind.objects.get(slug="arskontroll"), starts_on=MONDAY - DAY, signed_at=MORNING,
    )  # fmt: skip
    assert (before, alone()) == (True, False)


def test_some_hours_uncover_what_does_not_fit_in_the_rest_of_the_day(solbakken: Cast) -> None:
    held(solbakken, 2, planned_minutes=200)
    found, run = register(solbakken, ends_on=MONDAY, part="hours", minutes=180)
    left = left_by_absence(found, solbakken.doctor, MONDAY)
    assert left is not None
    told = uncovering(left, MONDAY)
    assert (told.tasks, told.minutes, told.taken, told.over) == (1, 200, 180, 80)
    assert not told.whole
    assert run is not None
    proposals.compute(run.pk, solbakken.clinic.pk, today=MONDAY, now=MORNING)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    booked = Task.objects.filter(assignee=solbakken.secretary, planned_on=MONDAY)
    assert not booked.exists(), "200 minutes do not fit into 120"


def test_what_is_over_uncovers_nothing_and_what_comes_is_not_shared_out_yet(solbakken: Cast) -> None:
    held(solbakken)
    over, _run = register(solbakken, starts_on=MONDAY - 3 * DAY, ends_on=MONDAY - DAY)
    assert left_by_absence(over, solbakken.doctor, MONDAY) is None
    with pytest.raises(NotAllowed):
        actions.propose(over.pk, by=solbakken.doctor, at=MORNING)
    far = MONDAY + 40 * DAY
    coming, _run = register(solbakken, starts_on=far, ends_on=far + 4 * DAY, reason="holiday")
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=far + DAY, opens_on=far)
    left = left_by_absence(coming, solbakken.doctor, MONDAY)
    assert left is not None
    told = uncovering(left, MONDAY)
    assert (told.ahead, told.tasks, told.later) == (True, 1, 1)


def test_late_work_is_left_from_monday_when_it_is_registered_on_sunday(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=MONDAY - 9 * DAY)
    sunday = MORNING - DAY
    found = register_absence(solbakken.secretary, Away(**WEEK), by=solbakken.doctor, at=sunday)
    left = left_by_absence(found, solbakken.doctor, sunday.date())
    assert left is not None
    assert [each.day for each in left.left] == [MONDAY]
    assert uncovered_now(solbakken.doctor, sunday.date()) == {found.pk: 1}


def test_the_count_on_the_list_is_that_of_the_page(solbakken: Cast, furulund: Cast) -> None:
    held(solbakken)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=MONDAY - DAY)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, due_on=None)
    found, _run = register(solbakken)
    left = left_by_absence(found, solbakken.doctor, MONDAY)
    assert left is not None
    assert uncovered_now(solbakken.doctor, MONDAY) == {found.pk: len(left.left)} == {found.pk: 5}
    assert uncovered_now(furulund.doctor, MONDAY) == {}


@pytest.mark.parametrize("days", [(4, 6), (4, 7), (5, 6), (6, 7), (7, 8)])
def test_on_a_weekend_the_count_is_that_of_the_page_and_nothing_lies_on_it(
    solbakken: Cast, days: tuple[int, int]
) -> None:
    """What is planned and late lies on Monday: outside an absence that is over by then."""
    saturday, monday = MONDAY + 5 * DAY, MONDAY + 7 * DAY
    secretary, clinic = solbakken.secretary, solbakken.clinic
    for planned in (FRIDAY, saturday, monday, monday + DAY):
        make_task(clinic, "okonomi", assignee=secretary, planned_on=planned, due_on=monday + 9 * DAY)
    make_task(clinic, "okonomi", assignee=secretary, due_on=FRIDAY)
    first, last = (MONDAY + n * DAY for n in days)
    found = Absence.objects.create(
        clinic=clinic, member=secretary, starts_on=first, ends_on=last, reason="sick"
    )
    left = left_by_absence(found, solbakken.doctor, saturday)
    assert left is not None
    assert uncovered_now(solbakken.doctor, saturday) == {found.pk: len(left.left)}
    assert {each.day for each in left.left} <= {None, monday, monday + DAY}


def test_what_has_lost_its_day_is_still_left_until_somebody_else_has_it(
    solbakken: Cast, furulund: Cast
) -> None:
    """A locked task that a sharing out could only take the day from: never «nothing is uncovered»."""
    locked: dict[str, Any] = {"assignee": solbakken.secretary, "pinned": True}
    coming = MONDAY + 7 * DAY
    late = make_task(solbakken.clinic, "okonomi", due_on=MONDAY - 6 * DAY, hard=True, **locked)
    hard = make_task(solbakken.clinic, "okonomi", due_on=coming + 9 * DAY, hard=True, **locked)
    soon = make_task(solbakken.clinic, "okonomi", due_on=MONDAY + DAY, assignee=solbakken.secretary)
    make_task(solbakken.clinic, "okonomi", due_on=coming + 9 * DAY, assignee=solbakken.secretary)
    found = register_absence(
        solbakken.secretary, Away(**{**WEEK, "starts_on": coming, "ends_on": coming + 2 * DAY}),
        by=solbakken.doctor, at=MORNING,
    )  # fmt: skip
    left = left_by_absence(found, solbakken.doctor, MONDAY)
    assert left is not None
    assert {each.task.pk: each.day for each in left.left} == {late.pk: coming, hard.pk: None, soon.pk: coming}
    assert uncovered_now(solbakken.doctor, MONDAY) == {found.pk: 3}


def test_many_tasks_take_no_more_queries_than_one(solbakken: Cast) -> None:
    found, _run = register(solbakken)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            left = left_by_absence(found, solbakken.doctor, MONDAY)
        assert left is not None
        assert left.left
        return len(captured)

    held(solbakken, 1)
    one = queries()
    held(solbakken, 40, patient=make_patient(solbakken))
    assert queries() == one <= 6


def test_prolonged_it_asks_again_and_shortened_it_does_not(solbakken: Cast) -> None:
    held(solbakken, 2)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY + 7 * DAY)
    found, first = register(solbakken)
    assert first is not None
    longer = Away(MONDAY, MONDAY + 8 * DAY, "sick")
    _found, again = actions.change(found.pk, longer, by=solbakken.doctor, at=LATER)
    assert again is not None
    assert again != first
    Task.objects.update(planned_on=MONDAY + 10 * DAY)
    _found, none = actions.change(found.pk, Away(**WEEK), by=solbakken.doctor, at=LATER)
    assert none is None


# Had back


def test_back_again_what_went_to_others_is_offered_and_taken_in_one_step(solbakken: Cast) -> None:
    found, tasks = covered(solbakken)
    assert not offer(found, solbakken.doctor, MONDAY + DAY)
    wednesday = MORNING + 2 * DAY
    come_back(found.pk, MONDAY + 2 * DAY, by=solbakken.doctor, at=wednesday)
    found.refresh_from_db()
    Task.objects.update(planned_on=FRIDAY)
    offered = offer(found, solbakken.doctor, MONDAY + 2 * DAY)
    assert sorted(ids(offered)) == [task.pk for task in tasks]
    assert {back.place for back in offered.tasks} == {Place(FRIDAY, True)}
    assert list(offered.days)[:3] == [MONDAY + 2 * DAY, MONDAY + 3 * DAY, FRIDAY]

    versions = {task.pk: task.version for task in tasks}
    taken = actions.take_back(found.pk, versions, by=solbakken.secretary, at=wednesday)
    assert (taken.by, taken.verb, taken.items.count()) == (solbakken.secretary, "reassign", 4)
    rows = Task.objects.values_list("state", "assignee", "planned_on", "pinned", "version")
    assert set(rows) == {("assigned", solbakken.secretary.pk, FRIDAY, False, 3)}
    assert not offer(found, solbakken.doctor, MONDAY + 2 * DAY)
    event = TaskEvent.objects.filter(task=tasks[0]).latest("pk")
    assert (event.verb, event.from_member, event.to_member, event.by) == (
        "assign", solbakken.nurse, solbakken.secretary, solbakken.secretary,
    )  # fmt: skip
    assert event.after["planned_on"] == FRIDAY.isoformat()


def test_one_undo_puts_it_where_it_was(solbakken: Cast) -> None:
    found, tasks = covered(solbakken)
    columns = ("pk", "state", "assignee", "planned_on", "why", "pinned")
    before = list(Task.objects.order_by("pk").values_list(*columns))
    friday_after = MORNING + 7 * DAY
    taken = actions.take_back(
        found.pk, {task.pk: task.version for task in tasks}, by=solbakken.doctor, at=friday_after
    )
    assert list(Task.objects.order_by("pk").values_list(*columns)) != before
    done = bulk.undo(taken.pk, by=solbakken.doctor, at=friday_after)
    assert len(done.written) == 4
    assert list(Task.objects.order_by("pk").values_list(*columns)) == before


def test_the_story_of_what_was_taken_back_can_be_replayed(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    TaskEvent.objects.create(
        clinic=task.clinic, task=task, verb="open", to_state="open", at=MORNING, effective_at=MORNING
    )
    share_out([solbakken.clinic.pk], now=MORNING - dt.timedelta(hours=3), today=MONDAY)
    holder = Task.objects.get(pk=task.pk).assignee
    assert holder is not None
    found, run = actions.register(holder, Away(**WEEK), by=solbakken.doctor, at=MORNING)
    assert run is not None
    proposals.compute(run.pk, solbakken.clinic.pk, today=MONDAY, now=MORNING)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    task.refresh_from_db()
    actions.take_back(found.pk, {task.pk: task.version}, by=solbakken.doctor, at=MORNING + 7 * DAY)
    task.refresh_from_db()
    told = replay(task.events.order_by("pk"))
    assert (told.state, told.assignee_id, told.planned_on, told.version) == (
        task.state, task.assignee_id, task.planned_on, task.version,
    )  # fmt: skip


def test_what_is_begun_ended_pinned_handed_on_or_not_theirs_any_more_is_left(solbakken: Cast) -> None:
    found, (begun, ended, pinned, plain) = covered(solbakken)
    handed, ruled_out = (
        make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=FRIDAY) for _ in range(2)
    )
    run = AllocationRun.objects.get(absence=found)
    for task in (handed, ruled_out):
        run.changes.create(
            clinic=solbakken.clinic, task=task, version=1, from_member=solbakken.secretary, from_day=MONDAY,
            from_minutes=10, to_member=solbakken.nurse, to_day=FRIDAY, to_minutes=10, applied=True,
        )  # fmt: skip
    at = MORNING + 7 * DAY
    doing.start(begun.pk, by=solbakken.nurse, at=at)
    doing.complete(ended.pk, by=solbakken.nurse, minutes=5, at=at)
    overrides.pin(pinned.pk, by=solbakken.doctor, to=solbakken.nurse, day=None, reason="kjenner saken", at=at)
    doing.hand_on(handed.pk, by=solbakken.nurse, to=solbakken.doctor, reason="", at=at)
    overrides.forbid(ruled_out.pk, solbakken.secretary, by=solbakken.doctor, reason="x", at=at)
    assert ids(offer(found, solbakken.doctor, at.date())) == [plain.pk]


def test_what_changed_since_it_was_shown_is_left_and_the_rest_taken(solbakken: Cast) -> None:
    found, (first, second, *_rest) = covered(solbakken)
    at = MORNING + 7 * DAY
    doing.start(first.pk, by=solbakken.nurse, at=at)
    taken = actions.take_back(
        found.pk, {first.pk: first.version, second.pk: second.version}, by=solbakken.doctor, at=at
    )
    assert [item.task_id for item in taken.items.all()] == [second.pk]
    with pytest.raises(NotAllowed):
        actions.take_back(found.pk, {first.pk: first.version}, by=solbakken.doctor, at=at)
    with pytest.raises(ValueError, match="tasks"):
        actions.take_back(found.pk, {}, by=solbakken.doctor, at=at)
    assert BulkChange.objects.count() == 1


def test_only_the_member_and_leaders_take_back(solbakken: Cast, furulund: Cast) -> None:
    found, tasks = covered(solbakken)
    versions, at = {task.pk: task.version for task in tasks}, MORNING + 7 * DAY
    with pytest.raises(PermissionDenied):
        actions.take_back(found.pk, versions, by=solbakken.nurse, at=at)
    with pytest.raises(Absence.DoesNotExist):
        actions.take_back(found.pk, versions, by=furulund.doctor, at=at)
    assert not BulkChange.objects.exists()


def test_what_a_night_took_off_the_days_is_offered_too(solbakken: Cast) -> None:
    """Nobody took the proposal; the night did what it had to."""
    tasks = held(solbakken)
    found, _run = register(solbakken, by=solbakken.secretary)
    share_out([solbakken.clinic.pk], now=MORNING + dt.timedelta(hours=21), today=MONDAY + DAY)
    assert moved_by(found) == {task.pk: task.planned_on for task in tasks}
    # Back early: what lay on the days that are not in it any more is still known.
    back = come_back(found.pk, MONDAY + 2 * DAY, by=solbakken.doctor, at=MORNING + DAY)
    assert set(moved_by(back)) == {task.pk for task in tasks}


def test_set_right_or_ended_early_it_is_still_known_what_nights_moved_before_it_began(
    solbakken: Cast,
) -> None:
    """A leave written down ten days ahead: the nights take the tasks off its days before the first of them."""
    tasks = held(solbakken)
    week = {"starts_on": MONDAY + 7 * DAY, "ends_on": FRIDAY + 7 * DAY}
    Task.objects.update(planned_on=week["starts_on"], opens_on=week["starts_on"], due_on=FRIDAY + 7 * DAY)
    found, _run = register(solbakken, by=solbakken.secretary, **week)
    share_out([solbakken.clinic.pk], now=MORNING + dt.timedelta(hours=21), today=MONDAY + DAY)
    moved = {task.pk: week["starts_on"] for task in tasks}
    assert moved_by(found) == moved
    first_day = MORNING + 7 * DAY
    found = change_absence(
        found.pk, Away(**{**WEEK, **week, "reason": "leave"}), by=solbakken.doctor, at=first_day
    )
    assert moved_by(found) == moved
    back = come_back(found.pk, MONDAY + 8 * DAY, by=solbakken.doctor, at=first_day)
    assert moved_by(back) == moved
    (told,) = came_back(solbakken.secretary, MONDAY + 8 * DAY)
    assert told.tasks == len(tasks)


def test_what_a_night_moved_before_it_was_known_is_not(solbakken: Cast) -> None:
    before, after = held(solbakken, 2)
    found, _run = register(solbakken, by=solbakken.secretary)
    for task, ran_at in ((before, MORNING - 5 * DAY), (after, MORNING + DAY)):
        run = AllocationRun.objects.create(
            clinic=solbakken.clinic, state=RunState.APPLIED, cause=Cause.NIGHT, ran_at=ran_at, decided_at=ran_at,
            first_day=MONDAY,
        )  # fmt: skip
        run.changes.create(
            clinic=solbakken.clinic, task=task, version=1, from_member=solbakken.secretary, from_day=FRIDAY,
            from_minutes=10, to_member=solbakken.nurse, to_day=FRIDAY, to_minutes=10, applied=True,
        )  # fmt: skip
    Task.objects.update(assignee=solbakken.nurse)
    assert moved_by(found) == {after.pk: FRIDAY}
    (told,) = came_back(solbakken.secretary, FRIDAY)
    assert told.tasks == 1
    # Nor what a leader has ruled the member out for: the page would not offer it.
    Task.objects.update(forbidden=[solbakken.secretary.pk])
    assert came_back(solbakken.secretary, FRIDAY) == []


def test_what_is_taken_out_gives_back_at_once(solbakken: Cast) -> None:
    tasks = [
        make_task(
            solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY + 2 * DAY,
            opens_on=MONDAY + 2 * DAY, due_on=FRIDAY,
        )
        for _ in range(2)
    ]  # fmt: skip
    found, run = register(solbakken, starts_on=MONDAY + DAY)
    assert run is not None
    proposals.compute(run.pk, solbakken.clinic.pk, today=MONDAY, now=MORNING)
    proposals.apply(run.pk, by=solbakken.doctor, now=LATER)
    assert not Task.objects.filter(assignee=solbakken.secretary).exists()
    _gone, taken = actions.cancel(found.pk, by=solbakken.doctor, at=LATER, give_back=True)
    assert taken is not None
    assert set(Task.objects.values_list("pk", "assignee", "planned_on")) == {
        (task.pk, solbakken.secretary.pk, MONDAY + 2 * DAY) for task in tasks
    }
    assert not Absence.objects.exists()
    run.refresh_from_db()
    assert (run.state, run.absence) == (RunState.APPLIED, None)


def test_taken_out_a_proposal_for_it_is_thrown_away_and_nothing_given_back_unasked(solbakken: Cast) -> None:
    held(solbakken)
    found, run = register(solbakken)
    assert run is not None
    assert actions.cancel(found.pk, by=solbakken.doctor, at=LATER, give_back=False)[1] is None
    run.refresh_from_db()
    assert (run.state, run.decided_by) == (RunState.DISCARDED, solbakken.doctor)


def test_it_is_told_from_the_last_day_on_and_no_longer_than_a_week(solbakken: Cast, furulund: Cast) -> None:
    found, _tasks = covered(solbakken)

    def told(by: Member, day: dt.date, **more: bool) -> list[tuple[str, int, int]]:
        return [(each.name, each.tasks, each.minutes) for each in came_back(by, day, **more)]

    assert told(solbakken.secretary, FRIDAY - DAY) == []
    assert told(solbakken.secretary, FRIDAY) == [("Siri Sand", 4, 40)]
    assert told(solbakken.secretary, FRIDAY + 7 * DAY) == [("Siri Sand", 4, 40)]
    assert told(solbakken.secretary, FRIDAY + 8 * DAY) == []
    assert told(solbakken.nurse, FRIDAY) == []
    assert told(solbakken.doctor, FRIDAY) == []
    assert told(solbakken.doctor, FRIDAY, everybodys=True) == [("Siri Sand", 4, 40)]
    assert told(solbakken.nurse, FRIDAY, everybodys=True) == []
    assert told(furulund.doctor, FRIDAY, everybodys=True) == []
    Task.objects.update(pinned=True)
    assert told(solbakken.secretary, FRIDAY) == []
    assert found.ends_on == FRIDAY


def test_the_words_of_it(solbakken: Cast) -> None:
    covered(solbakken)
    sunday = FRIDAY + 2 * DAY

    def words(by: Member, day: dt.date) -> str:
        (each,) = back_words(came_back(solbakken.doctor, day, everybodys=True), by, day)
        return each.text.replace("\u00a0", " ")

    assert words(solbakken.secretary, sunday) == (
        "Du er tilbake i morgen. 4 oppgaver (40 min) gikk til andre mens du var borte."
    )
    assert words(solbakken.doctor, sunday + DAY) == (
        "Siri Sand er tilbake i dag. 4 oppgaver (40 min) gikk til andre imens."
    )
    assert words(solbakken.doctor, sunday + 3 * DAY).startswith("Siri Sand har vært tilbake siden man")


def test_why_says_that_it_came_back(solbakken: Cast) -> None:
    why = {"rule": actions.CAME_BACK, "by": "Hanne Holm"}
    person = as_seen(solbakken.secretary, solbakken.secretary)
    assert reason(why, person, day=FRIDAY, today=MONDAY) == (
        "Du hadde den før et fravær, og har fått den tilbake."
    )


# Where it goes (pure)


def offered(id: int, minutes: int = 30, **fields: Any) -> Offered:
    return Offered(
        **{
            "id": id, "minutes": minutes, "hard": False, "due_on": FRIDAY, "opens_on": MONDAY, "last": None,
            "now_on": None, "was_on": None, **fields,
        }
    )  # fmt: skip


def test_the_day_it_has_else_the_one_it_had_else_the_first_with_room() -> None:
    days = {MONDAY: 40, MONDAY + DAY: 100, FRIDAY: 100}
    found = places(
        [
            offered(1, now_on=FRIDAY, was_on=MONDAY + DAY),
            offered(2, was_on=MONDAY + DAY),
            offered(3),
            offered(4),
        ],
        days,
    )
    assert {id: place.day for id, place in found.items()} == {
        1: FRIDAY, 2: MONDAY + DAY, 3: MONDAY, 4: MONDAY + DAY,
    }  # fmt: skip
    assert all(place.advised for place in found.values())


def test_no_day_is_filled_beyond_its_minutes_and_hard_deadlines_come_first() -> None:
    found = places([offered(1), offered(2, hard=True, last=MONDAY), offered(3)], {MONDAY: 30, FRIDAY: 30})
    assert found == {2: Place(MONDAY, True), 1: Place(FRIDAY, True), 3: Place(None, True)}


def test_a_hard_deadline_that_would_slip_is_better_left() -> None:
    found = places([offered(1, hard=True, last=MONDAY)], {MONDAY: 10, FRIDAY: 100})
    assert found == {1: Place(None, False)}


def test_what_another_does_sooner_is_better_left() -> None:
    assert places([offered(1, now_on=MONDAY)], {FRIDAY: 100}) == {1: Place(FRIDAY, False)}


def test_never_before_it_opens_or_what_it_waits_for_is_planned() -> None:
    days = {MONDAY: 100, MONDAY + DAY: 100, FRIDAY: 100}
    found = places(
        [
            offered(1, opens_on=MONDAY + DAY),
            offered(2, not_before=FRIDAY),
            offered(3, last=MONDAY, opens_on=FRIDAY),
        ],
        days,
    )
    assert {id: place.day for id, place in found.items()} == {1: MONDAY + DAY, 2: FRIDAY, 3: None}


def test_nothing_is_offered_of_somebody_elses_absence(solbakken: Cast) -> None:
    found, _tasks = covered(solbakken)
    make_member(solbakken.clinic, "Vigdis Vik", "secretary")
    other = register_absence(
        solbakken.nurse,
        Away(MONDAY, MONDAY, "sick"),
        by=solbakken.doctor,
        at=dt.datetime(2026, 11, 23, 9, tzinfo=OSLO),
    )
    assert moved_by(other) == {}
    assert moved_by(found)
