"""What people do with tasks, and that every change leaves its event."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from tasks.actions import doing
from tasks.actions.changing import Changed
from tasks.actions.nightly import night, open_due_tasks
from tasks.actions.plans import start_plans
from tasks.life import NotAllowed
from tasks.models import PlanStep, Programme, Task, TaskKind
from teams.calendar import DAY
from teams.models import Member
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task


@pytest.fixture
def routine(solbakken: Cast, programme: Programme) -> Task:
    """A diabetic's routine control, due in a week, held by the nurse."""
    make_patient(solbakken, icpc2="T90")
    start_plans(programme.pk, by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + dt.timedelta(days=7))
    night(now=MORNING, today=MONDAY)
    return Task.objects.get(name="Rutinekontroll diabetes")


def test_done_counts_the_next_from_the_day_it_was_done(solbakken: Cast, routine: Task) -> None:
    done = doing.complete(routine.pk, by=solbakken.nurse, minutes=25, at=MORNING)
    step = PlanStep.objects.get(tasks=routine)
    assert (done.state, done.minutes, done.done_by) == ("done", 25, solbakken.nurse)
    assert (step.last_done_on, step.due_on) == (MONDAY, dt.date(2027, 5, 24))
    assert step.waiting
    assert routine.events.order_by("-id")[0].verb == "complete"


def test_undone_leaves_task_and_plan_as_they_were(solbakken: Cast, routine: Task) -> None:
    before = PlanStep.objects.filter(tasks=routine).values().get()
    doing.complete(routine.pk, by=solbakken.nurse, minutes=25, at=MORNING)
    doing.undo(routine.pk, by=solbakken.nurse, at=MORNING + dt.timedelta(seconds=8))
    routine.refresh_from_db()
    assert (routine.state, routine.assignee, routine.minutes) == ("assigned", solbakken.nurse, None)
    assert PlanStep.objects.filter(tasks=routine).values().get() == before
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0


def test_undo_is_for_oneself_and_for_ten_minutes(solbakken: Cast, routine: Task) -> None:
    doing.complete(routine.pk, by=solbakken.nurse, minutes=25, at=MORNING)
    with pytest.raises(NotAllowed):
        doing.undo(routine.pk, by=solbakken.doctor, at=MORNING)
    with pytest.raises(NotAllowed):
        doing.undo(routine.pk, by=solbakken.nurse, at=MORNING + dt.timedelta(minutes=11))


def test_cancelled_is_not_done(solbakken: Cast, routine: Task) -> None:
    doing.cancel(routine.pk, by=solbakken.nurse, reason="pasienten takket nei", at=MORNING)
    step = PlanStep.objects.get(tasks=routine)
    routine.refresh_from_db()
    assert (routine.state, routine.done_by) == ("cancelled", None)
    assert step.last_done_on is None
    assert step.due_on == dt.date(2027, 5, 31)  # six months after it was due, 30 May being a Sunday


def test_putting_off_moves_the_task_and_not_its_due_date(solbakken: Cast, routine: Task) -> None:
    later = MONDAY + dt.timedelta(days=3)
    doing.postpone(routine.pk, by=solbakken.nurse, until=later, reason="Pasienten er bortreist.", at=MORNING)
    routine.refresh_from_db()
    assert (routine.opens_on, routine.due_on) == (later, MONDAY + dt.timedelta(days=7))
    assert routine.events.order_by("-id")[0].reason == "Pasienten er bortreist."


def test_a_hard_deadline_cannot_be_put_off_past_its_last_day(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic,
        "vaksine",
        assignee=solbakken.nurse,
        hard=True,
        closes_on=MONDAY + dt.timedelta(days=2),
    )
    with pytest.raises(ValueError, match="until"):
        doing.postpone(
            task.pk, by=solbakken.nurse, until=MONDAY + dt.timedelta(days=3), reason="x", at=MORNING
        )


def test_whoever_comes_second_is_told_and_nothing_is_overwritten(solbakken: Cast, routine: Task) -> None:
    seen = routine.version
    doing.postpone(
        routine.pk, by=solbakken.nurse, until=MONDAY + dt.timedelta(days=1), reason="x", at=MORNING
    )
    with pytest.raises(Changed):
        doing.complete(routine.pk, by=solbakken.doctor, minutes=10, at=MORNING, version=seen)
    routine.refresh_from_db()
    assert routine.state == "assigned"


def test_done_twice_is_refused(solbakken: Cast, routine: Task) -> None:
    doing.complete(routine.pk, by=solbakken.nurse, minutes=25, at=MORNING)
    with pytest.raises(NotAllowed):
        doing.complete(routine.pk, by=solbakken.nurse, minutes=25, at=MORNING)


def test_a_secretary_cannot_do_what_only_a_doctor_may(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor)
    with pytest.raises(PermissionDenied):
        doing.complete(task.pk, by=solbakken.secretary, minutes=5, at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.hand_on(task.pk, by=solbakken.doctor, to=solbakken.secretary, reason="x", at=MORNING)


def test_handed_on_to_a_colleague_or_back_to_the_team(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="Går hjem.", at=MORNING)
    task.refresh_from_db()
    assert (task.assignee, task.why) == (solbakken.nurse, {"rule": "handed_on", "by": "Siri Sand"})
    doing.hand_on(task.pk, by=solbakken.nurse, to=None, reason="Rekker ikke.", at=MORNING)
    task.refresh_from_db()
    assert (task.assignee, task.state) == (None, "open")


def test_another_clinics_task_is_not_there(solbakken: Cast, furulund: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    with pytest.raises(Task.DoesNotExist):
        doing.complete(task.pk, by=furulund.doctor, minutes=5, at=MORNING)


def test_logged_work_is_done_work_with_an_origin(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="pasreise_sykehus")
    task = doing.log_work(
        kind, by=solbakken.doctor, minutes=8, origin="hospital", sender="Ortopedi", at=MORNING
    )
    assert (task.state, task.done_by, task.minutes, task.logged) == ("done", solbakken.doctor, 8, True)
    assert task.events.get().verb == "log"
    with pytest.raises(ValueError, match="minutes"):
        doing.log_work(kind, by=solbakken.doctor, minutes=0, origin="hospital", at=MORNING)


def test_a_manager_does_no_tasks(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    with pytest.raises(PermissionDenied):
        doing.complete(task.pk, by=solbakken.manager, minutes=5, at=MORNING)


def test_logged_by_mistake_and_taken_back_counts_nowhere(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="okonomi")
    task = doing.log_work(kind, by=solbakken.nurse, minutes=4, origin="internal", at=MORNING)
    undone = doing.undo(task.pk, by=solbakken.nurse, at=MORNING)
    assert (undone.state, undone.minutes, undone.done_by) == ("cancelled", None, None)


def test_a_colleague_without_a_part_in_it_cannot_put_off_or_end_a_task(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "epikrise_les", assignee=solbakken.second_doctor)
    later = MONDAY + dt.timedelta(days=1)
    with pytest.raises(PermissionDenied):
        doing.postpone(task.pk, by=solbakken.nurse, until=later, reason="x", at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.cancel(task.pk, by=solbakken.nurse, reason="x", at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.hand_on(task.pk, by=solbakken.nurse, to=None, reason="x", at=MORNING)
    assert doing.cancel(task.pk, by=solbakken.doctor, reason="leder", at=MORNING).state == "cancelled"


def test_nothing_is_put_off_for_more_than_a_year(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse)
    with pytest.raises(ValueError, match="until"):
        doing.postpone(task.pk, by=solbakken.nurse, until=dt.date(9999, 12, 31), reason="x", at=MORNING)


def test_what_somebody_has_begun_no_night_moves(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY + dt.timedelta(days=3)
    )
    begun = doing.start(task.pk, by=solbakken.nurse, at=MORNING)
    assert (begun.state, begun.assignee, begun.planned_on) == ("started", solbakken.nurse, MONDAY)
    assert doing.start(task.pk, by=solbakken.nurse, at=MORNING).version == begun.version
    night(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert (task.state, task.assignee, task.version) == ("started", solbakken.nurse, begun.version)
    assert list(task.events.values_list("verb", flat=True)) == ["start"]


def test_begun_by_a_colleague_it_is_theirs_and_nobody_takes_it_from_them(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, pinned=True)
    begun = doing.start(task.pk, by=solbakken.secretary, at=MORNING)
    assert (begun.assignee, begun.pinned) == (solbakken.secretary, False)
    with pytest.raises(NotAllowed):
        doing.start(task.pk, by=solbakken.nurse, at=MORNING)
    law = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor)
    with pytest.raises(PermissionDenied):
        doing.start(law.pk, by=solbakken.secretary, at=MORNING)


def test_pins_follow_what_people_do(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    given = doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="x", at=MORNING)
    assert (given.pinned, given.pinned_day) == (True, False)
    Task.objects.filter(pk=task.pk).update(planned_on=MONDAY, pinned_day=True)
    later = MONDAY + dt.timedelta(days=2)
    put_off = doing.postpone(task.pk, by=solbakken.nurse, until=later, reason="x", at=MORNING)
    assert (put_off.pinned, put_off.pinned_day, put_off.planned_on) == (True, False, None)
    back = doing.hand_on(task.pk, by=solbakken.nurse, to=None, reason="x", at=MORNING)
    assert (back.pinned, back.assignee) == (False, None)


def test_undone_the_colleague_who_had_it_has_it_again(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, pinned=True)
    doing.complete(task.pk, by=solbakken.nurse, minutes=5, at=MORNING)
    undone = doing.undo(task.pk, by=solbakken.nurse, at=MORNING)
    assert (undone.assignee, undone.pinned, undone.state) == (solbakken.secretary, True, "assigned")


# --- the clock


def at(minutes: int, seconds: int = 0) -> dt.datetime:
    return MORNING + dt.timedelta(minutes=minutes, seconds=seconds)


def test_the_clock_adds_up_what_was_worked_in_pieces(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.start(task.pk, by=solbakken.secretary, at=at(0), timer=True)
    stopped = doing.stop(task.pk, by=solbakken.secretary, at=at(6, 1))
    assert (stopped.state, stopped.timer_from, stopped.timed) == ("assigned", None, 7)
    doing.start(task.pk, by=solbakken.secretary, at=at(20))
    running = doing.start(task.pk, by=solbakken.secretary, at=at(21), timer=True)
    assert (running.state, running.timer_from) == ("started", at(21))
    assert doing.start(task.pk, by=solbakken.secretary, at=at(22), timer=True).version == running.version
    done = doing.complete(task.pk, by=solbakken.secretary, minutes=10, at=at(24))
    assert (done.minutes, done.timed, done.timer_from) == (10, 10, None)


def test_a_clock_that_somebody_forgot_stops_at_what_a_task_may_take(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.start(task.pk, by=solbakken.secretary, at=at(0), timer=True)
    assert doing.stop(task.pk, by=solbakken.secretary, at=MORNING + 3 * DAY).timed == 720


def test_whatever_lays_a_task_down_stops_the_clock(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.start(task.pk, by=solbakken.secretary, at=at(0), timer=True)
    given = doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="", at=at(5))
    assert (given.state, given.timer_from, given.timed) == ("assigned", None, 5)


def test_only_whoever_has_begun_stops(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    with pytest.raises(NotAllowed):
        doing.stop(task.pk, by=solbakken.secretary, at=at(0))
    doing.start(task.pk, by=solbakken.secretary, at=at(0), timer=True)
    with pytest.raises(PermissionDenied):
        doing.stop(task.pk, by=solbakken.nurse, at=at(1))


def test_what_a_colleague_has_begun_is_told_with_their_name(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    doing.start(task.pk, by=solbakken.secretary, at=at(0))
    with pytest.raises(NotAllowed, match=r"^Siri Sand har startet denne\.$"):
        doing.start(task.pk, by=solbakken.nurse, at=at(1))


# --- how it was done, and setting that right


@pytest.mark.parametrize(
    ("slug", "part", "channel"),
    [
        ("konsultasjon", "", "in_person"),
        ("nav_dialogmote", "", ""),
        ("sykmelding", "", ""),
        ("konsultasjon", "prepare", ""),
    ],
)
def test_a_kinds_only_channel_needs_no_saying_and_of_several_none_is_guessed(
    solbakken: Cast, slug: str, part: str, channel: str
) -> None:
    task = make_task(solbakken.clinic, slug, assignee=solbakken.doctor, part=part)
    assert doing.complete(task.pk, by=solbakken.doctor, minutes=5, at=at(0)).channel == channel
    logged = doing.log_work(task.kind, by=solbakken.doctor, minutes=5, origin="patient", at=at(0))
    assert logged.channel == ("in_person" if slug == "konsultasjon" else "")


def test_the_channel_is_one_of_the_kinds(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "telefonsporsmal", assignee=solbakken.secretary)
    with pytest.raises(ValueError, match="channel"):
        doing.complete(task.pk, by=solbakken.secretary, minutes=5, at=at(0), channel="home")
    done = doing.complete(task.pk, by=solbakken.secretary, minutes=5, at=at(0), channel="phone")
    assert (done.channel, done.closing) == ("phone", "done")
    assert doing.undo(task.pk, by=solbakken.secretary, at=at(1)).channel == ""


def test_ones_own_minutes_are_set_right_this_week_and_the_last(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "telefonsporsmal", assignee=solbakken.secretary)
    with pytest.raises(NotAllowed):
        doing.correct(task.pk, by=solbakken.secretary, minutes=5, at=at(0))
    doing.complete(task.pk, by=solbakken.secretary, minutes=50, at=at(0), channel="phone")
    right = doing.correct(task.pk, by=solbakken.secretary, minutes=5, at=MORNING + 13 * DAY)
    assert (right.minutes, right.channel, right.done_by, right.ended_at) == (
        5, "phone", solbakken.secretary, at(0),
    )  # fmt: skip
    text = doing.correct(task.pk, by=solbakken.secretary, minutes=5, at=at(1), channel="")
    assert text.channel == ""
    with pytest.raises(PermissionDenied):
        doing.correct(task.pk, by=solbakken.doctor, minutes=5, at=at(1))
    with pytest.raises(NotAllowed, match="forrige uke"):
        doing.correct(task.pk, by=solbakken.secretary, minutes=5, at=MORNING + 14 * DAY)
    for wrong in (0, 721):
        with pytest.raises(ValueError, match="minutes"):
            doing.correct(task.pk, by=solbakken.secretary, minutes=wrong, at=at(1))


def test_work_is_logged_when_it_was_done(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="telefonsporsmal")

    def log(**given: object) -> Task:
        said = {"by": solbakken.doctor, "minutes": 8, "origin": "patient", "at": MORNING, **given}
        return doing.log_work(kind, **said)  # type: ignore[arg-type]

    friday = MORNING - 3 * DAY
    task = log(ended_at=friday, channel="phone")
    assert (task.ended_at, task.opened_at, task.channel, task.opens_on) == (
        friday, friday, "phone", MONDAY - 3 * DAY,
    )  # fmt: skip
    event = task.events.get()
    assert (event.at, event.effective_at) == (MORNING, friday)
    for wrong in (at(1), MORNING - 8 * DAY):
        with pytest.raises(ValueError, match="ended_at"):
            log(ended_at=wrong)
    with pytest.raises(ValueError, match="channel"):
        log(channel="home")


# --- given back


def test_what_was_handed_on_is_given_back(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="", at=at(0))
    with pytest.raises(ValueError, match="reason"):
        doing.reject(task.pk, by=solbakken.nurse, reason=" ", at=at(1))
    back = doing.reject(task.pk, by=solbakken.nurse, reason="Rekker ikke", at=at(1))
    assert (back.state, back.assignee, back.pinned) == ("assigned", solbakken.secretary, False)
    assert back.why == {"rule": "given_back", "by": "Nina Nes"}
    with pytest.raises(PermissionDenied):
        doing.reject(task.pk, by=solbakken.nurse, reason="Igjen", at=at(2))
    with pytest.raises(PermissionDenied):  # given back is not handed on
        doing.reject(task.pk, by=solbakken.secretary, reason="Nei", at=at(2))


def test_from_a_giver_who_never_had_it_or_has_left_it_goes_to_the_team(solbakken: Cast) -> None:
    pool = make_task(solbakken.clinic, "okonomi")
    doing.hand_on(pool.pk, by=solbakken.doctor, to=solbakken.nurse, reason="", at=at(0))
    back = doing.reject(pool.pk, by=solbakken.nurse, reason="Rekker ikke", at=at(1))
    assert (back.state, back.assignee, back.why) == ("open", None, {})
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary)
    doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="", at=at(0))
    Member.objects.filter(pk=solbakken.secretary.pk).update(ends_on=MONDAY - DAY)
    assert doing.reject(task.pk, by=solbakken.nurse, reason="x", at=at(1)).assignee is None


def test_what_the_sharing_out_gave_is_not_rejected(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    night(now=MORNING, today=MONDAY)
    task.refresh_from_db()
    assert task.assignee is not None
    with pytest.raises(PermissionDenied):
        doing.reject(task.pk, by=task.assignee, reason="Nei", at=at(1))
