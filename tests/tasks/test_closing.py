"""How a task ends that is not done, what becomes of its plan, and what the journal says of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from tasks.actions import closing, doing
from tasks.actions.changing import Changed
from tasks.actions.creating import create_task
from tasks.actions.nightly import night
from tasks.actions.overrides import pin
from tasks.actions.plans import start_plans
from tasks.life import NotAllowed
from tasks.models import Closing, FollowUpPlan, JournalNote, PlanStep, Programme, Task, TaskKind
from tasks.replay import replay
from teams.calendar import DAY
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

DUE = MONDAY + 7 * DAY
FRIDAY = MONDAY + 4 * DAY
MOVED = ("state", "opens_on", "planned_on", "pinned_day", "attempts", "assignee_id")


@pytest.fixture
def routine(solbakken: Cast, programme: Programme) -> Task:
    """A diabetic's routine control, due in a week; the yearly one (a pair) and the eyes are open as well."""
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=DUE)
    night(now=MORNING, today=MONDAY)
    return Task.objects.get(name="Rutinekontroll diabetes")


def end(task: Task, cast: Cast, how: Closing, **given: Any) -> Task:
    return closing.close(task.pk, **{"by": cast.nurse, "closing": how, "reason": "", "at": MORNING, **given})


def later(minutes: int = 1) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes)


# --- the plan


@pytest.mark.parametrize("how", [Closing.DECLINED, Closing.UNREACHABLE, Closing.NOT_NEEDED, Closing.MISTAKE])
def test_not_done_the_plan_moves_on_from_when_it_was_due(
    solbakken: Cast, routine: Task, how: Closing
) -> None:
    ended = end(routine, solbakken, how)
    step = PlanStep.objects.get(tasks=routine)
    assert (ended.state, ended.closing, ended.done_by) == ("cancelled", how, None)
    assert (step.last_done_on, step.due_on, step.waiting) == (None, dt.date(2027, 5, 31), True)


def test_done_elsewhere_the_plan_moves_on_from_that_day(solbakken: Cast, routine: Task) -> None:
    ended = end(routine, solbakken, Closing.ELSEWHERE, on=dt.date(2026, 11, 2))
    step = PlanStep.objects.get(tasks=routine)
    assert (ended.state, ended.closing) == ("cancelled", "elsewhere")
    assert (step.last_done_on, step.due_on) == (dt.date(2026, 11, 2), dt.date(2027, 5, 3))


def test_declined_for_good_the_programme_ends_with_all_that_is_open(solbakken: Cast, routine: Task) -> None:
    end(routine, solbakken, Closing.DECLINED, whole_programme=True, reason="Vil ikke")
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.ended_on, plan.end_reason) == ("declined", MONDAY, "Vil ikke")
    assert set(Task.objects.values_list("state", "closing")) == {("cancelled", "declined")}
    assert Task.objects.count() == 5
    assert not PlanStep.objects.filter(waiting=True).exists()
    night(now=MORNING + 400 * DAY, today=MONDAY + 400 * DAY)
    assert Task.objects.count() == 5


@pytest.mark.parametrize(("how", "field"), [(Closing.MOVED, "moved_on"), (Closing.DEAD, "deceased_on")])
def test_gone_the_patient_is_followed_no_more(
    solbakken: Cast, routine: Task, how: Closing, field: str
) -> None:
    patient = routine.patient
    call = make_task(solbakken.clinic, "telefonsporsmal", patient=patient, assignee=solbakken.secretary)
    certificate = make_task(solbakken.clinic, "dodsmelding", patient=patient)
    other = make_task(solbakken.clinic, "telefonsporsmal", patient=make_patient(solbakken))
    end(routine, solbakken, how, confirmed=True, on=MONDAY - DAY)
    assert patient is not None
    patient.refresh_from_db()
    assert getattr(patient, field) == MONDAY - DAY
    assert FollowUpPlan.objects.get().state == "stopped"
    call.refresh_from_db()
    assert (call.state, call.closing, call.assignee) == ("cancelled", how, solbakken.secretary)
    assert call.events.get().by == solbakken.nurse
    assert set(Task.objects.open()) == {certificate, other}
    night(now=MORNING + 400 * DAY, today=MONDAY + 400 * DAY)
    assert set(Task.objects.open()) == {certificate, other}


def test_what_the_list_says_of_the_patient_stands(solbakken: Cast, routine: Task) -> None:
    assert routine.patient is not None
    type(routine.patient).objects.update(moved_on=MONDAY + 30 * DAY)
    end(routine, solbakken, Closing.MOVED, confirmed=True)
    routine.patient.refresh_from_db()
    assert routine.patient.moved_on == MONDAY + 30 * DAY


# --- the journal


def test_declined_is_journalled_with_what_was_offered_tried_and_said(solbakken: Cast, routine: Task) -> None:
    closing.attempt(routine.pk, by=solbakken.nurse, channel="phone", note="Svarer ikke", at=MORNING)
    closing.attempt(routine.pk, by=solbakken.nurse, channel="text", note="", at=MORNING + 7 * DAY)
    end(routine, solbakken, Closing.DECLINED, reason="Går til privat lege", at=MORNING + 8 * DAY)
    note = JournalNote.objects.get()
    assert (note.patient, note.plan, note.by) == (
        routine.patient,
        FollowUpPlan.objects.get(),
        solbakken.nurse,
    )
    assert note.text.splitlines() == [
        "Oppfølging etter fastlegeforskriften § 25.",
        "Tilbudt: Rutinekontroll diabetes, i programmet Diabetes type 2. Tilbudet ble åpnet 23.11.2026,"
        " med frist 30.11.2026.",
        "Forsøk på å nå pasienten: 2. 23.11.2026 telefon (Svarer ikke); 30.11.2026 tekst.",
        "Pasienten takket nei 01.12.2026. Det gjelder denne gangen.",
        "Pasienten sier: Går til privat lege",
        "Nytt tilbud: 31.05.2027.",
        "Ført av Nina Nes 01.12.2026.",
    ]
    assert "Lunde" not in note.text


def test_not_reached_is_journalled_and_a_task_of_no_plan_is_not(solbakken: Cast, routine: Task) -> None:
    end(routine, solbakken, Closing.UNREACHABLE)
    assert "Pasienten er ikke nådd." in JournalNote.objects.get().text
    call = make_task(solbakken.clinic, "telefonsporsmal", patient=routine.patient)
    end(call, solbakken, Closing.UNREACHABLE)
    assert JournalNote.objects.count() == 1


def test_a_journal_note_is_never_rewritten(solbakken: Cast, routine: Task) -> None:
    end(routine, solbakken, Closing.UNREACHABLE)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_journalnote SET text = ''")


# --- attempts


def test_reminders_come_after_a_week_and_after_a_month_and_then_no_more(
    solbakken: Cast, routine: Task
) -> None:
    def tried(at: dt.datetime) -> tuple[int, dt.date, dt.date | None]:
        task = closing.attempt(routine.pk, by=solbakken.nurse, channel="phone", note="", at=at)
        return task.attempts, task.opens_on, task.planned_on

    assert tried(MORNING) == (1, MONDAY + 7 * DAY, None)
    assert tried(MORNING + 7 * DAY) == (2, dt.date(2026, 12, 30), None)
    assert tried(MORNING + 37 * DAY) == (3, dt.date(2026, 12, 30), None)
    assert routine.events.filter(verb="attempt").count() == 3
    routine.refresh_from_db()
    assert routine.due_on == DUE  # trying is not being on time


def test_a_hard_deadlines_reminder_is_never_past_its_last_day(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "vaksine", assignee=solbakken.nurse, hard=True, due_on=MONDAY, closes_on=FRIDAY,
        patient=make_patient(solbakken), planned_on=MONDAY, pinned=True, pinned_day=True,
    )  # fmt: skip
    tried = closing.attempt(task.pk, by=solbakken.nurse, channel="phone", note="", at=MORNING)
    assert (tried.opens_on, tried.planned_on, tried.pinned, tried.pinned_day) == (
        MONDAY + DAY,
        None,
        True,
        False,
    )


def test_the_day_to_try_again_may_be_chosen_up_to_a_hard_deadlines_last(
    solbakken: Cast, routine: Task
) -> None:
    def tried(task: Task, until: dt.date) -> Task:
        return closing.attempt(task.pk, by=solbakken.nurse, channel="phone", note="", at=MORNING, until=until)

    assert tried(routine, MONDAY + 2 * DAY).opens_on == MONDAY + 2 * DAY
    hard = make_task(
        solbakken.clinic, "vaksine", assignee=solbakken.nurse, hard=True, due_on=MONDAY, closes_on=FRIDAY,
        patient=make_patient(solbakken),
    )  # fmt: skip
    for wrong in (MONDAY, MONDAY - DAY, FRIDAY + DAY, MONDAY + 400 * DAY):
        with pytest.raises(ValueError, match="until"):
            tried(hard, wrong)
    assert tried(hard, FRIDAY).opens_on == FRIDAY
    late = make_task(
        solbakken.clinic, "vaksine", assignee=solbakken.nurse, hard=True, due_on=MONDAY - DAY,
        patient=make_patient(solbakken),
    )  # fmt: skip
    assert (
        tried(late, MONDAY + DAY).opens_on == MONDAY + DAY
    )  # past the last day: what is proposed is allowed


def test_an_attempt_that_was_none_is_taken_back_with_the_signature_that_went_along(solbakken: Cast) -> None:
    signature = create_task(
        by=solbakken.secretary, kind=TaskKind.objects.get(slug="lmg"), patient=make_patient(solbakken),
        due_on=MONDAY + 3 * DAY, hard=False, origin="patient", urgent=False, at=MORNING,
    )  # fmt: skip
    assert signature.after is not None
    first = Task.objects.get(pk=signature.after.pk)
    pin(first.pk, by=solbakken.doctor, to=solbakken.nurse, day=MONDAY, reason="Fast time", at=MORNING)
    before = [Task.objects.values(*MOVED).get(pk=pk) for pk in (first.pk, signature.pk)]
    closing.attempt(first.pk, by=solbakken.nurse, channel="phone", note="", at=MORNING)
    assert Task.objects.filter(opens_on=MONDAY + 7 * DAY).count() == 2
    with pytest.raises(NotAllowed):
        doing.undo(first.pk, by=solbakken.doctor, at=MORNING)
    doing.undo(first.pk, by=solbakken.nurse, at=MORNING + dt.timedelta(minutes=9))
    assert [Task.objects.values(*MOVED).get(pk=pk) for pk in (first.pk, signature.pk)] == before
    for pk in (first.pk, signature.pk):
        row = Task.objects.get(pk=pk)
        told = replay(row.events.order_by("id"))
        assert {name: getattr(told, name) for name in MOVED} == {name: getattr(row, name) for name in MOVED}
    with pytest.raises(NotAllowed):
        doing.undo(first.pk, by=solbakken.nurse, at=MORNING)


def test_an_attempt_taken_back_is_not_in_the_journal(solbakken: Cast, routine: Task) -> None:
    for note in ("Feil nummer", "Svarte ikke"):
        closing.attempt(routine.pk, by=solbakken.nurse, channel="phone", note=note, at=MORNING)
        if note == "Feil nummer":
            doing.undo(routine.pk, by=solbakken.nurse, at=MORNING)
    end(routine, solbakken, Closing.UNREACHABLE)
    text = JournalNote.objects.get().text
    assert "Svarte ikke" in text
    assert "Feil nummer" not in text


def test_an_attempt_needs_a_patient_and_a_way(solbakken: Cast, routine: Task) -> None:
    office = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    with pytest.raises(NotAllowed, match="ingen pasient"):
        closing.attempt(office.pk, by=solbakken.secretary, channel="phone", note="", at=MORNING)
    with pytest.raises(ValueError, match="channel"):
        closing.attempt(routine.pk, by=solbakken.nurse, channel="røyksignal", note="", at=MORNING)
    with pytest.raises(ValueError, match="note"):
        closing.attempt(routine.pk, by=solbakken.nurse, channel="phone", note="x" * 301, at=MORNING)


# --- refusals


@pytest.mark.parametrize(
    ("how", "given", "field"),
    [
        (Closing.DONE, {}, "closing"),
        (Closing.RETURNED, {}, "closing"),
        (Closing.EXPIRED, {}, "closing"),
        (Closing.ELSEWHERE, {}, "on"),
        (Closing.ELSEWHERE, {"on": MONDAY + DAY}, "on"),
        (Closing.ELSEWHERE, {"on": MONDAY - 400 * DAY}, "on"),
        (Closing.DEAD, {}, "confirmed"),
        (Closing.MOVED, {}, "confirmed"),
        (Closing.NOT_NEEDED, {"reason": "x" * 301}, "reason"),
    ],
)
def test_what_is_lacking_is_named(
    solbakken: Cast, routine: Task, how: Closing, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        end(routine, solbakken, how, **given)
    routine.refresh_from_db()
    assert routine.ended_at is None


def test_only_a_patient_can_decline_or_be_gone(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse)
    for how in closing.ABOUT_A_PATIENT:
        with pytest.raises(ValueError, match="closing"):
            end(task, solbakken, how, confirmed=True)


def test_whoever_has_no_part_in_it_does_not_end_it(solbakken: Cast, furulund: Cast, routine: Task) -> None:
    with pytest.raises(PermissionDenied):
        end(routine, solbakken, Closing.NOT_NEEDED, by=solbakken.manager)
    letter = make_task(solbakken.clinic, "epikrise_les", assignee=solbakken.second_doctor)
    with pytest.raises(PermissionDenied):
        end(letter, solbakken, Closing.NOT_NEEDED, by=solbakken.secretary)
    with pytest.raises(Task.DoesNotExist):
        end(routine, solbakken, Closing.NOT_NEEDED, by=furulund.doctor)
    with pytest.raises(Changed):
        end(routine, solbakken, Closing.NOT_NEEDED, version=routine.version + 1)
    end(routine, solbakken, Closing.NOT_NEEDED)
    with pytest.raises(NotAllowed, match="avbrutt"):
        end(routine, solbakken, Closing.NOT_NEEDED)


# --- undo


@pytest.mark.parametrize(
    "how", [Closing.DECLINED, Closing.UNREACHABLE, Closing.NOT_NEEDED, Closing.ELSEWHERE]
)
def test_taken_back_task_and_plan_stand_as_before(solbakken: Cast, routine: Task, how: Closing) -> None:
    names = ("state", "assignee", "planned_on", "closing", "ended_at")
    before = Task.objects.filter(pk=routine.pk).values(*names).get()
    stood = PlanStep.objects.filter(tasks=routine).values().get()
    end(routine, solbakken, how, on=MONDAY if how == Closing.ELSEWHERE else None)
    doing.undo(routine.pk, by=solbakken.nurse, at=later())
    assert Task.objects.filter(pk=routine.pk).values(*names).get() == before
    assert PlanStep.objects.filter(tasks=routine).values().get() == stood


def test_a_note_that_was_a_mistake_is_set_right_by_another(solbakken: Cast, routine: Task) -> None:
    end(routine, solbakken, Closing.DECLINED)
    doing.undo(routine.pk, by=solbakken.nurse, at=later())
    first, second = JournalNote.objects.order_by("pk")
    assert "takket nei" in first.text
    assert second.text.startswith(
        "Rettelse: notatet fra 23.11.2026 om «Rutinekontroll diabetes» gjelder ikke."
    )


def test_the_whole_programme_comes_back_but_what_somebody_has_touched(solbakken: Cast, routine: Task) -> None:
    before = dict(Task.objects.values_list("pk", "state"))
    waiting = set(PlanStep.objects.filter(waiting=True).values_list("pk", flat=True))
    end(routine, solbakken, Closing.DECLINED, whole_programme=True)
    doing.undo(routine.pk, by=solbakken.nurse, at=later())
    assert dict(Task.objects.values_list("pk", "state")) == before
    plan = FollowUpPlan.objects.get()
    assert (plan.state, plan.ended_on) == ("active", None)
    assert set(PlanStep.objects.filter(waiting=True).values_list("pk", flat=True)) == waiting


def test_the_whole_programme_comes_back_from_any_of_its_tasks(solbakken: Cast, routine: Task) -> None:
    sibling = Task.objects.get(name="Bestille øyescreening")
    end(routine, solbakken, Closing.DECLINED, whole_programme=True)
    doing.undo(sibling.pk, by=solbakken.nurse, at=later())
    assert Task.objects.open().filter(pk__in=[routine.pk, sibling.pk]).count() == 2
    assert FollowUpPlan.objects.get(patient=routine.patient).state == "active"


def test_dead_and_moved_are_not_taken_back_here(solbakken: Cast, routine: Task) -> None:
    end(routine, solbakken, Closing.DEAD, confirmed=True)
    with pytest.raises(NotAllowed, match="rett opp på pasienten"):
        doing.undo(routine.pk, by=solbakken.nurse, at=later())


def test_it_is_for_oneself_for_ten_minutes_and_before_the_next_is_open(
    solbakken: Cast, routine: Task
) -> None:
    end(routine, solbakken, Closing.NOT_NEEDED)
    for by, at in ((solbakken.doctor, later()), (solbakken.nurse, later(11))):
        with pytest.raises(NotAllowed, match="for sent"):
            doing.undo(routine.pk, by=by, at=at)
    PlanStep.objects.filter(tasks=routine).update(waiting=False)
    with pytest.raises(NotAllowed, match="alt åpnet"):
        doing.undo(routine.pk, by=solbakken.nurse, at=later())
