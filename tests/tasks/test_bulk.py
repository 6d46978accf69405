"""Many tasks changed at once: what changes, what is left alone and why, and taken back in one step."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Patient
from tasks.actions import bulk, doing, pairs
from tasks.actions.creating import create_task
from tasks.actions.occasions import move_on
from tasks.actions.overrides import forbid, pin
from tasks.life import NotAllowed
from tasks.many import MOST, Kept, Wish
from tasks.models import (
    BulkChange,
    BulkItem,
    BulkVerb,
    Closing,
    Delegation,
    FollowUpPlan,
    PlanStep,
    Programme,
    Task,
    TaskEvent,
    TaskKind,
)
from tasks.replay import replay
from teams.calendar import DAY
from teams.models import Absence, Member
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

LATER = MORNING + dt.timedelta(minutes=1)
TOLD = (
    "state",
    "assignee_id",
    "ended_at",
    "version",
    "opens_on",
    "planned_on",
    "closing",
    "pinned",
    "pinned_day",
)


def to(member: Member | None) -> Wish:
    return Wish(BulkVerb.REASSIGN, to=member)


def until(day: dt.date) -> Wish:
    return Wish(BulkVerb.POSTPONE, until=day)


NOT_NEEDED = Wish(BulkVerb.CANCEL, closing=Closing.NOT_NEEDED)
FIELDS = (
    "state",
    "assignee_id",
    "planned_on",
    "opens_on",
    "pinned",
    "pinned_day",
    "why",
    "closing",
    "ended_at",
)


def carry_out(tasks: list[Task], wish: Wish, by: Member, reason: str = "") -> bulk.Done:
    return bulk.carry_out({t.pk: t.version for t in tasks}, wish, by=by, reason=reason, at=MORNING)


def standing(task: Task) -> dict[str, Any]:
    task.refresh_from_db()
    return {name: getattr(task, name) for name in FIELDS}


def with_plan(cast: Cast, programme: Programme, **fields: Any) -> Task:
    """The open task of a patient's plan, as the night opens it."""
    step = programme.steps.first()
    assert step
    patient = make_patient(cast)
    plan = FollowUpPlan.objects.create(
        clinic=cast.clinic, patient=patient, programme=programme, starts_on=MONDAY
    )
    place = PlanStep.objects.create(
        clinic=cast.clinic, plan=plan, step=step, opens_on=MONDAY, due_on=MONDAY + 7 * DAY, waiting=False
    )
    return make_task(
        cast.clinic, step.kind.slug, plan_step=place, patient=patient, due_on=place.due_on,
        **{"assignee": cast.nurse, **fields},
    )  # fmt: skip


def test_many_are_given_to_one_who_may_and_each_tells_who_did_it_and_why(solbakken: Cast) -> None:
    tasks = [
        make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor, planned_on=MONDAY)
        for _ in range(3)
    ]
    tasks.append(make_task(solbakken.clinic, "sarstell"))
    done = carry_out(tasks, to(solbakken.nurse), solbakken.doctor, "Hanne er på kurs")
    assert not done.left
    for task in tasks:
        assert standing(task) == {
            "state": "assigned", "assignee_id": solbakken.nurse.pk, "planned_on": None, "opens_on": MONDAY,
            "pinned": True, "pinned_day": False, "why": {"rule": "handed_on", "by": "Hanne Holm"}, "closing": "",
            "ended_at": None,
        }  # fmt: skip
        assert task.version == 2
        event = task.events.get()
        assert (event.verb, event.by, event.to_member, event.reason, event.at) == (
            "hand_on", solbakken.doctor, solbakken.nurse, "Hanne er på kurs", MORNING,
        )  # fmt: skip
    assert [t.events.get().from_member for t in tasks] == [solbakken.doctor] * 3 + [None]


def test_a_bulk_hand_on_leaves_a_task_as_one_hand_on_does(solbakken: Cast) -> None:
    """What an action writes of one task and what the same of many writes are the same."""
    pairs: list[tuple[Wish, Any]] = [
        (to(solbakken.nurse), lambda t: doing.hand_on(t.pk, by=solbakken.doctor, to=solbakken.nurse, reason="x", at=MORNING)),
        (to(None), lambda t: doing.hand_on(t.pk, by=solbakken.doctor, to=None, reason="x", at=MORNING)),
        (until(MONDAY + 3 * DAY), lambda t: doing.postpone(t.pk, by=solbakken.doctor, until=MONDAY + 3 * DAY, reason="x", at=MORNING)),
    ]  # fmt: skip
    for wish, alone in pairs:
        one, many = (
            make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor, planned_on=MONDAY)
            for _ in range(2)
        )
        alone(one)
        carry_out([many], wish, solbakken.doctor, "x")
        assert standing(many) == standing(one), wish
        told = [
            {f: getattr(t.events.get(), f) for f in ("verb", "from_state", "to_state", "to_member_id", "reason", "after")}
            for t in (one, many)
        ]  # fmt: skip
        assert told[0] == told[1], wish


def test_what_cannot_be_given_is_left_and_told_why(solbakken: Cast) -> None:
    nurse, leader = solbakken.nurse, solbakken.doctor
    only_doctors = make_task(solbakken.clinic, "sykmelding")
    hers = make_task(solbakken.clinic, "sarstell", assignee=nurse)
    begun = make_task(solbakken.clinic, "sarstell", assignee=leader)
    doing.start(begun.pk, by=leader, at=MORNING)
    ended = make_task(solbakken.clinic, "sarstell", assignee=leader)
    doing.complete(ended.pk, by=leader, minutes=5, at=MORNING)
    ruled_out = make_task(solbakken.clinic, "sarstell")
    forbid(ruled_out.pk, nurse, by=leader, reason="x", at=MORNING)
    fine = make_task(solbakken.clinic, "sarstell")
    ids = [t.pk for t in (only_doctors, hers, begun, ended, ruled_out, fine)]
    found = bulk.preview(ids, to(nurse), by=leader, at=LATER)
    assert [t.pk for t in found.changes] == [fine.pk]
    assert {reason: [t.pk for t in group] for reason, group in found.left.items()} == {
        Kept.ENDED: [ended.pk], Kept.BEGUN: [begun.pk], Kept.SAME: [hers.pk], Kept.FORBIDDEN: [ruled_out.pk],
        Kept.MAY_NOT: [only_doctors.pk],
    }  # fmt: skip
    assert not BulkChange.objects.exists(), "looking changes nothing"
    assert set(Task.objects.filter(pk__in=ids, version=1).values_list("pk", flat=True)) == {
        only_doctors.pk, hers.pk, fine.pk,
    }  # fmt: skip


def test_a_delegation_counts_for_its_own_doctors_patients_alone(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="sykepleierkonsultasjon")
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind, instruction="x",
        starts_on=MONDAY - DAY, signed_at=MORNING,
    )  # fmt: skip
    own = make_task(solbakken.clinic, kind.slug, patient=make_patient(solbakken))
    other = make_task(
        solbakken.clinic, kind.slug, patient=make_patient(solbakken, list_doctor=solbakken.second_doctor)
    )
    found = bulk.preview([own.pk, other.pk], to(solbakken.nurse), by=solbakken.doctor, at=MORNING)
    may_by_profession = solbakken.nurse.profession in kind.professions
    assert [t.pk for t in found.changes] == ([own.pk, other.pk] if may_by_profession else [own.pk])


def test_somebody_who_has_left_is_given_nothing(solbakken: Cast) -> None:
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=MONDAY - DAY)
    solbakken.nurse.refresh_from_db()
    task = make_task(solbakken.clinic, "sarstell")
    with pytest.raises(NotAllowed):
        carry_out([task], to(solbakken.nurse), solbakken.doctor)
    assert standing(task)["assignee_id"] is None
    assert not TaskEvent.objects.filter(task=task).exists()


def test_shared_out_again_means_back_to_nobody(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, planned_on=MONDAY, pinned=True)
    nobodys = make_task(solbakken.clinic, "sarstell")
    done = carry_out([task, nobodys], to(None), solbakken.doctor)
    assert list(done.left) == [Kept.SAME]
    found = standing(task)
    assert (found["state"], found["assignee_id"], found["pinned"], found["why"]) == ("open", None, False, {})
    assert task.events.get().verb == "release"


def test_put_off_no_further_than_a_hard_deadline_lets_it(solbakken: Cast) -> None:
    day = MONDAY + 5 * DAY
    soft = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, planned_on=MONDAY)
    hard = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, hard=True, due_on=day - DAY)
    room = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, hard=True, due_on=day)
    done = carry_out([soft, hard, room], until(day), solbakken.doctor)
    assert {k: [t.pk for t in v] for k, v in done.left.items()} == {Kept.DEADLINE: [hard.pk]}
    assert standing(soft)["opens_on"] == standing(room)["opens_on"] == day
    assert standing(soft)["planned_on"] is None
    assert soft.due_on == MONDAY, "the deadline stands"


@pytest.mark.parametrize("day", [MONDAY, MONDAY - DAY, MONDAY + 367 * DAY])
def test_a_day_that_is_not_ahead_is_refused(solbakken: Cast, day: dt.date) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    with pytest.raises(ValueError, match="until"):
        carry_out([task], until(day), solbakken.doctor)


def test_ended_as_not_needed_a_plan_counts_on_from_the_due_date(
    solbakken: Cast, programme: Programme
) -> None:
    task = with_plan(solbakken, programme)
    alone = with_plan(solbakken, programme)
    carry_out([task], NOT_NEEDED, solbakken.doctor, "Dobbelt opp")
    found = standing(task)
    assert (found["state"], found["closing"], found["ended_at"]) == ("cancelled", "not_needed", MORNING)
    assert task.plan_step
    assert alone.plan_step
    task.plan_step.refresh_from_db()
    move_on(alone.plan_step, done_on=None, today=MONDAY)
    names = ("last_done_on", "opens_on", "due_on", "closes_on", "waiting")
    assert [getattr(task.plan_step, n) for n in names] == [getattr(alone.plan_step, n) for n in names]
    assert task.events.get().after["plan_step"]["due_on"] == (MONDAY + 7 * DAY).isoformat()


def test_done_elsewhere_a_plan_counts_from_that_day(solbakken: Cast, programme: Programme) -> None:
    task = with_plan(solbakken, programme)
    wish = Wish(BulkVerb.CANCEL, closing=Closing.ELSEWHERE, on=MONDAY - 10 * DAY)
    carry_out([task], wish, solbakken.doctor)
    assert task.plan_step
    task.plan_step.refresh_from_db()
    assert task.plan_step.last_done_on == MONDAY - 10 * DAY
    assert task.plan_step.waiting
    for on in (None, MONDAY + DAY, MONDAY - 400 * DAY):
        with pytest.raises(ValueError, match="on"):
            carry_out([make_task(solbakken.clinic, "sarstell")], Wish(BulkVerb.CANCEL, closing=Closing.ELSEWHERE, on=on),
                      solbakken.doctor)  # fmt: skip


@pytest.mark.parametrize("closing", ["declined", "dead", "moved", "done", "unreached", ""])
def test_what_is_each_patients_own_story_is_not_said_of_many(solbakken: Cast, closing: str) -> None:
    with pytest.raises(ValueError, match="closing"):
        carry_out(
            [make_task(solbakken.clinic, "sarstell")],
            Wish(BulkVerb.CANCEL, closing=closing),
            solbakken.doctor,
        )


def pair(cast: Cast, **signature: Any) -> tuple[Task, Task]:
    preparation = make_task(cast.clinic, "arskontroll", assignee=cast.nurse, part="prepare")
    fields = {"assignee": cast.doctor, "part": "sign", "after": preparation, **signature}
    return preparation, make_task(cast.clinic, "arskontroll", **fields)


def test_a_signature_takes_its_preparation_with_it(solbakken: Cast) -> None:
    preparation, signature = pair(solbakken)
    found = bulk.preview([signature.pk], NOT_NEEDED, by=solbakken.doctor, at=MORNING)
    assert found.along == {preparation.pk}
    carry_out([signature], NOT_NEEDED, solbakken.doctor)
    assert standing(preparation)["state"] == standing(signature)["state"] == "cancelled"


def test_a_preparation_that_is_not_needed_leaves_its_signature(solbakken: Cast) -> None:
    preparation, signature = pair(solbakken)
    carry_out([preparation], NOT_NEEDED, solbakken.doctor)
    assert standing(signature)["state"] == "assigned"
    preparation, signature = pair(solbakken)
    carry_out([preparation], Wish(BulkVerb.CANCEL, closing=Closing.ELSEWHERE, on=MONDAY), solbakken.doctor)
    assert standing(signature)["closing"] == "elsewhere"


def test_what_waits_for_a_preparation_hears_of_its_end_and_of_its_return(solbakken: Cast) -> None:
    preparation, signature = pair(solbakken)
    done = carry_out([preparation], NOT_NEEDED, solbakken.doctor)
    assert [event.verb for event in signature.events.all()] == ["ready"]
    bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    assert [event.verb for event in signature.events.all()] == ["ready", "undo"]
    signature.refresh_from_db()
    assert (signature.version, signature.state) == (3, "assigned")

    done = carry_out([Task.objects.get(pk=preparation.pk)], NOT_NEEDED, solbakken.doctor)
    doing.start(signature.pk, by=solbakken.doctor, at=LATER)
    with pytest.raises(NotAllowed):
        bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)


def test_a_preparation_does_not_come_back_without_its_signature(solbakken: Cast) -> None:
    for then in ("sent back", "closed"):
        preparation, signature = pair(solbakken)
        done = carry_out([preparation], NOT_NEEDED, solbakken.doctor)
        if then == "closed":
            doing.cancel(signature.pk, by=solbakken.doctor, reason="", at=LATER)
        else:
            pairs.send_back(signature.pk, by=solbakken.doctor, reason="Ny, takk", at=LATER)
        with pytest.raises(NotAllowed):
            bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
        assert standing(preparation)["state"] == "cancelled"


def test_both_halves_come_back_from_a_change_of_many_or_neither(solbakken: Cast) -> None:
    preparation, signature = pair(solbakken)
    done = carry_out([preparation, signature], NOT_NEEDED, solbakken.doctor)
    bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    assert standing(preparation)["state"] == standing(signature)["state"] == "assigned"
    preparation, signature = pair(solbakken)
    carry_out([signature], NOT_NEEDED, solbakken.doctor)
    doing.undo(preparation.pk, by=solbakken.doctor, at=LATER)
    assert standing(preparation)["state"] == standing(signature)["state"] == "assigned"


def test_a_signature_is_put_off_with_its_preparation_as_when_one_is(solbakken: Cast) -> None:
    day = MONDAY + 3 * DAY
    preparation, signature = pair(solbakken)
    alone, of_alone = pair(solbakken)
    doing.postpone(alone.pk, by=solbakken.doctor, until=day, reason="", at=MORNING)
    carry_out([preparation], until(day), solbakken.doctor)
    assert standing(signature) == standing(of_alone)
    assert signature.opens_on == day

    preparation, signature = pair(solbakken, hard=True, due_on=day - DAY)
    found = bulk.preview([preparation.pk], until(day), by=solbakken.doctor, at=MORNING)
    assert not found.changes
    assert list(found.left) == [Kept.DEADLINE]


def test_one_of_many_that_were_ended_can_be_taken_back_alone(solbakken: Cast, programme: Programme) -> None:
    """As long as it could be, had it been ended alone; and then the undo of all leaves it."""
    one, other = (
        with_plan(solbakken, programme),
        make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor),
    )
    before = standing(one)
    plan = PlanStep.objects.filter(tasks=one).values().get()
    done = carry_out([one, other], NOT_NEEDED, solbakken.doctor)
    doing.undo(one.pk, by=solbakken.doctor, at=LATER)
    assert standing(one) == before
    assert PlanStep.objects.filter(tasks=one).values().get() == plan
    assert bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER).left == {Kept.CHANGED: [one]}


def test_the_events_alone_tell_where_the_tasks_stand(solbakken: Cast) -> None:
    """Through every change of many and its undo (tasks/replay.py)."""
    kind = TaskKind.objects.get(slug="sarstell")
    task = create_task(
        by=solbakken.nurse, kind=kind, due_on=MONDAY + 9 * DAY, hard=False, origin="internal", urgent=False, at=MORNING
    )  # fmt: skip
    for wish in (
        to(solbakken.nurse),
        until(MONDAY + 2 * DAY),
        to(None),
        to(solbakken.second_doctor),
        NOT_NEEDED,
    ):
        done = carry_out([Task.objects.get(pk=task.pk)], wish, solbakken.doctor)
        for _ in range(2):
            task.refresh_from_db()
            told = replay(task.events.order_by("id"))
            assert {name: getattr(told, name) for name in TOLD} == {
                name: getattr(task, name) for name in TOLD
            }, wish
            if done.bulk.undone_at is None:
                done = bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
        carry_out([Task.objects.get(pk=task.pk)], wish, solbakken.doctor)


def test_a_pair_is_left_together_while_somebody_prepares(solbakken: Cast) -> None:
    preparation, signature = pair(solbakken)
    doing.start(preparation.pk, by=solbakken.nurse, at=MORNING)
    found = bulk.preview([signature.pk], NOT_NEEDED, by=solbakken.doctor, at=MORNING)
    assert not found.changes
    assert found.left == {Kept.BEGUN: [signature]}


@pytest.mark.parametrize("kind_of_wish", ["to", "pool", "until", "cancel"])
def test_undone_everything_stands_as_before_plans_too(
    solbakken: Cast, programme: Programme, kind_of_wish: str
) -> None:
    wish = {
        "to": to(solbakken.second_doctor), "pool": to(None), "until": until(MONDAY + 2 * DAY), "cancel": NOT_NEEDED
    }[kind_of_wish]  # fmt: skip
    why = {"rule": "holder", "others": [[1, "full", 2, 3]]}
    held = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, planned_on=MONDAY, why=why)
    pinned = make_task(
        solbakken.clinic,
        "sarstell",
        assignee=solbakken.doctor,
        planned_on=MONDAY,
        pinned=True,
        pinned_day=True,
    )
    of_plan = with_plan(solbakken, programme, assignee=solbakken.doctor)
    tasks = [held, pinned, of_plan]
    if kind_of_wish != "pool":
        tasks.append(make_task(solbakken.clinic, "sarstell"))
    before = {task.pk: standing(task) for task in tasks}
    plans = list(PlanStep.objects.values())
    done = carry_out(tasks, wish, solbakken.doctor)
    assert not done.left
    assert all(standing(task) != before[task.pk] for task in tasks)
    back = bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    assert not back.left
    assert {task.pk: standing(task) for task in tasks} == before
    assert list(PlanStep.objects.values()) == plans
    assert {task.version for task in tasks} == {3}
    assert {task.events.last().verb for task in tasks} == {"undo"}  # type: ignore[union-attr]
    done.bulk.refresh_from_db()
    assert (done.bulk.undone_by, done.bulk.undone_at) == (solbakken.doctor, LATER)
    with pytest.raises(NotAllowed):
        bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)


def test_what_has_changed_since_is_left_by_undo_and_named(solbakken: Cast, programme: Programme) -> None:
    one, other = (make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor) for _ in range(2))
    done = carry_out([one, other], to(solbakken.nurse), solbakken.doctor)
    doing.complete(one.pk, by=solbakken.nurse, minutes=5, at=LATER)
    back = bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    assert back.left == {Kept.CHANGED: [one]}
    assert standing(one)["state"] == "done"
    assert standing(other)["assignee_id"] == solbakken.doctor.pk

    of_plan, alone = (
        with_plan(solbakken, programme),
        make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse),
    )
    done = carry_out([of_plan, alone], NOT_NEEDED, solbakken.doctor)
    PlanStep.objects.filter(tasks=of_plan).update(waiting=False)
    assert list(bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER).left) == [Kept.NEXT_OPEN]
    assert standing(of_plan)["state"] == "cancelled"


def test_undo_gives_nothing_back_to_who_may_not_have_it_any_more(solbakken: Cast) -> None:
    gone, here = (
        make_task(solbakken.clinic, "sarstell", assignee=m) for m in (solbakken.nurse, solbakken.doctor)
    )
    done = carry_out([gone, here], to(solbakken.second_doctor), solbakken.doctor)
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=MONDAY - DAY)
    back = bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    assert back.left == {Kept.MAY_NOT: [gone]}
    assert standing(gone)["assignee_id"] == solbakken.second_doctor.pk
    assert standing(here)["assignee_id"] == solbakken.doctor.pk


def test_nothing_left_to_undo_is_said_and_the_change_stands(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor)
    done = carry_out([task], to(solbakken.nurse), solbakken.doctor)
    doing.start(task.pk, by=solbakken.nurse, at=LATER)
    with pytest.raises(NotAllowed):
        bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER)
    done.bulk.refresh_from_db()
    assert done.bulk.undone_at is None


def test_a_task_that_somebody_changed_since_the_preview_is_left(solbakken: Cast) -> None:
    one, other = (make_task(solbakken.clinic, "sarstell", assignee=solbakken.doctor) for _ in range(2))
    doing.postpone(one.pk, by=solbakken.doctor, until=MONDAY + DAY, reason="x", at=MORNING)
    done = carry_out([one, other], to(solbakken.nurse), solbakken.doctor)
    assert done.left == {Kept.CHANGED: [one]}
    assert standing(one)["assignee_id"] == solbakken.doctor.pk


def test_only_leaders_put_off_and_end_many_and_who_stands_in_gives_away(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell")
    for member in (solbakken.nurse, solbakken.manager):
        for wish in (to(solbakken.nurse), to(None), until(MONDAY + DAY), NOT_NEEDED):
            with pytest.raises(PermissionDenied):
                carry_out([task], wish, member)
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, starts_on=MONDAY, ends_on=MONDAY, reason="sick"
    )
    for wish in (until(MONDAY + DAY), NOT_NEEDED):
        with pytest.raises(PermissionDenied):
            carry_out([task], wish, solbakken.nurse)
    done = carry_out([task], to(solbakken.nurse), solbakken.nurse)
    assert standing(task)["assignee_id"] == solbakken.nurse.pk
    with pytest.raises(PermissionDenied):
        bulk.undo(done.bulk.pk, by=solbakken.secretary, at=LATER)
    assert bulk.undo(done.bulk.pk, by=solbakken.nurse, at=LATER).written


def test_who_stands_in_does_not_move_what_a_leader_pinned(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell")
    pin(task.pk, by=solbakken.doctor, to=solbakken.nurse, day=None, reason="x", at=MORNING)
    task.refresh_from_db()
    Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, starts_on=MONDAY, ends_on=MONDAY, reason="sick"
    )
    with pytest.raises(NotAllowed):
        carry_out([task], to(solbakken.second_doctor), solbakken.nurse)
    assert not carry_out([task], to(solbakken.second_doctor), solbakken.doctor).left


def test_another_clinics_tasks_and_people_are_untouched(solbakken: Cast, furulund: Cast) -> None:
    theirs = make_task(furulund.clinic, "sarstell")
    ours = make_task(solbakken.clinic, "sarstell")
    for act in (
        lambda: bulk.preview([theirs.pk], to(solbakken.nurse), by=solbakken.doctor, at=MORNING),
        lambda: carry_out([theirs], to(solbakken.nurse), solbakken.doctor),
    ):
        with pytest.raises(Task.DoesNotExist):
            act()
    with pytest.raises(ValueError, match="to"):
        carry_out([ours], to(furulund.nurse), solbakken.doctor)
    done = carry_out([ours, theirs], to(solbakken.nurse), solbakken.doctor)
    assert [t.pk for t in done.written] == [ours.pk]
    assert standing(theirs)["assignee_id"] is None
    assert theirs.version == 1
    with pytest.raises(BulkChange.DoesNotExist):
        bulk.undo(done.bulk.pk, by=furulund.doctor, at=LATER)


def test_a_companion_of_another_clinic_is_none(solbakken: Cast, furulund: Cast) -> None:
    _preparation, signature = pair(furulund)
    found = bulk.preview(
        [make_task(solbakken.clinic, "sarstell").pk, signature.pk],
        NOT_NEEDED,
        by=solbakken.doctor,
        at=MORNING,
    )
    assert len(found.changes) == 1
    assert not found.along


def many(cast: Cast, count: int, patient: Patient) -> list[Task]:
    kind = TaskKind.objects.get(slug="sarstell")
    return Task.objects.bulk_create(
        Task(
            clinic=cast.clinic, kind=kind, name=kind.name, origin="internal", state="assigned", opens_on=MONDAY,
            due_on=MONDAY, planned_minutes=5, opened_at=MORNING, assignee=cast.doctor, patient=patient,
        )
        for _ in range(count)
    )  # fmt: skip


def test_none_and_more_than_five_hundred_are_refused(solbakken: Cast) -> None:
    with pytest.raises(ValueError, match="tasks"):
        bulk.preview([], to(solbakken.nurse), by=solbakken.doctor, at=MORNING)
    tasks = many(solbakken, MOST + 1, make_patient(solbakken))
    with pytest.raises(ValueError, match="tasks"):
        carry_out(tasks, to(solbakken.nurse), solbakken.doctor)
    assert not BulkItem.objects.exists()


@pytest.mark.parametrize("wish_of", ["to", "until", "cancel"])
def test_five_hundred_take_as_many_queries_as_five(
    solbakken: Cast, programme: Programme, wish_of: str
) -> None:
    wish = {"to": to(solbakken.second_doctor), "until": until(MONDAY + DAY), "cancel": NOT_NEEDED}[wish_of]
    patient = make_patient(solbakken)

    def queries(count: int) -> tuple[int, int, int]:
        tasks = [*many(solbakken, count, patient), with_plan(solbakken, programme, assignee=solbakken.doctor)]
        with CaptureQueriesContext(connection) as looking:
            bulk.preview([t.pk for t in tasks], wish, by=solbakken.doctor, at=MORNING)
        with CaptureQueriesContext(connection) as doing_it:
            done = carry_out(tasks, wish, solbakken.doctor)
        assert len(done.written) == count + 1
        with CaptureQueriesContext(connection) as undoing:
            assert len(bulk.undo(done.bulk.pk, by=solbakken.doctor, at=LATER).written) == count + 1
        return len(looking), len(doing_it), len(undoing)

    few = queries(4)
    assert queries(499) == few
    assert few[0] <= 5
    assert max(few) <= 16
