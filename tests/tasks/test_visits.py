"""Visits: what the pure rule says, and that the night does the same."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.actions.nightly import open_due_tasks
from tasks.actions.occasions import rhythm_of
from tasks.models import FollowUpPlan, PlanStep, Programme, Shares, Step, Task, TaskKind
from tasks.visits import WITHIN, Visit, Waiting, coming_visits
from teams.calendar import DAY, is_working_day, working_day_on_or_before
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient

occasions = st.lists(
    st.builds(
        lambda opens, wide, shares, hard, length: (opens, wide, shares, hard, length),
        st.integers(-20, 200), st.integers(0, 45), st.sampled_from(["visit", "bloods", ""]), st.booleans(),
        st.integers(10, 400),
    ),
    max_size=8,
).map(
    lambda rows: [
        Waiting(n, MONDAY + opens * DAY, MONDAY + (opens + wide) * DAY, shares, hard, length)
        for n, (opens, wide, shares, hard, length) in enumerate(rows)
    ]
)  # fmt: skip


def occasion(number: int, due: int, opens_before: int = 30, **fields: Any) -> Waiting:
    told = {"shares": "visit", "hard": False, "length": 365, **fields}
    return Waiting(number, MONDAY + (due - opens_before) * DAY, MONDAY + due * DAY, **told)


def test_diabetes_heart_and_kidneys_share_one_visit_on_the_day_of_the_first() -> None:
    visits = coming_visits([occasion(1, 60), occasion(2, 75), occasion(3, 89)], today=MONDAY)
    assert visits == [Visit(MONDAY + 30 * DAY, MONDAY + 60 * DAY, (1, 2, 3))]


def test_more_than_thirty_days_apart_are_two_visits() -> None:
    visits = coming_visits([occasion(1, 60), occasion(2, 91)], today=MONDAY)
    assert [visit.ids for visit in visits] == [(1,), (2,)]


def test_what_is_due_before_the_one_that_opens_first_sets_the_day() -> None:
    visits = coming_visits([occasion(1, 60), occasion(2, 45, opens_before=7)], today=MONDAY)
    assert visits == [Visit(MONDAY + 30 * DAY, MONDAY + 45 * DAY, (2, 1))]


@pytest.mark.parametrize("fields", [{"hard": True}, {"shares": "bloods"}, {"shares": ""}, {"length": 28}])
def test_hard_deadlines_other_sorts_and_short_intervals_come_by_themselves(fields: dict[str, Any]) -> None:
    visits = coming_visits([occasion(1, 60), occasion(2, 75, **fields)], today=MONDAY)
    assert [visit.ids for visit in visits] == [(1,), (2,)]


def test_bloods_that_lead_to_a_check_up_draw_the_others_to_their_day() -> None:
    check = occasion(1, 30, bloods=7)
    near, early, far = (occasion(n, due, 10, shares="bloods") for n, due in ((2, 45), (3, 20), (4, 60)))
    visits = coming_visits([check, near, early, far], today=MONDAY)
    days = {pk: (visit.opens_on, visit.due_on) for visit in visits for pk in visit.ids}
    assert days == {
        1: (MONDAY, MONDAY + 30 * DAY),
        2: (MONDAY, MONDAY + 23 * DAY),  # a week before, and a working day
        3: (MONDAY, MONDAY + 20 * DAY),  # not later than its own
        4: (MONDAY + 50 * DAY, MONDAY + 60 * DAY),
    }


@given(occasions)
def test_every_occasion_is_in_one_visit_and_none_is_moved_far_or_to_a_later_day(rows: list[Waiting]) -> None:
    visits = coming_visits(rows, today=MONDAY)
    assert sorted(pk for visit in visits for pk in visit.ids) == [row.id for row in rows]
    by_id = {row.id: row for row in rows}
    for visit in visits:
        together = [by_id[pk] for pk in visit.ids]
        if len(together) > 1:
            assert (
                max(row.due_on for row in together) - min(row.due_on for row in together) <= 2 * WITHIN * DAY
            )
            assert len({row.shares for row in together}) == 1
            assert not any(row.hard or row.shares == "" for row in together)
            assert all(row.due_on - visit.due_on <= row.length * DAY for row in together)


# --- the night


def plan_with(cast: Cast, programme: Programme, rows: list[Waiting]) -> dict[int, PlanStep]:
    """A patient with one plan whose steps wait as `rows` say."""
    kind = TaskKind.objects.get(slug="rutinekontroll")
    plan = FollowUpPlan.objects.create(
        clinic=cast.clinic, patient=make_patient(cast), programme=programme, starts_on=MONDAY
    )
    found = {}
    for row in rows:
        step = Step.objects.create(
            clinic=cast.clinic, programme=programme, slug=f"s{plan.pk}-{row.id}", name=f"Steg {row.id}", kind=kind,
            interval_days=row.length, opens_days_before=(row.due_on - row.opens_on).days, hard=row.hard,
            shares=row.shares, certainty="derived",
        )  # fmt: skip
        found[row.id] = PlanStep.objects.create(
            clinic=cast.clinic, plan=plan, step=step, opens_on=row.opens_on, due_on=row.due_on
        )
    return found


def led_by(cast: Cast, programme: Programme, step: Step, *, lead_days: int) -> Step:
    """Bloods that are taken so many days before the step."""
    return Step.objects.create(
        clinic=cast.clinic, programme=programme, slug=f"prover-{step.slug}", name="Blodprøver", certainty="derived",
        kind=TaskKind.objects.get(slug="provetaking"), opens_days_before=0, leads_to=step, lead_days=lead_days,
        shares=Shares.BLOODS,
    )  # fmt: skip


def test_the_night_makes_the_visits_that_the_rule_says(solbakken: Cast, programme: Programme) -> None:
    """Sixty patients with up to six occasions each, opened on one night: which, and due when."""
    rng = random.Random(4)
    told: dict[int, list[Waiting]] = {}
    steps: dict[tuple[int, int], PlanStep] = {}
    for patient in range(60):
        rows = []
        for n in range(rng.randrange(1, 7)):
            opens, wide = rng.randrange(-10, 20), rng.randrange(0, 60)
            rows.append(
                Waiting(
                    n, MONDAY + opens * DAY, MONDAY + (opens + wide) * DAY,
                    rng.choice(["visit", "visit", "bloods", ""]), rng.random() < 0.2, rng.choice([28, 91, 182, 365]),
                    bloods=rng.choice([None, None, 7, 14]),
                )
            )  # fmt: skip
        told[patient] = rows
        made = plan_with(solbakken, programme, rows)
        for row in rows:
            if row.bloods is not None:
                led_by(solbakken, programme, made[row.id].step, lead_days=row.bloods)
        steps |= {(patient, n): step for n, step in made.items()}
    open_due_tasks(now=MORNING, today=MONDAY)
    opened = dict(
        Task.objects.filter(ended_at=None, plan_step__isnull=False).values_list("plan_step", "due_on")
    )
    expected: dict[int, dt.date] = {}
    for patient, rows in told.items():
        own = {row.id: row.due_on for row in rows}
        for visit in coming_visits(rows, today=MONDAY):
            if visit.opens_on == MONDAY:
                expected |= {steps[patient, pk].pk: min(own[pk], visit.due_on) for pk in visit.ids}
    assert len(expected) > 60
    assert any(len(visit.ids) > 2 for rows in told.values() for visit in coming_visits(rows, today=MONDAY))
    assert opened == expected


def test_bloods_open_with_the_check_up_a_week_before_it_and_move_no_plan(
    solbakken: Cast, programme: Programme
) -> None:
    row = Waiting(1, MONDAY, MONDAY + 21 * DAY, Shares.ALONE, hard=False, length=365)
    main = plan_with(solbakken, programme, [row])[1]
    led_by(solbakken, programme, main.step, lead_days=7)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 2
    bloods = Task.objects.get(leads_to__isnull=False)
    assert bloods.leads_to == Task.objects.get(plan_step=main)
    assert (bloods.due_on, bloods.opens_on) == (MONDAY + 14 * DAY, MONDAY)
    assert bloods.plan_step is None
    assert is_working_day(working_day_on_or_before(MONDAY + 14 * DAY))
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0


def test_a_patients_own_interval_decides_how_far_it_is_moved(solbakken: Cast, programme: Programme) -> None:
    rows = [
        Waiting(1, MONDAY, MONDAY + 10 * DAY, "visit", hard=False, length=365),
        Waiting(2, MONDAY + 9 * DAY, MONDAY + 35 * DAY, "visit", hard=False, length=365),
    ]
    steps = plan_with(solbakken, programme, rows)
    PlanStep.objects.filter(pk=steps[2].pk).update(interval_months=1, interval_days=0)
    assert rhythm_of(steps[2].step, PlanStep.objects.get(pk=steps[2].pk)).length == 30
    assert open_due_tasks(now=MORNING, today=MONDAY) == 1
    PlanStep.objects.filter(pk=steps[2].pk).update(interval_months=None, interval_days=None)
    assert open_due_tasks(now=MORNING, today=MONDAY) == 0  # what is open draws nothing along any more


def test_a_yearly_check_is_not_drawn_into_december(solbakken: Cast, programme: Programme) -> None:
    day = dt.date(2026, 12, 1)
    soon = Waiting(1, day, dt.date(2026, 12, 21), "visit", hard=False, length=365)
    yearly = Waiting(
        2, dt.date(2027, 1, 1), dt.date(2027, 1, 11), "visit", hard=False, length=365, yearly=True
    )
    assert [visit.ids for visit in coming_visits([soon, yearly], today=day)] == [(1,), (2,)]
    steps = plan_with(solbakken, programme, [soon, yearly])
    Step.objects.filter(pk=steps[2].step_id).update(rule="year", interval_months=12, interval_days=0)
    assert open_due_tasks(now=MORNING + (day - MONDAY), today=day) == 1
    steps[2].refresh_from_db()
    assert (steps[2].waiting, steps[2].due_on) == (True, dt.date(2027, 1, 11))


def test_nobody_is_due_in_the_past_because_of_somebody_elses_delay(
    solbakken: Cast, programme: Programme
) -> None:
    late = Waiting(1, MONDAY - 40 * DAY, MONDAY - 10 * DAY, "visit", hard=False, length=365)
    soon = Waiting(2, MONDAY - 5 * DAY, MONDAY + 5 * DAY, "visit", hard=False, length=365)
    steps = plan_with(solbakken, programme, [late, soon])
    open_due_tasks(now=MORNING, today=MONDAY)
    due = dict(Task.objects.values_list("plan_step", "due_on"))
    assert due == {steps[1].pk: MONDAY - 10 * DAY, steps[2].pk: MONDAY}
