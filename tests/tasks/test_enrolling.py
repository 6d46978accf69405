"""Plans for a whole list: counted, shown, started, and what a killed worker leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Condition, Patient
from tasks.actions import enrolling
from tasks.actions.ending import stop_many
from tasks.actions.intervals import change_interval
from tasks.actions.nightly import open_due_tasks
from tasks.actions.plans import resume_plan, start_plans, stop_plan
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.actions.sharing import share_out
from tasks.allocation.weights import LADDER
from tasks.models import FollowUpPlan, PlanRun, PlanStep, Programme, Step, Task, TaskKind
from tasks.queries.forecast import forecast
from tasks.queries.plan_runs import would_stop
from teams.calendar import DAY
from teams.models import Clinic
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

SLUGS = ("diabetes2", "hypertensjon", "legemidler")


@pytest.fixture
def approved(solbakken: Cast) -> dict[str, int]:
    propose_programmes(solbakken.clinic.pk)
    found = dict(Programme.objects.filter(clinic=solbakken.clinic, slug__in=SLUGS).values_list("slug", "pk"))
    for pk in found.values():
        approve_programme(pk, by=solbakken.doctor, at=MORNING)
    return found


@pytest.fixture
def ready(solbakken: Cast, approved: dict[str, int]) -> PlanRun:
    """Three with diabetes, two of them with high blood pressure too, and one with that alone; counted."""
    for n in range(3):
        patient = make_patient(solbakken, icpc2="T90")
        if n:
            patient.conditions.create(clinic=solbakken.clinic, icpc2="K86")
    make_patient(solbakken, icpc2="K86")
    run = counted(solbakken)
    assert run.state == "ready"
    return run


def counted(cast: Cast) -> PlanRun:
    run = enrolling.ask(by=cast.doctor, at=MORNING)
    enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
    run.refresh_from_db()
    return run


def test_counting_tells_whom_each_programme_is_for_and_starts_nothing(
    ready: PlanRun, approved: dict[str, int]
) -> None:
    counts = {each["id"]: each["count"] for each in ready.result["programmes"]}
    assert counts == {approved["diabetes2"]: 3, approved["hypertensjon"]: 3}
    assert ready.total == 6
    assert not FollowUpPlan.objects.exists()


def test_the_work_that_is_told_of_beforehand_is_the_work_that_comes(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    """The coming year, night by night, nothing being done late: minutes by profession as told, to the minute."""
    pk = approved["hypertensjon"]
    told = ready.result["follow_up"][str(pk)]
    start_plans(pk, by=solbakken.doctor, on=MONDAY)
    day, until = MONDAY, dt.date.fromisoformat(ready.result["mondays"][-1]) + 7 * DAY
    while (day := _next_opening(day)) < until:
        open_due_tasks(now=MORNING + (day - MONDAY), today=day)
        # Each is done on the day it is due, so that the next counts from there.
        for task in Task.objects.open().filter(plan_step__isnull=False).select_related("plan_step__step"):
            _done_when_due(task)
    due = Task.objects.filter(due_on__lt=until)
    came = {"nurse": 0, "secretary": 0, "doctor": 0}
    for task in due.select_related("kind"):
        may = task.kind.preparable_by if task.part == "prepare" else task.kind.professions
        came[min(may, key=lambda profession: LADDER[profession])] += task.planned_minutes
    expected = {who: sum(minutes) for who, minutes in told.items()}
    # A year of 365 days against months, and holidays: the last occasion may fall on either side of the last week.
    assert set(expected) <= set(came)
    assert all(abs(came[who] - expected[who]) <= 3 * 60 for who in expected)
    assert sum(came.values()) == pytest.approx(sum(expected.values()), rel=0.15)


def _next_opening(day: dt.date) -> dt.date:
    found = PlanStep.objects.filter(waiting=True, opens_on__gte=day).order_by("opens_on").first()
    return found.opens_on if found else MONDAY + 1000 * DAY


def _done_when_due(task: Task) -> None:
    from tasks.actions.occasions import move_on

    assert task.due_on is not None
    assert task.plan_step is not None
    Task.objects.filter(pk__in=[task.pk, task.after_id]).update(
        state="cancelled", closing="not_needed", ended_at=MORNING
    )
    move_on(task.plan_step, done_on=task.due_on, today=task.due_on)


def test_work_is_told_of_for_those_whom_the_sharing_out_gives_it(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    """The catalogue lists nurses first among those who prepare a yearly check-up; secretaries get it, if they have time."""
    told = ready.result["follow_up"][str(approved["hypertensjon"])]
    start_plans(approved["hypertensjon"], by=solbakken.doctor, on=MONDAY)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY)
    open_due_tasks(now=MORNING, today=MONDAY)
    share_out([solbakken.clinic.pk], now=MORNING, today=MONDAY)
    given = Task.objects.filter(assignee__isnull=False)
    assert set(given.filter(part="prepare").values_list("assignee__profession", flat=True)) == {"secretary"}
    assert set(told) == set(given.values_list("assignee__profession", flat=True))


def test_what_is_done_once_is_told_of_when_it_comes(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    programme = Programme.objects.get(pk=approved["legemidler"])
    programme.steps.create(
        clinic=solbakken.clinic, slug="start", name="Ringe etter en uke", rule="once", interval_days=7,
        kind=TaskKind.objects.get(slug="telefonsporsmal"), minutes=10, certainty="derived",
    )  # fmt: skip
    patient = make_patient(solbakken)
    for n in range(8):
        patient.medications.create(clinic=solbakken.clinic, source_code=f"C0{n}AA01", text=f"Legemiddel {n}")
    told = counted(solbakken).result["follow_up"][str(programme.pk)]["secretary"]
    assert [n for n, minutes in enumerate(told) if minutes] == [1]
    assert told[1] == 10


def test_other_work_is_what_no_plan_asked_for_lately(solbakken: Cast) -> None:
    def done(**fields: Any) -> Task:
        return make_task(
            solbakken.clinic, "personvern", state="done", done_by=solbakken.secretary, minutes=80,
            ended_at=MORNING - 10 * DAY, **fields,
        )  # fmt: skip

    done()
    preparation = done(part="prepare")
    done(part="sign", after=preparation)
    assert counted(solbakken).result["other"] == {"secretary": 30}
    led = done(part="prepare")
    make_task(solbakken.clinic, "arskontroll", part="sign", after=led, plan_step=_some_plan_step(solbakken))
    assert counted(solbakken).result["other"] == {"secretary": 30}


def test_a_clinic_that_has_just_begun_has_its_other_work_reckoned_of_the_weeks_there_are(
    solbakken: Cast,
) -> None:
    make_task(
        solbakken.clinic, "okonomi", state="done", done_by=solbakken.secretary, minutes=80,
        ended_at=MORNING - 10 * DAY,
    )  # fmt: skip
    of_weeks = {}
    for weeks in (0, 1, 2, 20):
        Clinic.objects.update(started_on=MONDAY - 7 * weeks * DAY)
        result = counted(solbakken).result
        of_weeks[weeks] = (result["lately"], result["other"].get("secretary"))
    assert of_weeks == {0: (0, None), 1: (1, None), 2: (2, 40), 20: (8, 10)}


@pytest.mark.parametrize("days", range(-1, 4))
def test_what_is_overdue_lies_in_the_week_at_hand_whatever_the_weekday(
    solbakken: Cast, approved: dict[str, int], days: int
) -> None:
    """New Year's Day of 2027 is a Friday, a holiday, and nobody works before Monday."""
    today = dt.date(2027, 1, 1) + days * DAY
    step = _some_plan_step(solbakken)
    PlanStep.objects.filter(pk=step.pk).update(due_on=MONDAY)
    told = forecast(solbakken.clinic.pk, today=today)
    assert told.mondays[0] == (dt.date(2026, 12, 28) if days < 0 else dt.date(2027, 1, 4))
    weeks = [sum(minutes) for minutes in zip(*told.follow_up[0].values(), strict=True)]
    assert weeks[0] > 0
    assert sum(weeks[1:51]) == 0


def _some_plan_step(cast: Cast) -> PlanStep:
    """A yearly check-up that waits."""
    patient = make_patient(cast)
    step = Step.objects.filter(clinic=cast.clinic, rule="year", leads_to=None).first()
    if step is None:
        propose_programmes(cast.clinic.pk)
        step = Step.objects.filter(clinic=cast.clinic, rule="year", leads_to=None)[0]
    plan = FollowUpPlan.objects.create(
        clinic=cast.clinic, patient=patient, programme=step.programme, starts_on=MONDAY
    )
    return PlanStep.objects.create(clinic=cast.clinic, plan=plan, step=step, opens_on=MONDAY, due_on=MONDAY)


def test_plans_are_told_of_alike_before_and_after_they_are_started(
    solbakken: Cast, approved: dict[str, int]
) -> None:
    """A hundred patients have days all over the year, and some of them on holidays."""
    patients = Patient.objects.bulk_create(
        Patient(clinic=solbakken.clinic, given_name="Per", family_name=f"Lunde {n}", birth_date=MONDAY)
        for n in range(100)
    )
    Condition.objects.bulk_create(
        Condition(clinic=solbakken.clinic, patient=patient, icpc2=code)
        for patient in patients
        for code in ("T90", "K86")
    )
    before = counted(solbakken)
    start_plans(approved["diabetes2"], by=solbakken.doctor, on=MONDAY)
    after = counted(solbakken)
    before.refresh_from_db()
    assert (before.state, after.state) == ("dropped", "ready")  # an older one that nobody took
    assert set(after.result["follow_up"]) == {"0", str(approved["hypertensjon"])}
    assert after.result["follow_up"]["0"] == before.result["follow_up"][str(approved["diabetes2"])]


def test_starting_starts_the_chosen_programmes_in_parts_and_tells_how_far_it_is(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolling, "AT_A_TIME", 2)
    enrolling.start(ready.pk, [approved["diabetes2"]], by=solbakken.doctor, at=MORNING)
    assert enrolling._start_some(ready.pk, ready.clinic_id, now=MORNING)
    ready.refresh_from_db()
    assert (ready.state, ready.done, ready.total) == ("starting", 2, 3)  # here a worker is killed
    assert enrolling.unfinished(before=MORNING + dt.timedelta(minutes=1)) == [(ready.pk, ready.clinic_id)]
    for _ in range(2):
        enrolling.carry_on(ready.pk, ready.clinic_id, now=MORNING)
    ready.refresh_from_db()
    assert (ready.state, ready.done) == ("done", 3)
    assert FollowUpPlan.objects.filter(programme=approved["diabetes2"], state="active").count() == 3
    assert FollowUpPlan.objects.count() == 3
    assert set(FollowUpPlan.objects.values_list("events__by", flat=True)) == {solbakken.doctor.pk}


def test_one_is_counted_at_a_time(solbakken: Cast, approved: dict[str, int]) -> None:
    first = enrolling.ask(by=solbakken.doctor, at=MORNING)
    assert enrolling.ask(by=solbakken.doctor, at=MORNING) == first


def test_what_takes_its_worker_with_it_three_times_is_given_up(
    solbakken: Cast, approved: dict[str, int]
) -> None:
    run = enrolling.ask(by=solbakken.doctor, at=MORNING)
    PlanRun.objects.update(attempts=3, state="counting")
    enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
    run.refresh_from_db()
    assert run.state == "failed"


def test_what_cannot_be_started(
    solbakken: Cast, furulund: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    one = [approved["diabetes2"]]
    for chosen in ([], [approved["legemidler"]], [*one, 0]):
        with pytest.raises(ValueError, match="programmes"):
            enrolling.start(ready.pk, chosen, by=solbakken.doctor, at=MORNING)
    with pytest.raises(PermissionDenied):
        enrolling.start(ready.pk, one, by=solbakken.nurse, at=MORNING)
    with pytest.raises(PlanRun.DoesNotExist):
        enrolling.start(ready.pk, one, by=furulund.doctor, at=MORNING)
    enrolling.drop(ready.pk, by=solbakken.doctor, at=MORNING)
    for late in (
        lambda: enrolling.start(ready.pk, one, by=solbakken.doctor, at=MORNING),
        lambda: enrolling.drop(ready.pk, by=solbakken.doctor, at=MORNING),
    ):
        with pytest.raises(enrolling.NotReady):
            late()
    with pytest.raises(PermissionDenied):
        enrolling.ask(by=solbakken.manager, at=MORNING)


def test_counting_asks_the_same_number_of_statements_of_any_list(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    def statements() -> int:
        run = enrolling.ask(by=solbakken.doctor, at=MORNING)
        with CaptureQueriesContext(connection) as queries:
            enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
        return len(queries)

    few = statements()
    for _ in range(20):
        make_patient(solbakken, icpc2="T90")
    assert statements() == few


# --- taken back


LATER = MORNING + dt.timedelta(hours=20)


@pytest.fixture
def begun(solbakken: Cast, ready: PlanRun, approved: dict[str, int]) -> PlanRun:
    """Both programmes started for all: six plans for four patients, whose first tasks are open."""
    chosen = [approved["diabetes2"], approved["hypertensjon"]]
    enrolling.start(ready.pk, chosen, by=solbakken.doctor, at=MORNING)
    enrolling.carry_on(ready.pk, ready.clinic_id, now=MORNING)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 7 * DAY)
    open_due_tasks(now=MORNING + dt.timedelta(hours=1), today=MONDAY)
    ready.refresh_from_db()
    assert (ready.state, ready.done) == ("done", 6)
    return ready


def still_running() -> int:
    return FollowUpPlan.objects.filter(state="active").count()


def test_what_a_run_started_is_taken_back_and_the_patients_lack_a_plan_again(
    solbakken: Cast, begun: PlanRun, approved: dict[str, int]
) -> None:
    opened = Task.objects.open().count()
    assert opened > 0
    assert would_stop(begun) == (6, 4)
    assert enrolling.take_back(begun.pk, by=solbakken.doctor, at=LATER) == 6
    begun.refresh_from_db()
    assert (begun.state, begun.taken_back, begun.taken_back_by, begun.taken_back_at) == (
        "undone", 6, solbakken.doctor, LATER,
    )  # fmt: skip
    assert still_running() == 0
    assert set(FollowUpPlan.objects.values_list("ended_as", flat=True)) == {"set"}
    assert Task.objects.open().count() == 0
    assert Task.objects.filter(state="cancelled", closing="not_needed").count() == opened
    assert not PlanStep.objects.filter(waiting=True).exists()
    assert {each["count"] for each in counted(solbakken).result["programmes"]} == {3}  # nobody said no
    assert start_plans(approved["diabetes2"], by=solbakken.doctor, on=MONDAY) == 3


def test_what_somebody_has_decided_or_done_since_stands(
    solbakken: Cast, begun: PlanRun, approved: dict[str, int]
) -> None:
    """Of six: one is stopped, one begun again by hand, one has its own interval, of one a task is begun on."""
    plans = list(FollowUpPlan.objects.order_by("programme", "patient"))
    stopped, again, own, done = plans[:4]
    told: dict[str, Any] = {"by": solbakken.doctor, "on": MONDAY, "at": LATER}
    stop_plan(stopped.pk, **told, reason="vil vente")
    stop_plan(again.pk, **told, reason="feil pasient")
    resume_plan(again.pk, **told, reason="riktig likevel")
    step = PlanStep.objects.filter(plan=own)[0]
    change_interval(step.pk, by=solbakken.doctor, at=LATER, today=MONDAY, months=3, days=0, reason="ustabil")
    _touch(Task.objects.open().filter(plan_step__plan=done, after=None)[0], solbakken)
    assert would_stop(begun)[0] == 2
    assert enrolling.take_back(begun.pk, by=solbakken.doctor, at=LATER) == 2
    states = dict(FollowUpPlan.objects.values_list("pk", "state"))
    assert [states[plan.pk] for plan in (again, own, done)] == ["active"] * 3
    assert [states[plan.pk] for plan in plans[4:]] == ["stopped"] * 2
    stopped.refresh_from_db()
    assert (stopped.ended_as, stopped.end_reason) == ("person", "vil vente")


def _touch(task: Task, cast: Cast) -> None:
    Task.objects.filter(pk=task.pk).update(state="started", assignee=cast.nurse)


@pytest.mark.parametrize("fields", [
    {"state": "started"}, {"attempts": 1}, {"timed": 4},
    {"state": "cancelled", "closing": "elsewhere", "ended_at": LATER},
    {"state": "done", "closing": "done", "ended_at": LATER, "minutes": 5},
], ids=["begun", "tried", "timed", "elsewhere", "done"])  # fmt: skip
@pytest.mark.parametrize("which", ["itself", "preparation", "bloods"])
def test_a_plan_stands_once_anything_is_done_of_an_occasion(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int], which: str, fields: dict[str, Any]
) -> None:
    enrolling.start(ready.pk, [approved["diabetes2"]], by=solbakken.doctor, at=MORNING)
    enrolling.carry_on(ready.pk, ready.clinic_id, now=MORNING)
    PlanStep.objects.update(opens_on=MONDAY, due_on=MONDAY + 30 * DAY)
    open_due_tasks(now=MORNING + dt.timedelta(hours=1), today=MONDAY)
    ready.refresh_from_db()
    assert would_stop(ready) == (3, 3)
    open_tasks = Task.objects.open()
    found = {
        "itself": open_tasks.filter(plan_step__isnull=False, after=None, led_by=None),
        "preparation": open_tasks.filter(signatures__plan_step__isnull=False),
        "bloods": open_tasks.filter(leads_to__isnull=False, part=""),
    }[which]
    task = found.filter(patient__isnull=False).order_by("pk")[0]
    by = {"done_by": solbakken.nurse} if fields.get("state") == "done" else {}
    Task.objects.filter(pk=task.pk).update(assignee=solbakken.nurse, **{"state": "assigned", **fields, **by})
    assert would_stop(ready) == (2, 2)
    assert enrolling.take_back(ready.pk, by=solbakken.doctor, at=LATER) == 2
    assert FollowUpPlan.objects.get(state="active").patient_id == task.patient_id


def test_what_was_done_before_the_run_began_a_plan_again_does_not_keep_it(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    pk = approved["hypertensjon"]
    before = MORNING - 100 * DAY
    start_plans(pk, by=solbakken.doctor, on=MONDAY - 100 * DAY, at=before)
    for plan in FollowUpPlan.objects.all():
        step = plan.steps.order_by("pk")[0]
        make_task(
            solbakken.clinic, "arskontroll", patient=plan.patient, plan_step=step, opened_at=before,
            state="done", done_by=solbakken.nurse, minutes=5, ended_at=before + DAY,
        )  # fmt: skip
    ids = list(FollowUpPlan.objects.values_list("pk", flat=True))
    stop_many(
        ids, "stopped", by=solbakken.doctor, on=MONDAY - DAY, at=MORNING - DAY, reason="ute av bruk",
        ended_as=FollowUpPlan.EndedAs.PROGRAMME,
    )  # fmt: skip
    run = counted(solbakken)
    enrolling.start(run.pk, [pk], by=solbakken.doctor, at=MORNING)
    enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
    assert still_running() == 3
    assert enrolling.take_back(run.pk, by=solbakken.doctor, at=LATER) == 3


def test_only_what_this_run_started_is_taken_back(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    start_plans(approved["diabetes2"], by=solbakken.doctor, on=MONDAY)
    runs = []
    for slug in ("hypertensjon", "diabetes2"):
        if slug == "diabetes2":
            make_patient(solbakken, icpc2="T90")
        run = counted(solbakken)
        enrolling.start(run.pk, [approved[slug]], by=solbakken.doctor, at=MORNING)
        enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
        runs.append(run)
    assert still_running() == 7
    assert enrolling.take_back(runs[1].pk, by=solbakken.doctor, at=LATER) == 1
    assert still_running() == 6
    assert enrolling.take_back(runs[0].pk, by=solbakken.doctor, at=LATER) == 3
    assert FollowUpPlan.objects.filter(programme=approved["diabetes2"], state="active").count() == 3


def test_a_run_that_was_given_up_has_what_it_started_taken_back(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolling, "AT_A_TIME", 2)
    enrolling.start(ready.pk, [approved["diabetes2"]], by=solbakken.doctor, at=MORNING)
    enrolling._start_some(ready.pk, ready.clinic_id, now=MORNING)
    with pytest.raises(enrolling.NotReady):  # a worker is at it
        enrolling.take_back(ready.pk, by=solbakken.doctor, at=LATER)
    PlanRun.objects.update(attempts=3)
    enrolling.carry_on(ready.pk, ready.clinic_id, now=MORNING)
    assert enrolling.take_back(ready.pk, by=solbakken.doctor, at=LATER) == 2


def test_what_cannot_be_taken_back(solbakken: Cast, furulund: Cast, begun: PlanRun) -> None:
    for refused in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        with pytest.raises(PermissionDenied):
            enrolling.take_back(begun.pk, by=refused, at=LATER)
    with pytest.raises(PlanRun.DoesNotExist):
        enrolling.take_back(begun.pk, by=furulund.doctor, at=LATER)
    day = dt.timedelta(hours=24)
    with pytest.raises(enrolling.TooLate):
        enrolling.take_back(begun.pk, by=solbakken.doctor, at=MORNING + day + dt.timedelta(seconds=1))
    assert still_running() == 6
    assert enrolling.take_back(begun.pk, by=solbakken.doctor, at=MORNING + day) == 6
    with pytest.raises(enrolling.NotReady):  # once
        enrolling.take_back(begun.pk, by=solbakken.doctor, at=MORNING + day)
    for state in ("waiting", "counting", "ready", "starting", "dropped"):
        PlanRun.objects.update(state=state)
        with pytest.raises(enrolling.NotReady):
            enrolling.take_back(begun.pk, by=solbakken.doctor, at=LATER)


def test_a_run_of_which_nothing_is_left_to_stop_stays_as_it_is(solbakken: Cast, begun: PlanRun) -> None:
    ids = list(FollowUpPlan.objects.values_list("pk", flat=True))
    stop_many(ids, "stopped", by=solbakken.doctor, on=MONDAY, at=LATER, reason="hver for seg")
    assert enrolling.take_back(begun.pk, by=solbakken.doctor, at=LATER) == 0
    begun.refresh_from_db()
    assert (begun.state, begun.taken_back_at) == ("done", None)


def test_taking_back_asks_the_same_number_of_statements_of_any_list(
    solbakken: Cast, ready: PlanRun, approved: dict[str, int]
) -> None:
    def statements() -> int:
        run = counted(solbakken)
        enrolling.start(run.pk, [approved["diabetes2"]], by=solbakken.doctor, at=MORNING)
        enrolling.carry_on(run.pk, run.clinic_id, now=MORNING)
        with CaptureQueriesContext(connection) as queries:
            assert enrolling.take_back(run.pk, by=solbakken.doctor, at=LATER)
        return len(queries)

    few = statements()
    for _ in range(20):
        make_patient(solbakken, icpc2="T90")
    assert statements() == few <= 8
